"""The places of runs and datasets in a site, which a report names when it links to them."""

from __future__ import annotations

import hashlib
import re

# Small letters alone: a disk that knows no capitals must not make one page of two.
_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9_-])?")


def address(name: str) -> str:
    """The name as one part of an address: itself where it is plain, else a digest; different names stay different."""
    if _PLAIN.fullmatch(name) and ".." not in name:
        return name
    return f"~{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:20]}"


def run_page(project: str, run: str) -> str:
    """Where the page of a run stands."""
    return f"run/{address(project)}/{address(run)}.html"


def dataset_page(dataset: str) -> str:
    """Where the page of a dataset stands."""
    return f"dataset/{address(dataset)}.html"
