"""Checks that nothing in a project makes pytest, mypy or ruff look at less than the workspace asks for."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Any

from paddock_ci.checks.suppressions import suppressed
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look

_MANIFEST = "pyproject.toml"
_OPTIONS = re.compile(
    r"-q+|-v+|-r[a-zA-Z]+|--strict-markers|--strict-config|--(import-mode|durations|tb|color)=.+|-n.+"
)
_REQUIRED = ("--strict-markers", "--strict-config")
_TAKING_OUT = {
    "python_files", "python_functions", "python_classes", "norecursedirs", "collect_ignore", "collect_ignore_glob",
    "collect_imported_tests", "empty_parameter_set_mark",
}  # fmt: skip
_LAX = re.compile(r"ignore_|allow_(untyped|any|subclassing)|disable_error_code|exclude|follow_imports")
_TOLD = {"disallow_subclassing_any"}
_OWN_RULES = {
    "select", "exclude", "extend-exclude", "extend-ignore", "include", "per-file-ignores", "line-length",
    "target-version", "unsafe-fixes", "force-exclude", "mccabe", "pydocstyle", "pylint",
}  # fmt: skip
_RULE = re.compile(r"[A-Z]+\d{3,}")
_SHADOWS = {
    "pytest.ini", ".pytest.ini", "mypy.ini", ".mypy.ini", "setup.cfg", "tox.ini", "ruff.toml", ".ruff.toml",
    ".coveragerc", ".flake8", ".codespellrc", ".hadolint.yaml", ".hadolint.yml",
}  # fmt: skip
# Where a comment can say something to a tool.
_CODE = (".py", ".ipynb", ".yaml", ".yml", ".toml")


def weakens_no_tool(files: ProjectFiles) -> Iterator[Look]:
    """No setting, file or comment of a project makes pytest, mypy or ruff look at less than the workspace does."""
    tools = files.manifest.get("tool", {})
    faults = [*_pytest(tools), *_mypy(files, tools.get("mypy", {})), *_ruff(files, tools.get("ruff", {}))]
    yield from (Look(_MANIFEST, fault, remedy) for fault, remedy in faults)
    if not faults:
        yield Look(_MANIFEST)
    for path in files.paths:
        name = PurePosixPath(path).name
        is_shadow = name in _SHADOWS or (name == _MANIFEST and path != _MANIFEST)
        if is_shadow:
            yield Look(path, "is read in place of the settings in pyproject.toml", f"Remove it; {_MANIFEST} has them.")
        if path.startswith("src/") and path.endswith(".pyi") and path.removesuffix("i") in files.paths:
            yield Look(path, "hides the module beside it from mypy", "Write the types into the module.")
        if name.endswith(_CODE) or name.startswith("Dockerfile"):
            found = [Look(place, fault, remedy) for place, fault, remedy in suppressed(files, path)]
            yield from found or [Look(path)]


Faults = Iterator[tuple[str, str]]


def _pytest(tools: Mapping[str, Any]) -> Faults:
    """What the settings of pytest take out of a run."""
    options = tools.get("pytest", {}).get("ini_options") if isinstance(tools.get("pytest"), dict) else None
    for name in [name for name in tools if name.startswith("pytest") and name != "pytest"]:
        yield f"[tool.{name}] is read by nothing", "Call it [tool.pytest.ini_options]."
    if not isinstance(options, dict):
        yield "has no table [tool.pytest.ini_options]", "Add it, as the template has it."
        return
    given = options.get("addopts", "")
    words = [str(word) for word in given] if isinstance(given, list) else shlex.split(str(given))
    yield from (
        (f"addopts has {word!r}, which no project needs", "Give it on the command line when you want it.")
        for word in _unknown(words)
    )
    for word in [word for word in _REQUIRED if word not in words]:
        yield f"addopts has no {word}", f"Add {word} to addopts."
    for name in sorted(_TAKING_OUT & set(options)):
        yield f"pytest's {name} takes tests out of the run", "Remove it."
    if options.get("xfail_strict") is not True:
        yield "xfail_strict is not true: a test that is expected to fail may pass", "Write: xfail_strict = true"
    for line in options.get("filterwarnings", []):
        action, message, category, module = (*str(line).split(":"), "", "", "")[:4]
        if action == "ignore" and not message.strip() and not module and category in ("", "Warning", "Exception"):
            yield f"filterwarnings has {line!r}, which hides every warning", "Name the message that is meant."


def _unknown(words: list[str]) -> Iterator[str]:
    """The options that are on no list of harmless ones; some take the next word as their value."""
    rest = iter(words)
    for word in rest:
        if word in ("-n", "--import-mode"):
            next(rest, "")
        elif word == "-p":
            if not (value := next(rest, "")).startswith("xdist"):
                yield f"-p {value}"
        elif not _OPTIONS.fullmatch(word) and not word.startswith("-pxdist"):
            yield word


def _mypy(files: ProjectFiles, table: Mapping[str, Any]) -> Faults:
    """What the settings of mypy leave out, in general or for the project's own modules."""
    if table.get("strict") is not True:
        yield "mypy is not strict", "Write in [tool.mypy]: strict = true"
    for name, value in table.items():
        is_lax = bool(_LAX.match(name)) and value not in (False, [], "normal")
        is_off = value is False and name not in _TOLD | {"strict"} and not _LAX.match(name)
        if is_lax or is_off:
            yield f"[tool.mypy] {name} = {value!r} makes mypy look at less", "Remove it; mend what mypy says."
    given = table.get("files", [])
    looked = [part.strip() for part in given.split(",")] if isinstance(given, str) else [str(part) for part in given]
    folder = "src" if (files.folder / "src").is_dir() else "tests"
    if folder not in [name.rstrip("/") for name in looked]:
        yield f"mypy does not look at {folder!r}: its files are {looked}", f'Write: files = ["{folder}"]'
    package = files.settings.get("package", "") or "tests"
    for override in table.get("overrides", []):
        modules = override.get("module", [])
        for module in [modules] if isinstance(modules, str) else modules:
            if fnmatch(package, module) or f"{module}.".startswith(f"{package}."):
                yield f"mypy has other settings for {module!r}", "Remove the override of the project's own modules."


def _ruff(files: ProjectFiles, table: Mapping[str, Any]) -> Faults:
    """Where the settings of ruff are not the workspace's, or take some of them back."""
    extended = files.folder / str(table.get("extend", ""))
    if "extend" not in table or extended.resolve() != (files.root / _MANIFEST).resolve():
        yield "ruff does not begin with the workspace's settings", 'Write: [tool.ruff] extend = "../../pyproject.toml"'
    lint = table.get("lint", {})
    inner = {name: part for name, part in table.items() if isinstance(part, dict)}
    for name in sorted({*table, *(key for part in inner.values() for key in part)} & _OWN_RULES):
        yield f"ruff has its own {name!r}", "Remove it: the workspace's is for all projects."
    added = tuple(str(code) for code in lint.get("extend-select", table.get("extend-select", [])))
    for code in [*lint.get("ignore", []), *table.get("ignore", [])]:
        if not (added and str(code).startswith(added)):
            yield f"ruff ignores {code!r}", "Remove it; mend what ruff says, or write `# noqa: CODE` where it is wrong."
    for pattern, codes in lint.get("extend-per-file-ignores", {}).items():
        if pattern.startswith("*") or not all(_RULE.fullmatch(str(code)) for code in codes):
            yield f"ruff ignores {codes} in {pattern!r}", "Name one file, and single rules."
