"""What the checks SE1xx find in the files of a repository, and what they let pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from paddock.project import Workspace
from paddock.secrets import commands_in, secret_in
from paddock_ci.checks import secrets_kept

from tests.ci.repository import Repository, repository
from tests.proof import secrets as proof_of_secrets
from tests.proof.secrets import AWS, BAD, GITHUB, GOOD, HEADER, KEPT, NAME, SHOWN, TOKENS, WORD


def _made(root: Path, files: dict[str, str | bytes]) -> Repository:
    return repository(root / "clone", files)


def _faults(root: Path, check: Callable[[Workspace], object] = secrets_kept.holds_none) -> list[str]:
    return [f"{look.place}: {look.fault}" for look in check(Workspace(root)) if look.fault]  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", TOKENS)
@pytest.mark.parametrize("path", ["README.md", "shared/a.py", "projects/shop/tests/test_a.py", "data.csv", "Makefile"])
def test_a_token_is_found_anywhere(tmp_path: Path, kind: str, path: str) -> None:
    """In code, prose, data and tests, with its line; it is not repeated, and the remedy begins with taking it back."""
    made = _made(tmp_path, {path: f'first\n# é\nx = "{TOKENS[kind]}"\n'})
    (look,) = [look for look in secrets_kept.holds_none(Workspace(made.root)) if look.fault]
    assert (look.place, look.fault) == (f"{path}:3", f"holds {kind}")
    assert look.remedy.startswith("Take it back where it was made")
    assert TOKENS[kind] not in look.fault + look.remedy


@pytest.mark.parametrize("case", BAD)
def test_a_secret_is_found_where_it_is_given(tmp_path: Path, case: str) -> None:
    """Keys, addresses and what is given to the names of secrets, in code and settings, with the line."""
    path, text, line, kind = BAD[case]
    (fault,) = _faults(_made(tmp_path, {path: text}).root)
    assert fault.startswith(f"{path}:{line}: holds ")
    assert kind in fault


@pytest.mark.parametrize("case", GOOD)
def test_what_only_looks_like_a_secret_is_let_pass(tmp_path: Path, case: str) -> None:
    """Hashes, references, manuals, placeholders and made-up logins of tests; notebooks have a check of their own."""
    path, text = GOOD[case]
    assert _faults(_made(tmp_path, {path: text}).root) == []


def test_what_git_leaves_out_is_not_looked_at(tmp_path: Path) -> None:
    """An ignored file may hold secrets; a new one that git would take, a staged and a committed one may not."""
    made = _made(tmp_path, {"old.py": f"{GITHUB}\n", ".gitignore": "local.py\n.env\n"})
    made.write({"local.py": f"{GITHUB}\n", ".env": f"A={GITHUB}\n", "new ü.py": f"{GITHUB}\n", "staged.py": AWS})
    made.git("add", "staged.py")
    (made.root / "link.py").symlink_to("local.py")
    assert _faults(made.root) == [
        "new ü.py:1: holds a GitHub token",
        "old.py:1: holds a GitHub token",
        "staged.py:1: holds an AWS access key",
    ]
    assert _faults(made.root, secrets_kept.is_no_secret) == []
    made.remove("old.py")
    assert "old.py" not in str(_faults(made.root))


def test_no_setting_of_git_hides_a_secret(tmp_path: Path) -> None:
    """Neither attributes that call a file binary nor a configuration of `git grep`; a folder of a clone is enough."""
    made = _made(tmp_path, {"sub/a.py": f"x\n{GITHUB}\n", "sub/.gitattributes": "*.py binary -diff\n"})
    made.git("config", "grep.patternType", "fixed")
    made.git("config", "grep.fullName", "true")
    made.git("config", "color.ui", "always")
    made.git("config", "submodule.recurse", "true")
    assert _faults(made.root) == ["sub/a.py:2: holds a GitHub token"]
    assert _faults(made.root / "sub") == ["a.py:2: holds a GitHub token"]


def test_without_a_search_every_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git that cannot search hides nothing; without a repository there is nothing that could be committed."""
    made = _made(tmp_path, {"a.py": f"{GITHUB}\n"})
    monkeypatch.setattr(secrets_kept.git, "search", lambda *_: None)
    assert _faults(made.root) == ["a.py:1: holds a GitHub token"]
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/a.py").write_text(GITHUB)
    assert _faults(tmp_path / "folder") == []
    assert _faults(tmp_path / "folder", secrets_kept.is_no_secret) == []


