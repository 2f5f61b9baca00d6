"""What the checks of the workspace's documentation find, where they say it is, and what they let pass."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from paddock.project import Workspace
from paddock_ci.checks import docs
from paddock_ci.docs.anchors import slug, slugs
from paddock_ci.finding import Look

from tests.proof.documents import PARSED, UNPARSED

Check = Callable[[Workspace], Iterator[Look]]
CHECKS = (
    docs.leads_somewhere, docs.commands_exist, docs.words_have_one_meaning, docs.can_be_reached, docs.blocks_parse,
)  # fmt: skip
GLOSSARY = """\
# Glossary

| word | meaning | not |
|---|---|---|
| **dataset** | a named table | data set, data-set |
| **task**, **pipeline** | gokart tasks | |
| **finding** | falls short of a *dataset* | `violation` |
"""
FILES: Mapping[str, str] = {
    ".gitignore": "build/\n*.log\n",
    "Makefile": ".PHONY: test\ntest: setup ## Run\n\t@false\nsetup:\n\n%.html: %.md\n\nX := 1\nexport Y ?= 2\n",
    "README.md": "# A\n\n[Guide](docs/guide.md), [words](docs/glossary.md).\n",
    "docs/guide.md": "# Guide\n\n## Two words\n\n## Two words\n\nText.\n",
    "docs/glossary.md": GLOSSARY,
    "docs/a b é.md": "# Spaces\n",
    "docs/deep/README.md": "# Deep\n\n[Guide](../guide.md)\n",
    "shared/one.py": "a = 1\nb = 2\n",
}
# Links to every page, so that none is an orphan.
LINKS = "[1](<docs/a b é.md>) [2](docs/deep/)\n"


@pytest.fixture
def site(workspace: Workspace) -> Workspace:
    """A workspace under git, whose documentation is as it should be."""
    subprocess.run(["git", "init", "-q"], cwd=workspace.root, check=True)
    write(workspace, FILES)
    write(workspace, {"README.md": FILES["README.md"] + LINKS})
    return workspace


def write(workspace: Workspace, files: Mapping[str, str | bytes]) -> None:
    """Write each file, with the folders above it."""
    for path, content in files.items():
        target = workspace.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)


def faults(workspace: Workspace, check: Check) -> list[tuple[str, str]]:
    """Place and fault of each finding."""
    return [(look.place, look.fault) for look in check(workspace) if look.fault]


def of_guide(workspace: Workspace, check: Check, text: str) -> list[tuple[str, str]]:
    """What a check finds when this text follows what the guide says, from its line 9 on."""
    write(workspace, {"docs/guide.md": f"{FILES['docs/guide.md']}\n{text}\n"})
    return faults(workspace, check)


@pytest.mark.parametrize("check", CHECKS)
def test_good_documentation_has_no_fault(site: Workspace, check: Check) -> None:
    """Of pages that are right, none is found."""
    assert faults(site, check) == []


@pytest.mark.parametrize("check", CHECKS)
def test_without_pages_nothing_is_asked(workspace: Workspace, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workspace without documentation starts no process for it."""
    monkeypatch.setattr(subprocess, "run", None)
    monkeypatch.setattr(subprocess, "Popen", None)
    assert list(check(workspace)) == []


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("[a](gone.md)", 9, "leads to 'docs/gone.md', which is not there"),
        ("[a](guide)", 9, "leads to 'docs/guide', which is not there"),
        ("b\n\n[a](/gone.md) c", 11, "leads to 'gone.md', which is not there"),
        ("b\nc `d\ne` [a](gone.md)", 11, "leads to 'docs/gone.md', which is not there"),
        ("![a](gone.png)", 9, "leads to 'docs/gone.png', which is not there"),
        ("[![a](gone.png)](guide.md)", 9, "leads to 'docs/gone.png', which is not there"),
        ("[![a](../Makefile)](gone.md)", 9, "leads to 'docs/gone.md', which is not there"),
        ("| a |\n|---|\n| b |\n| [c](gone.md) |", 12, "leads to 'docs/gone.md', which is not there"),
        ("> - a\n>   [b](gone.md)", 10, "leads to 'docs/gone.md', which is not there"),
        ("### [a](gone.md)", 9, "leads to 'docs/gone.md', which is not there"),
        ("[a][b]\n\n[b]: gone.md", 11, "leads to 'docs/gone.md', which is not there"),
        ("[b]\n\n[B]: <gone too.md> 'c'", 11, "leads to 'docs/gone too.md', which is not there"),
        ("[a](%67one%20%C3%A9.md)", 9, "leads to 'docs/gone é.md', which is not there"),
        ("[a](../../other/x.md)", 9, "leads out of the workspace"),
        ("[a](../..)", 9, "leads out of the workspace"),
        ("[a](file:///etc/hosts)", 9, "leads out of the workspace"),
        ("[a](../.git/config)", 9, "leads to '.git/config', which is git's own"),
        ("[a](../build/page.html)", 9, "leads to 'build/page.html', which git ignores"),
        ("[a](../build)", 9, "leads to 'build', which git ignores"),
        ("[a](../empty/)", 9, "leads to 'empty', which is not there"),
        ("[a](#one-word)", 9, "leads to '#one-word', which no heading of docs/guide.md makes"),
        ("[a](#two-words-2)", 9, "leads to '#two-words-2', which no heading of docs/guide.md makes"),
        ("[a](#Two-words)", 9, "leads to '#Two-words', which no heading of docs/guide.md makes"),
        ("[a](glossary.md#dataset)", 9, "leads to '#dataset', which no heading of docs/glossary.md makes"),
        ("[a](deep#shallow)", 9, "leads to '#shallow', which no heading of docs/deep/README.md makes"),
        ("[a](../shared/one.py#L3)", 9, "leads to L3 of 'shared/one.py', which has 2 lines"),
        ("[a](../shared/one.py#L1-L9)", 9, "leads to L1-L9 of 'shared/one.py', which has 2 lines"),
        ('<p>\n<img alt="" src="gone.png">\n</p>', 10, "leads to 'docs/gone.png', which is not there"),
        ('b\nc <a href="gone.md">a</a>', 10, "leads to 'docs/gone.md', which is not there"),
        ("[a](my file.md)", 9, "'[a](my file.md)' is not read as a link"),
        ("b\n[a][nowhere]", 10, "'[a][nowhere]' is not read as a link"),
        ("![a][]", 9, "'![a][]' is not read as a link"),
        ("[`a`][nowhere]", 9, "'[…][nowhere]' is not read as a link"),
        ("[a](%00)", 9, "leads to 'docs/\\x00', which is not there"),
        (f"[a]({'x' * 5000})", 9, f"leads to 'docs/{'x' * 5000}', which is not there"),
        ("[a](loop/x.md)", 9, "leads to 'docs/loop/x.md', which is not there"),
    ],
)
def test_a_link_that_leads_nowhere_is_found(site: Workspace, text: str, line: int, fault: str) -> None:
    """In whichever form, at its own line; nothing else is."""
    write(site, {"build/page.html": ""})
    (site.root / "empty").mkdir()
    (site.root / "docs/loop").symlink_to("loop")
    assert of_guide(site, docs.leads_somewhere, text) == [(f"docs/guide.md:{line}", fault)]


