"""What a backport promises: the template makes the project's file as it is, and other projects what they mean by it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from paddock.errors import CodeError, ConfigurationError, ToolError
from paddock.project import Workspace
from paddock.scaffold.backport import Backport, backport
from paddock.scaffold.backport_patch import write
from paddock.scaffold.outcome import Status
from paddock.scaffold.record import read_record

from tests.scaffold.enduring import HOOK, QUESTIONS, TEXT, Team, contents, done

PACKAGE = "{{ cookiecutter.__slug | replace('-', '_') }}"
VARIANTS = 'import shutil\nfrom pathlib import Path\n\nshutil.copytree(Path("variants", "{{ cookiecutter.kind }}"), '
VARIANTS += 'Path(), dirs_exist_ok=True)\nshutil.rmtree("variants")\n'
MODULE = "from {{ cookiecutter.__package }} import rule\n"


def _carried(team: Team, *files: str, **options: bool) -> Backport:
    return backport(Workspace(team.root), "shop", files, **options)


def _applied(team: Team, path: str, text: str | bytes | None, source: str = "") -> str:
    """The template's file after an edit of a project's was carried back; the project then has nothing to merge."""
    team.edit(team.root / "projects/shop", {path: text})
    write(Workspace(team.root), _carried(team, path).changes)
    team.repo.commit()
    (outcome,) = team.update()
    assert outcome.status is Status.UPDATED
    assert done(outcome) == {}
    place = team.template / (source or path)
    return place.read_bytes().decode() if place.exists() else ""


@pytest.fixture
def two(small: Team) -> Team:
    """A team whose template has two kinds of projects, each with a package."""
    questions = QUESTIONS | {"kind": ["red", "blue"], "__package": PACKAGE}
    files = {f"variants/{kind}/src/{{{{cookiecutter.__package}}}}/model.py": MODULE for kind in ("red", "blue")}
    small.repo.write({"templates/tiny/hooks/post_gen_project.py": VARIANTS + HOOK})
    small.release({"src/model.py": None, **files}, **questions)
    small.new()
    return small


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Shop rules\n", "# {{ cookiecutter.project_name }} rules\n"),
        ("Of Shop: # Shop\n", "Of {{ cookiecutter.project_name }}: # {{ cookiecutter.project_name }}\n"),
        ("## The Shop\n", "## The {{ cookiecutter.project_name }}\n"),
        ("# Store\n", "# Store\n"),
        ("# Shop_two\n", "# {{ cookiecutter.project_name }}_two\n"),
        ("# Shopping\n", "# Shopping\n"),
        ("", ""),
    ],
)
def test_the_answer_of_an_edited_line_becomes_its_tag(small: Team, text: str, expected: str) -> None:
    """Where the line had it before, whatever else is edited in it; where it is gone, the tag goes."""
    small.new()
    assert _applied(small, "README.md", text + TEXT) == expected + TEXT


def test_the_answer_of_a_new_line_becomes_a_tag_where_the_template_has_it_so(small: Team) -> None:
    """Its surroundings tell which of two answers is meant that are the same text; else it stays, and is named."""
    small.release(
        {"README.md": "run {{ cookiecutter.__slug }}\nby {{ cookiecutter.owner }}, {{ cookiecutter.owner }}\n"}
    )
    project = small.new()
    small.edit(project, {"README.md": "run shop\nrun shop again\nby us, us\nof us, shop\n"})
    found = _carried(small, "README.md")
    assert found.changes[0].after
    assert found.changes[0].after.content.decode().splitlines() == [
        "run {{ cookiecutter.__slug }}",
        "run {{ cookiecutter.__slug }} again",
        "by {{ cookiecutter.owner }}, {{ cookiecutter.owner }}",
        "of us, shop",
    ]
    assert found.changes[0].notes == (
        "line 4: 'shop' may mean {{ cookiecutter.__slug }}; it stays as it is",
        "line 4: 'us' may mean {{ cookiecutter.owner }}; it stays as it is",
    )


def test_a_name_that_nobody_writes_by_chance_becomes_its_tag_anywhere(small: Team) -> None:
    """Two words with a hyphen."""
    small.release({"src/model.py": "NAME = '{{ cookiecutter.__slug }}'\n"})
    small.edit(small.new("Shop Floor"), {"src/model.py": "NAME = 'shop-floor'\nprint('of shop-floor, shop-floors')\n"})
    (change,) = backport(Workspace(small.root), "shop-floor", ["src/model.py"]).changes
    assert change.after
    assert change.after.content.decode().splitlines()[1] == "print('of {{ cookiecutter.__slug }}, shop-floors')"


@pytest.mark.parametrize("line", ["{{x}}", "{% x", "{# x", "{{{x}}}", "{", "f'{{{shop}}}' {", "{{% {{#", "{ {{ '{' }}"])
def test_what_looks_like_a_tag_is_written_so_that_it_is_none(small: Team, line: str) -> None:
    """Braces of Python, of a workflow, or of a template, even before a tag that stays."""
    small.new()
    assert "line 20" in _applied(small, "README.md", f"{line}# {{Shop\n{line}\n{TEXT}{line}")


def test_a_new_file_comes_into_the_variant_of_the_project(two: Team) -> None:
    """Its folder and the package in it are what the template calls them."""
    two.edit(two.root / "projects/shop", {"src/shop/deep/extra.py": "from shop import rule, model\n"})
    (change,) = _carried(two, "src/shop/deep/extra.py").changes
    place = "src/{{cookiecutter.__package}}/deep/extra.py"
    assert change.path == f"templates/tiny/{{{{cookiecutter.__slug}}}}/variants/red/{place}"
    assert change.after
    assert change.after.content == b"from {{ cookiecutter.__package }} import rule, model\n"
    (common,) = _carried(two, "src/shop/deep/extra.py", is_common=True).changes
    assert common.path == f"templates/tiny/{{{{cookiecutter.__slug}}}}/{place}"


def test_whom_else_a_change_concerns_is_named(two: Team) -> None:
    """The default answers with each choice: a variant's file concerns that variant, a common one all."""
    two.edit(two.root / "projects/shop", {"src/shop/model.py": "x = 1\n", "README.md": TEXT})
    assert [(one.answers, one.files) for one in _carried(two, "src/shop/model.py").effects] == [
        ("kind=red", ("src/shop/model.py",))
    ]
    assert [one.answers for one in _carried(two, "README.md").effects] == ["kind=red", "kind=blue"]


