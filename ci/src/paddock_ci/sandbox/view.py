"""A view of the environment: a virtual environment of links, in which only the declared distributions are installed."""

from __future__ import annotations

import compileall
import hashlib
import importlib.util
import json
import os
import posixpath
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path, PurePosixPath

from paddock.errors import ToolError
from paddock.storage import durable

from paddock_ci.sandbox.distributions import Installed, closure, found, installed, site_packages

# A new form of view has another name, so that old ones are no longer found.
_FORM = "1"
_LINKS = "links.json"
_TESTS = {"test", "tests"}
# The second line is Python's empty text and the shell's `exec`: a path in `#!` may be neither long nor have blanks.
_SCRIPT = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys
from {module} import {first}
sys.exit({attribute}())
"""


@dataclass(frozen=True)
class View:
    """A virtual environment of links at `folder`; `key` names what is in it, `reads` is where its links lead to."""

    folder: Path
    key: str
    reads: tuple[Path, ...]

    @property
    def python(self) -> Path:
        """The interpreter for which nothing else is installed."""
        return self.folder / "bin/python"


def of(requirements: Iterable[str], cache: Path) -> View:
    """The view of all that `requirements` lead to: `paddock[notebooks]`, `pandas>=2`; raises ToolError.

    To read what each distribution needs takes longer than all else, so the answer is kept until something is installed.
    """
    wanted = sorted(set(requirements))
    site = site_packages()
    state = json.dumps([_FORM, wanted, str(site), site.stat().st_mtime_ns, sys.version, str(_executable())])
    known = cache / f"{hashlib.sha256(state.encode()).hexdigest()[:32]}.known"
    try:
        folder, key = known.read_text(encoding="utf-8").split("\n")
        return _present(Path(folder), key)
    except (OSError, ValueError):
        view = make(closure(wanted), cache)
        durable.write_text(known, f"{view.folder}\n{view.key}")
        return view


def make(names: Iterable[str], cache: Path) -> View:
    """The view of exactly the distributions `names`, made below `cache` unless it is there; raises ToolError.

    Those that they need are not added: see `closure`. Other processes may make the same at the same time.
    """
    wanted = tuple(sorted({found(name) for name in names}, key=attrgetter("name")))
    key = hashlib.sha256("\n".join(distribution.digest for distribution in wanted).encode()).hexdigest()
    # The links lead to one environment, whose folder is no part of what is in it.
    place = f"{_FORM}\n{key}\n{site_packages()}\n{cache.resolve()}\n{_executable()}\n{sys.version}"
    folder = cache.resolve() / hashlib.sha256(place.encode()).hexdigest()[:32]
    if not (folder / _LINKS).is_file():
        _make_once(wanted, folder)
    return _present(folder, key)


def _present(folder: Path, key: str) -> View:
    targets = [Path(path) for path in json.loads((folder / _LINKS).read_text(encoding="utf-8"))]
    # Byte code may have been removed since: then the source serves.
    return View(folder, key, (folder, *(target for target in targets if target.exists())))


def _make_once(wanted: tuple[Installed, ...], folder: Path) -> None:
    """Make the view beside its place, then move it there, unless another process was first."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".view-", dir=folder.parent))
    try:
        _compile(wanted)
        _link_all(wanted, beside)
        _write_programs(wanted, beside, folder)
        links = sorted(str(path.resolve()) for path in beside.rglob("*") if path.is_symlink())
        (beside / _LINKS).write_text(json.dumps(links), encoding="utf-8")
        beside.chmod(0o755)
        beside.rename(folder)
    except OSError as error:
        if not (folder / _LINKS).is_file():
            raise ToolError(f"{folder}: the view cannot be made: {error}", "Make room there, or remove it.") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _link_all(wanted: tuple[Installed, ...], folder: Path) -> None:
    """Link each wanted file, or the highest folder above it in which all distributions' files are wanted.

    Beside site-packages, where also others than installers leave files, no folder is linked.
    """
    names = {distribution.name for distribution in wanted}
    shared: set[str] = set()
    for distribution in (other for name, other in installed().items() if name not in names):
        _add_folders(shared, _names(distribution))
    found = {_highest(path, shared) for distribution in wanted for path in _names(distribution)}
    for path in sorted(found):
        _link(PurePosixPath(path), folder)


