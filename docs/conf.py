"""How Sphinx makes the site of these pages: `make docs`. Nothing of it is fetched, neither now nor when it is read."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "Paddock"
author = "The Paddock authors"
copyright = "The Paddock authors"
version = release = version_of("paddock")

extensions = ["myst_nb", "executed", "search_pages"]
exclude_patterns = ["_build", "_ext"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
root_doc = "index"
nitpicky = True

# Headings have the anchors that GitHub gives them, so that a link works in both places; DO101 checks them, too.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]
# Paddock's own engine executes notebooks (`_ext/executed.py`): what a page shows went through what it teaches.
nb_execution_mode = "off"

# Pages that are translated; and words of the theme and of `_templates`, which each page has.
locale_dirs = ["locale", "_locale"]
gettext_compact = False
gettext_additional_targets: list[str] = []
gettext_location = True

# Pages that are there in Japanese, too: what `locale` has a catalogue of.
html_context = {
    "translated": [
        path.relative_to(Path(__file__).parent / "locale/ja/LC_MESSAGES").with_suffix("").as_posix()
        for path in Path(__file__).parent.glob("locale/ja/LC_MESSAGES/**/*.po")
    ]
}

html_theme = "pydata_sphinx_theme"
html_title = "Paddock"
html_static_path = ["_static"]
html_css_files = ["paddock.css"]
templates_path = ["_templates"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_last_updated_fmt = None
# A page that stands for itself has no neighbours to list.
html_sidebars = {"index": [], "glossary": [], "contributing": [], "changelog": []}
html_theme_options = {
    "logo": {"text": "Paddock"},
    "navbar_start": ["navbar-logo"],
    "navbar_center": ["navbar-nav"],
    "navbar_end": ["workspace", "languages", "theme-switcher"],
    "navbar_persistent": ["search-button"],
    "footer_start": [],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "header_links_before_dropdown": 6,
    "show_prev_next": True,
    "use_edit_page_button": False,
    "show_version_warning_banner": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def setup(app: Sphinx) -> None:
    """Tables of cron are plain text to Pygments, which has no lexer of them."""
    app.add_lexer("cron", TextLexer)
