"""Checks of a pipeline's tasks: what they write, that they are built, and that their parameters arrive."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from paddock.data.catalogue import load_catalogue
from paddock.errors import PaddockError
from paddock.project import Workspace

from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look
from paddock_ci.suite.values import Function, last

_BASES = ("Task", "DatasetTask")
# What hands on or looks at all parameters at once.
# Where a task of a dataset obeys its contract; one of its own would go round it.
_OF_CONTRACTS = {"run", "output", "complete", "dump"}
_ALL = {"clone", "param_kwargs", "to_str_params", "get_params", "clone_parent"}


@dataclass(frozen=True)
class Class:
    """A class of the package: where it stands, and the classes of the package that it is made from, nearest first."""

    place: str
    node: ast.ClassDef
    parents: tuple[Class, ...]
    bases: frozenset[str]

    @property
    def family(self) -> tuple[Class, ...]:
        """The class and all that it is made from."""
        return (self, *(member for parent in self.parents for member in parent.family))


def writes_its_datasets(files: ProjectFiles) -> Iterator[Look]:
    """Every dataset of the catalogue is written by one task, and every task's dataset is in the catalogue."""
    try:
        catalogue = load_catalogue(Workspace(files.root))
    except PaddockError:
        return
    owned = {contract.dataset.partition(".")[2] for contract in catalogue.owned_by(files.name)}
    written = list(_written(files))
    for dataset in sorted(owned):
        writers = [place for name, place in written if name == dataset]
        fault = "" if len(writers) == 1 else f"dataset {dataset!r} is written by {len(writers)} tasks; expected one"
        yield Look("catalog.toml", fault, f'Give one DatasetTask: dataset = "{dataset}"')
    for name, place in written:
        fault = "" if name in owned else f"writes {name!r}, which catalog.toml does not declare"
        yield Look(place, fault, "Declare it, or mend the name.")
    for task in _tasks(files).values():
        if _is_task(task, ("DatasetTask",)):
            own = [node.name for node in task.node.body if isinstance(node, Function) and node.name in _OF_CONTRACTS]
            fault = f"task {task.node.name} has a {own[0]} of its own, which no contract holds" if own else ""
            yield Look(task.place, fault, "Give the rows by frame(): they are validated, then written.")


def uses_every_task(files: ProjectFiles) -> Iterator[Look]:
    """Every task is required by another one, is what others are made from, or is the pipeline: so it is built."""
    pipeline = files.settings.get("pipeline", "").partition(":")[2]
    tasks = _tasks(files)
    named = {
        last(node)
        for path, tree in files.modules.items()
        if path.startswith("src/")
        for part in ast.walk(tree)
        for node in _uses(part)
    }
    for name, task in tasks.items():
        is_used = name == pipeline or name in named
        fault = "" if is_used else f"task {name} is required by no other"
        yield Look(task.place, fault, "Require it where it is needed, or remove it.")


def passes_parameters_on(files: ProjectFiles) -> Iterator[Look]:
    """A task uses each of its parameters, and hands those that a required task has too on to it."""
    tasks = _tasks(files)
    heirs = {name: [one for one in tasks.values() if task in one.family] for name, task in tasks.items()}
    for name, task in tasks.items():
        own = _parameters(task)
        read = {attribute for heir in heirs[name] for member in heir.family for attribute in _own_attributes(member)}
        unused = [parameter for parameter in own if parameter not in read and not read & _ALL]
        said = f"task {name} never uses its parameter {unused[0]!r}" if unused else ""
        yield Look(task.place, said, "Use it as self.…, or remove it.")
        for place, fault, remedy in _parameter_faults(files, task):
            yield Look(place, fault, remedy)
        for call in _calls(task):
            if (required := tasks.get(last(call.func))) is not None:
                place = f"{task.place.rpartition(':')[0]}:{call.lineno}"
                remedy = f"Write, for instance: {last(call.func)}(parameter=self.parameter)"
                yield Look(place, _not_passed(call, own, _parameters(required)), remedy)


