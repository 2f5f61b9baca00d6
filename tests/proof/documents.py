"""Seeds of the checks DO: the links, commands, words, pages and blocks of the workspace's documentation."""

from __future__ import annotations

from tests.proof.seed import WORKSPACE, Defect, Honest, Seed

# What may follow the eighth line of a page: a block that does not parse, its line, and what is said of it.
UNPARSED = [
    ("```python\na = 1\nb = = 2\n```", 11, "is no python: invalid syntax"),
    ("```py\nimport a from b\n```", 10, "is no py: invalid syntax"),
    ("```python\nprint 'a', …\n```", 10, "is no python: Missing parentheses"),
    ("```pycon\n>>> a\n1\n>>> b = = 2\n```", 12, "is no pycon: invalid syntax"),
    ("```{code-block} python\n:caption: a b\n\na = = 1\n```", 12, "is no python: invalid syntax"),
    ("- a\n\n  ```python\n  a = 1\n  b =\n  ```", 13, "is no python: invalid syntax"),
    ("```json\n{\n  'a': 1\n}\n```", 11, "is no json: Expecting property name"),
    ('```json\n{"a": 1,}\n```', 10, "is no json: "),
    ('```json\n{"a" 1, …}\n```', 10, "is no json: Expecting ':' delimiter"),
    ("```toml\na = 1\nb = x\n```", 11, "is no toml: Invalid value"),
    ("```toml\na = 1\na = 2\n```", 11, "is no toml: Cannot overwrite a value"),
    ("```toml\n[a\n```", 10, "is no toml: "),
    ("```yaml\na: 1\nb: [1, 2\n```", 12, "is no yaml: "),
    ("```yml\na: b: c\n```", 10, "is no yml: mapping values are not allowed"),
    ("```yaml\na: 1\n\tb: 2\n```", 11, "is no yaml: "),
    ("```python title='a.py'\na = = 1\n```", 10, "is no python: invalid syntax"),
    ("~~~~PYTHON\na = = 1\n~~~~", 10, "is no python: invalid syntax"),
    ("```python\n" + "(" * 500 + "\n```", 10, "is no python: "),
    ("```json\n" + "[" * 100_000 + "\n```", 10, "is no json: "),
]
# What parses, whatever is left out of it.
PARSED = [
    "```python\nx = …\nf(a, …)\nf(a=1, …)\nf(…, b)\nd = {'a': 1, …}\nt = (1, 2, …)\ns = '…'\n```",
    "```python\ndef f(a, …):\n    …\n\nclass A(…):\n    x: int = …\n    …\n\nfrom a import …\n```",
    '```python\ndef f():\n    """Say … all."""\n    ...\n\nd = {\n    "a": 1,  # … and\n    ...,\n}\n```',
    "```python\n    def method(self):\n        return self.x\n```\n\n```python\nreturn 1\nawait x\n```",
    "```python\n>>> f(1)\nwhatever: it = = says\n>>> for x in y:\n...     z\n```",
    "```python\nre.compile('\\d')\n```",
    '```json\n{"a": …, "b": [1, …], "c": "…", …}\n```\n\n```json\n{\n  "a": 1,\n  …\n}\n```\n\n```json\n[…]\n```',
    '```json\n{"a": 1, ...}\n```\n\n```json\n"a"\n```',
    '```toml\na = …\nb = [1, …]\nc = "…"\n…\n[d]\ne = { f = 1, … }\n```',
    "```yaml\na: …\nb: [1, …]\n…\nc:\n  - …\n  - !Ref d\n```\n\n```yaml\na: 1\n---\nb: ${{ c.d }}\n```",
    "```jsonc\n// c\n```\n\n```ipython\n%run a\n```\n\n```diff\n- a\n```\n\n```\nx = = 1\n```\n\n    x = = 1",
    "```{note}\nx = = 1\n```\n\n```{python}\nx = 1\n```\n\n`python x = = 1`",
    "```python\n```\n\n```toml\n```\n\n```yaml\n```",
]


