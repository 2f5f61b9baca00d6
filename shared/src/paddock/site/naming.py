"""Names from anywhere as addresses of pages and as text that hides nothing."""

from __future__ import annotations

import hashlib
import re

# Small letters alone: a disk that knows no capitals must not make one page of two.
_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9_-])?")
# What a reader would not see, or what would turn the text around it: all controls and formats, less the two joiners
# that writing needs, line ends and tabulators.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def address(name: str) -> str:
    """The name as one part of an address: itself where it is plain, else a digest; different names stay different."""
    if _PLAIN.fullmatch(name) and ".." not in name:
        return name
    return f"~{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:20]}"


def visible(text: str) -> str:
    """The text with each hidden character written out, such as ⟨U+202E⟩; what it may hold is what a reader sees."""
    return _HIDDEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text) if _is_suspect(text) else text


def _is_suspect(text: str) -> bool:
    return not (text.isascii() and text.isprintable())


def project_page(project: str) -> str:
    """Where the page of a project stands."""
    return f"project/{address(project)}.html"


def run_page(project: str, run: str) -> str:
    """Where the page of a run stands."""
    return f"run/{address(project)}/{address(run)}.html"


def report_page(project: str, run: str) -> str:
    """Where the report of a run stands."""
    return f"report/{address(project)}/{address(run)}.html"


def run_data(project: str, run: str) -> str:
    """Where the facts of a run stand for the page that compares."""
    return f"data/run/{address(project)}/{address(run)}.js"


def dataset_page(dataset: str) -> str:
    """Where the page of a dataset stands."""
    return f"dataset/{address(dataset)}.html"


def runs_page(number: int) -> str:
    """Where a page of older runs stands, counted from the oldest."""
    return f"runs-{number}.html"