def test_a_deleted_file_goes_from_the_template(two: Team) -> None:
    """With the folders that are empty then."""
    two.release({"variants/red/red.md": "red\n"})
    two.update()
    assert _applied(two, "src/shop/model.py", None, "variants/red/src") == ""
    assert not (two.template / "variants/red/src").exists()
    assert (two.template / "variants/blue/src/{{cookiecutter.__package}}/model.py").exists()


def test_a_deletion_with_which_the_template_fails_is_refused(two: Team) -> None:
    """Git keeps no empty folder, and the hook asks for the variant's."""
    two.edit(two.root / "projects/shop", {"src/shop/model.py": None})
    with pytest.raises(CodeError, match="projects/shop: with the edit, the template would fail: templates/tiny/hooks"):
        _carried(two, "src/shop/model.py")


def test_a_deleted_file_that_would_come_from_elsewhere_is_refused(two: Team) -> None:
    """Where the variant's is gone, the one of all variants takes its place."""
    two.release({"variants/red/README.md": "red\n"})
    two.update()
    two.repo.commit()
    two.edit(two.root / "projects/shop", {"README.md": None})
    with pytest.raises(CodeError, match="the template still makes it, from another of its files"):
        _carried(two, "README.md")


def test_what_is_no_text_comes_as_it_is(small: Team) -> None:
    """A new file and an edited one, each bit of it."""
    small.release({"logo.bin": b"\0\1{{ no tag }}"})
    small.new()
    source = "logo.bin"
    assert _applied(small, source, b"\0\2{{ no tag }}\r\n") == "\0\2{{ no tag }}\r\n"
    assert _applied(small, "new.bin", b"\0\3{{ no tag }}") == "\0\3{{ no tag }}"