def _parameter_faults(files: ProjectFiles, task: Class) -> Iterator[tuple[str, str, str]]:
    """Place, fault and remedy of parameters that no run gives, or that do not tell one result from another."""
    is_pipeline = task.node.name == files.settings.get("pipeline", "").partition(":")[2]
    for name, value in _assigned(task):
        if not (isinstance(value, ast.Call) and last(value.func).endswith("Parameter")):
            continue
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in value.keywords}
        place = f"{task.place.rpartition(':')[0]}:{value.lineno}"
        if given.get("significant") == "False":
            yield place, f"{name!r} is not significant: results of other values count as up to date", "Leave that out."
        elif is_pipeline and not {"default", "default_factory", None} & given.keys():
            yield place, f"{name!r} has no default, which scheduled runs need", "Write: default=…"


def _not_passed(call: ast.Call, own: Mapping[str, str], required: Mapping[str, str]) -> str:
    """Which parameter a call of a required task does not get from the task that requires it."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    name = last(call.func)
    for parameter in [parameter for parameter in required if parameter in own]:
        value = given.get(parameter)
        if value is None and not call.args and None not in given:
            return f"requires {name} without {parameter!r}, so that its own value does not arrive"
        if isinstance(value, ast.Constant):
            return f"requires {name} with {parameter}={value.value!r}, not with its own value"
        if own[parameter] and required[parameter] and own[parameter] != required[parameter]:
            return f"has {parameter!r} with the default {own[parameter]}, {name} with {required[parameter]}"
    return ""


def _uses(node: ast.AST) -> list[ast.expr]:
    """What a call, the bases of a class, or something that is given or kept by its name names."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
        return [node.value]
    if isinstance(node, ast.Call):
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        return [node.func, *(value for value in given if isinstance(value, ast.Name | ast.Attribute))]
    return node.bases if isinstance(node, ast.ClassDef) else []


def _tasks(files: ProjectFiles) -> dict[str, Class]:
    """The tasks of the package, by name."""
    return {name: found for name, found in _classes(files).items() if _is_task(found, _BASES)}


def _is_task(found: Class, bases: tuple[str, ...]) -> bool:
    return any(base in member.bases for member in found.family for base in bases)


def _classes(files: ProjectFiles) -> dict[str, Class]:
    nodes = {
        node.name: (f"{path}:{node.lineno}", node)
        for path, tree in files.modules.items()
        if path.startswith("src/")
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }
    found: dict[str, Class] = {}

    def made(name: str, above: tuple[str, ...]) -> Class:
        place, node = nodes[name]
        bases = [last(base) for base in node.bases]
        parents = tuple(made(base, (*above, name)) for base in bases if base in nodes and base not in (*above, name))
        return found.setdefault(name, Class(place, node, parents, frozenset(bases)))

    for name in nodes:
        made(name, ())
    return {name: found[name] for name in nodes}


def _assigned(found: Class) -> Iterator[tuple[str, ast.expr]]:
    """Name and value of each attribute that the body of a class gives."""
    for node in found.node.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(node, ast.Assign | ast.AnnAssign) and value is not None:
            yield from ((target.id, value) for target in targets if isinstance(target, ast.Name))


def _written(files: ProjectFiles) -> Iterator[tuple[str, str]]:
    """Name and place of each dataset that a task of the project writes."""
    tasks = _tasks(files)
    made_from = {parent.node.name for task in tasks.values() for parent in task.family[1:]}
    for name, task in tasks.items():
        if not _is_task(task, ("DatasetTask",)):
            continue
        names = [value for member in task.family for attribute, value in _assigned(member) if attribute == "dataset"]
        dataset = str(names[0].value) if names and isinstance(names[0], ast.Constant) else ""
        is_own = any(attribute == "dataset" for attribute, _ in _assigned(task))
        if is_own or name not in made_from:
            yield dataset, task.place


def _parameters(task: Class) -> dict[str, str]:
    """The parameters of a task, each with its default as code, or nothing."""
    found: dict[str, str] = {}
    for member in task.family:
        for name, value in _assigned(member):
            if isinstance(value, ast.Call) and last(value.func).endswith("Parameter"):
                defaults = [ast.unparse(keyword.value) for keyword in value.keywords if keyword.arg == "default"]
                found.setdefault(name, defaults[0] if defaults else "")
    return found


def _own_attributes(task: Class) -> set[str]:
    """What the methods of a task read of itself."""
    nodes = (node for node in ast.walk(task.node) if isinstance(node, ast.Attribute))
    return {node.attr for node in nodes if ast.unparse(node.value) in ("self", "super()")}


def _calls(task: Class) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(task.node) if isinstance(node, ast.Call))