@pytest.mark.parametrize(
    "text",
    [
        "[a](guide.md) [b](./glossary.md#glossary) [c](../README.md) [d](/docs/guide.md) [e](../Makefile)",
        "[a](a%20b%20%C3%A9.md) [b](<a b é.md>) [c](<a b é.md#spaces> 'title')",
        "[a](deep) [b](deep/) [c](../docs) [d](.) [e](..) [f](/) [g](deep#deep)",
        "[a](#two-words) [b](#two-words-1) [c](guide.md#guide) [d](#) [e](#top) [f](#:~:text=Text)",
        "[a](https://a.b/c#d) [b](mailto:a@b.c) [c](//a.b/c) <https://a.b> <a@b.c> ![d](data:image/png;base64,AA)",
        "`[a](gone.md)` ``[b](gone.md) ` ``\n\n```\n[c](gone.md)\n```\n\n    [d](gone.md)\n",
        "~~~md\n[c](gone.md)\n```\n[d](gone.md)\n~~~",
        "<!-- [a](gone.md) <a href='gone.md'> -->\n\n<!--\n<img src='gone.png'>\n-->",
        "\\[a](gone.md) \\[a\\]\\[b\\]",
        'a <a id="here"></a> [b](#here)\n\n<div id="there">\n\n[c](#there)\n\n</div>\n\n<a name="old"></a>\n[d](#old)',
        "(my-label)=\n### Labelled\n\n[a](#my-label) [b](guide.md#my-label)",
        "### `code` & *more*, [link](guide.md): 50 % ½ x²_y\n\n[a](#code--more-link-50---x_y)",
        "### Größe 東京\n\n[a](#größe-東京) [b](#gr%C3%B6%C3%9Fe-%E6%9D%B1%E4%BA%AC)",
        "Setext\n------\n\n[a](#setext)",
        "> ### Quoted\n\n- ### Listed\n\n[a](#quoted) [b](#listed)",
        "### &amp; more \\* x\n\n[a](#-more--x)",
        "[a](../shared/one.py#L2) [b](../shared/one.py#L1-L2) [c](guide.md?plain=1#L3) [d](../Makefile#anything)",
        "[a](glossary.md?raw=true)",
        "A note[^1] and another[^2].\n\n[^1]: Gone.\n[^2]: See the page of the other.",
        "Of the matrix x[i][j] and `y`[i][j], [sic], [as he says] (see below), - [ ] to do",
        "[a][b], [b][], [b]\n\n[b]: guide.md 'title'",
        "- [ ] a\n- [x] b",
        "> [!NOTE]\n> c",
        "[1](</docs/guide.md>) [2](<guide.md#two-words>)",
        "[a](../build/kept.md)",
    ],
)
def test_links_that_lead_somewhere_pass(site: Workspace, text: str) -> None:
    """Whatever Markdown and GitHub read as no link, or as one that leads to what is there."""
    write(site, {"build/kept.md": ""})
    subprocess.run(["git", "add", "-f", "build/kept.md"], cwd=site.root, check=True)
    assert of_guide(site, docs.leads_somewhere, text) == []


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (["Hello, World!"], ["hello-world"]),
        (["a", "A", "a-1", "a"], ["a", "a-1", "a-1-1", "a-2"]),
        (["What's new?  Much."], ["whats-new--much"]),
        (["`paddock run` → report"], ["paddock-run--report"]),
        (["1.2.3 (2024-01-31)"], ["123-2024-01-31"]),
        (["snake_case-and-kebab"], ["snake_case-and-kebab"]),
        (["Ünïcode Größe"], ["ünïcode-größe"]),
        (["नमस्ते"], ["नमस्ते"]),
        (["🎉 Party"], ["-party"]),
        (["", ""], ["", "-1"]),
    ],
)
def test_anchors_are_those_of_github(headings: list[str], expected: list[str]) -> None:
    """As its published rule makes them."""
    assert list(slugs(headings)) == expected
    assert slug(headings[0]) == expected[0]


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("```sh\npaddock rnu shop\n```", 10, "paddock: no command 'rnu'. Did you mean 'run'?"),
        ("```bash\nmake test\npaddock run shop --bogus\n```", 11, "paddock run: No such option: --bogus"),
        ("```console\n$ paddock run\n```", 10, "paddock run: Missing argument 'project'."),
        ("```console\n$ cat a\npaddock rnu is what it said\n$ make tset\n```", 12, "no target 'tset'"),
        ("```console\n(.venv) $ paddock data lst\n```", 10, "paddock data: no command 'lst'. Did you mean 'list'?"),
        ("```sh\necho a \\\n  b && paddock run shop \\\n  --bogus\n```", 11, "paddock run: No such option: --bogus"),
        ("```console\n$ paddock run shop \\\n>   --bogus\n```", 10, "paddock run: No such option: --bogus"),
        ("```sh\ncat a | paddock rnu b\n```", 10, "paddock: no command 'rnu'"),
        ("```sh\nmake setup && make tset\n```", 10, "the Makefile has no target 'tset'. Did you mean 'test'?"),
        ("```sh\n.venv/bin/paddock rnu\n```", 10, "paddock: no command 'rnu'"),
        ("```sh\nA=1 paddock run shop --until adit\n```", 10, "'adit' is not one of"),
        ("```sh\nuv run paddock rnu\n```", 10, "paddock: no command 'rnu'"),
        ("```sh\nfor x in a b; do paddock rnu $x; done\n```", 10, "paddock: no command 'rnu'"),
        ("```sh\nx=$(paddock rnu)\n```", 10, "paddock: no command 'rnu'"),
        ("```sh\npaddock run shop shop\n```", 10, "unexpected extra argument"),
        ("```sh\npaddock data diff shop.items one 2\n```", 10, "paddock data diff: Invalid value"),
        ("```sh\npaddock affected --bse main\n```", 10, "No such option: --bse. Did you mean '--base'?"),
        ("```sh\npaddock affected main\n```", 10, "paddock affected: expected no argument, got 'main'"),
        ("```sh\npaddock affected --base\n```", 10, "paddock affected: Option '--base' requires an argument."),
        ("```sh\npaddock notebooks --fx a.ipynb\n```", 10, "No such option: --fx"),
        ("```sh\npython -m paddock_ci.refernce\n```", 10, "no module 'paddock_ci.refernce' that could be run"),
        ("```sh\npython3 -m paddock_ci\n```", 10, "no module 'paddock_ci' that could be run"),
        ("```sh\n.venv/bin/python -X dev -m nowhere.at_all\n```", 10, "no module 'nowhere.at_all'"),
        ("```sh\npaddock COMMAND --help\npaddock PROJECT rnu\npaddock rnu PROJECT\n```", 12, "no command 'rnu'"),
        ("    $ paddock rnu\n    done", 9, "paddock: no command 'rnu'"),
        ("```\n$ paddock rnu\n```", 10, "paddock: no command 'rnu'"),
        ("- a\n\n  ```sh\n  paddock rnu\n  ```", 12, "paddock: no command 'rnu'"),
        ("Say `paddock rnu shop`.", 9, "paddock: no command 'rnu'"),
        ("Say\n`make tset`.", 10, "the Makefile has no target 'tset'"),
        ("| do |\n|---|\n| `paddock check --statc` |", 11, "No such option: --statc"),
        ("[`python -m paddock_ci.refernce`](guide.md)", 9, "no module 'paddock_ci.refernce'"),
        ("```sh\npaddock run <project> --bogus\n```", 10, "No such option: --bogus"),
        ("```sh\npaddock run … --bogus\n```", 10, "No such option: --bogus"),
        ("Of `paddock affected --base … --haed …`.", 9, "No such option: --haed. Did you mean '--head'?"),
        ("```sh\npaddock run [--froce] PROJECT\n```", 10, "No such option: --froce"),
        ("Say `padock run shop`.", 9, "no command 'padock'. Did you mean 'paddock'?"),
        ("```sh\ncd shared\npaddock rnu\n```", 11, "paddock: no command 'rnu'"),
        ("```sh\ngit clone https://a.b/c && cd c\nmake tset\n```", 11, "the Makefile has no target 'tset'"),
    ],
)
def test_a_command_that_is_none_is_found(site: Workspace, text: str, line: int, fault: str) -> None:
    """In whichever block or sentence, at its own line."""
    [(place, said)] = of_guide(site, docs.commands_exist, text)
    assert (place, fault in said) == (f"docs/guide.md:{line}", True), said


