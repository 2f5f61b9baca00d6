"""The language of a notebook, as its metadata tell it."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any

# Kernels of other languages, where only the name of the kernel is told.
_OTHER = re.compile(
    r"(ir|julia|bash|zsh|octave|matlab|javascript|deno|tslab|scala|spylon|apache_toree|almond|i?ruby|i?haskell|rust|"
    r"xcpp|xc|kotlin|java|ijava|gophernotes|sas|stata|\.net|sos|i?perl|clojure|ocaml|coq|lean|x?sql|wolfram|maple|gap|"
    r"singular|agda|powershell|sage|pyspark|sparkr?|nodejs|go|evcxr|cpp|root)"
    r"(\d|[-_.]|kernel|math|$)"
)
_PYTHON = re.compile(r"i?python")
# How editors name the language of one cell; what magics run is told by the magic.
_CELL_PYTHON = ("", "python", "plaintext")


def is_python(metadata: Mapping[str, Any]) -> bool:
    """Whether the notebook's cells are Python; where nothing is told, they are."""
    kernel, language = _table(metadata, "kernelspec"), _table(metadata, "language_info")
    name = _text(kernel, "name")
    if name.startswith(("sage", "pyspark", "sos")):
        # They translate their cells before Python sees them, or run them elsewhere.
        return False
    told = _text(language, "name") or _text(kernel, "language")
    return bool(_PYTHON.match(told)) if told else not _OTHER.match(name)


def is_newer(metadata: Mapping[str, Any]) -> bool:
    """Whether it was written for a newer Python than this one, whose syntax may be unknown here."""
    version = re.match(r"(\d+)\.(\d+)", _text(_table(metadata, "language_info"), "version"))
    return bool(version) and (int(version[1]), int(version[2])) > sys.version_info[:2] if version else False


def is_python_cell(metadata: Mapping[str, Any]) -> bool:
    """Whether an editor did not mark the cell as one of another language."""
    editor = _text(_table(metadata, "vscode"), "languageId")
    dotnet = _text(_table(metadata, "dotnet_interactive"), "language")
    return editor in _CELL_PYTHON and dotnet in _CELL_PYTHON


def _table(metadata: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = metadata.get(name)
    return table if isinstance(table, dict) else {}


def _text(table: Mapping[str, Any], name: str) -> str:
    value = table.get(name)
    return value.lower()[:100] if isinstance(value, str) else ""
