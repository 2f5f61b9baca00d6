"""What the simulated texts promise; remove this with `simulation.py` when you read your own."""

from __future__ import annotations

from {{ cookiecutter.__package }} import features, simulation


def test_it_is_the_same_each_time() -> None:
    """Two calls give the same texts and labels, so that runs can be compared."""
    for first, second in zip(simulation.texts_and_labels(), simulation.texts_and_labels(), strict=True):
        assert first.equals(second)


def test_labels_are_of_texts_that_were_read() -> None:
    """Every label belongs to a text that a person has read; some texts have no tag, some several."""
    texts, labels = simulation.texts_and_labels()
    read = texts[texts["labelled"]]
    counts = features.targets(read, labels).sum(axis=1)
    assert counts.sum() == len(labels)
    assert set(counts) >= {0, 1, 2, 3}
    assert not texts["labelled"].all()