def test_the_right_to_execute_comes_too(small: Team) -> None:
    """Of a file that is otherwise as it was, of an edited one, and of a new one."""
    project = small.new()
    small.edit(project, {"src/model.py": f"{TEXT}ours\n", "new.sh": "true\n"})
    for path in ("src/model.py", "README.md", "new.sh"):
        (project / path).chmod(0o755)
    small.repo.commit()
    found = _carried(small, "src/model.py", "README.md", "new.sh")
    write(Workspace(small.root), found.changes)
    assert [(small.template / change.file).stat().st_mode & 0o111 for change in found.changes] == [0o111] * 3
    assert found.patch.decode().count("new mode 100755") == 2
    assert done(small.update()[0]) == {}


def test_line_ends_stay_those_of_each_side(small: Team) -> None:
    """A template's with those of Windows keeps them; a project's own are not carried back, and that is said."""
    small.release({"notes.md": "one\r\ntwo\r\n"})
    project = small.new()
    assert _applied(small, "notes.md", "one\r\nours\r\ntwo\r\n") == "one\r\nours\r\ntwo\r\n"
    small.repo.commit()
    small.edit(project, {"src/model.py": f"ours\n{TEXT}".replace("\n", "\r\n")})
    (change,) = _carried(small, "src/model.py").changes
    assert change.after
    assert change.after.content.decode() == f"ours\n{TEXT}"
    assert change.notes == ("its line ends stay the project's own, as in an update",)


BLOCKS = "begin\n{% if cookiecutter.owner == 'us' %}\nours\n{%- else %}\ntheirs\n{% endif %}\n{# a comment #}\n"
BLOCKS += "{% raw %}{{ raw }}{% endraw %}\nend {{ cookiecutter.owner }}\n"


@pytest.mark.parametrize(
    ("before", "after", "source_before", "source_after"),
    [
        ("begin\n", "begin 2\n", "begin\n", "begin 2\n"),
        ("ours", "ours 2", "ours\n{%-", "ours 2\n{%-"),
        ("{{ raw }}", "{{ raw }} {% too %}", "{{ raw }}", "{{ raw }} {% too %}"),
        ("end us\n", "the end us\nof {{ x }}\n", "end {{", "the end {{"),
        ("\n\n{{ raw", "\nmore\n{{ raw", "a comment #}\n", "a comment #}more\n"),
    ],
)
def test_blocks_of_the_template_stay_where_they_are(
    small: Team, before: str, after: str, source_before: str, source_after: str
) -> None:
    """Edits of the text before, in and behind them are carried to where it comes from."""
    small.release({"blocks.md": BLOCKS})
    project = small.new()
    text = (project / "blocks.md").read_text()
    assert text == "begin\n\nours\n\n{{ raw }}\nend us\n"
    found = _applied(small, "blocks.md", text.replace(before, after))
    assert found.startswith(BLOCKS.replace(source_before, source_after)[:60])
    assert "{% if" in found
    assert "theirs" in found


def test_one_line_of_a_loop_is_refused(small: Team) -> None:
    """It would change the others, too: baking says what differs."""
    small.release({"loop.md": "{% for n in [1, 2] %}a line\n{% endfor %}"})
    small.edit(small.new(), {"loop.md": "a line\nour line\n"})
    before = contents(small.root / "templates")
    with pytest.raises(CodeError, match=r"loop\.md: cannot be carried back: the template would make it otherwise: "):
        _carried(small, "loop.md")
    assert contents(small.root / "templates") == before


@pytest.mark.parametrize("text", ["{% include 'other.md' %}\n", "{% set x %}ab{% endset %}{{ x | length }}\n"])
def test_tags_that_do_more_than_put_text_in_places_are_refused(small: Team, text: str) -> None:
    """Nobody knows what of them an edit means."""
    small.release({"made.md": text, "other.md": "x\n"})
    small.edit(small.new(), {"made.md": "y\n"})
    with pytest.raises(ConfigurationError, match="tags that do more than put text in places"):
        _carried(small, "made.md")


