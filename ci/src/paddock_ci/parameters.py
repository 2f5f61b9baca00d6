"""The parameters of a project: of its pipeline, or of its notebooks."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from paddock.errors import ConfigurationError

from paddock_ci.files import ProjectFiles


def notebook_parameters(files: ProjectFiles) -> dict[str, Any]:
    """The parameters of the declared notebooks; of those whose declaration is at fault, none."""
    from nbformat import from_dict
    from paddock.notebooks.parameters import declared

    found: dict[str, Any] = {}
    for path in files.settings.get("notebooks", ()):
        cells = [
            {"cell_type": "code", "source": cell.source, "metadata": {"tags": list(cell.tags)}}
            for cell in files.notebooks.get(path, ())
        ]
        try:
            found |= declared(from_dict({"cells": cells}))  # type: ignore[no-untyped-call]
        except ConfigurationError:
            continue
    return found


def pipeline_parameters(files: ProjectFiles) -> dict[str, Any]:
    """The parameters of the pipeline's class, each as luigi's own, or None where only a run could make that."""
    module, _, name = str(files.settings.get("pipeline", "")).partition(":")
    path = f"src/{module.replace('.', '/')}"
    tree = files.modules.get(f"{path}.py") or files.modules.get(f"{path}/__init__.py")
    classes = {node.name: node for node in (tree.body if tree else ()) if isinstance(node, ast.ClassDef)}
    found: dict[str, Any] = {}
    waiting = [name]
    while waiting:
        node = classes.pop(waiting.pop(), None)
        for statement in node.body if node else ():
            targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
            value = getattr(statement, "value", None)
            if isinstance(value, ast.Call) and ast.unparse(value.func).endswith("Parameter"):
                found |= {t.id: _parameter(value) for t in targets if isinstance(t, ast.Name) and t.id not in found}
        waiting += [ast.unparse(parent) for parent in (node.bases if node else ())]
    return found


def value_fault(name: str, value: str, pipeline: Mapping[str, Any], notebooks: Mapping[str, Any]) -> str:
    """Why a value cannot be given to the parameter `name`."""
    from paddock.notebooks.parameters import checked

    if name not in pipeline and name not in notebooks:
        return f"sets '{name}', which is no parameter of the pipeline or of a notebook"
    try:
        if name in notebooks:
            checked(notebooks, {name: value})
        if pipeline.get(name) is not None:
            pipeline[name].parse(value)
    except ConfigurationError as error:
        return error.message
    except Exception as error:  # what a parameter of luigi raises depends on its kind
        return f"parameter '{name}': '{value}' is not legal: {error}"
    return ""


def _parameter(call: ast.Call) -> Any:
    import luigi

    try:
        options = {k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg not in (None, "var_type")}
        return getattr(luigi, ast.unparse(call.func).rpartition(".")[2])(**options)
    except (AttributeError, ValueError, TypeError, luigi.parameter.ParameterException):
        return None
