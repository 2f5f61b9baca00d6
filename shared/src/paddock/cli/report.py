"""`paddock report`: reports of notebooks, or where the report of a run is."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from paddock.cli import console, ending, report_progress
from paddock.cli.context import JsonOption, WorkspaceOption, workspace_of
from paddock.cli.pairs import pairs
from paddock.errors import ConfigurationError
from paddock.project import Workspace, named
from paddock.reports.order import TIME_LIMIT, Order, order_of
from paddock.reports.result import Result

_ALLOCATIONS = 100_000
_EXIT_FAILED = 1
_SUFFIX = ".ipynb"


def report(
    names: Annotated[
        list[str], typer.Argument(metavar="NOTEBOOK... | PROJECT [RUN]", help="Notebooks; or a project, and a run.")
    ],
    parameters: Annotated[list[str] | None, typer.Option("--parameters", "-p", help="NAME=VALUE for each.")] = None,
    sweep: Annotated[
        list[str] | None,
        typer.Option("--sweep", help="NAME=V1,V2, or whole numbers NAME=A:B: each combination, compared."),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", "-n", min=0, help="How many at once; by default one more than there are cores.")
    ] = 0,
    on: Annotated[str, typer.Option("--on", help="The scheduler of a Dask cluster: tcp://host:8786.")] = "",
    output: Annotated[Path | None, typer.Option("--output", help="The folder for notebooks and pages.")] = None,
    time_limit: Annotated[float, typer.Option("--time-limit", min=1, help="Seconds for each notebook.")] = TIME_LIMIT,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Execute also where nothing changed.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and make each again when it is saved.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print each page as PDF, too, by Chromium.")] = False,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Execute notebooks and write a page of each; what did not change is reused. Or say where a run's report is."""
    if not any(name.endswith(_SUFFIX) for name in names) and not sweep:
        _of_run(names, pdf, open_it, json, workspace)
        return
    if pdf:
        _require_browser(watch)
    found = workspace_of(workspace)
    sources = [Path(name) for name in names]
    given = pairs(parameters or [])
    orders = (
        _swept(found, sources, given, sweep, output, time_limit)
        if sweep
        else [order_of(found, source, given, _stem(source, output), time_limit) for source in sources]
    )
    if watch:
        _watch(orders, on, json)
        return
    notes = _noted(orders) if sweep else {}
    results = _fulfilled(orders, on, workers, not no_cache, json)
    pages = _compared(orders, results, given, notes, pdf) if sweep else []
    printed = [page.with_suffix(".pdf") for page in pages if pdf]
    printed += _printed([result.report for result in results]) if pdf else []
    if given and not sweep and not all(result.is_cached for result in results):
        _noted(orders)
    _show(results, pages, printed, json)
    if open_it:
        _open(pages or [result.report for result in results])
    if code := _exit_code(results):
        raise typer.Exit(code)


def main() -> NoReturn:
    """Run this command alone, and exit."""
    # Modules stay to the end: to go through them again and again, and once more then, took a tenth of the time.
    gc.set_threshold(_ALLOCATIONS)
    atexit.register(gc.freeze)
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(report)
    ending.end_with(app, "paddock report")


def _of_run(names: Sequence[str], pdf: bool, open_it: bool, json: bool, workspace: Path | None) -> None:
    names = [named(names[0]), *names[1:]]
    if odd := next((name for name in names if "/" in name or Path(name).is_file()), "".join(names[2:3])):
        raise ConfigurationError(
            f"paddock report {odd}: expected notebooks (*{_SUFFIX}), or a project and perhaps a run",
            "Write, for instance: paddock report notebooks/*.ipynb",
        )
    # Slow imports.
    from paddock.cli import runs

    runs.report(names[0], names[1] if len(names) > 1 else "", pdf, open_it, json, workspace)


def _stem(source: Path, output: Path | None) -> Path | None:
    return output.absolute() / source.stem if output else None