def _add_folders(folders: set[str], paths: Iterable[str]) -> None:
    """Add every folder above the paths; texts, since there are a hundred thousand."""
    for path in paths:
        folder = posixpath.dirname(path)
        while folder and folder not in folders:
            folders.add(folder)
            folder = posixpath.dirname(folder)


def _highest(path: str, shared: set[str]) -> str:
    """From the top: the first folder below site-packages in which nobody else has files; else the file itself."""
    site = f"{_relative(site_packages())}/"
    at = path.find("/", len(site)) if path.startswith(site) else -1
    while at > 0:
        if path[:at] not in shared:
            return path[:at]
        at = path.find("/", at + 1)
    return path


def _link(path: PurePosixPath, folder: Path) -> None:
    target, link = Path(sys.prefix) / path, folder / path
    if link.is_symlink() or not target.exists():
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)
    if path.suffix == ".py" and (compiled := _compiled(target)).exists():
        _link(_relative(compiled), folder)


def _files(distribution: Installed) -> Iterator[PurePosixPath]:
    """Its files; see `_names`."""
    return map(PurePosixPath, _names(distribution))


def _names(distribution: Installed) -> Iterator[str]:
    """Its files, relative to the environment; without those that say where other modules are, and programs."""
    site = _relative(site_packages())
    is_editable = distribution.is_editable
    for name in distribution.hashes:
        path = os.path.normpath(site / name) if ".." in name else f"{site}/{name}"
        is_pointer = is_editable and path.endswith(".pth")
        if not is_pointer and path.partition("/")[0] not in ("..", "bin"):
            yield path


def _write_programs(wanted: tuple[Installed, ...], folder: Path, final: Path) -> None:
    """The interpreter, and the programs of the wanted distributions for this interpreter."""
    site = folder / _relative(site_packages())
    site.mkdir(parents=True, exist_ok=True)
    home = _executable().parent
    version = ".".join(map(str, sys.version_info[:3]))
    text = f"home = {home}\ninclude-system-site-packages = false\nversion = {version}\n"
    (folder / "pyvenv.cfg").write_text(text, encoding="utf-8")
    (folder / "bin").mkdir(exist_ok=True)
    for name in ("python", "python3", f"python3.{sys.version_info.minor}"):
        (folder / "bin" / name).symlink_to(_executable())
    for name, text in _scripts(wanted, final).items():
        (folder / "bin" / name).write_text(text, encoding="utf-8")
        (folder / "bin" / name).chmod(0o755)
    for path in (path for distribution in wanted for path in _programs(distribution)):
        if not (folder / "bin" / path.name).exists():
            (folder / "bin" / path.name).symlink_to(path)


def _scripts(wanted: Iterable[Installed], final: Path) -> Mapping[str, str]:
    return {
        script.name: _SCRIPT.format(
            python=final / "bin/python", module=script.module, attribute=script.attr, first=script.attr.split(".")[0]
        )
        for distribution in wanted
        for script in distribution.scripts
    }


def _programs(distribution: Installed) -> Iterator[Path]:
    """What it installed beside the interpreter, but scripts: these begin with another interpreter than the view's."""
    site, programs = site_packages(), Path(sys.prefix) / "bin"
    for name in (name for name in distribution.hashes if name.startswith("../")):
        path = Path(os.path.normpath(site / name))
        if path.parent == programs and path.is_file():
            with path.open("rb") as file:
                if file.read(2) != b"#!":
                    yield path


def _compile(wanted: Iterable[Installed]) -> None:
    """Compile what was never compiled: checks may not write there, and each would do it again."""
    for distribution in wanted:
        for path in (Path(sys.prefix) / path for path in _files(distribution) if path.suffix == ".py"):
            is_missing = path.exists() and not _compiled(path).exists() and not _TESTS & set(path.parts)
            if is_missing and os.access(path.parent, os.W_OK):
                compileall.compile_file(path, quiet=2)


def _compiled(path: Path) -> Path:
    return Path(importlib.util.cache_from_source(str(path)))


def _executable() -> Path:
    return Path(os.path.realpath(sys.executable))


def _relative(path: Path) -> PurePosixPath:
    return PurePosixPath(path.relative_to(sys.prefix))
