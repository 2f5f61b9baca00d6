"""Markdown as HTML; the sanitizer makes it harmless afterwards."""

from __future__ import annotations

import functools
import html
from typing import Any


def to_html(source: str) -> str:
    """The HTML of Markdown `source`, with its raw HTML as it is; mathematics stays readable LaTeX."""
    return str(_parser().render(source))


@functools.cache
def _parser() -> Any:
    """nbconvert's Markdown parser (the same dialect as Jupyter's) with our own renderer; one a process."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class Renderer(IPythonRenderer):
        """Writes no element that needs a script, a form or a style of its own."""

        def block_code(self, code: str, info: str | None = None) -> str:
            """A fenced or indented block, whatever its language, as text."""
            return f"<pre><code>{html.escape(code)}</code></pre>\n"

        def task_list_item(self, text: str, checked: bool = False) -> str:
            """An item of a task list, its box a character."""
            box = "☑" if checked else "☐"
            head, paragraph, rest = text.partition("<p>")
            return f"<li>{f'{head}<p>{box} {rest}' if paragraph else f'{box} {text}'}</li>\n"

        def image(self, text: str, url: str, title: str | None = None) -> str:
            """An image with the address that the notebook gives; the sanitizer finds it."""
            return f'<img src="{html.escape(url)}" alt="{html.escape(html.unescape(text))}">'

        def block_math(self, body: str) -> str:
            """Displayed mathematics as its LaTeX."""
            return _math(body.strip(), "math block")

        def inline_math(self, body: str) -> str:
            """Mathematics in a line as its LaTeX."""
            return _math(body, "math")

        def latex_environment(self, name: str, body: str) -> str:
            """A LaTeX environment as its source."""
            return _math(f"\\begin{{{name}}}{body}\\end{{{name}}}", "math block")

    return MarkdownWithMath(renderer=Renderer(escape=False, exclude_anchor_links=True))


def _math(source: str, classes: str) -> str:
    return f'<code class="{classes}">{html.escape(source)}</code>'
