"""Reports in the site: as the run wrote them, but for links from their header to pages of the site."""

from __future__ import annotations

import html
import re
from collections.abc import Collection

from paddock.site.naming import dataset_page, report_page, run_page

# No output can write these: the page gives its classes other names, and its texts no tags.
_DATASET = re.compile(r'(<th scope="row" class="dataset">)(?:<a href="[^"<>]*">)?([^<>]*)(?:</a>)?(?=</th>)')
_LABEL = '<p class="label">Paddock report</p>'


def linked(report: bytes, project: str, run: str, datasets: Collection[str]) -> bytes:
    """The report with links to its run's page, and to the pages of those of its datasets that are in `datasets`."""
    root = "../" * report_page(project, run).count("/")

    def link(found: re.Match[str]) -> str:
        name = html.unescape(found[2])
        if name not in datasets:
            return f"{found[1]}{found[2]}"
        return f'{found[1]}<a href="{root}{dataset_page(name)}">{found[2]}</a>'

    text = report.decode(errors="surrogateescape")
    home = f'<p class="label"><a href="{root}{run_page(project, run)}">Run</a> · Paddock report</p>'
    return _DATASET.sub(link, text.replace(_LABEL, home, 1)).encode(errors="surrogateescape")
