"""The distributions that are installed beside this interpreter, as their metadata tells of them."""

from __future__ import annotations

import csv
import functools
import hashlib
import json
import posixpath
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from paddock.errors import ToolError, nearest

# Installers note in them when, from where and by whom; that changes nothing of what is installed.
_OF_INSTALLERS = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json", "uv_build.json", "uv_cache.json"}


@dataclass(frozen=True)
class Installed:
    """A distribution that is installed: its canonical name, and the folder of its metadata."""

    name: str
    folder: Path

    @cached_property
    def metadata(self) -> Distribution:
        """What the standard library reads there."""
        return Distribution.at(self.folder)

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """What it needs, each where its marker says."""
        return tuple(map(Requirement, self.metadata.requires or ()))

    @cached_property
    def hashes(self) -> dict[str, str]:
        """The hash of each of its files by path, from site-packages on, as noted when it was installed."""
        rows = csv.reader((self.folder / "RECORD").read_text(encoding="utf-8").splitlines())
        return {row[0]: row[1] for row in rows if row and not row[0].endswith(".pyc")}

    @property
    def is_editable(self) -> bool:
        """Whether it only points at its sources."""
        try:
            origin = json.loads((self.folder / "direct_url.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return False
        return bool(origin.get("dir_info", {}).get("editable"))

    @property
    def scripts(self) -> Iterator[EntryPoint]:
        """The entry points that are commands."""
        yield from self.metadata.entry_points.select(group="console_scripts")

    @cached_property
    def digest(self) -> str:
        """A hash of name, version and content, the same wherever and by whatever it was installed."""
        # Scripts outside site-packages begin with the path of the interpreter that they were installed for.
        kept = {
            path: value
            for path, value in self.hashes.items()
            if not path.startswith("../../../bin/") and posixpath.basename(path) not in _OF_INSTALLERS
        }
        text = json.dumps([self.name, self.metadata.version, sorted(kept.items())])
        return hashlib.sha256(text.encode()).hexdigest()


@functools.cache
def site_packages() -> Path:
    """The folder that this interpreter's distributions are installed in."""
    return Path(sysconfig.get_path("purelib"))


def installed() -> dict[str, Installed]:
    """All distributions of `site_packages` by canonical name."""
    folder = site_packages()
    # Whatever is installed, upgraded or removed changes the folder's own time.
    return _installed(folder, folder.stat().st_mtime_ns)


@functools.lru_cache(maxsize=4)
def _installed(site: Path, changed: int) -> dict[str, Installed]:
    found = (Installed(canonicalize_name(path.name.split("-")[0]), path) for path in sorted(site.glob("*.dist-info")))
    return {distribution.name: distribution for distribution in found if (distribution.folder / "RECORD").is_file()}


def closure(names: Iterable[str]) -> frozenset[str]:
    """The canonical names of `names`, and of all that they need and that is installed.

    A name may ask for extras: `paddock[notebooks]`. Raises ToolError for one that is not installed.
    """
    known = installed()
    waiting = [Requirement(name) for name in names]
    for requirement in waiting:
        found(requirement.name)
    done: set[tuple[str, str]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name not in known:
            # Needed on another platform, or by what nobody asked for.
            continue
        for extra in {"", *requirement.extras} - {extra for seen, extra in done if seen == name}:
            done.add((name, extra))
            waiting += _needed(known[name], extra)
    return frozenset(name for name, _ in done)


def found(name: str) -> Installed:
    """The installed distribution of this name; raises ToolError."""
    canonical = canonicalize_name(name)
    try:
        return installed()[canonical]
    except KeyError:
        remedy = f"Install it, or correct its name. {nearest(canonical, installed())}"
        raise ToolError(f"{name}: declared, but not installed in {site_packages()}", remedy) from None


def _needed(distribution: Installed, extra: str) -> Iterator[Requirement]:
    for requirement in distribution.requirements:
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield requirement
