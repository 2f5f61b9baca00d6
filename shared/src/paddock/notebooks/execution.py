"""The execution of a validation notebook: whether it passed, and everything that it stated."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from paddock.errors import ConfigurationError, nearest
from paddock.notebooks import injection, kernel, secret, verdict
from paddock.notebooks.document import load
from paddock.notebooks.facts import Gate as Gate
from paddock.notebooks.facts import Metric as Metric
from paddock.notebooks.kernel import Kernel
from paddock.notebooks.parameters import checked, declared
from paddock.notebooks.verdict import Outcome
from paddock.storage import artifact

if TYPE_CHECKING:
    from nbformat import NotebookNode

ENGINE = "paddock"
_EXIT_CODE_OF_SIGTERM = 128 + signal.SIGTERM
_NATIVE_KERNELS = ("python3", "python")


@dataclass(frozen=True)
class Execution:
    """One execution: the first reason for which it failed, all effective parameters, gates in their order."""

    status: Literal["passed", "failed"]
    reason: str
    seconds: float
    parameters: Mapping[str, Any]
    gates: tuple[Gate, ...]
    metrics: tuple[Metric, ...]


def execute(
    source: Path,
    output: Path,
    parameters: Mapping[str, Any],
    environment: Mapping[str, str],
    folder: Path,
    time_limit: float,
    on_cell: Callable[[int, int], None],
) -> Execution:
    """Execute the notebook at `source` and store it at `output` with its status, whether it passed or failed.

    The kernel works in `folder` and sees `environment` on top of ours. Raises ConfigurationError when the
    notebook or a parameter is wrong; on Ctrl-C or SIGTERM what there is by then is stored as failed, and
    the interrupt goes on. Whatever happens, no process of the notebook is left.
    """
    begun = time.perf_counter()
    notebook = load(source)
    _check_kernel(source, notebook)
    known = declared(notebook, str(source))
    values = checked(known, parameters)
    injection.inject(notebook, known, values)
    outcome = Outcome(notebook=notebook)
    try:
        with _sigterm_as_exit(), kernel.running(environment, folder) as started:
            _run_papermill(notebook, outcome, started, time_limit, on_cell)
    except (KeyboardInterrupt, SystemExit) as interrupt:
        outcome.stop = "stopped by SIGTERM" if isinstance(interrupt, SystemExit) else "interrupted"
        _store(source, output, outcome, environment, "failed")
        raise
    reason = verdict.reason(outcome, is_audit=True)
    status: Literal["passed", "failed"] = "failed" if reason else "passed"
    _store(source, output, outcome, environment, status)
    return Execution(
        status=status,
        reason=secret.hide(reason, {**os.environ, **environment}),
        seconds=time.perf_counter() - begun,
        parameters={name: values.get(name, parameter.default) for name, parameter in known.items()},
        gates=tuple(outcome.gates.values()),
        metrics=tuple(outcome.metrics.values()),
    )


def _run_papermill(
    notebook: NotebookNode,
    outcome: Outcome,
    started: Kernel,
    time_limit: float,
    on_cell: Callable[[int, int], None],
) -> None:
    # Slow imports: the kernel boots meanwhile.
    import papermill
    from papermill.engines import papermill_engines
    from papermill.execute import remove_error_markers

    from paddock.notebooks.engine import Order, PaddockEngine

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
            order=Order(started, time_limit, on_cell),
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


def _store(
    source: Path, output: Path, outcome: Outcome, environment: Mapping[str, str], status: Literal["passed", "failed"]
) -> None:
    import nbformat

    notebook = outcome.notebook
    # Where it was executed is no fact about the notebook.
    notebook.metadata.get("papermill", {}).update(input_path=source.name, output_path=output.name)
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = secret.hide(cell.outputs, {**os.environ, **environment})
    # A lone surrogate, which a cell may print, has no UTF-8 form; in JSON it is its escape.
    content = nbformat.writes(notebook).encode("utf-8", "backslashreplace")
    artifact.write_bytes(output, content, {"status": status})


@contextlib.contextmanager
def _sigterm_as_exit() -> Iterator[None]:
    """Let SIGTERM unwind the stack as Ctrl-C does, unless the program already handles it, or in a side thread."""
    is_ours = (
        threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    )
    if not is_ours:
        yield
        return
    signal.signal(signal.SIGTERM, _exit)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _exit(number: int, frame: Any) -> NoReturn:
    raise SystemExit(_EXIT_CODE_OF_SIGTERM)