def test_many_secrets_of_a_file_are_told_line_by_line(tmp_path: Path) -> None:
    """Each line once, the first ten of them."""
    made = _made(tmp_path, {"a.txt": f"{GITHUB} {AWS}\n\n" * 30})
    assert [fault.split(":")[1] for fault in _faults(made.root)] == [str(2 * n + 1) for n in range(10)]


@pytest.mark.parametrize("path", KEPT)
def test_a_file_whose_name_keeps_secrets_is_found(tmp_path: Path, path: str) -> None:
    """Wherever it stands and whatever it holds; the remedy names rotation before the file's removal."""
    made = _made(tmp_path, {path: "x: 1\n"})
    (look,) = [look for look in secrets_kept.is_no_secret(Workspace(made.root)) if look.fault]
    assert look.place == path
    assert look.remedy.startswith("Take it back where it was made")
    assert f"git rm --cached {path}" in look.remedy


@pytest.mark.parametrize("path", SHOWN)
def test_a_name_that_only_sounds_like_it_is_let_pass(tmp_path: Path, path: str) -> None:
    """Examples, code, prose, certificates and public keys."""
    assert _faults(_made(tmp_path, {path: "x: 1\n"}).root, secrets_kept.is_no_secret) == []


@pytest.mark.parametrize(
    "text",
    ["$ANSIBLE_VAULT;1.1;AES256\n3130\n", "a: ENC[AES256_GCM,data:x,iv:y]\nsops:\n  version: 3\n"],
)
def test_an_encrypted_file_may_be_committed(tmp_path: Path, text: str) -> None:
    """Tools that are made for it keep secrets in git."""
    assert _faults(_made(tmp_path, {"secrets.yml": text}).root, secrets_kept.is_no_secret) == []


def test_a_secret_that_is_gone_from_the_files_is_no_finding(tmp_path: Path) -> None:
    """What was removed here, and still is in the index, is about to go."""
    made = _made(tmp_path, {".env": "A=1\n"})
    made.remove(".env")
    assert _faults(made.root, secrets_kept.is_no_secret) == []


@pytest.mark.parametrize(
    "text",
    [
        "token" * 200_000,
        "-eyJaaaaaaaaaaaa" * 20_000,
        "://" * 100_000 + "a:b",
        f"{HEADER}\n" * 5_000,
        "secret: " * 50_000,
        "echo password=a1b2c3 " * 20_000,
        ("echo " * 100 + "| " + "password=a1b2c3 " * 30 + "\n") * 500,
        "x" * 1_000_000 + NAME + "=",
        "İ" * 1_000 + f'{NAME} = "{WORD}"',
    ],
    ids=[
        "one word",
        "halves of tokens",
        "addresses",
        "headers",
        "settings",
        "commands",
        "words that are printed",
        "a long word",
        "a letter that grows",
    ],
)
def test_no_text_keeps_the_detector_busy(text: str) -> None:
    """Hostile texts are read in one pass: this ends at once, or not within a day."""
    secret_in(text)
    list(commands_in(text))


@pytest.mark.parametrize("path", [__file__, proof_of_secrets.__file__])
def test_this_file_holds_no_secret(path: str) -> None:
    """What is tested here is put together at run time."""
    assert secret_in(Path(path).read_text(encoding="utf-8")) == ""
