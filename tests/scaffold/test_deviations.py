"""What a project's deviations from its template promise."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from paddock.errors import ConfigurationError
from paddock.scaffold.deviations import deviation_for, load_deviations

SOUND = '[[tool.paddock.deviations]]\npath = "Dockerfile"\nreason = "GPU"\nuntil = 2027-01-31\n'


def _project(place: Path, text: str) -> Path:
    (place / "shop").mkdir()
    (place / "shop/pyproject.toml").write_text(text)
    return place / "shop"


def test_a_deviation_has_path_reason_and_end(tmp_path: Path) -> None:
    """Its last day counts."""
    (deviation,) = load_deviations(_project(tmp_path, SOUND))
    assert (deviation.path, deviation.reason, deviation.until) == ("Dockerfile", "GPU", date(2027, 1, 31))
    assert [deviation.is_live(date(2027, month, day)) for month, day in ((1, 31), (2, 1))] == [True, False]
    assert deviation.fits("Dockerfile")
    assert not deviation.fits("compose.yaml")


def test_of_several_the_one_that_holds_longest_counts(tmp_path: Path) -> None:
    """An ended one beside it does no harm."""
    later = SOUND.replace("Dockerfile", "Docker*").replace("2027", "2028")
    deviations = load_deviations(_project(tmp_path, SOUND + later))
    found = deviation_for("Dockerfile", deviations)
    assert found is not None
    assert found.until == date(2028, 1, 31)
    assert deviation_for("README.md", deviations) is None


def test_a_project_needs_none(tmp_path: Path) -> None:
    """Most have none."""
    assert load_deviations(_project(tmp_path, "[tool.paddock]\n")) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SOUND.replace('reason = "GPU"\n', ""), "1: reason: expected a text, got None"),
        (SOUND.replace("GPU", " "), "1: reason: expected a text, got ' '"),
        (SOUND.replace('"Dockerfile"', "3"), "1: path: expected a text, got 3"),
        (SOUND.replace("2027-01-31", '"2027-01-31"'), "1: until: expected a date such as 2027-01-31 (without quotes)"),
        (SOUND.replace("2027-01-31", "2027-01-31T00:00:00"), "1: until: expected a date"),
        (SOUND.replace("until = 2027-01-31\n", ""), "1: until: expected a date"),
        (SOUND + SOUND.replace("until", "untl"), "2: has an unknown key 'untl'; expected path, reason, until"),
        ("[tool.paddock]\ndeviations = [3]\n", "1: expected a table, got 3"),
        ('[tool.paddock]\ndeviations = "all"\n', "expected tables [[tool.paddock.deviations]], got 'all'"),
    ],
)
def test_a_wrong_table_is_one_message(tmp_path: Path, text: str, expected: str) -> None:
    """The number of the table, the key, what was expected and got, and an example."""
    with pytest.raises(ConfigurationError) as caught:
        load_deviations(_project(tmp_path, text))
    assert caught.value.message.startswith("projects/shop/pyproject.toml: ")
    assert expected in caught.value.message
    assert 'path = "Dockerfile"' in caught.value.remedy