@pytest.mark.parametrize(
    "text",
    [
        "```sh\npaddock run shop -p rate=0.5 --until audit --json   # and so on\nmake test\nmake -j 2 test X=1\n```",
        "```sh\npaddock run PROJECT -p NAME=VALUE\npaddock run <project>\npaddock run $PROJECT --env ENV\n```",
        "```sh\npaddock run no-such-project\npaddock data describe nobody.items\npaddock check one two\n```",
        "```sh\npaddock data diff shop.items OLD NEW\npaddock data diff shop.items …\n```",
        "```sh\npaddock run shop --until PHASE\n```",
        "```sh\npaddock …\npaddock data …\npaddock run …\npaddock run [OPTIONS] PROJECT\npaddock COMMAND --help\n```",
        "```sh\npaddock run [--force] shop\npaddock data list [--json]\n```",
        "```sh\npaddock --help\npaddock data --help\npaddock\n```",
        "```sh\npaddock affected --base main --head=HEAD -C .\npaddock affected --help\n```",
        "```sh\npaddock notebooks a.ipynb --json\n```",
        "```sh\npython -m pytest -q\npython -m venv .venv\npython -m http.server\npython -m paddock_ci.reference\n```",
        "```sh\npython -m tools.local\npython -m tools\npython -m MODULE\npython -c 'import a'\n```",
        "```sh\nmake page.html\nmake TARGET\nmake …\nmake\nmake -f other.mk anything\nmake -C shared anything\n```",
        "```sh\ncd shared\nmake anything\npython -m anything\n```",
        "```sh\ncat <<'EOF' > a\npaddock rnu\nmake tset\nEOF\n# paddock rnu\necho 'paddock rnu; make tset'\n```",
        "```console\n$ paddock version\npaddock 0.1.0\nmake: nothing to be done\n```",
        "```console\npaddock rnu: what a session answers\n```",
        "```text\npaddock rnu\n```\n\n```python\nmake = tset\n```\n\n```\nmake tset\n```\n\n    paddock rnu",
        "Of `paddock new`, `paddock data`, `paddock`, `paddock new --answers`, `paddock data diff`, `make`.",
        "Of `paddock affected --base`, `paddock runs | head`, `paddock affected --base … --head …`, `make TARGET`.",
        "Of `paddock.read`, `paddock-ci`, `paddock_ci`, `python`, `python -m`, and paddock rnu or make sure.",
        "```sh\nsource .venv/bin/activate\nwhatever --else | jq .\n```",
    ],
)
def test_commands_that_exist_pass(site: Workspace, text: str) -> None:
    """Placeholders, projects that are but examples, what a session answers, and what others than us bring."""
    write(site, {"tools/__main__.py": "", "tools/local.py": ""})
    assert of_guide(site, docs.commands_exist, text) == []


