"""The execution of a validation notebook: whether it passed, and everything that it stated."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from paddock.errors import ConfigurationError, nearest
from paddock.notebooks import injection, journal, kernel, secret, stopping, stores, verdict
from paddock.notebooks.cause import Cause, Failure
from paddock.notebooks.document import load, written
from paddock.notebooks.facts import Gate as Gate
from paddock.notebooks.facts import Metric as Metric
from paddock.notebooks.facts import as_json, gate_of, metric_of
from paddock.notebooks.journal import Journal
from paddock.notebooks.kernel import Kernel
from paddock.notebooks.order import Order
from paddock.notebooks.parameters import checked, declared
from paddock.notebooks.reruns import Reruns
from paddock.notebooks.verdict import Outcome

if TYPE_CHECKING:
    from nbformat import NotebookNode

ENGINE = "paddock"
_NATIVE_KERNELS = ("python3", "python")


@dataclass(frozen=True)
class Execution:
    """One execution: the first reason for which it failed and its cause, all parameters, gates in their order."""

    status: Literal["passed", "failed"]
    reason: str
    seconds: float
    parameters: Mapping[str, Any]
    gates: tuple[Gate, ...]
    metrics: tuple[Metric, ...]
    cause: Cause | None = None


def execute(
    source: Path,
    output: Path,
    parameters: Mapping[str, Any],
    environment: Mapping[str, str],
    folder: Path,
    time_limit: float,
    on_cell: Callable[[int, int], None],
    is_audit: bool = True,
    reruns: Reruns | None = None,
) -> Execution:
    """Execute the notebook at `source` and store it at `output` with its status, whether it passed or failed.

    Only an audit has to evaluate a gate, and is stored as an artifact. The kernel works in `folder` and sees
    `environment` on top of ours. Raises ConfigurationError when the notebook or a parameter is wrong; on Ctrl-C or
    SIGTERM what there is by then is stored as failed, and the interrupt goes on. Whatever happens, no process of the
    notebook is left; with `reruns`, only cells are executed that differ from earlier runs, and what they need lives on
    until these are closed.
    """
    begun = time.perf_counter()
    notebook = load(source)
    _check_kernel(source, notebook)
    known = declared(notebook, str(source))
    values = checked(known, parameters)
    injection.inject(notebook, known, values)
    outcome = Outcome(notebook=notebook)
    hide = secret.hider({**os.environ, **environment})
    with journal.begun(output, hide, is_artifact=is_audit) as kept:
        try:
            with stopping.sigterm_as_exit(), _kernel(notebook, environment, folder, reruns) as started:
                _run_papermill(notebook, outcome, Order(started, time_limit, on_cell, kept, reruns))
        except (KeyboardInterrupt, SystemExit) as interrupt:
            _store(source, outcome, kept, stopping.failure(interrupt))
            raise
        failure = verdict.first(outcome, is_audit)
        _store(source, outcome, kept, failure)
    return Execution(
        status="failed" if failure else "passed",
        reason=hide(failure.reason) if failure else "",
        seconds=time.perf_counter() - begun,
        parameters=hide({name: values.get(name, parameter.default) for name, parameter in known.items()}),
        gates=tuple(gate_of(hide(as_json(gate))) for gate in outcome.gates.values()),
        metrics=tuple(metric_of(hide(as_json(metric))) for metric in outcome.metrics.values()),
        cause=failure.cause if failure else None,
    )


def _kernel(
    notebook: NotebookNode, environment: Mapping[str, str], folder: Path, reruns: Reruns | None
) -> contextlib.AbstractContextManager[Kernel]:
    return kernel.running(environment, folder) if reruns is None else reruns.running(notebook, environment, folder)


def _run_papermill(notebook: NotebookNode, outcome: Outcome, order: Order) -> None:
    # Slow imports: the kernel boots meanwhile.
    with stores.loaded_when_used():
        import papermill
        from papermill.engines import papermill_engines
        from papermill.execute import remove_error_markers

        from paddock.notebooks.engine import PaddockEngine

    # Also where the package is used from its folder, without its entry points.
    papermill_engines.register(ENGINE, PaddockEngine)
    # A cell that raised is part of the outcome, as every other reason is.
    with contextlib.suppress(papermill.PapermillExecutionError):
        papermill.execute_notebook(
            notebook,
            None,
            engine_name=ENGINE,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            order=order,
            outcome=outcome,
        )
    # Cells that papermill adds to point at an exception; the reason says it.
    remove_error_markers(outcome.notebook)


def _check_kernel(source: Path, notebook: NotebookNode) -> None:
    spec = notebook.metadata.get("kernelspec", {})
    language = spec.get("language") or notebook.metadata.get("language_info", {}).get("name") or "python"
    if str(language).lower() not in ("python", "ipython"):
        raise ConfigurationError(
            f"{source}: metadata.kernelspec.language: expected python, got '{language}'",
            "Validation notebooks are written in Python.",
        )
    name = str(spec.get("name", "python3"))
    if name in _NATIVE_KERNELS:
        return
    from jupyter_client.kernelspec import KernelSpecManager

    known = KernelSpecManager().find_kernel_specs()
    if name not in known:
        raise ConfigurationError(
            f"{source}: metadata.kernelspec.name: unknown kernel '{name}', known: {', '.join(sorted(known))}",
            f"{nearest(name, known)} Choose the kernel 'python3' in Jupyter and save the notebook.",
        )


def _store(source: Path, outcome: Outcome, kept: Journal, failure: Failure | None) -> None:
    notebook = outcome.notebook
    # Where it was executed is no fact about the notebook.
    notebook.metadata.get("papermill", {}).update(input_path=source.name, output_path=kept.output.name)
    verdict.state(notebook, failure)
    # All of it: a traceback repeats its source, and widgets keep their state in the metadata.
    kept.store(written(kept.hide(notebook)), {"status": "failed" if failure else "passed"})
