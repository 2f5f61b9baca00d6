"""Plant each seed of all families, those too that show only when something runs: `make defects`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from itertools import islice
from pathlib import Path

from tests.proof.families import FAMILIES
from tests.proof.ground import make_ground
from tests.proof.seed import Defect, Seed
from tests.proof.verdict import Line, judge, said, table
from tests.templates.verdict import said_at_work


def main() -> int:
    """Print the table; 0 when at least 99 % are caught, with at most 1 % of false alarms."""
    lines = []
    with tempfile.TemporaryDirectory() as scratch:
        project = make_ground(Path(scratch, "workspace"))
        for family, seeds in FAMILIES.items():
            lines.append(judge(family, [seed for seed in seeds if not _is_deep(seed)], project, said))
        deep = [seed for seeds in FAMILIES.values() for seed in seeds if _is_deep(seed)]
        lines.append(sum((_at_work(seed, project) for seed in deep), Line("what only a run shows")))
    print(table(lines))
    return int(not sum(lines, Line("all")).is_good)


def _is_deep(seed: Seed) -> bool:
    return isinstance(seed, Defect) and seed.deep


def _at_work(seed: Seed, project: Path) -> Line:
    """The verdict of a project's types, tests and run, in a copy of its workspace, where nothing else was run."""
    root = project.parents[1]
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(shutil.copytree(root, Path(scratch, "workspace"), symlinks=True))
        return judge("", [seed], copy / project.relative_to(root), lambda _, folder: [*islice(said_at_work(folder), 1)])


if __name__ == "__main__":
    sys.exit(main())
