"""What every check may read of the machine, each with the part of the cache key that it is covered by."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from paddock_ci.sandbox.landlock import DEVICE, LIST, READ, WRITE, Grant, Right


class Cover(Enum):
    """Which part of the cache key changes when such a file does."""

    CONTENT = "the hash of its content"
    PACKAGES = "the state of the system's package manager"
    INTERPRETER = "version and build of the interpreter"
    NOTHING = "nothing: the machine's state, which is in no key, like the clock"


@dataclass(frozen=True)
class Row:
    """A path, or a pattern of paths, of the machine that a check may use; some only with the network."""

    pattern: str
    cover: Cover
    rights: Right = READ
    network: bool = False


_MACHINE = (
    Row("/usr/lib*", Cover.PACKAGES),
    Row("/lib*", Cover.PACKAGES),
    Row("/usr/share", Cover.PACKAGES),
    Row("/usr/bin", Cover.PACKAGES),
    Row("/bin", Cover.PACKAGES),
    # `ctypes.util.find_library` asks it.
    Row("/sbin/ldconfig", Cover.PACKAGES),
    Row("/etc/ld.so.cache", Cover.CONTENT),
    Row("/etc/os-release", Cover.CONTENT),
    Row("/etc/localtime", Cover.CONTENT),
    Row("/etc/timezone", Cover.CONTENT),
    Row("/etc/locale.alias", Cover.CONTENT),
    Row("/etc/nsswitch.conf", Cover.CONTENT),
    Row("/etc/passwd", Cover.CONTENT),
    Row("/etc/group", Cover.CONTENT),
    Row("/etc/mime.types", Cover.CONTENT),
    Row("/etc/fonts", Cover.CONTENT),
    Row("/etc/ssl/openssl.cnf", Cover.CONTENT),
    Row("/etc/ssl/certs", Cover.CONTENT),
    Row("/etc/pki/tls/openssl.cnf", Cover.CONTENT),
    Row("/etc/pki/tls/certs", Cover.CONTENT),
    # They differ from container to container, and tell nothing to who may not connect.
    Row("/etc/hosts", Cover.CONTENT, network=True),
    Row("/etc/resolv.conf", Cover.CONTENT, network=True),
    Row("/etc/host.conf", Cover.CONTENT, network=True),
    Row("/etc/gai.conf", Cover.CONTENT, network=True),
    Row("/etc/services", Cover.CONTENT, network=True),
    Row("/etc/protocols", Cover.CONTENT, network=True),
    # What other processes keep to themselves stays theirs: a restricted process may not trace one that is not.
    Row("/proc", Cover.NOTHING),
    Row("/sys/devices/system/cpu", Cover.NOTHING),
    # How much memory and time a process gets; DuckDB aborts where it sees the files and may not read them.
    Row("/sys/fs/cgroup", Cover.NOTHING),
    Row("/dev/null", Cover.NOTHING, DEVICE),
    Row("/dev/zero", Cover.NOTHING, DEVICE),
    Row("/dev/full", Cover.NOTHING, DEVICE),
    Row("/dev/random", Cover.NOTHING, DEVICE),
    Row("/dev/urandom", Cover.NOTHING, DEVICE),
    Row("/dev/tty", Cover.NOTHING, DEVICE),
    # A notebook's `!command` runs in a terminal of its own.
    Row("/dev/ptmx", Cover.NOTHING, DEVICE),
    Row("/dev/pts", Cover.NOTHING, DEVICE),
    # Semaphores and shared memory; it is not listed, so that only who knows another's name could read there.
    Row("/dev/shm", Cover.NOTHING, WRITE & ~LIST),
)
# Where package managers note what is installed: Debian, Fedora (new, old), Alpine, Arch.
_PACKAGE_STATES = (
    "/var/lib/dpkg/status", "/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite", "/lib/apk/db/installed",
    "/var/lib/pacman/local",
)  # fmt: skip


@functools.cache
def machine_grants(network: bool = False) -> tuple[Grant, ...]:
    """The rights of every check to the machine's files; those of a project come on top."""
    return tuple(Grant(path, row.rights, is_optional=True) for row in table(network) for path in _paths(row.pattern))


def platform_facts(network: bool = False) -> dict[str, str]:
    """What of the machine goes into the key of a check: it changes when anything granted to all may have changed."""
    rows = table(network)
    facts = {"system": platform.system(), "machine": platform.machine(), "libc": "-".join(platform.libc_ver())}
    if any(row.cover is Cover.INTERPRETER for row in rows):
        facts["interpreter"] = f"{sys.implementation.cache_tag} {sys.version}"
    if any(row.cover is Cover.PACKAGES for row in rows):
        facts["packages"] = _hashes(_PACKAGE_STATES)
    return facts | {row.pattern: _hashes((row.pattern,)) for row in rows if row.cover is Cover.CONTENT}


def table(network: bool = False) -> tuple[Row, ...]:
    """All rows that hold: the machine's, and the interpreter's, wherever it is installed."""
    return tuple(row for row in (*_MACHINE, *_interpreter()) if network or not row.network)


@functools.cache
def _interpreter() -> tuple[Row, ...]:
    """The interpreter without any package that is installed for it: not its prefix as a whole."""
    standard = Path(sysconfig.get_path("stdlib"))
    files = [
        Path(os.path.realpath(sys.executable)),
        *Path(sys.base_prefix).glob("lib*/libpython*.so*"),
        *(path for path in standard.iterdir() if path.name not in ("site-packages", "dist-packages")),
    ]
    rows = [Row(str(path), Cover.INTERPRETER) for path in files]
    # The import system lists the folder; of what else is in it, only the names are seen.
    return (Row(str(standard), Cover.INTERPRETER, LIST), *rows)


def _paths(pattern: str) -> Iterator[Path]:
    """The paths that match; a pattern has its stars in the last part of the path."""
    path = Path(pattern)
    return path.parent.glob(path.name) if "*" in path.name else iter((path,))


def _hashes(patterns: tuple[str, ...]) -> str:
    """One hash over the content of all files at or below these paths, and of which there are."""
    found = hashlib.sha256()
    for path in map(Path, patterns):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                found.update(f"{file}\0{_content_hash(file)}\n".encode())
    return found.hexdigest()


def _content_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
