"""Seeds from the reference of checks: each example that changes a file is a defect and an honest change."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from paddock_ci.reference.rules import Example, examples

from tests.proof.seed import WORKSPACE, Defect, Honest, Seed


def _edit(example: Example, lines: str) -> Callable[[str], str]:
    return lambda text: example.changed(text, lines)


def _seeds(code: str, example: Example) -> Iterator[Seed]:
    path = f"{WORKSPACE}{example.file}"
    yield Defect("example", path, edit=_edit(example, example.bad), code=code)
    yield Honest("counterpart of the example", path, edit=_edit(example, example.good), code=code)


SEEDS: list[Seed] = [seed for code, example in examples().items() if example.file for seed in _seeds(code, example)]
