"""Where each page of a site stands, by names from anywhere."""

from __future__ import annotations

from paddock.runs.places import address as address
from paddock.runs.places import dataset_page as dataset_page
from paddock.runs.places import run_page as run_page


def project_page(project: str) -> str:
    """Where the page of a project stands."""
    return f"project/{address(project)}.html"


def report_page(project: str, run: str) -> str:
    """Where the report of a run stands."""
    return f"report/{address(project)}/{address(run)}.html"


def run_data(project: str, run: str) -> str:
    """Where the facts of a run stand for the page that compares."""
    return f"data/run/{address(project)}/{address(run)}.js"


def runs_page(number: int) -> str:
    """Where a page of older runs stands, counted from the oldest."""
    return f"runs-{number}.html"
