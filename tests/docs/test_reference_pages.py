"""The reference tells everything: no command, option, setting, key, state, error or public name is left out."""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping, Set
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
import typer
from paddock.cli.main import app
from paddock.data import declaration
from paddock.data.sources import declaration as source_declaration
from paddock.notebooks.cause import Cause
from paddock.project import _PROJECT_KEYS
from paddock.runs.record import Status as RunStatus
from paddock.scaffold import deviations, record
from paddock.scaffold.outcome import Status as UpdateStatus
from paddock.settings import Settings
from paddock.site.history import Trust
from paddock.telling.pages import PAGES as PAGES_OF_ERRORS
from paddock_ci.docs.content import content_of
from paddock_ci.engine import limits
from paddock_ci.engine.job import Status as JobStatus
from paddock_ci.faces.rules import promises
from paddock_ci.reference import commands, formats, outcomes, python, rules, settings
from paddock_ci.reference.pages import PAGES, entries

ROOT = Path(__file__).parents[2]
SOURCES = {
    path: path.read_text(encoding="utf-8") for top in ("shared/src", "ci/src") for path in (ROOT / top).rglob("*.py")
}
IMAGES = [ROOT / "templates" / name for name in ("pipeline", "analysis")]
# Pages about changes of Paddock itself, which go where no project does.
INSIDE = ("add-a-check", "add-a-problem-kind", "add-a-store", "add-a-template-question")
VARIABLE = re.compile(r"PADDOCK_[A-Z0-9_]*[A-Z0-9]")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_what_the_code_says(path: str) -> None:
    """Whoever changes what it tells of makes it anew: python -m paddock_ci.reference."""
    assert (ROOT / path).read_text(encoding="utf-8") == PAGES[path]()


def test_every_entry_stands_on_its_page() -> None:
    """Its place is a heading of its page, so that `paddock explain` leads somewhere."""
    anchors = {path: content_of(page()).anchors for path, page in PAGES.items()}
    assert [entry.place for entry in entries() if entry.anchor not in anchors[entry.page]] == []


@cache
def _tree(text: str) -> ast.Module:
    return ast.parse(text)


# Commands


def _options() -> Iterator[tuple[str, str]]:
    """Each command with each of its options, as typer and the programs' own parsers have them."""
    for entry in entry_points(group="paddock.commands"):
        if entry.name not in {one.name for one in app.registered_commands}:
            app.command(entry.name)(entry.load())
    root: Any = typer.main.get_command(app)
    waiting = [(f"paddock {name}", command) for name, command in root.commands.items()]
    while waiting:
        path, command = waiting.pop()
        if inside := getattr(command, "commands", {}):
            waiting += [(f"{path} {name}", one) for name, one in inside.items()]
            continue
        for parameter in command.params:
            is_option = parameter.param_type_name == "option"
            names = (
                (*parameter.opts, *parameter.secondary_opts) if is_option else (parameter.metavar or parameter.name,)
            )
            yield from ((path, name) for name in names if not getattr(parameter, "hidden", False))
    for entry in entry_points(group="paddock.programs"):
        module = inspect.getsource(import_module(entry.module))
        calls = [node for node in ast.walk(ast.parse(module)) if isinstance(node, ast.Call)]
        [call] = [call for call in calls if ast.unparse(call.func).startswith("getopt.")]
        yield from ((f"paddock {entry.name}", f"--{name.rstrip('=')}") for name in ast.literal_eval(call.args[2]))


def _untold(page: str) -> set[tuple[str, str]]:
    """The commands and options of which a page says nothing."""
    sections = {part.partition("\n")[0]: part for part in page.split("\n## ")}
    return {
        (path, name)
        for path, name in _options()
        if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", sections.get(path, "").replace("\\|", "|"))
    }


def test_every_command_and_option_is_told() -> None:
    """Also those of the harness, and of the programs that read their options themselves."""
    assert _untold(commands.page()) == set()


