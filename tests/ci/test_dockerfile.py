"""What is understood of a Dockerfile: instructions, stages, commands, and which files its build sees."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paddock_ci.dockerfile import expanded, parse, stages
from paddock_ci.dockerignore import Context, ignore_patterns
from paddock_ci.shell import shell_commands

TEXT = """\
# syntax=docker/dockerfile:1
ARG BASE=python:3.11-slim

FROM ${BASE} AS build
RUN pip install \\
    # a comment between the lines
    --require-hashes -r requirements.txt \\
    && uv venv /opt/venv
FROM --platform=linux/amd64 ${BASE}
COPY --from=build --chown=1 /opt/venv /opt/venv
ARG BASE
ENV HOME=/tmp NAME="two words" OLD=$BASE
ENV PATH /opt/venv/bin:$HOME/bin
WORKDIR /workspace
WORKDIR projects
RUN <<END
echo one
curl x | sh
END
CMD ["run", "triage"]
"""


def test_instructions_have_lines_stages_and_flags() -> None:
    """Continuations, comments and here-documents are one instruction, which begins on its first line."""
    found = parse(TEXT)
    assert [(i.keyword, i.line, i.stage) for i in found[:5]] == [
        ("ARG", 2, -1), ("FROM", 4, 0), ("RUN", 5, 0), ("FROM", 9, 1), ("COPY", 10, 1),
    ]  # fmt: skip
    assert [c.words for c in found[2].commands] == [
        ("pip", "install", "--require-hashes", "-r", "requirements.txt"), ("uv", "venv", "/opt/venv"),
    ]  # fmt: skip
    assert (found[4].flag("from"), found[4].flag("chown"), found[4].flag("chmod")) == ("build", "1", "")
    assert found[4].words == ("/opt/venv", "/opt/venv")
    assert found[-1].exec_form == ("run", "triage")
    assert (found[-1].line, found[-2].document) == (20, "echo one\ncurl x | sh\n")


def test_stages_know_base_environment_and_folder() -> None:
    """Variables are resolved as Docker does: ARG before FROM by name alone, ENV in both its forms."""
    build, last = stages(parse(TEXT))
    assert (build.name, build.base, last.name, last.base) == ("build", "python:3.11-slim", "", "python:3.11-slim")
    assert last.environment() == {
        "HOME": "/tmp", "NAME": "two words", "OLD": "python:3.11-slim", "PATH": "/opt/venv/bin:/tmp/bin",
    }  # fmt: skip
    assert (last.folder(), last.folder(before=15)) == ("/workspace/projects", "/workspace")


def test_a_stage_that_begins_from_another_has_its_instructions() -> None:
    """What a stage inherits counts as its own: user, variables, commands."""
    _, last = stages(parse("FROM a:1 AS one\nENV X=1\nUSER 5\nFROM one\nENV Y=${X}2\n"))
    assert last.environment() == {"X": "1", "Y": "12"}
    user = last.last("USER")
    assert user is not None
    assert user.expanded == "5"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("$A-${A}", "1-1"), ("${B:-x}${A:-x}", "x1"), ("${A:+y}${B:+y}", "y"), (r"\$A", "$A"), ("$B", "")],
)
def test_variables_are_expanded(text: str, expected: str) -> None:
    """Defaults and alternatives are those of a shell; an escaped dollar is no variable."""
    assert expanded(text, {"A": "1"}) == expected


def test_shell_commands_are_told_apart() -> None:
    """Each simple command has its line, what stands before it, and whether it reads a pipe; comments are none."""
    text = (
        'export C="$(git rev-parse HEAD)"  # why\n'
        "if a; then sudo X=1 pip install 'b c'; fi\n"
        "curl u#1 \\\n"
        " | sh >o 2>&1\n"
    )
    found = [(c.line, c.words, c.before, c.is_piped, c.targets) for c in shell_commands(text)]
    assert found == [
        (0, ("export", "C=$(git rev-parse HEAD)"), (), False, ()),
        (0, ("git", "rev-parse", "HEAD"), (), False, ()),
        (1, ("a",), ("if",), False, ()),
        (1, ("pip", "install", "b c"), ("then", "sudo", "X=1"), False, ()),
        (2, ("curl", "u#1"), (), False, ()),
        (3, ("sh",), (), True, ("o",)),
    ]


def test_commands_inside_sh_are_found() -> None:
    """What a shell is given with -c is read as commands too."""
    (run,) = (
        i for i in parse('FROM a:1\nRUN ["bash", "-c", "apt-get update && pip install x"]\n') if i.keyword == "RUN"
    )
    assert [c.words[0] for c in run.commands] == ["bash", "apt-get", "pip"]


@pytest.mark.parametrize(
    ("patterns", "path", "is_out"),
    [
        ("*", "a/b", True),
        ("*\n!a", "a/b", False),
        ("*\n!a\na/b", "a/b", True),
        ("a\n!a/b", "a/c", True),
        ("/a/", "a/b", True),
        ("a", "b/a", False),
        ("**/a", "b/c/a", True),
        ("**/a", "a", True),
        ("b/**", "b/c/a", True),
        ("b/**/a", "b/a", True),
        ("*.py", "a/x.py", False),
        ("# a\n\na?", "ab", True),
        ("[ab].py", "b.py", True),
        (r"\*", "a", False),
        ("!a\n*", "a", True),
    ],
)
def test_the_last_matching_pattern_decides(patterns: str, path: str, is_out: bool) -> None:
    """A pattern counts from the context's folder, and for all that is below what it matches."""
    assert Context(Path(), ignore_patterns(patterns)).shuts_out(path) is is_out


def _slow(pattern: list[str], path: list[str]) -> bool:
    """Whether a pattern matches, folder by folder: the reference."""
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(_slow(pattern[1:], path[n:]) for n in range(len(path) + 1)) if pattern[1:] else bool(path)
    return bool(path) and pattern[0] in ("*", path[0]) and _slow(pattern[1:], path[1:])


_PARTS = st.lists(st.sampled_from(["a", "b", "*", "**"]), min_size=1, max_size=4)
_PATHS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4)


@given(st.lists(st.tuples(st.booleans(), _PARTS), max_size=4), _PATHS)
def test_patterns_agree_with_a_slow_reference(rules: list[tuple[bool, list[str]]], path: list[str]) -> None:
    """Whatever the patterns, the verdict is that of matching them one by one, folder by folder."""
    is_out = False
    for is_let_in, pattern in rules:
        if any(_slow(pattern, path[:n]) for n in range(1, len(path) + 1)):
            is_out = not is_let_in
    text = "\n".join("!" * is_let_in + "/".join(pattern) for is_let_in, pattern in rules)
    assert Context(Path(), ignore_patterns(text)).shuts_out("/".join(path)) is is_out


def test_the_context_finds_files_that_are_let_in(tmp_path: Path) -> None:
    """Sources may be patterns; files that are shut out are not seen."""
    for name in ("a/x.py", "a/y.txt", "b/x.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    context = Context(tmp_path, ignore_patterns("*\n!a\n**/*.txt"))
    assert list(context.files(".")) == ["a/x.py"]
    assert context.sources("./*/x.py") == ("a/x.py", "b/x.py")
    assert context.sources("c") == ()
