"""The commands that a project may give, in its workspace or in its image."""

from __future__ import annotations

import importlib.util
import posixpath
import re
import shutil
import sys
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple

import typer
from packaging.utils import canonicalize_name
from paddock.cli.main import app
from paddock.errors import nearest

from paddock_ci.files import ProjectFiles
from paddock_ci.parameters import notebook_parameters, pipeline_parameters, value_fault
from paddock_ci.programs import Program, usage_fault
from paddock_ci.shell import Command, shell_commands

_OF_SYSTEM = {
    "git", "make", "docker", "source", ".", "export", "cd", "echo", "cat", "ls", "mkdir", "cp", "mv", "rm", "set",
    "test", "[", "true", "false", ":", "exit", "unset", "for", "case", "python", "psql", "kubectl", "jq", "curl",
    "head", "tail", "grep", "less", "sort", "wc", "tee",
}  # fmt: skip
_OF_IMAGE = {"sh", "bash", "env", "python", "python3", "test", "[", "true", "exit", "cat", "ls", "echo"}


class Named(NamedTuple):
    """The command that words after `paddock` name: its path, its parser, what it is given.

    What asks for help has no parser. Of a name that is none, `fault` says so, and `rest` begins with it.
    """

    path: str
    parser: Any = None
    rest: Sequence[str] = ()
    fault: str = ""


def command_fault(words: Sequence[str], files: ProjectFiles, in_image: bool = False) -> str:
    """Why a command cannot be run for this project, here or in its image; nothing where it can."""
    name = posixpath.basename(words[0])
    if not _is_program(name, files, in_image):
        return f"'{name}' is no command of {'the image' if in_image else 'this environment'}"
    if name == "paddock":
        return _paddock_fault(words[1:], files, in_image)
    if name.startswith("python") and "-m" in words[:-1]:
        return _module_fault(words[words.index("-m") + 1], files)
    return ""


def health_fault(commands: Sequence[Command], files: ProjectFiles) -> str:
    """Why a health check would not notice that this project's image does not work, or nothing."""
    if not commands:
        return "checks nothing"
    words = commands[0].words
    if posixpath.basename(words[0]) in ("sh", "bash") and words[1:2] == ("-c",) and len(words) > 2:
        return health_fault(shell_commands(words[2]), files)
    asked = [c for c in commands if not (c.joint == "||" and c.words in (("exit", "1"), ("false",)))]
    for command in asked:
        if command.joint not in ("", "&&"):
            return f"'{' '.join(command.words)}' hides what the command before says"
        if fault := command_fault(command.words, files, in_image=True):
            return fault
    is_said = any(_asks_project(command.words) for command in asked)
    return "" if is_said else f"'{' '.join(words)}' says nothing about whether the project works"


def start_fault(words: Sequence[str], files: ProjectFiles) -> str:
    """Why a command, given in the image, is no run of this project; nothing where it is."""
    if fault := command_fault(words, files, in_image=True):
        return fault
    name = posixpath.basename(words[0])
    if name.startswith("python") and words[1:2] == ("-m",):
        is_own = words[2].partition(".")[0] == files.settings.get("package")
        return "" if is_own else f"expected a module of this project, got '{words[2]}'"
    if name != "paddock" or tuple(words[1:2]) != ("run",) or "--help" in words:
        return f"expected paddock run {files.name}, got '{' '.join(words)}'"
    given = re.findall(r"(?:^|\0)(?:-p|--parameters?)[\0=]([^\0=]+)=([^\0]*)", "\0".join(words))
    pipeline, notebooks = pipeline_parameters(files), notebook_parameters(files)
    return next((fault for n, v in given if (fault := value_fault(n, v, pipeline, notebooks))), "")


def _asks_project(words: Sequence[str]) -> bool:
    """Whether a command fails where the project's packages are broken."""
    name = posixpath.basename(words[0])
    if name == "paddock":
        return len(words) > 1 and words[1] != "version" and "--help" not in words
    imports = len(words) > 2 and words[1] == "-c" and re.match(r"(import|from) +\w", words[2])
    return name.startswith("python") and len(words) > 2 and (words[1] == "-m" or bool(imports))


def _module_fault(module: str, files: ProjectFiles) -> str:
    """Why `python -m` would not find a module, or nothing."""
    package, path = str(files.settings.get("package", "")), f"src/{module.replace('.', '/')}"
    if module.partition(".")[0] == package:
        is_there = f"{path}.py" in files.paths or f"{path}/__main__.py" in files.paths
    else:
        is_there = is_module(module)
    return "" if is_there else f"no module '{module}'"


