"""The base image of a machine without a registry: this machine's Debian with the Python that runs the tests."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.docker.engine import Engine, NoEngineError

OFFICIAL = "python:3.11-slim"
_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
_SOURCES = ("sources.list.d/debian.sources", "sources.list.d/ubuntu.sources", "sources.list")
# What an image has no use for, named below the folder of the standard library.
_LEFT_OUT = {"__pycache__", "dist-packages", "idlelib", "site-packages", "test", "tkinter", "turtledemo"}
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "SSL_CERT_FILE": str(_BUNDLE),
}


def find_base(engine: Engine, cache: Path) -> str:
    """The name of an image that Dockerfiles can build on: the official one, else one that is made and kept a day.

    Raises NoEngineError where there is neither a registry nor what makes one.
    """
    if engine.answers("image", "inspect", OFFICIAL) or engine.answers("pull", "--quiet", OFFICIAL):
        return OFFICIAL
    if not shutil.which("mmdebstrap"):
        raise NoEngineError(f"{OFFICIAL} cannot be pulled, and mmdebstrap not installed: apt-get install mmdebstrap")
    day = datetime.now(UTC).date().isoformat()
    key = _key()
    name = f"paddock-test/python:{day}-{key}"
    if not engine.answers("image", "inspect", name):
        archive = cache / day / f"python-{key}.tar"
        if not archive.exists():
            _make(archive)
        changes = [f"--change=ENV {variable}={value}" for variable, value in _ENVIRONMENT.items()]
        engine.call("import", *changes, "--change=CMD python3", str(archive), name)
    return name


def _key() -> str:
    """Differs between interpreters and package sources, for each of which an image is made."""
    told = (sys.version, sys.base_prefix, _sources().read_text(), _index(), Path(__file__).read_text())
    return hashlib.sha256(repr(told).encode()).hexdigest()[:12]


def _make(archive: Path) -> None:
    """Write the root file system to `archive`, whole or not at all, and remove those of other days."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    for old in archive.parent.parent.glob("20*"):
        if old != archive.parent:
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=archive.parent) as scratch:
        folder = Path(scratch)
        made = folder / "root.tar"
        _run(["mmdebstrap", *_options(folder), _release(), str(made), str(_sources())])
        made.replace(archive)


def _options(folder: Path) -> list[str]:
    """What goes into the root file system: the libraries that Python is linked to, Python, pip and their settings."""
    python = folder / "python.tar"
    _pack_python(python)
    etc = folder / "etc.tar"
    _pack_settings(etc, folder)
    reach = [line for line in _run(["apt-config", "dump"]).splitlines() if re.match("Acquire::(https?|Check)", line)]
    return [
        "--quiet",
        "--variant=minbase",
        f"--include={','.join(['ca-certificates', 'netbase', 'tzdata', *_linked_packages()])}",
        *(f"--aptopt={line}" for line in reach),
        "--dpkgopt=force-unsafe-io",
        *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("man", "doc", "locale")),
        f"--customize-hook=tar-in {python} /usr/local",
        f"--customize-hook=tar-in {etc} /etc",
        '--customize-hook=chroot "$1" ldconfig',
        '--customize-hook=chroot "$1" python3 -m ensurepip --altinstall >/dev/null 2>&1',
        f'--customize-hook=ln -s pip{_version()} "$1"/usr/local/bin/pip',
    ]


def _pack_python(archive: Path) -> None:
    """The interpreter, its shared library and its standard library, as they stand below a prefix."""
    library = Path(sysconfig.get_path("stdlib"))
    shared = Path(sysconfig.get_config_var("LIBDIR") or "", sysconfig.get_config_var("INSTSONAME") or "")

    def wanted(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        name = Path(member.name).name
        unwanted = name in _LEFT_OUT or name.startswith(("config-", "_tkinter")) or name.endswith(".a")
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        return None if unwanted else member

    with tarfile.open(archive, "w") as tar:
        tar.add(_interpreter(), f"bin/python{_version()}", filter=wanted)
        if sysconfig.get_config_var("Py_ENABLE_SHARED"):
            tar.add(shared, f"lib/{shared.name}", filter=wanted)
        tar.add(library, f"lib/{library.name}", filter=wanted)
        for link, target in (("python3", f"python{_version()}"), ("python", "python3")):
            member = tarfile.TarInfo(f"bin/{link}")
            member.type, member.linkname = tarfile.SYMTYPE, target
            tar.addfile(member)


def _pack_settings(archive: Path, folder: Path) -> None:
    """The authorities that this machine trusts, and the package index that it uses, for pip and for uv."""
    bundle = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile or _BUNDLE
    index = _index()
    texts = {"pip.conf": f"[global]\ncert = {_BUNDLE}\n"}
    if index:
        texts["pip.conf"] += f"index-url = {index}\n"
        texts["uv/uv.toml"] = f'[[index]]\nurl = "{index}"\ndefault = true\n'
    with tarfile.open(archive, "w") as tar:
        tar.add(Path(bundle).resolve(), str(_BUNDLE.relative_to("/etc")))
        for name, text in texts.items():
            (folder / "text").write_text(text)
            tar.add(folder / "text", name)


def _index() -> str:
    """The package index that pip on this machine is told to use; empty for the public one."""
    listed = _run([sys.executable, "-m", "pip", "config", "list"])
    found = [line.split("=", 1)[1].strip("'") for line in listed.splitlines() if ".index-url=" in line]
    return found[-1] if found else ""


def _linked_packages() -> list[str]:
    """The packages of the distribution whose libraries the interpreter and its extension modules load."""
    modules = Path(sysconfig.get_path("stdlib"), "lib-dynload").glob("*.so")
    linked = _run(["ldd", str(_interpreter()), *(str(path) for path in modules if "_tkinter" not in path.name)])
    paths = {Path(line.split("=> ")[1].split()[0]).resolve() for line in linked.splitlines() if "=> /" in line}
    # A library may be listed with or without the /usr before /lib, which are one folder.
    names = sorted({f"{prefix}{str(path).removeprefix('/usr')}" for path in paths for prefix in ("", "/usr")})
    owners = subprocess.run(["dpkg-query", "-S", *names], capture_output=True, text=True, check=False).stdout
    return sorted({line.split(":")[0] for line in owners.splitlines()})


def _interpreter() -> Path:
    return Path(sys.base_prefix, "bin", f"python{_version()}").resolve()


def _version() -> str:
    return sysconfig.get_python_version()


def _release() -> str:
    lines = Path("/etc/os-release").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)["VERSION_CODENAME"]


def _sources() -> Path:
    """The file that names the distribution's own package sources."""
    return next(path for path in (Path("/etc/apt", name) for name in _SOURCES) if path.exists())


def _run(command: Sequence[str]) -> str:
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, f"{' '.join(command)}\n{answer.stdout}{answer.stderr}"
    return answer.stdout
