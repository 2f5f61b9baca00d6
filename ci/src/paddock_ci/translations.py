"""`python -m paddock_ci.translations` brings the catalogues of translated pages up to date with the English.

A page is translated when `docs/locale/<language>/LC_MESSAGES` has a catalogue of its name, be it an empty file. What is
new there has no translation yet, what is gone is left out, and nothing is guessed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from paddock.errors import CodeError, ConfigurationError, PaddockError
from paddock.project import find_workspace
from paddock.storage import durable
from paddock.telling.plain import fail

_FOLDER = "docs/locale"
_MESSAGES = "LC_MESSAGES"
_WIDTH = 120


def catalogues(root: Path) -> list[Path]:
    """The catalogues of all translated pages."""
    return sorted(root.glob(f"{_FOLDER}/*/{_MESSAGES}/**/*.po"))


def page_of(root: Path, path: Path) -> tuple[str, str]:
    """The language of a catalogue, and the page that it translates, as a path below `docs` without its end."""
    language, _, *parts = path.relative_to(root / _FOLDER).with_suffix("").parts
    return language, "/".join(parts)


def update(root: Path) -> None:
    """Bring each catalogue up to date; raises CodeError where a page is wrong."""
    with tempfile.TemporaryDirectory(prefix="paddock-gettext-") as scratch:
        templates(root, Path(scratch))
        for path in catalogues(root):
            language, page = page_of(root, path)
            durable.write_text(path, updated(path, Path(scratch, f"{page}.pot"), language))


def templates(root: Path, folder: Path) -> None:
    """Write what there is to translate of each page into `folder`; raises CodeError."""
    command = (sys.executable, "-m", "sphinx", "-q", "-b", "gettext", "-d", str(folder / "doctrees"))
    answer = subprocess.run([*command, str(root / "docs"), str(folder)], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise CodeError(answer.stderr.strip(), "Mend the page that is named.")


def updated(path: Path, template: Path, language: str) -> str:
    """The text of a catalogue with exactly the messages of its page, in their order."""
    if not template.is_file():
        raise ConfigurationError(f"{path}: translates a page that is not there", "Remove it, or rename it as its page.")
    known = load(path, language)
    fresh = Catalog(locale=language)
    with template.open("rb") as file:
        for message in read_po(file):
            if message.id:
                before = known.get(message.id)
                fresh.add(message.id, before.string if before else "", flags=before.flags if before else ())
    text = BytesIO()
    write_po(text, fresh, width=_WIDTH, omit_header=True)
    return f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n' + (
        text.getvalue().decode("utf-8").strip() + "\n"
    )


def load(path: Path, language: str) -> Catalog:
    """The catalogue at `path`."""
    with path.open("rb") as file:
        return read_po(file, locale=language)


def main() -> int:
    """Bring the catalogues of the workspace around the current folder up to date."""
    try:
        update(find_workspace(Path.cwd()).root)
    except PaddockError as error:
        return fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