def is_module(module: str, *folders: str) -> bool:
    """Whether `python -m` would find a module, in the folders or installed; none is imported for that."""
    first, *others = module.split(".")
    try:
        spec = (PathFinder.find_spec(first, folders) if folders else None) or importlib.util.find_spec(first)
    except (ImportError, ValueError):
        return False
    for name in others:
        inside = list(spec.submodule_search_locations or ()) if spec else []
        spec = PathFinder.find_spec(name, inside) if inside else None
    # Of a package, its `__main__` is what runs.
    inside = list(spec.submodule_search_locations or ()) if spec else []
    return spec is not None and (not inside or PathFinder.find_spec("__main__", inside) is not None)


def _is_program(name: str, files: ProjectFiles, in_image: bool) -> bool:
    owners = _scripts().get(name, set())
    if in_image:
        return name in _OF_IMAGE or bool(owners & _installed(files))
    return name in _OF_SYSTEM or bool(owners) or shutil.which(name, path=posixpath.dirname(sys.executable)) is not None


@cache
def _scripts() -> dict[str, set[str]]:
    """The console scripts of this environment, each with the packages that bring it."""
    found: dict[str, set[str]] = {}
    for entry in entry_points(group="console_scripts"):
        if entry.dist:
            found.setdefault(entry.name, set()).add(canonicalize_name(entry.dist.name))
    return found


@cache
def commands() -> dict[str, tuple[str, Any]]:
    """The commands of `paddock`, each with the package that brings it; a program that reads its own options is one."""
    root: Any = typer.main.get_command(app)
    found = {name: ("paddock", command) for name, command in root.commands.items()}
    for entry in entry_points(group="paddock.commands"):
        one = typer.Typer()
        one.command(entry.name)(entry.load())
        found[entry.name] = (_owner(entry), typer.main.get_command(one))
    return found | {entry.name: (_owner(entry), Program(entry)) for entry in entry_points(group="paddock.programs")}


def _owner(entry: EntryPoint) -> str:
    return canonicalize_name(entry.dist.name) if entry.dist else ""


def _installed(files: ProjectFiles) -> set[str]:
    """The packages of the project's image."""
    return {
        "paddock",
        *map(canonicalize_name, re.findall(r"^([\w.-]+)==", files.text("requirements.txt"), re.MULTILINE)),
    }


def named(words: Sequence[str], owners: Collection[str] = ()) -> Named:
    """The command that the words after `paddock` name, of the packages `owners` if any are given."""
    known = {name: command for name, (owner, command) in commands().items() if not owners or owner in owners}
    command: Any = None
    rest, path = list(words), "paddock"
    while known and rest[:1] != ["--help"]:
        if not rest:
            return Named(path, fault=f"{path}: expected a command, got none. Known: {', '.join(sorted(known))}.")
        name = rest.pop(0)
        if name not in known:
            return Named(path, None, [name], f"{path}: no command '{name}'. {nearest(name, known)}")
        command = known[name]
        known, path = getattr(command, "commands", {}), f"{path} {name}"
    return Named(path, None if "--help" in rest else command, rest)


def _paddock_fault(words: Sequence[str], files: ProjectFiles, in_image: bool) -> str:
    """Why `paddock` would refuse these arguments: its own parser reads them."""
    path, parser, rest, fault = named(words, _installed(files) if in_image else ())
    if fault or parser is None:
        return fault
    if isinstance(parser, Program):
        return usage_fault(path, rest, parser)
    try:
        return _argument_fault(path, parser.make_context(path, list(rest)).params, files)
    except typer.TyperException as error:
        return f"{path}: {error.format_message()}"


def _argument_fault(path: str, given: Mapping[str, Any], files: ProjectFiles) -> str:
    """What is wrong with the project and the dataset that a command names."""
    if given.get("project") not in (None, files.name):
        return f"{path}: expected the project '{files.name}', got '{given['project']}'"
    owner, dot, name = str(given.get("dataset") or "").partition(".")
    catalog = files.folder.parent / owner / "catalog.toml"
    if dot and f"[datasets.{name}]" not in (catalog.read_text("utf-8") if catalog.is_file() else ""):
        return f"{path}: no dataset '{owner}.{name}'"
    return ""
