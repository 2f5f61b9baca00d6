"""What `paddock affected` costs and what it finds, beside other tools.

By itself: `python -m tests.benchmarks.affected [PROJECTS]`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from paddock_ci.affected.answer import affected
from paddock_ci.engine import stage
from paddock_ci.engine.check import repo_of
from paddock_ci.engine.job import Job, Kind
from paddock_ci.repo.graph import FILE as MEMORY

from tests.benchmarks import peers
from tests.benchmarks.cpu import Cost, cpu, cpu_line
from tests.benchmarks.monorepo import Edits, edited_file, write_workspace
from tests.ci.repository import Repository, notebook, project, repository

_PADDOCK = Path(sys.executable).with_name("paddock")
_AFFECTED = (_PADDOCK, "affected")
_OF_COMMIT = (*_AFFECTED, "--base", "HEAD~1", "--head", "HEAD")
_ROUNDS = 7


def figures(scratch: Path, projects: int = 1000) -> Iterator[str]:
    """A line for each figure, with its bound: a workspace of `projects` projects, then one of ten times as many."""
    root = scratch / "workspace"
    write_workspace(root, projects)
    yield from _speed(root, projects)
    yield from _beside_peers(scratch, root, projects)
    yield from _quality(scratch / "quality")
    nothing = cpu((_PADDOCK, "check", "--base", "HEAD"), root, rounds=3, codes=(0, 1))
    yield cpu_line(f"{projects:,} projects: paddock check, nothing affected", nothing, 10)
    yield from _speed_of_many(scratch / "many", 10 * projects)


# --- speed


def _speed(root: Path, projects: int) -> Iterator[str]:
    of, edit, forget = f"{projects:,} projects: ", Edits(root, projects), _forgetting(root)
    edit.next(0)
    yield cpu_line(f"{of}affected, cold, a file changed", cpu(_AFFECTED, root, 3, forget), 1.0)
    edit.undo()
    yield cpu_line(f"{of}affected, nothing changed", cpu(_AFFECTED, root, _ROUNDS), 0.1)
    yield cpu_line(f"{of}affected, a file changed", cpu(_AFFECTED, root, _ROUNDS, edit.next), 0.1)
    edit.undo()
    yield cpu_line(f"{of}affected, a file committed", cpu(_OF_COMMIT, root, _ROUNDS, edit.commit), 0.1)
    yield from _floor(of, root)


def _speed_of_many(root: Path, projects: int) -> Iterator[str]:
    write_workspace(root, projects)
    of, edit = f"{projects:,} projects: ", Edits(root, projects)
    yield cpu_line(f"{of}affected, cold", cpu(_AFFECTED, root, 1))
    yield cpu_line(f"{of}affected, a file changed", cpu(_AFFECTED, root, 5, edit.next), 0.5)
    edit.undo()
    yield cpu_line(f"{of}affected, a file committed", cpu(_OF_COMMIT, root, 5, edit.commit), 0.5)
    yield from _floor(of, root)


def _floor(of: str, root: Path) -> Iterator[str]:
    """What no tool that asks git can do without."""
    yield cpu_line(f"{of}git ls-tree HEAD projects/", cpu(("git", "ls-tree", "HEAD", "projects/"), root, _ROUNDS))
    yield cpu_line(f"{of}git status --porcelain", cpu(("git", "status", "--porcelain"), root, _ROUNDS))


def _forgetting(root: Path) -> Callable[[int], None]:
    return lambda number: (root / MEMORY).unlink(missing_ok=True)


# --- other tools, on the same workspace


def _beside_peers(scratch: Path, workspace: Path, projects: int) -> Iterator[str]:
    root = scratch / "peers"
    shutil.copytree(workspace, root, symlinks=True)
    try:
        peers.declare(root, peers.install(scratch / "modules"))
    except peers.NotAvailableError as error:
        yield f"turborepo, nx: not measured: {error}"
    else:
        yield from _node_peers(root, Edits(root, projects))
    edit = Edits(workspace, projects)
    ours = cpu(_AFFECTED, workspace, 3, edit.next)
    edit.undo()
    try:
        cost = peers.dvc_status(workspace, scratch / "dvc", edited_file(projects // 2))
        yield _beside("dvc status, a file changed (names no readers of its data)", cost, ours)
    except peers.NotAvailableError as error:
        yield f"dvc: not measured: {error}"
    yield "pants: not measured: no release of it on PyPI installs on this Python"


def _node_peers(root: Path, edit: Edits) -> Iterator[str]:
    """Every tool answers after the same commit, on the same workspace with the same declarations."""
    cpu(_AFFECTED, root, 1)
    ours = cpu(_OF_COMMIT, root, _ROUNDS, edit.commit)
    cold = cpu(_OF_COMMIT, root, 3, _forgetting(root))
    selected = set(affected(root, "HEAD~1", "HEAD").ways)
    yield cpu_line("with the peers' declarations: affected, a file committed", ours, 0.1)
    turbo = peers.TURBO.ask(root, 3)
    yield _beside(f"turbo ls --affected ({_agreement(peers.TURBO, turbo, selected)})", turbo, ours)
    nx = peers.NX.ask(root, 2, lambda number: peers.forget_all(root))
    yield _beside(f"nx show projects --affected, cold ({_agreement(peers.NX, nx, selected)})", nx, cold)
    yield _beside("nx show projects --affected, again", peers.NX.ask(root, 3), ours)


def _agreement(peer: peers.Peer, cost: Cost, selected: set[str]) -> str:
    differing = peer.parsed(cost.said) ^ selected
    return f"{len(differing)} of its answers differ" if differing else "same answer"


def _beside(name: str, cost: Cost, ours: Cost) -> str:
    return f"{cpu_line(name, cost)}  {cost.median / ours.median:.1f} × ours"


# --- what is found


class _Use(NamedTuple):
    """A way in which a project makes use of `gauss`: the files in which it does, the datasets that it declares."""

    files: dict[str, str]
    reads: tuple[str, ...] = ()


_USES = {
    "static-import": _Use({"src/static_import/tasks.py": "from gauss.tasks import fit\n"}),
    "literal-importlib": _Use(
        {"src/literal_importlib/tasks.py": 'import importlib\nimportlib.import_module("gauss.tasks")\n'}
    ),
    "notebook-import": _Use({"notebooks/a.ipynb": notebook("import gauss.tasks as t")}),
    "percent-run": _Use({"notebooks/a.ipynb": notebook("1 + 1", "%run ../../gauss/src/gauss/tasks.py")}),
    "dataset-name": _Use(
        {"src/dataset_name/tasks.py": 'def read(session):\n    return session.read("gauss.tags")\n'}, ("gauss.tags",)
    ),
    "relative-file": _Use({"tests/test_a.py": 'open("../gauss/values.csv").read()\n'}),
    "run-time-name": _Use({"tests/test_a.py": 'open("../" + "ga" + "uss/values.csv").read()\n'}),
}
_USED = ("projects/gauss/src/gauss/tasks.py", "projects/gauss/values.csv")


def _quality(root: Path) -> Iterator[str]:
    """For each way of using a project that changes, whether each tool says so."""
    team = repository(root, _files())
    asked: dict[str, Callable[[], set[str]]] = {
        "ours": lambda: set(affected(root, "HEAD~1", "HEAD").ways),
        "grimp": lambda: _importing(root),
    }
    try:
        peers.declare(root, peers.install(root.with_name("quality-modules")))
        asked |= {peer.name: lambda peer=peer: peer.parsed(peer.ask(root).said) for peer in (peers.TURBO, peers.NX)}
    except peers.NotAvailableError as error:
        yield f"turborepo, nx: what they find is not known: {error}"
    yield f"{'a project uses another that is':<32}" + "".join(f"{tool:>12}" for tool in asked)
    denied = _denied(root)
    for change, make in (("edited", _edit_gauss), ("deleted", _delete_gauss)):
        make(team)
        found = {tool: _answer(ask) for tool, ask in asked.items()}
        for use in (*_USES, "other"):
            told = {tool: _told(use, answer, denied if tool == "ours" else set()) for tool, answer in found.items()}
            yield f"{use.replace('-', ' '):<22} {change:<9}" + "".join(f"{word:>12}" for word in told.values())


def _files() -> dict[str, str | bytes]:
    """`gauss`, a project for each way of using it, and `other`, which does not."""
    files = {
        **project("gauss", datasets=["tags"], **{"src/gauss/tasks.py": "fit = 1\n", "values.csv": "1\n"}),
        **project("other"),
    }
    for name, use in _USES.items():
        files |= project(name, reads=use.reads, **use.files)
    return files


def _edit_gauss(team: Repository) -> None:
    team.commit(dict.fromkeys(_USED, "2\n"))


def _delete_gauss(team: Repository) -> None:
    team.remove("projects/gauss")
    team.commit()


def _answer(ask: Callable[[], set[str]]) -> set[str] | str:
    try:
        return ask()
    except (RuntimeError, ValueError) as error:
        return f"fails: {error}"


def _told(use: str, answer: set[str] | str, denied: set[str]) -> str:
    if isinstance(answer, str):
        return "fails"
    if use == "other":
        return "WRONG" if use in answer else "left out"
    if use in answer:
        return "all are" if "other" in answer else "found"
    return "denied" if use in denied else "not found"


def _importing(root: Path) -> set[str]:
    """What grimp says, by projects; packages that are gone are outside of its graph."""
    packages = sorted(path.name for path in root.glob("projects/*/src/*"))
    return {name.replace("_", "-") for name in peers.who_imports(root, "gauss", packages)}


def _denied(root: Path) -> set[str]:
    """The projects whose jobs cannot use the files of `gauss`, since no stage of theirs holds one."""
    repo, denied = repo_of(root), set()
    for name in _USES:
        scripts = [stage.script(repo, Job(name, kind)) for kind in Kind]
        with tempfile.TemporaryDirectory() as scratch:
            for number, script in enumerate(scripts):
                stage.write(stage.read(root, script), Path(scratch, str(number)))
            if not any(list(Path(scratch).glob(f"*/{used}")) for used in _USED):
                denied.add(name)
    return denied


def main() -> None:
    """Print each figure as soon as it is known."""
    with tempfile.TemporaryDirectory() as scratch:
        for text in figures(Path(scratch), int(sys.argv[1]) if len(sys.argv) > 1 else 1000):
            print(text, flush=True)


if __name__ == "__main__":
    main()