def test_a_makefile_that_includes_others_is_not_judged(site: Workspace) -> None:
    """Its targets may come from anywhere."""
    write(site, {"Makefile": "include rules.mk\n"})
    assert of_guide(site, docs.commands_exist, "```sh\nmake tset\n```") == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("| **finding** |", "| **Dataset** |", [("7", "defines 'Dataset', which line 5 defines, too")]),
        ("| **finding** |", "| **finding**, **pipeline** |", [("7", "defines 'pipeline', which line 6 defines, too")]),
        ("gokart tasks", "", [("6", "gives no meaning")]),
        ("gokart tasks", "…", [("6", "gives no meaning")]),
        ("gokart tasks", "TODO: say", [("6", "gives no meaning")]),
        ("**task**, **pipeline**", "", [("6", "defines no word")]),
        ("`violation`", "task", [("7", "says not to say 'task', which line 6 defines")]),
        ("| word |", "| term |", [("1", "has no table with the columns 'word' and 'meaning'")]),
        ("gokart tasks", "a data set", [("6", "says 'data set'; expected 'dataset'")]),
    ],
)
def test_a_fault_of_the_glossary_is_found(site: Workspace, old: str, new: str, found: list[tuple[str, str]]) -> None:
    """A word without a meaning, with two, or both to be said and not."""
    assert old in GLOSSARY
    write(site, {"docs/glossary.md": GLOSSARY.replace(old, new)})
    expected = [(f"docs/glossary.md:{line}", fault) for line, fault in found]
    assert faults(site, docs.words_have_one_meaning) == expected


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("A data set.", 9, "says 'data set'; expected 'dataset'"),
        ("Two Data\nSets.", 9, "says 'Data Sets'; expected 'dataset'"),
        ("b\n\n- c\n- *data-sets*", 12, "says 'data-sets'; expected 'dataset'"),
        ("### A violation", 9, "says 'violation'; expected 'finding'"),
        ("| a |\n|---|\n| violations |", 11, "says 'violations'; expected 'finding'"),
        ("[the violation](guide.md)", 9, "says 'violation'; expected 'finding'"),
        ("b\nc (data set)", 10, "says 'data set'; expected 'dataset'"),
    ],
)
def test_another_word_for_the_same_is_found(site: Workspace, text: str, line: int, fault: str) -> None:
    """In any prose of any page, in singular and plural."""
    assert of_guide(site, docs.words_have_one_meaning, text) == [(f"docs/guide.md:{line}", fault)]


