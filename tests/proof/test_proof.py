"""The checks are proved: they catch what is planted, and let honest changes pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from paddock_ci.checks import ALL_CHECKS, FRESH_CHECKS
from paddock_ci.engine.plan import CYCLE

from tests.proof.families import FAMILIES
from tests.proof.ground import make_ground
from tests.proof.seed import Defect, Honest, Seed
from tests.proof.verdict import OF_POLICY, judge, said, table

CODES = sorted({*ALL_CHECKS, *FRESH_CHECKS, *OF_POLICY, CYCLE})
SEEDS = [seed for seeds in FAMILIES.values() for seed in seeds]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound project, in a workspace."""
    return make_ground(tmp_path_factory.mktemp("proof") / "workspace")


def test_every_check_has_seeds() -> None:
    """Three defects or more that it must catch, and two honest changes or more; none has the name of another."""
    defects = _counted(seed for seed in SEEDS if isinstance(seed, Defect))
    honest = _counted(seed for seed in SEEDS if isinstance(seed, Honest))
    assert {code: defects[code] for code in CODES if defects[code] < 3} == {}
    assert {code: honest[code] for code in CODES if honest[code] < 2} == {}
    assert [name for name, count in Counter((seed.code, seed.name) for seed in SEEDS).items() if count > 1] == []


def test_the_ground_is_sound(project: Path) -> None:
    """Whatever is found below is found because of its seed."""
    assert [finding for code in CODES for finding in said(code, project)] == []


def test_defects_are_caught_and_honest_changes_are_not(project: Path) -> None:
    """Of each family at least 99 % of the defects that show without a run, with at most 1 % of false alarms."""
    lines = [judge(family, _at_rest(seeds), project, said) for family, seeds in FAMILIES.items()]
    told = table(lines)
    print(told)
    assert all(line.is_good for line in lines), told


def _counted(seeds: Iterable[Seed]) -> Counter[str]:
    return Counter(seed.code for seed in seeds)


def _at_rest(seeds: Iterable[Seed]) -> list[Seed]:
    return [seed for seed in seeds if not (isinstance(seed, Defect) and seed.deep)]
