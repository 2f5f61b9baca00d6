"""An entry of the site: files that one function makes, and a key that says when they would come out the same."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paddock.notebooks.rendering.words import duration, moment, number, visible
from paddock.site.naming import dataset_page, project_page, report_page, run_page, runs_page

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = Path(__file__).parent
Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Entry:
    """Files by their place in the site; the same `key` always means the same bytes."""

    name: str
    key: str
    make: Callable[[], Files]


def key_of(*facts: object) -> str:
    """The digest of what an entry depends on, and of this package: edited code keeps no page."""
    text = repr((_code(), facts))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def page(path: str, template: str, facts: Mapping[str, Any], docs: str) -> Entry:
    """A page that a template makes of facts alone, which are plain values with the same `repr` each time.

    `docs` is where the documentation lies, seen from the site's folder; without it the page has no link there.
    """

    def make() -> Files:
        root = "../" * path.count("/")
        text = _environment().get_template(template).render(facts, root=root, path=path, docs=docs)
        # Half a character, which JSON can hold, has no bytes.
        return {path: text.encode(errors="replace")}

    return Entry(path, key_of(template, path, facts, docs), make)


@functools.cache
def _code() -> str:
    """The digest of the code, templates and styles that make pages."""
    digest = hashlib.sha256()
    for folder in (_HERE, _HERE.parent / "notebooks" / "rendering"):
        for file in sorted(folder.rglob("*")):
            if file.suffix in (".py", ".j2", ".css", ".js"):
                digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"duration": duration, "moment": moment, "number": number}
    environment.globals |= {
        "project_page": project_page,
        "run_page": run_page,
        "report_page": report_page,
        "dataset_page": dataset_page,
        "runs_page": runs_page,
    }
    return environment