@pytest.mark.parametrize(
    "text",
    [
        "Say `data set`.\n\n```\ndata set\n```\n\n    violation",
        "Datasets, a data setting, the violationist, data-set-like, non-data-set, metadata sets",
        "[a](guide.md 'data set') [b](violation.md)",
        "<!-- data set --> <a title='violation'>",
        "Data. Set it. The data; set it.",
        "The task sets data: data\\\n`set`",
    ],
)
def test_words_that_only_look_alike_pass(site: Workspace, text: str) -> None:
    """Code, targets of links, parts of other words, sentences that end between."""
    assert of_guide(site, docs.words_have_one_meaning, text) == []


def test_a_workspace_without_glossary_has_no_fault(site: Workspace) -> None:
    """Nor one whose glossary has no column `not`."""
    (site.root / "docs/glossary.md").unlink()
    assert of_guide(site, docs.words_have_one_meaning, "A data set.") == []
    write(site, {"docs/glossary.md": "# G\n\n| Word | *Meaning* |\n|---|---|\n| dataset | a table |\n"})
    assert of_guide(site, docs.words_have_one_meaning, "A data set.") == []


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"docs/lost.md": "# A\n"}, [("docs/lost.md:1", "no link leads here from README.md or the index of docs")]),
        (
            {"docs/one.md": "# A\n\n[b](two.md)", "docs/two.md": "# B\n\n[a](one.md)"},
            [
                (f"docs/{name}.md:1", "no link leads here from README.md or the index of docs")
                for name in ("one", "two")
            ],
        ),
        ({"docs/guide.md": "Text.\n"}, [("docs/guide.md:1", "has no title")]),
        ({"docs/guide.md": "## A\n"}, [("docs/guide.md:1", "has no title")]),
        ({"docs/guide.md": "a\n\n#\n"}, [("docs/guide.md:3", "has no title")]),
        ({"docs/guide.md": ""}, [("docs/guide.md:1", "has no title")]),
        ({"docs/guide.md": "```\n# A\n```\n"}, [("docs/guide.md:1", "has no title")]),
        ({"docs/guide.md": "# A\n\nb\n\n# C\n"}, [("docs/guide.md:5", "has a second title, 'C'; the first is 'A'")]),
        ({"docs/guide.md": "# A\n\nC\n=\n"}, [("docs/guide.md:3", "has a second title, 'C'; the first is 'A'")]),
        ({"docs/guide.md": "# A\n\n<h1>C</h1>\n"}, [("docs/guide.md:3", "has a second title, 'C'; the first is 'A'")]),
    ],
)
def test_a_page_that_is_lost_or_has_no_title_is_found(
    site: Workspace, files: Mapping[str, str], found: list[tuple[str, str]]
) -> None:
    """At its own place; two pages that link to each other are lost all the same."""
    write(site, files)
    assert faults(site, docs.can_be_reached) == found


