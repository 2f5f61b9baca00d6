"""Print the ratios: `make bench`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from paddock.project import find_workspace

from tests.benchmarks import datasets, run_phases


def main() -> None:
    """Measure everything in a scratch folder and print a line for each ratio."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for ratio in datasets.ratios(folder):
            print(ratio, flush=True)
        for ratio in run_phases.ratios(find_workspace(Path.cwd()), folder / "demo"):
            print(ratio, flush=True)


if __name__ == "__main__":
    main()
