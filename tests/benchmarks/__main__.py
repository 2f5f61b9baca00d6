"""Print the figures: `make bench`; a bound that is not reached says so."""

from __future__ import annotations

import tempfile
from pathlib import Path

from paddock.project import find_workspace

from tests.benchmarks import (
    affected,
    checks,
    datasets,
    engine,
    first_cell,
    records,
    reports,
    run_phases,
    site,
    snapshots,
    templates,
    updates,
)
from tests.docker.engine import NoEngineError
from tests.docker.figures import image_figures


def main() -> None:
    """Measure everything in a scratch folder and print a line for each ratio."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for ratio in datasets.ratios(folder):
            print(ratio, flush=True)
        workspace = find_workspace(Path.cwd())
        for ratio in run_phases.ratios(workspace, folder / "demo"):
            print(ratio, flush=True)
        for line in templates.figures(workspace, folder):
            print(line, flush=True)
        for line in updates.figures(workspace, folder / "updates"):
            print(line, flush=True)
        _print_image(workspace.root, folder / "image")
        for line in engine.figures(workspace, folder / "engine"):
            print(line, flush=True)
        for line in records.figures(folder / "records"):
            print(line, flush=True)
        for line in reports.figures(folder / "reports"):
            print(line, flush=True)
        for line in first_cell.figures(folder / "first-cell"):
            print(line, flush=True)
        for line in snapshots.figures(folder / "snapshots"):
            print(line, flush=True)
        for line in site.figures(folder / "site"):
            print(line, flush=True)
        for line in checks.figures(folder / "checks"):
            print(line, flush=True)
        for line in affected.figures(folder / "affected"):
            print(line, flush=True)


def _print_image(root: Path, scratch: Path) -> None:
    try:
        image = image_figures(root, scratch)
    except NoEngineError as error:
        print(f"image: not measured: {error}")
        return
    print(templates.line("build an image, packages at hand", image.build_seconds, 90))
    print(templates.line("build it again after an edit of the project", image.rebuild_seconds, 20))
    print(f"the image has {image.megabytes:.0f} MB, {image.megabytes_above_base:.0f} MB above its base")


if __name__ == "__main__":
    main()