@pytest.mark.parametrize(
    "files",
    [
        {"docs/more/one.md": "# A\n", "docs/guide.md": "# G\n\n[a](more/one.md#a)\n"},
        {"docs/a/one.md": "# A\n", "docs/a/README.md": "# M\n\n[a](one.md)\n", "docs/guide.md": "# G\n\n[a](a)\n"},
        {"docs/more/one.md": "# A\n", "docs/README.md": "# M\n\n[a](more/one.md)\n"},
        {"docs/one.md": "# A\n", "docs/index.md": "# M\n\n[a]\n\n[a]: one.md\n"},
        {"docs/one.md": "A\n=\n", "C.md": "# C\n\n[a](docs/one.md)\n", "docs/guide.md": "# G\n\n[c](../C.md)\n"},
        {"docs/guide.md": "---\ntitle: A\n# a comment\n---\n\n# G\n\n```sh\n# no title\n```\n\n    # none\n"},
        {"docs/guide.md": "<h1 align='center'>G</h1>\n"},
        {"docs/guide.md": "\ufeff# G\n"},
        {"docs/guide.md": "# G\r\n\r\n## H\r\n"},
        {"CHANGELOG.md": "no title\n", "projects/README.md": "# P\n\n# Q\n"},
        {"build/lost.md": "", "docs/build/lost.md": "no title", "docs/.cache/lost.md": "no title"},
        {"projects/shop/README.md": "no title", "shared/lost.md": "no title"},
    ],
)  # fmt: skip
def test_pages_that_are_reached_pass(site: Workspace, files: Mapping[str, str]) -> None:
    """By way of other pages, of folders, of definitions; pages outside docs, and what git ignores, need no way."""
    write(site, files)
    assert faults(site, docs.can_be_reached) == []


@pytest.mark.parametrize(("text", "line", "fault"), UNPARSED)
def test_a_block_that_does_not_parse_is_found(site: Workspace, text: str, line: int, fault: str) -> None:
    """At the line of the block that is wrong."""
    [(place, said)] = of_guide(site, docs.blocks_parse, text)
    assert (place, said.startswith(fault)) == (f"docs/guide.md:{line}", True), (place, said)


@pytest.mark.parametrize("text", PARSED)
def test_blocks_that_parse_pass(site: Workspace, text: str) -> None:
    """Whatever stands for what was left out, sessions at a prompt, fragments, and languages that nobody parses."""
    assert of_guide(site, docs.blocks_parse, text) == []