_DATA, _GLOSSARY = f"{WORKSPACE}docs/explanation/data.md", f"{WORKSPACE}docs/glossary.md"


def _page(name: str) -> str:
    return f"{WORKSPACE}docs/{name}.md"


def _in_data(kind: type[Defect] | type[Honest], code: str, name: str, text: str) -> Seed:
    """A change of a page: what stands at its end."""
    return kind(name, _DATA, new=f"\n{text}\n", code=code)


def _ends(kind: type[Defect] | type[Honest], code: str, **texts: str) -> list[Seed]:
    """Several of these, each by its name."""
    return [_in_data(kind, code, name.replace("_", " "), text) for name, text in texts.items()]


# fmt: off
LINKS: list[Seed] = [
    *_ends(
        Defect, "DO101",
        page_that_is_not_there="See [how](gone.md).",
        picture_that_is_not_there="![a curve](curve.png)",
        heading_that_nobody_wrote="See [a word](../glossary.md#no-such-heading).",
        way_out_of_the_workspace="See [x](../../../x.md).",
        label_that_nobody_defined="See [the words][words].",
        line_after_the_last="See [where](../Makefile.toml#L9) or [here](../pyproject.toml#L99999).",
        page_below_an_ignored_folder="See [x](../../.paddock/x.md).",
        anchor_in_another_case="See [the glossary](../glossary.md#Glossary).",
        link_in_HTML='<p>\n<a href="gone.md">x</a>\n</p>',
        space_that_ends_it="See [x](my file.md).",
    ),
    Defect("page that was renamed", _page("words"), code="DO101", edit=lambda _: "# Words\n", also=(Defect("", _GLOSSARY),)),
    *_ends(
        Honest, "DO101",
        page_and_heading="See [words](../glossary.md#glossary), [data](#top), [all](/README.md).",
        folder_and_its_file="See [decisions](../decisions), [the code](../../shared/src/paddock/git.py#L1).",
        address_of_others="See [x](https://a.b/c#d), <https://a.b>, [y](mailto:a@b.c).",
        link_that_is_only_shown="Write `[x](gone.md)`.\n\n```\n[x](gone.md)\n```",
        link_that_is_commented_out="<!-- [x](gone.md) -->",
        item_of_a_matrix="Of the matrix x[i][j], [sic].",
    ),
]
COMMANDS: list[Seed] = [
    *_ends(
        Defect, "DO102",
        slip_of_the_pen="```sh\npaddock rnu shop\n```",
        option_that_is_not_there="```sh\npaddock run shop --bogus\n```",
        target_that_is_not_there="```sh\nmake tset\n```",
        module_that_is_not_there="```sh\npython -m paddock_ci.refernce\n```",
        command_in_a_sentence="Say `paddock check --statc`.",
        argument_that_lacks="```console\n$ paddock run\n```",
        value_that_is_none="```sh\npaddock run shop --until adit\n```",
        command_behind_another="```sh\nmake setup && paddock data lst\n```",
        program_that_is_misspelt="Say `padock run shop`.",
    ),
    Defect("target that was renamed", f"{WORKSPACE}Makefile", "\ntest:", "\ntests:", code="DO102"),
    *_ends(
        Honest, "DO102",
        command_with_all_its_options="```sh\npaddock run shop -p rate=0.5 --until audit --json  # and so on\n```",
        words_that_stand_for_others="```sh\npaddock run PROJECT -p NAME=VALUE\npaddock data …\npaddock run <project>\n```",
        what_a_command_answered="```console\n$ make test\npaddock rnu is no command\n```",
        module_of_Python="```sh\npython -m pytest -q\npython -m venv .venv\npython -m paddock_ci.reference\n```",
        package_of_that_name="Of `paddock`, `make` and the folder `paddock/rnu`.",
        another_folder="```sh\ncd shared\nmake anything\n```",
    ),
]
WORDS: list[Seed] = [
    *_ends(
        Defect, "DO103",
        another_word="A data set.",
        another_word_in_the_plural="Two Data\nSets.",
        another_word_in_a_heading="### An audit notebook",
        another_word_in_a_table="| a |\n|---|\n| the run log |",
        another_word_in_a_link="See [subprojects](../glossary.md).",
    ),
    Defect("word that is defined twice", _GLOSSARY, "| **gate** |", "| **Dataset** | a table | |\n| **gate** |", code="DO103"),
    Defect("word without a meaning", _GLOSSARY, "| **gate** |", "| **bound** | … | |\n| **gate** |", code="DO103"),
    Defect("meaning without a word", _GLOSSARY, "| **gate** |", "|  | a bound | |\n| **gate** |", code="DO103"),
    Defect("word that is also forbidden", _GLOSSARY, "| **gate** |", "| **bound** | a number | gate |\n| **gate** |", code="DO103"),
    Defect("glossary without its table", _GLOSSARY, "| word |", "| term |", code="DO103"),
    *_ends(
        Honest, "DO103",
        word_in_code="Say `data set`.\n\n```\ndata set\n```",
        words_that_are_longer="Datasets, a data setting, metadata sets, non-data-set.",
        sentences_that_end_between="Data. Set it. The data; set it.",
        word_that_nobody_sees="<!-- data set -->",
        target_of_a_link="See [words](../glossary.md 'data set').",
    ),
    Honest("word that is new", _GLOSSARY, "| **gate** |", "| **bound** | a number that must hold | limit of a gate |\n| **gate** |", code="DO103"),
]
PAGES: list[Seed] = [
    Defect("page that nobody leads to", _page("lost"), new="# Lost\n", code="DO104"),
    Defect("page below a folder", _page("deep/lost"), new="# Lost\n", code="DO104"),
    Defect("pages that lead to each other", _page("one"), new="# One\n\n[b](two.md)\n", code="DO104", also=(Defect("", _page("two"), new="# Two\n\n[a](one.md)\n"),)),
    Defect("link in code", _page("lost"), new="# Lost\n", code="DO104", also=(Defect("", _DATA, new="\n`[x](lost.md)`\n"),)),
    Defect("page without a title", _DATA, "# ", "## ", code="DO104"),
    Defect("second title", _DATA, new="\n# And more\n", code="DO104"),
    Defect("second title that is underlined", _DATA, new="\nAnd more\n========\n", code="DO104"),
    Defect("page that is empty", _DATA, edit=lambda _: "", code="DO104"),
    Honest("page that another leads to", _page("more"), new="# More\n", code="DO104", also=(Honest("", _DATA, new="\n[x](../more.md)\n"),)),
    Honest("page by way of a folder", _page("deep/README"), new="# More\n", code="DO104", also=(Honest("", _DATA, new="\n[x](../deep)\n"),)),
    Honest("page by its label", _page("more"), new="More\n====\n", code="DO104", also=(Honest("", _DATA, new="\n[x]\n\n[x]: ../more.md\n"),)),
    Honest("comment in a block", _DATA, new="\n```sh\n# no title\n```\n", code="DO104"),
    Honest("page outside docs", f"{WORKSPACE}CHANGES.md", new="No title.\n", code="DO104"),
    Honest("page that git ignores", _page("_build/lost"), new="Lost.\n", code="DO104"),
]
BLOCKS: list[Seed] = [
    *(_in_data(Defect, "DO105", f"{fault} {text[:80]}", text) for text, _, fault in UNPARSED),
    Defect("page that is no UTF-8", _DATA, new="\nb \udcff\n", code="DO105"),
    Defect("page that nobody reads", _DATA, new="\n" + "a\n" * 600_000, code="DO105"),
    *(_in_data(Honest, "DO105", text[:80], text) for text in PARSED),
]
# fmt: on
SEEDS: list[Seed] = [*LINKS, *COMMANDS, *WORDS, *PAGES, *BLOCKS]