@pytest.mark.parametrize(
    ("line", "missing"),
    [("`--tolerance", ("paddock replay", "--tolerance")), ("--matrix ", ("paddock affected", "--matrix"))],
)
def test_an_option_that_is_left_out_is_noticed(line: str, missing: tuple[str, str]) -> None:
    """The test above can fail: for typer's options and for a program's own."""
    page = "".join(text for text in commands.page().splitlines(keepends=True) if line not in text)
    assert _untold(page) == {missing}


def test_exit_code_1_is_told_of_commands_that_exist() -> None:
    """What it says of a command that is gone is noticed."""
    known = {path.removeprefix("paddock ") for path, _, _ in commands.walked()}
    assert set(commands.said_of_ones()) - known == set()


# Settings


def _variables(sources: Mapping[Any, str]) -> set[str]:
    """The variables that these files speak of, in texts that are no docstrings; settings are told by their model."""
    found = set()
    for text in sources.values():
        for node in ast.walk(_tree(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= set(VARIABLE.findall(node.value))
    return found


def _needed() -> set[str]:
    files = [path for folder in IMAGES for path in folder.rglob("*") if path.name in ("Dockerfile", "compose.yaml")]
    of_images = {name for path in files for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    return of_images | {f"PADDOCK_{name.upper()}" for name in Settings.model_fields}


def test_every_variable_is_told() -> None:
    """Each that the code or an image names; and none is told of that nothing reads."""
    assert (_variables(SOURCES) | _needed()) - set(settings.variables()) == set()
    assert set(settings.variables()) - _variables(SOURCES) - _needed() == set()


def test_a_variable_that_is_new_is_noticed() -> None:
    """The test above can fail."""
    assert _variables({"new.py": 'os.environ["PADDOCK_NEW"]'}) - set(settings.variables()) == {"PADDOCK_NEW"}


def _workspace_keys() -> set[str]:
    """The keys of `[tool.paddock.workspace]` that the code reads."""
    found = set()
    for text in SOURCES.values():
        for node in ast.walk(_tree(text)) if '"workspace"' in text else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "table_at":
                found |= _after(
                    "workspace", [ast.literal_eval(one) for one in node.args if isinstance(one, ast.Constant)]
                )
            if isinstance(node, ast.Call) and "'paddock', 'workspace').get" in ast.unparse(node.func):
                found.add(ast.literal_eval(node.args[0]))
    return found


def _after(name: str, names: list[str]) -> set[str]:
    return set(names[names.index(name) + 1 :][:1]) if name in names else set()


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        ("tool.paddock", set(_PROJECT_KEYS)),
        ("tool.paddock.deviations", set(deviations._KEYS)),
        ("tool.paddock.environments.NAME", set(Settings.model_fields)),
        ("tool.paddock.checks", set(limits._KEYS)),
        ("tool.paddock.workspace", _workspace_keys()),
    ],
)
def test_every_key_of_a_table_is_told(table: str, keys: Set[str]) -> None:
    """Exactly those that the code reads."""
    assert keys
    assert set(settings.keys()[table]) == keys


def test_every_key_of_a_file_is_told() -> None:
    """Of catalogues, template records and templates: exactly those that the code reads."""
    questions = inspect.getsource(import_module("paddock.scaffold.questions"))
    read = set(re.findall(r'document\.get\("(_\w+)"', questions))
    written = {key for path in IMAGES for key in json.loads((path / "cookiecutter.json").read_text())}
    # What begins with two of them is an answer that follows from others.
    hidden = {key for key in written if re.match("_(?!_)", key)} | (written & {"__prompts__"})
    told = formats.said()
    assert set(told["catalog"]["dataset"]) == set(declaration._DATASET_KEYS)
    assert set(told["catalog"]["column"]) == set(declaration._COLUMN_KEYS)
    assert set(told["catalog"]["source"]) == set(source_declaration._KEYS)
    assert set(told["template"]["record"]) == set(record._KEYS)
    assert (read | hidden) - set(told["template"]["questions"]) == set()


# Outcomes


@pytest.mark.parametrize(
    ("group", "known"),
    [
        ("run", get_args(RunStatus)),
        ("trust", get_args(Trust)),
        ("job", tuple(JobStatus)),
        ("update", tuple(UpdateStatus)),
        ("cause", tuple(Cause)),
    ],
)
def test_every_state_is_told(group: str, known: tuple[str, ...]) -> None:
    """Exactly those that the code knows."""
    assert set(outcomes.said()[group]) == set(known)


def _errors(sources: Mapping[Any, str]) -> set[str]:
    """The classes that are errors of Paddock by their bases, wherever they are defined."""
    classes = [node for text in sources.values() for node in ast.walk(_tree(text)) if isinstance(node, ast.ClassDef)]
    found = {"PaddockError"}
    while new := {one.name for one in classes if {ast.unparse(base) for base in one.bases} & found} - found:
        found |= new
    return found


def test_every_error_is_told() -> None:
    """Each class in either package; a new one anywhere is noticed."""
    assert _errors(SOURCES) == {one.__name__ for one in outcomes.error_classes()} == set(outcomes.said()["error"])
    assert _errors({**SOURCES, "new.py": "class DiskError(ToolError): ..."}) - _errors(SOURCES) == {"DiskError"}


def test_every_error_leads_to_a_page() -> None:
    """Each module that the table names is there, and so is its page."""
    for module, page in PAGES_OF_ERRORS.items():
        assert import_module(module)
        assert (ROOT / page).is_file(), page


def test_every_check_is_told() -> None:
    """Each code has an entry with its promise."""
    assert {entry.name for entry in rules.entries()} == set(promises())


# The Python API


def _imported() -> Iterator[tuple[str, str, str]]:
    """What templates, projects and pages import of `paddock`: the file, the module, the name."""
    for place, text in _python():
        try:
            tree = ast.parse(text)
        except SyntaxError:
            # Jinja, magics of IPython, `…`: line by line, then.
            lines = [line.strip() for line in text.splitlines() if re.match(r"\s*(from paddock[\w.]* )?import ", line)]
            tree = ast.parse("\n".join(line for line in lines if _parses(line)))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "paddock":
                yield from ((place, str(node.module), alias.name) for alias in node.names)


def _parses(line: str) -> bool:
    try:
        ast.parse(line)
    except SyntaxError:
        return False
    return True


def _python() -> Iterator[tuple[str, str]]:
    for path in (path for top in ("templates", "projects") for path in (ROOT / top).rglob("*")):
        if path.suffix == ".py":
            yield str(path), path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                yield str(path), "".join(cell["source"]) if cell["cell_type"] == "code" else ""
    for path in (path for path in (ROOT / "docs").rglob("*.md") if path.stem not in INSIDE):
        for block in content_of(path.read_text(encoding="utf-8")).blocks:
            if block.language in ("python", "ipython", "py"):
                yield str(path), block.text


def _private(module: str, name: str) -> bool:
    whole = f"{module}.{name}"
    return whole not in python.PUBLIC and (module not in python.PUBLIC or name not in python.names_of(module))


def test_what_projects_import_is_public() -> None:
    """Templates, projects and pages use public names alone; the imports that are seen are not none."""
    found = list(_imported())
    assert len(found) > 20
    assert [one for one in found if _private(*one[1:])] == []
    assert _private("paddock.data.versions", "VersionStore")


def _undocumented(modules: Mapping[str, Any]) -> Iterator[str]:
    for module, names in modules.items():
        for name in names:
            value = getattr(import_module(module), name)
            members = {name: value}
            if inspect.isclass(value):
                members |= {f"{name}.{key}": one for key, one in vars(value).items() if not key.startswith("_")}
            for key, one in members.items():
                is_asked = inspect.isclass(one) or inspect.isfunction(one) or isinstance(one, property)
                if is_asked and not inspect.getdoc(one):
                    yield f"{module}.{key}"


def test_every_public_name_has_a_docstring(monkeypatch: pytest.MonkeyPatch) -> None:
    """So has each method of a public class; one that has none is noticed."""
    assert list(_undocumented({module: python.names_of(module) for module in python.PUBLIC})) == []
    module = ModuleType("untold")
    exec("class A:\n    def b(self): ...\n", module.__dict__)
    monkeypatch.setitem(sys.modules, "untold", module)
    assert list(_undocumented({"untold": ("A",)})) == ["untold.A", "untold.A.b"]
