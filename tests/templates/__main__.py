"""Print what catches each seeded defect: `make defects`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from paddock.scaffold.new import new_project
from paddock_ci.bake.baking import scratch_workspace
from paddock_ci.demo import ANSWERS

from tests.templates.defects import DEFECTS
from tests.templates.test_defects import EXEMPT, ROOT, planted
from tests.templates.verdict import said_at_rest, said_at_work

_LEAST = 0.95


def main() -> int:
    """Plant each defect alone; 0 when at least 95 % are caught."""
    caught = 0
    with tempfile.TemporaryDirectory() as scratch:
        sound = new_project(scratch_workspace(ROOT, Path(scratch, "sound")), ANSWERS)
        for number, defect in enumerate(DEFECTS):
            folder = planted(sound, defect, Path(scratch, str(number)))
            said = next(said_at_rest(folder.parents[1], folder, EXEMPT), "") or next(said_at_work(folder), "")
            caught += bool(said)
            print(f"{defect.name:<48} {said.replace(f'projects/{folder.name}/', '')[:120] or 'NOT CAUGHT'}", flush=True)
    print(f"{caught} of {len(DEFECTS)} defects caught ({caught / len(DEFECTS):.0%})")
    return int(caught < _LEAST * len(DEFECTS))


if __name__ == "__main__":
    sys.exit(main())
