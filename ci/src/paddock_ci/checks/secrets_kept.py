"""Checks that the repository keeps no secret: whoever clones it would have it, for good."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from paddock import git
from paddock.project import Workspace
from paddock.secrets import addresses_in, commands_in, pattern_of_lines, settings_in, values_in
from paddock.tokens import Found, tokens_in

from paddock_ci.finding import Look
from paddock_ci.secret_files import keeps_secrets

_TAKE_BACK = "Take it back where it was made, for git's history keeps it; then make a new one and read it from "
_LARGEST = 4_000_000
# Cells are looked at by a check of notebooks.
_ELSEWHERE = (".ipynb",)
_IN_PROSE = (".md", ".rst", ".txt", ".adoc", ".html")
_OF_SETTINGS = (
    ".yml", ".yaml", ".ini", ".cfg", ".conf", ".properties", ".sh", ".bash", ".envrc", "Dockerfile", "Makefile",
)  # fmt: skip
_OF_SETTINGS_NAMED = re.compile(r"(^|/)\.env(rc|\.[^/]*)?$|\.env$")
# Passwords of tests are made up; a token or a key has been somebody's.
_IN_TESTS = re.compile(r"(^|/)(tests?|testing|fixtures|testdata)/|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$")
_MADE_UP = re.compile(r"\S*(?:EXAMPL|FAKE|TEST|DUMMY|ABCDE|12345)", re.IGNORECASE)
_LINE_OF_KEY = re.compile(r"-----(?![\s\S]{0,200}?[A-Za-z0-9+/]{40})")
# Hosts that nobody has, or everybody.
_NO_HOST = re.compile(
    r"://[^/\s@]*:[^/\s@]*@"
    r"(?:[\w.-]*\b(?:example\.(?:com|net|org)|[\w-]+\.(?:example|invalid|test))|localhost|127\.0\.0\.1)\b"
)
_SEALED = re.compile(r"\A\$ANSIBLE_VAULT;|^\s*[\"']?sops[\"']?:\s*(?:\{|$)|\bENC\[AES256_GCM,", re.MULTILINE)
_SHOWN = 10


def holds_none(workspace: Workspace) -> Iterator[Look]:
    """No file of the repository holds a secret: a token, a private key, or a password in an address or a setting."""
    suspects = git.search(workspace.root, pattern_of_lines())
    suspects = git.files(workspace.root) if suspects is None else suspects
    for path in (path for path in suspects if not path.endswith(_ELSEWHERE)):
        text = _text(workspace.root / path)
        secrets = [secret for secret in _found(path, text) if not _is_made_up(path, text, secret.position)]
        found = {text.count("\n", 0, secret.position) + 1: secret.kind for secret in reversed(secrets)}
        for line, kind in sorted(found.items())[:_SHOWN]:
            yield Look(f"{path}:{line}", f"holds {kind}", f"{_TAKE_BACK}the environment.")
        if not found:
            yield Look(path)


def is_no_secret(workspace: Workspace) -> Iterator[Look]:
    """No file is committed whose very name says that it keeps secrets, as those of `.env` and `id_rsa` do."""
    for path in git.files(workspace.root):
        if keeps_secrets(path) and (workspace.root / path).is_file() and not _is_sealed(workspace.root / path):
            remedy = f"{_TAKE_BACK}there again. Run: git rm --cached {path}, and name it in .gitignore."
            yield Look(path, "is committed, or would be, and its name says that it keeps secrets", remedy)
        else:
            yield Look(path)


def _is_sealed(path: Path) -> bool:
    """Whether a file is encrypted by a tool that is made for keeping secrets in git."""
    return bool(_SEALED.search(_text(path)))


def _text(path: Path) -> str:
    """The text of a file; nothing of one that is none, or too large to be one that people write."""
    try:
        if path.is_symlink() or path.stat().st_size > _LARGEST:
            return ""
        content = path.read_bytes()
    except OSError:
        return ""
    return "" if b"\0" in content else content.decode(errors="replace")


def _found(path: str, text: str) -> Iterator[Found]:
    """The secrets in a text; what may be made up, where it seldom is."""
    yield from tokens_in(text)
    if _IN_TESTS.search(path):
        return
    yield from addresses_in(text)
    if PurePosixPath(path).suffix in _IN_PROSE:
        return
    yield from values_in(text)
    if path.endswith(_OF_SETTINGS) or _OF_SETTINGS_NAMED.search(path):
        yield from settings_in(text)
        yield from commands_in(text)


def _is_made_up(path: str, text: str, position: int) -> bool:
    """Whether a secret opens nothing: the address is one of manuals, or a test says that it is none."""
    if _NO_HOST.match(text, position) or _LINE_OF_KEY.match(text, position):
        return True
    return bool(_IN_TESTS.search(path) and _MADE_UP.match(text, position))