def _swept(
    workspace: Workspace,
    sources: Sequence[Path],
    given: Mapping[str, str],
    sweeps: Sequence[str],
    output: Path | None,
    time_limit: float,
) -> list[Order]:
    """An order for each notebook and combination, numbered in a folder of the notebook's own."""
    from paddock.reports.sweep import combinations

    found = combinations(sweeps, given)
    width = len(str(len(found)))
    orders = []
    for source in sources:
        order = order_of(workspace, source, given, _stem(source, output), time_limit)
        orders += [
            replace(order, parameters=values, output=order.output / f"{number:0{width}}")
            for number, values in enumerate(found, 1)
        ]
    return orders


def _fulfilled(orders: Sequence[Order], on: str, workers: int, is_cached: bool, json: bool) -> list[Result]:
    from paddock.reports.suite import Options, fulfil

    with ExitStack() as stack:
        options = Options(workers, is_cached)
        if on:
            from paddock.reports.cluster import performing

            perform, places = stack.enter_context(performing(on))
            options = Options(workers or places, is_cached, perform, is_here=False)
        listener = stack.enter_context(report_progress.listening(quiet=json))
        return fulfil(orders, options, listener)


def _watch(orders: Sequence[Order], on: str, json: bool) -> None:
    if on or json:
        raise ConfigurationError(
            "--watch: works here and for people, not with --on or --json", "Leave one of them out."
        )
    # Slow imports.
    from paddock.cli import report_watch

    report_watch.run(orders)


def _noted(orders: Sequence[Order]) -> dict[str, str]:
    """Warn of parameters that change nothing that a report reads; what was said, by notebook."""
    from paddock.reports import unbuilt

    found = unbuilt.notes(orders)
    for name, note in found.items():
        console.err.print(f"{name}: {note}", style="yellow", markup=False)
    return found


def _compared(
    orders: Sequence[Order], results: Sequence[Result], given: Mapping[str, str], notes: Mapping[str, str], pdf: bool
) -> list[Path]:
    """Write a page for each notebook that compares its executions; with `pdf`, print it beside itself."""
    from paddock.reports import comparison

    pages = []
    for name in dict.fromkeys(order.name for order in orders):
        own = [result for result in results if result.name == name]
        page = own[0].report.with_name("index.html")
        swept = [key for key in own[0].given if key not in given]
        comparison.write(name, swept, own, page, notes.get(name, ""))
        if pdf:
            comparison.print_alone(name, swept, own, page.with_suffix(".pdf"), notes.get(name, ""))
        pages.append(page)
    return pages


def _require_browser(watch: bool) -> None:
    """Raise before anything is executed where no page could be printed."""
    from paddock.notebooks.rendering import printing

    printing.find_browser()
    if watch:
        raise ConfigurationError("--pdf: works once, not with --watch", "Leave one of them out.")


def _printed(pages: Sequence[Path]) -> list[Path]:
    """Print the pages, each beside itself."""
    from paddock.notebooks.rendering import printing

    for page in pages:
        printing.write_pdf(page, page.with_suffix(".pdf"))
    return [page.with_suffix(".pdf") for page in pages]


def _show(results: Sequence[Result], pages: Sequence[Path], printed: Sequence[Path], json: bool) -> None:
    if json:
        reports = [result.as_json() for result in results]
        found = {"reports": reports, "comparisons": [str(page) for page in pages]}
        console.as_json(found | ({"printed": [str(path) for path in printed]} if printed else {}))
        return
    report_progress.show(results)
    for page in pages:
        console.say(f"comparison {page}")
    for path in printed:
        console.say(f"printed {path}")


def _open(paths: Sequence[Path]) -> None:
    import webbrowser

    for path in paths:
        webbrowser.open(path.as_uri())


def _exit_code(results: Sequence[Result]) -> int:
    """0 when all passed; else that of the cause, where all that failed have the same."""
    failed = [result for result in results if not result.has_passed]
    if not failed:
        return 0
    from paddock.notebooks.cause import EXIT_CODES, Cause

    codes = {EXIT_CODES[Cause(result.facts.cause)] if result.facts.cause else _EXIT_FAILED for result in failed}
    return codes.pop() if len(codes) == 1 else _EXIT_FAILED
