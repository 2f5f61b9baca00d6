"""The names by which one project can mention another, and how a text is searched for them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

# Names are words of letters, digits and _; a hyphen counts as _, capitals as small letters. Zero bytes go,
# so that UTF-16 is read too; all else ends a word.
_WORDS = bytes(
    ord(chr(code).lower()) if chr(code).isalnum() and code < 128 else 95 if chr(code) in "-_" else 32
    for code in range(256)
)
_COMMENT = re.compile(rb"#[^\n\"']*$", re.MULTILINE)
_PROSE = (".md", ".rst")
_MANY = 10_000  # words of one file
PROSE, DATA, CODE = "prose", "data", "code"


class Declared(NamedTuple):
    """What a folder below `projects` says of itself: names, datasets that it writes or reads, packages it needs.

    Where it is no project, or its files cannot be read, `fault` says so.
    """

    names: tuple[str, ...]
    datasets: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    fault: str = ""
    is_project: bool = True


def declared(project: str, files: Iterable[str], manifest: bytes, catalog: bytes) -> Declared:
    """The declaration in a project's `pyproject.toml` and `catalog.toml`; `files` are its paths."""
    import tomllib

    own = {normal(project), *(normal(name) for name in _importable(files))}
    try:
        document = tomllib.loads(manifest.decode())
        datasets = tomllib.loads(catalog.decode()).get("datasets", {})
        table = document.get("tool", {})["paddock"]
        given = [document.get("project", {}).get("name", ""), table.get("package", "")]
        names = own | {normal(name) for name in given if name}
        return Declared(
            tuple(sorted(names)),
            tuple(f"{project}.{name}" for name in sorted(datasets)),
            tuple(str(name) for name in table.get("reads", ())),
            tuple(str(text) for text in document.get("project", {}).get("dependencies", ())),
        )
    except KeyError:
        return Declared(tuple(sorted(own)), fault=f"projects/{project}: has no table [tool.paddock]", is_project=False)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, AttributeError, TypeError) as error:
        return Declared(tuple(sorted(own)), fault=f"projects/{project}: its TOML cannot be read: {error}")


def declares_a_project(manifest: bytes) -> bool:
    """Whether a `pyproject.toml` makes its folder a project; one that cannot be read may."""
    return declared("", (), manifest, b"").is_project


def normal(name: str) -> str:
    """A name as searches compare it."""
    return re.sub(r"[-_.]+", "_", name).lower()


class Search:
    """A search for the names that `owners` gives to projects; `datasets` are all that are known, by project.

    Words are looked at once: what holds no name is remembered, and most words of a repository recur.
    """

    def __init__(self, owners: Mapping[str, Iterable[str]], datasets: Mapping[str, Iterable[str]]) -> None:
        self._owners = {name: tuple(projects) for name, projects in owners.items()}
        self._plain = {name.encode() for name in self._owners}
        self._datasets = {project: [name.encode() for name in names] for project, names in datasets.items()}
        self._longest = max((name.count("_") + 1 for name in owners), default=1)
        self._without: set[bytes] = set()
        self._with: dict[bytes, frozenset[str]] = {}

    def ways(self, named: Iterable[str], path: str, content: bytes) -> Iterator[tuple[str, str]]:
        """Each of the projects that are `named` in the file at `path`, with the strongest way of doing so."""
        if not named:
            return
        searched = _searched(path, content)
        for project in named:
            yield project, PROSE if searched is None else self._kind(project, searched)

    def named(self, content: bytes) -> frozenset[str]:
        """The projects that a content names."""
        words = set(content.translate(_WORDS, b"\0").split())
        if not content.isascii() and _is_binary(content):
            # As in a pickle, where a letter that is a code or a length may stand right before or after a name.
            words |= {word[begin : len(word) - end] for word in words for begin in (0, 1) for end in (0, 1)}
        if len(words) > _MANY:
            # As in a picture, whose words nobody needs to remember: a name without _ is a word of its own.
            words = {word for word in words if b"_" in word} | (words & self._plain)
        words -= self._without
        return frozenset[str]().union(*map(self._of, words)) if words else frozenset()

    def _of(self, word: bytes) -> frozenset[str]:
        """The projects that one word names: it may be longer than the name, as `load_gauss` is."""
        known = self._with.get(word)
        if known is None:
            parts = word.decode().strip("_").split("_")
            runs = {
                "_".join(parts[begin:end])
                for begin in range(len(parts))
                for end in range(begin + 1, min(begin + self._longest, len(parts)) + 1)
            }
            known = frozenset(project for run in runs & self._owners.keys() for project in self._owners[run])
            if known:
                self._with[word] = known
            else:
                self._without.add(word)
        return known

    def _kind(self, project: str, searched: bytes) -> str:
        """Data, where all that is left without the names of the project's datasets does not mention it."""
        if project not in self.named(searched):
            return PROSE
        for dataset in self._datasets.get(project, ()):
            searched = searched.replace(dataset, b" ")
        return CODE if project in self.named(searched) else DATA


def _is_binary(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return True
    return b"\0" in content


def _searched(path: str, content: bytes) -> bytes | None:
    """What of a file can make another project's files be read; None where nothing can, as in prose."""
    if path.endswith(_PROSE):
        return None
    if path.endswith(".py"):
        return _COMMENT.sub(b"", content)
    if path.endswith(".ipynb"):
        try:
            cells = json.loads(content)["cells"]
            return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code").encode()
        except (ValueError, KeyError, TypeError):
            return content
    return content


def _importable(files: Iterable[str]) -> Iterator[str]:
    """The names of modules and packages at the top of `src`."""
    for path in files:
        parts = path.split("/")
        if parts[0] == "src" and len(parts) > 1:
            yield parts[1].partition(".")[0]
