"""Seeds of the checks BK that look at what a template says of its own files, planted into the team's templates."""

from __future__ import annotations

from tests.proof.seed import WORKSPACE, Defect, Honest, Seed

_PIPELINE, _ANALYSIS = (f"{WORKSPACE}templates/{name}/cookiecutter.json" for name in ("pipeline", "analysis"))
_EXPLORE = '"notebooks/explore.ipynb": "owned",'
_FIRST = '"Dockerfile": "managed",'


def _with(line: str) -> str:
    """The first line of the table of owners, and this one below it."""
    return f"{_FIRST}\n        {line},"


SEEDS: list[Seed] = [
    Defect("glob of a file that was renamed", _PIPELINE, '"src/*/sources.py"', '"src/*/source.py"', code="BK107"),
    Defect(
        "slip of the pen in a name", _ANALYSIS, '"Dockerfile.dockerignore"', '"Dockerfile.dockerignor"', code="BK107"
    ),
    Defect("glob in another case", _PIPELINE, '"Dockerfile":', '"dockerfile":', code="BK107"),
    Defect(
        "glob that an earlier one takes all from", _PIPELINE, _FIRST, _with('"Dockerfile*": "managed"'), code="BK107"
    ),
    Defect("glob that takes all from those below", _PIPELINE, _FIRST, _with('"*": "merged"'), code="BK107"),
    Defect("file that tools make", _PIPELINE, _FIRST, _with('"requirements.txt": "owned"'), code="BK107"),
    Defect("path that begins with a slash", _ANALYSIS, '"data/*": "owned"', '"/data/*": "owned"', code="BK107"),
    Honest(
        "glob of what one choice alone makes", _ANALYSIS, '"data/*": "owned"', '"data/*.csv": "owned"', code="BK107"
    ),
    Honest(
        "glob that an earlier one takes some from",
        _PIPELINE,
        _EXPLORE,
        f'{_EXPLORE} "notebooks/*": "merged",',
        code="BK107",
    ),
    Honest("glob of a folder", _PIPELINE, _FIRST, _with('"tests/*": "merged"'), code="BK107"),
]
