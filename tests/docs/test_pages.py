"""Every page of the docs as its reader follows it: each block in its order, in one clean clone a page.

How a page is written is said in `page_steps`. A page that begins where another ends goes on in a copy of its workspace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.docs.page_clones import clone, copy, make_origin
from tests.docs.page_servers import cluster, object_store
from tests.docs.page_session import Outcome, variables_of, walked
from tests.docs.page_steps import PYTHON, SHELL, Walk, walk_of

DOCS = Path(__file__).parents[2] / "docs"
FIRST_HOUR = "tutorials/first-hour.md"
PULL_REQUEST = "tutorials/first-pull-request.md"
MOST_COMMANDS, MOST_SECONDS = 15, 180
# Parts whose pages are followed at the keyboard; of the others, those that give a command.
FOLLOWED = ("tutorials/", "how-to/", "roles/")
# What is made from code, or tells what was decided; and what is no page.
READ = ("_", "decisions/", "reference/")
# Pages that take long: `make pages` follows them, too.
SLOW = {
    "explanation/site.md",
    "how-to/add-a-problem-kind.md",
    "how-to/add-a-template-question.md",
    "how-to/debug-a-failing-notebook-in-ci.md",
    "how-to/give-a-notebook-a-secret.md",
    "how-to/read-two-datasets.md",
    "how-to/rename-a-column.md",
    "how-to/replay-a-report.md",
    "how-to/update-projects.md",
    "how-to/use-a-dask-cluster.md",
    "how-to/use-postgresql.md",
    "how-to/use-s3.md",
    "how-to/use-your-editor-and-jupyter.md",
}
# Whose blocks are executed on another page.
ELSEWHERE = {
    "contributing.md": "the text of CONTRIBUTING.md",
}
# How many blocks of a page nobody runs; the reason of each stands before it. One more has to be entered here.
NOT_RUN = {
    "explanation/notebooks.md": 1,
    "explanation/site.md": 1,
    "how-to/add-a-source.md": 1,
    "how-to/use-a-dask-cluster.md": 2,
    "how-to/use-postgresql.md": 1,
}


def _walk(page: str) -> Walk:
    return walk_of((DOCS / page).read_text(encoding="utf-8"))


def _is_walked(page: str) -> bool:
    if page in ELSEWHERE or page.startswith(READ):
        return False
    is_index = Path(page).name in ("index.md", "README.md")
    is_followed = page.startswith(FOLLOWED) and not is_index
    return is_followed or bool(_walk(page).steps)


PAGES = sorted(page for page in (path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")) if _is_walked(page))


class Walked(NamedTuple):
    """How a page was walked, and the workspace that it left."""

    outcome: Outcome
    folder: Path


Follow = Callable[[str], Walked]


@pytest.fixture(scope="module")
def follow(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Follow:
    """Follow a page, once; first the page where it begins."""
    folder = tmp_path_factory.mktemp("pages")
    make_origin(DOCS.parent, folder / "origin")
    known: dict[str, Walked] = {}

    def followed(page: str) -> Walked:
        if page not in known:
            walk, root = _walk(page), folder / page.removesuffix(".md").replace("/", "-") / "paddock"
            if walk.begins:
                before = followed(walk.begins)
                assert not before.outcome.fault, f"{walk.begins}, where this page begins, does not work"
                copy(before.folder, root)
            else:
                clone(folder / "origin", root)
            with ExitStack() as servers:
                known[page] = Walked(walked(walk, root, dict(_given(walk, root, request, servers))), root)
        return known[page]

    return followed


def _given(walk: Walk, root: Path, request: pytest.FixtureRequest, servers: ExitStack) -> Iterator[tuple[str, str]]:
    """The addresses of the servers that a page asks for."""
    for name, what in walk.given.items():
        if what == "postgresql":
            yield name, request.getfixturevalue("postgresql")
        elif what == "s3":
            yield name, servers.enter_context(object_store())
            yield from (("AWS_ACCESS_KEY_ID", "ada"), ("AWS_SECRET_ACCESS_KEY", "sesame"))
        elif what == "dask":
            yield name, servers.enter_context(cluster(variables_of(root, walk)))
        else:
            pytest.fail(f"no server is called '{what}'")


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=[pytest.mark.slow] if page in SLOW else []) for page in PAGES]
)
def test_each_block_does_what_the_page_says(page: str, follow: Follow) -> None:
    """In the order of the page, from a clean clone, each command works, and says what is shown."""
    outcome = follow(page).outcome
    assert not outcome.fault, f"docs/{page}: {outcome.fault}"


def test_the_first_hour_is_short(follow: Follow, capsys: pytest.CaptureFixture[str]) -> None:
    """A new member types at most 15 commands and waits for at most three minutes, after the set-up."""
    walk, seconds = _walk(FIRST_HOUR), follow(FIRST_HOUR).outcome.seconds
    with capsys.disabled():
        print(f"\nfirst hour: {walk.commands} commands, {seconds:.0f} s of machine time")
    assert walk.commands <= MOST_COMMANDS
    assert seconds <= MOST_SECONDS


def test_the_first_hour_ends_in_a_pull_request(follow: Follow) -> None:
    """From a clone to a proposed branch with an audited, published dataset, by the commands of two pages alone."""
    assert _walk(PULL_REQUEST).begins == FIRST_HOUR
    followed = follow(PULL_REQUEST)
    assert not followed.outcome.fault
    assert list((followed.folder / ".paddock" / "runs" / "triage").glob("*/record.json"))
    assert (followed.folder / ".git" / "refs" / "remotes" / "origin" / "triage").is_file()


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith(FOLLOWED)])
def test_no_page_passes_without_a_command(page: str) -> None:
    """A page that is followed at the keyboard has a block that is executed."""
    assert any(step.kind in (SHELL, PYTHON) for step in _walk(page).steps)


def test_what_is_not_run_is_counted() -> None:
    """Whatever nobody runs has a reason beside it, and its page stands in a list here."""
    skipped = {page: _walk(page).skipped for page in PAGES}
    assert all(len(each.reason.split()) >= 3 for found in skipped.values() for each in found)
    assert {page: len(found) for page, found in skipped.items() if found} == NOT_RUN


def test_what_is_run_elsewhere_is_there() -> None:
    """The list of pages that are left to other tests names pages that exist, and so does that of slow ones."""
    assert all((DOCS / page).is_file() for page in (*ELSEWHERE, *SLOW))