def test_a_tag_that_an_edit_replaces_is_named(small: Team) -> None:
    """Other projects would get this one's text."""
    small.release({"made.md": "{{ cookiecutter.owner | length }} letters\n"})
    small.edit(small.new(), {"made.md": "4 letters\n"})
    (change,) = _carried(small, "made.md").changes
    assert change.notes == ("line 1: takes the place of {{ cookiecutter.owner | length }}, which is no longer there",)


def test_what_a_hook_makes_is_refused(small: Team) -> None:
    """There is no file of the template that an edit could go to, or another text than its own."""
    hook = 'from pathlib import Path\n\nPath("made.md").write_text("x\\n")\nPath("README.md").write_text("y\\n")\n'
    small.repo.write({"templates/tiny/hooks/post_gen_project.py": hook + HOOK})
    small.repo.commit()
    small.edit(small.new(), {"made.md": "z\n", "README.md": "z\n"})
    with pytest.raises(ConfigurationError, match=r"made\.md: is made by the template's hook"):
        _carried(small, "made.md")
    with pytest.raises(ConfigurationError, match="a hook of the template changes it after it is rendered"):
        _carried(small, "README.md")


def test_what_the_template_changed_meanwhile_is_taken_first(small: Team) -> None:
    """Else its change would be lost; a file that it left alone can be carried back all the same."""
    small.edit(small.new(), {"src/model.py": f"{TEXT}ours\n", "README.md": "ours\n"})
    small.release({"src/model.py": f"theirs\n{TEXT}"})
    with pytest.raises(ConfigurationError, match="the template changed this file since") as caught:
        _carried(small, "src/model.py")
    assert "paddock update shop" in caught.value.remedy
    assert len(_carried(small, "README.md").changes) == 1


def test_a_managed_file_is_mended_in_the_template(small: Team) -> None:
    """And after the update it is managed again."""
    project = small.new()
    assert _applied(small, "Dockerfile", "FROM shop\nUSER 1\n") == "FROM {{ cookiecutter.__slug }}\nUSER 1\n"
    assert set(read_record(project).managed) == {"Dockerfile"}


def test_uncommitted_edits_and_templates_are_carried_back_too(small: Team) -> None:
    """One file after another, before anything is committed."""
    project = small.new()
    for path in ("README.md", "src/model.py"):
        (project / path).write_text("ours\n")
        write(Workspace(small.root), _carried(small, path).changes)
    assert [(small.template / path).read_text() for path in ("README.md", "src/model.py")] == ["ours\n"] * 2


def test_a_template_that_is_edited_meanwhile_is_left_alone(small: Team) -> None:
    """All files are looked at before the first is written."""
    small.edit(small.new(), {"src/model.py": "ours\n", "README.md": "ours\n"})
    changes = _carried(small, "README.md", "src/model.py").changes
    (small.template / "src/model.py").write_text("somebody's\n")
    before = contents(small.root / "templates")
    with pytest.raises(ToolError, match=r"src/model\.py: was changed meanwhile"):
        write(Workspace(small.root), changes)
    assert contents(small.root / "templates") == before


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"\xff\xfe latin", "is no UTF-8 text"), (None, "is a symbolic link"), (b"a\rb\n", "make it otherwise")],
)
def test_what_no_template_can_hold_is_refused(
    small: Team, tmp_path: Path, content: bytes | None, expected: str
) -> None:
    """With what it is."""
    place = small.new() / "README.md"
    if content is None:
        place.unlink()
        place.symlink_to(tmp_path)
    else:
        place.write_bytes(content)
    with pytest.raises((ConfigurationError, CodeError), match=expected):
        _carried(small, "README.md")


def test_a_record_that_is_damaged_is_named(small: Team) -> None:
    """As an update would."""
    small.edit(small.new(), {"template.toml": json.dumps({}), "README.md": "ours\n"})
    with pytest.raises(ConfigurationError, match=r"projects/shop/template\.toml"):
        _carried(small, "README.md")
