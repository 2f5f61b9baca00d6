"""The commands that a README.md tells its reader to give, in the workspace's folder."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import pairwise

import yaml
from paddock.errors import nearest
from paddock.secrets import names_secret

from paddock_ci.commands import command_fault
from paddock_ci.compose import read
from paddock_ci.files import ProjectFiles
from paddock_ci.installers import installs, program
from paddock_ci.makefile import target_fault
from paddock_ci.paths import ELSEWHERE, SUFFIXES, suffix
from paddock_ci.shell import Command

_MAKES_FILES = {"git", "mkdir", "echo", "export", "touch", "cp", "mv", "docker", "make", "rm", "unset"}
# Installers that obey a lock, or that a README.md may well show.
_LOCKED = {"poetry", "git", "curl", "wget", "make", "docker"}
_SUBCOMMANDS = {
    "git": "add branch checkout clone commit config diff fetch init lfs log merge pull push rebase restore rev-parse "
    "show stash status submodule switch tag",
    "docker": "build buildx compose cp exec image images info inspect kill load login logs network ps pull push "
    "restart rm rmi run save start stats stop system tag top version volume",
    "docker compose": "build config cp down exec images kill logs ls port ps pull push restart rm run start stop top "
    "up version wait watch",
}
_VALUED = {
    "-C", "-c", "-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--context", "-H", "-e", "--env",
    "-v", "--volume", "-u", "--user", "-w", "--workdir", "--name", "--network", "--entrypoint",
}  # fmt: skip
_PYTEST = re.compile(
    r"-[qvxsl]+|-[nkmpcor].*|-r\w+|--(verbose|quiet|exitfirst|capture|maxfail|durations(-min)?|tb|lf|last-failed|ff|"
    r"failed-first|nf|new-first|sw|stepwise|pdb|collect-only|co|markers|fixtures|version|help|no-header|no-summary|"
    r"junit-?xml|import-mode|rootdir|ignore(-glob)?|deselect|strict(-markers|-config)?|cov\w*(-[\w-]+)?|no-cov|numprocesses|"
    r"dist|timeout|color|log-(cli-)?level|hypothesis-[\w-]+|basetemp|runxfail|showlocals|setup-show|cache-clear)(=.*)?"
)
_ASSIGNED = re.compile(r"(?<![\w-])(\w+)=(\"[^\"]*\"|'[^']*'|[^\s;&|]*)")
_PLACEHOLDER = re.compile(r"|.*(\$|…|\.\.\.|<|\*\*\*).*", re.DOTALL)


def instruction_fault(command: Command, files: ProjectFiles) -> str:
    """Why a command of README.md, given in the workspace's folder, cannot be run."""
    name, words = posixpath.basename(command.words[0]), command.words[1:]
    if fault := _harm(command) or command_fault(command.words, files) or _word_fault(name, words, files):
        return fault
    if name == "make":
        return target_fault(words, files.text(posixpath.relpath(files.root / "Makefile", files.folder)))
    for path in _arguments(name, words):
        parts = path.split("/")
        if parts[0] == "projects" and len(parts) > 1 and parts[1] not in ("", files.name):
            return f"'{path}' is not of this project, projects/{files.name}"
        if not any(files.root.glob(path)):
            return f"'{path}' does not exist in the workspace"
    return ""


def secret_fault(line: str) -> str:
    """Why a line of a shell tells a secret, or nothing."""
    told = [name for name, value in _ASSIGNED.findall(line) if names_secret(name) and _is_told(value)]
    return f"writes '{told[0]}' down" if told else ""


def _is_told(value: str) -> bool:
    return not _PLACEHOLDER.fullmatch(value.strip("\"'"))


def _harm(command: Command) -> str:
    """What a command does to a reader's machine, or hides, or nothing."""
    name, arguments = program(command)
    if "sudo" in command.before:
        return "uses sudo"
    if command.is_excuse:
        return f"'{' '.join(command.words)}' hides what the command before says"
    if command.is_piped and name in ("sh", "bash", "zsh", "python"):
        return f"pipes into {name}"
    if name == "rm" and any(re.match(r"--recursive|-\w*[rR]", word) for word in arguments):
        return "rm removes whole folders"
    if installs(command) and name not in _LOCKED and (name, arguments[:1]) != ("uv", ("sync",)):
        return f"{name} installs beside the lock"
    return ""


def _word_fault(name: str, words: Sequence[str], files: ProjectFiles) -> str:
    """Why a program does not know what it is given, or nothing."""
    if name == "pytest":
        wrong = [word for word in words if word.startswith("-") and not _PYTEST.fullmatch(word)]
        return f"pytest has no option {wrong[0]}" if wrong else ""
    given = _plain(words)
    for known in (name, f"{name} compose"):
        names = _SUBCOMMANDS.get(known, "").split()
        if names and given and given[0] not in names:
            return f"{known}: no command '{given[0]}'. {nearest(given[0], names)}"
        if name != "docker" or given[:1] != ["compose"]:
            break
        given = given[1:]
    return _run_fault(given, files, is_service="compose" in words) if name == "docker" and given[:1] == ["run"] else ""


def _run_fault(given: Sequence[str], files: ProjectFiles, is_service: bool) -> str:
    """Why `docker run`, or that of compose, would find no image or service, or nothing."""
    if is_service:
        services = _services(files)
        is_there = not services or not given[1:] or given[1] in services
        return "" if is_there else f"no service '{given[1]}'. {nearest(given[1], services)}"
    names = [word.partition(":")[0] for word in given[1:]]
    close = get_close_matches(files.name, names, n=1, cutoff=0.85) if files.name not in names else []
    return f"docker run: expected the image '{files.name}', got '{close[0]}'" if close else ""


def _plain(words: Sequence[str]) -> list[str]:
    """What is left of the words of git or docker without options and their values."""
    kept = [word for before, word in pairwise(["", *words]) if before not in _VALUED]
    return [word for word in kept if not word.startswith("-")]


def _services(files: ProjectFiles) -> set[str]:
    try:
        return set(read(files.text("compose.yaml")).services)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return set()


def _arguments(name: str, words: Sequence[str]) -> Iterator[str]:
    """The arguments of a command that name files which must be there."""
    if name == "docker":
        words = [word for before, word in pairwise(words) if before in ("-f", "--file")]
    elif name in _MAKES_FILES:
        return
    elif name == "papermill":
        words = [w for w in words if not w.startswith("-")][:1]
    for word in words:
        path = re.split("::|=", word)[0 if "::" in word else -1].removeprefix("./")
        if ("/" in path or suffix(path) in SUFFIXES) and not ELSEWHERE.search(path):
            yield path.rstrip("/")