@pytest.mark.parametrize(
    ("content", "line", "fault"),
    [
        (b"# A\n\nb \xff\n", 3, "is not UTF-8"),
        ("# A\n".encode("utf-16"), 1, "is not UTF-8"),
        (b"# A\n\n" + b"a\n" * 600_000, 1, "has 1200005 bytes; expected at most 1000000"),
    ],
)
@pytest.mark.parametrize("path", ["docs/guide.md", "README.md"])
def test_a_page_that_cannot_be_read_is_one_finding(
    site: Workspace, path: str, content: bytes, line: int, fault: str
) -> None:
    """Told once, by one check; the others say what they say of the other pages."""
    write(
        site, {path: content, "docs/README.md": FILES["README.md"].replace("docs/", "") + "[a](<a b é.md>) [b](deep)"}
    )
    found = [fault for check in CHECKS for fault in faults(site, check)]
    assert found == [(f"{path}:{line}", fault)]


def test_links_of_the_file_system_are_followed_once(site: Workspace) -> None:
    """A loop, a link to nowhere or out is a finding; a page that is a link leads from where it lies."""
    for name, target in {
        "loop": "loop.md",
        "gone": "gone-too.md",
        "out": "/etc/hostname",
        "same": "deep/README.md",
    }.items():
        (site.root / f"docs/{name}.md").symlink_to(target)
    (site.root / "docs/round").symlink_to(".")
    os.mkfifo(site.root / "docs/pipe.md")
    (site.root / "docs/folder.md").mkdir()
    assert faults(site, docs.leads_somewhere) == []
    assert sorted(faults(site, docs.blocks_parse)) == [
        ("docs/gone.md:1", "cannot be read"),
        ("docs/loop.md:1", "cannot be read"),
        ("docs/out.md:1", "is a link out of the workspace"),
        ("docs/pipe.md:1", "cannot be read"),
    ]


def test_names_of_all_kinds_are_places(site: Workspace) -> None:
    """Spaces, accents, colons and brackets in a page's name stand in its place, and links to it pass."""
    names = ["a b.md", "größe.md", "c:d.md", ":e.md", "f[1]*.md", "g#h.md", "i%20j.md", "-k.md"]
    write(site, {f"docs/{name}": "# A\n\n```python\n= =\n```\n" for name in names})
    quoted = ["a b", "größe", "c:d", "./:e", "f[1]*", "g%23h", "i%2520j", "-k"]
    assert of_guide(site, docs.leads_somewhere, " ".join(f"[x](<{name}.md#a>)" for name in quoted)) == []
    assert faults(site, docs.can_be_reached) == []
    assert {place for place, _ in faults(site, docs.blocks_parse)} == {f"docs/{name}:4" for name in names}


def test_without_git_whatever_is_there_counts(workspace: Workspace) -> None:
    """As in an archive of the workspace."""
    write(workspace, {**FILES, "build/page.html": ""})
    assert of_guide(workspace, docs.leads_somewhere, "[a](../build/page.html) [b](gone.md)") == [
        ("docs/guide.md:9", "leads to 'docs/gone.md', which is not there")
    ]


def test_a_workspace_below_the_top_of_its_clone(site: Workspace) -> None:
    """Its pages are its own, and a link to what lies above leads out of it."""
    inner = Workspace(site.root / "inner")
    write(inner, FILES)
    write(inner, {"README.md": FILES["README.md"] + LINKS + "[above](../README.md)"})
    assert faults(inner, docs.leads_somewhere) == [("README.md:5", "leads out of the workspace")]
    assert faults(inner, docs.can_be_reached) == []


@pytest.mark.parametrize(
    "text", ["[" * 50_000, "*a " * 30_000, "> " * 20_000, "![[" * 20_000, "<a " * 30_000, "`" * 50_000]
)
@pytest.mark.parametrize("check", CHECKS)
def test_text_that_wears_parsers_out_ends(site: Workspace, check: Check, text: str) -> None:
    """What nobody writes on purpose is no traceback, and no wait."""
    of_guide(site, check, text)


def test_the_documentation_of_this_workspace_has_no_fault() -> None:
    """Its own promises are kept: each check looks at something, and finds nothing."""
    root = Workspace(Path(__file__).parents[2])
    for check in CHECKS:
        looks = list(check(root))
        assert looks
        assert [look for look in looks if look.fault] == []
