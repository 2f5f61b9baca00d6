"""`paddock-notebooks`: its options, and what it prints.

A program of its own, without the command line's libraries: it runs before every commit.
"""

from __future__ import annotations

import getopt
import json
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from paddock.errors import ConfigurationError, PaddockError
from paddock.workspace import root_above

from paddock_ci.finding import Finding, findings, more
from paddock_ci.notebook.family import FIXES, looks_of_notebook
from paddock_ci.policy import counted
from paddock_ci.repo.snapshot import PROJECTS

_HELP = """Usage: paddock notebooks [OPTIONS] FILE...

  Check notebooks without running them.

Options:
  --fix       Mend what can be mended at once: outputs and execution counts.
  --json      Print JSON for machines.
  -h, --help  Show this message and exit.
"""
# From here on, starting processes is worth its time.
_MANY = 20
_SEE = "See: paddock notebooks --help"


class Options(NamedTuple):
    """What the arguments say."""

    files: tuple[Path, ...] = ()
    is_fixing: bool = False
    is_json: bool = False
    is_help: bool = False


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the notebooks that the arguments name: 0 without findings, 1 with some, 2 for a wrong usage."""
    try:
        options = _options(sys.argv[1:] if arguments is None else arguments)
        if options.is_help:
            sys.stdout.write(_HELP)
            return 0
        if options.is_fixing:
            for path in options.files:
                for fix in FIXES.values():
                    fix(path)
        found = [finding for told in _each(options.files) for finding in told]
    except PaddockError as error:
        return _fail(error)
    said = _json(found) if options.is_json else _text(found) or _clean(len(options.files))
    # A file's name and a cell may hold what no terminal can show.
    sys.stdout.write(
        said.encode(errors="surrogateescape").decode(errors="replace") if _is_clean(said) else _shown(said)
    )
    return 1 if any(finding.severity == "error" for finding in found) else 0


def _fail(error: PaddockError) -> int:
    # Here, since what comes to its end needs none of it.
    from paddock.telling.plain import fail_of_program

    return fail_of_program("paddock notebooks", error, _SEE)


def _options(arguments: Sequence[str]) -> Options:
    """The options; raises ConfigurationError for what is none."""
    try:
        given, rest = getopt.gnu_getopt(list(arguments), "h", ["fix", "json", "help"])
    except getopt.GetoptError as error:
        raise ConfigurationError(f"paddock notebooks: {error.msg}", _SEE) from error
    names = {name for name, _ in given}
    if {"-h", "--help"} & names:
        return Options(is_help=True)
    if not rest:
        raise ConfigurationError("paddock notebooks: expected a notebook, got none", _SEE)
    files = tuple(Path(name) for name in rest)
    for path in files:
        if not path.is_file():
            wrong = "is a folder" if path.is_dir() else "no such file"
            raise ConfigurationError(f"{path}: {wrong}; expected a notebook", _SEE)
    return Options(files, "--fix" in names, "--json" in names)


def _each(files: Sequence[Path]) -> list[list[Finding]]:
    """The findings of each file; of many, on all cores."""
    cores = os.cpu_count() or 1
    if len(files) < _MANY or cores == 1 or not hasattr(os, "fork"):
        return [findings_of(path) for path in files]
    # Here, since its import would take a fifth of the time that one notebook has.
    import multiprocessing

    with multiprocessing.get_context("fork").Pool(min(cores, 8)) as pool:
        return pool.map(findings_of, files, chunksize=4)


def findings_of(path: Path) -> list[Finding]:
    """What the checks find in the notebook at `path`, unless its workspace or project bears with that."""
    path, root = path.resolve(), _root(path)
    folders = path.relative_to(root).parts if path.is_relative_to(root) else ()
    projects = folders[1:2] if folders[:1] == (PROJECTS,) else ()
    return counted(root, findings(looks_of_notebook(path, root)), projects, datetime.now(UTC).date())


def _root(path: Path) -> Path:
    """The workspace around the notebook, or else the current folder: the notebook may lie anywhere."""
    try:
        return root_above(path.resolve().parent)
    except ConfigurationError:
        return Path.cwd()


def _text(found: Sequence[Finding]) -> str:
    pointer = more(found)
    return "".join(f"{finding}\n" for finding in found) + (f"{pointer}\n" if pointer else "")


def _clean(count: int) -> str:
    return f"{count} notebook{'s' if count != 1 else ''}, 0 findings\n"


def _json(found: Iterable[Finding]) -> str:
    # As they are in `paddock check --json`.
    rows = [vars(finding) for finding in found]
    return json.dumps({"findings": rows}, indent=1) + "\n"


def _is_clean(text: str) -> bool:
    try:
        text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _shown(text: str) -> str:
    return text.encode(errors="replace").decode()


if __name__ == "__main__":
    sys.exit(main())
