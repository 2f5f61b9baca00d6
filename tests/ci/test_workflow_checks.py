"""What the checks WF1xx find in the workflows of a repository, and what they let pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from paddock.project import Workspace
from paddock_ci import zizmor
from paddock_ci.checks import workflows
from paddock_ci.finding import Look

from tests.proof.workflows import (
    FOREIGN,
    GITLAB_MISSHAPEN,
    GITLAB_TAKES,
    HEAD,
    INJECTED,
    JOB,
    MISSHAPEN,
    MOVING,
    OWN,
    STAYING,
    UNPASTED,
    WELL_SHAPED,
    WIDE,
    steps,
)  # fmt: skip

ROOT = Path(__file__).parents[2]
Check = Callable[[Workspace], object]


def _faults(root: Path, check: Check, text: str | bytes, path: str = ".github/workflows/a.yml") -> list[str]:
    """What a check says of one workflow, its places without the file's name."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(text.encode() if isinstance(text, str) else text)
    looks: list[Look] = list(check(Workspace(root)))  # type: ignore[call-overload]
    return [f"{look.place.removeprefix(path).removeprefix(':')}: {look.fault}" for look in looks if look.fault]


ALL = [
    workflows.fit_their_schema,
    workflows.only_read_by_default,
    workflows.pin_their_actions,
    workflows.paste_nothing_into_scripts,
    workflows.run_no_foreign_code,
]


@pytest.mark.parametrize("check", ALL)
def test_our_own_workflows_pass(check: Check) -> None:
    """Those of this repository, on GitHub and on GitLab."""
    looks: list[Look] = list(check(Workspace(ROOT)))  # type: ignore[call-overload]
    assert len(looks) >= 3
    assert [look for look in looks if look.fault] == []


@pytest.mark.parametrize("check", ALL)
def test_without_workflows_nothing_is_called(tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workspace without any costs nothing and has no finding."""
    monkeypatch.setattr(zizmor, "_call", lambda *_: pytest.fail("zizmor was called"))
    assert list(check(Workspace(tmp_path))) == []  # type: ignore[call-overload]


# WF101


@pytest.mark.parametrize("case", MISSHAPEN)
def test_what_github_would_refuse_is_found(tmp_path: Path, case: str) -> None:
    """Each with its line and its words; nothing ends in an error of ours."""
    text, words = MISSHAPEN[case]
    if isinstance(text, str) and text.startswith("jobs:"):
        text = HEAD + text
    found = _faults(tmp_path, workflows.fit_their_schema, text)
    assert any(words in fault for fault in found), found
    for check in ALL[1:]:
        _faults(tmp_path, check, text)


@pytest.mark.parametrize("case", WELL_SHAPED)
def test_what_github_takes_is_let_pass(tmp_path: Path, case: str) -> None:
    """What workflows may say in many ways."""
    assert _faults(tmp_path, workflows.fit_their_schema, WELL_SHAPED[case]) == []


@pytest.mark.parametrize("case", GITLAB_MISSHAPEN)
def test_what_gitlab_would_refuse_is_found(tmp_path: Path, case: str) -> None:
    """Each with its line and its words."""
    text, words = GITLAB_MISSHAPEN[case]
    found = _faults(tmp_path, workflows.fit_their_schema, text, ".gitlab-ci.yml")
    assert any(words in fault for fault in found), found


@pytest.mark.parametrize("text", GITLAB_TAKES)
def test_what_gitlab_takes_is_let_pass(tmp_path: Path, text: str) -> None:
    """Templates, anchors, references, triggers, inputs; where others are included, names may be theirs."""
    assert _faults(tmp_path, workflows.fit_their_schema, text, ".gitlab-ci.yml") == []


# WF102


@pytest.mark.parametrize(("permissions", "fault"), WIDE)
def test_a_token_that_may_write_is_found(tmp_path: Path, permissions: str, fault: str) -> None:
    """Where nothing is said the settings of the repository decide; what is said at the top holds for every job."""
    (found,) = _faults(tmp_path, workflows.only_read_by_default, f"name: a\non: push\n{permissions}{JOB}")
    assert found.startswith(fault)


def test_a_job_with_every_right_is_found(tmp_path: Path) -> None:
    """A job that needs more names what."""
    (found,) = _faults(tmp_path, workflows.only_read_by_default, f"{HEAD}{JOB}    permissions: write-all\n")
    assert found == "10: gives job 'test' every right there is"


@pytest.mark.parametrize("given", ["{}", "read-all", "{contents: read, packages: none}"])
def test_a_token_that_may_only_read_is_let_pass(tmp_path: Path, given: str) -> None:
    """Nothing, everything to read, or some of it; a job says itself what it writes."""
    text = f"on: push\npermissions: {given}\n{JOB}    permissions: {{contents: write, id-token: write}}\n"
    assert _faults(tmp_path, workflows.only_read_by_default, text) == []


# WF103


@pytest.mark.parametrize("uses", MOVING)
def test_an_action_that_may_change_is_found(tmp_path: Path, uses: str) -> None:
    """Tags, branches and shortened hashes, of steps and of whole jobs; images without a digest."""
    (found,) = _faults(tmp_path, workflows.pin_their_actions, steps("run: a", f"uses: {uses}"))
    assert found == f"9: uses '{uses}', whose code may change at any time"
    text = f"{HEAD}jobs:\n  a:\n    uses: {uses}\n"
    assert len(_faults(tmp_path, workflows.pin_their_actions, text)) == 1


@pytest.mark.parametrize("uses", STAYING)
def test_an_action_that_stays_is_let_pass(tmp_path: Path, uses: str) -> None:
    """Full hashes of commits, digests of images, and what lies in this repository."""
    assert _faults(tmp_path, workflows.pin_their_actions, steps(f"uses: {uses}")) == []


# WF104


@pytest.mark.parametrize(("step", "line", "expression"), INJECTED)
def test_what_is_pasted_into_a_script_is_found(tmp_path: Path, step: str, line: int, expression: str) -> None:
    """In plain and block scripts, by functions and indices, over variables; a comment does not excuse it."""
    (found,) = _faults(tmp_path, workflows.paste_nothing_into_scripts, steps(step, on="[pull_request, issues]"))
    assert found.startswith(f"{line}: pastes ")
    assert expression in found


@pytest.mark.parametrize("step", UNPASTED)
def test_what_pastes_nothing_foreign_is_let_pass(tmp_path: Path, step: str) -> None:
    """Variables of the step, what nobody outside chooses, and what never reaches a shell."""
    text = steps(step, job="strategy: {matrix: {version: [1, 2]}}")
    assert _faults(tmp_path, workflows.paste_nothing_into_scripts, text) == []


def test_one_broken_file_hides_no_other(tmp_path: Path) -> None:
    """Files that fit no schema are told, and all others are looked at all the same."""
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    bad = steps("run: echo ${{ github.head_ref }}")
    texts = {"b.yml": HEAD, "c.yaml": bad, "d.yml": "a: [", "e.yml": steps("uses: a/b"), "f.yml": bad}
    for name, text in texts.items():
        (folder / name).write_text(text)
    found = [look for look in workflows.paste_nothing_into_scripts(Workspace(tmp_path)) if look.fault]
    assert [look.place for look in found] == [".github/workflows/c.yaml:8", ".github/workflows/f.yml:8"]
    told = [look.place for look in workflows.fit_their_schema(Workspace(tmp_path)) if look.fault]
    assert [place.partition(":")[0][-5:] for place in told] == ["b.yml", "d.yml", "e.yml"]


def test_a_missing_zizmor_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody could look for injections, it is said, once, with the remedy."""
    monkeypatch.setattr(zizmor, "_PROGRAM", tmp_path / "no-zizmor")
    (found,) = _faults(tmp_path, workflows.fit_their_schema, HEAD + JOB)
    assert "zizmor is not installed" in found
    assert _faults(tmp_path, workflows.paste_nothing_into_scripts, HEAD + JOB) == []


def test_the_environment_changes_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither variables nor settings of zizmor, nor a token of GitHub."""
    monkeypatch.setenv("ZIZMOR_CONFIG", "/nowhere")
    monkeypatch.setenv("GH_TOKEN", "x")
    monkeypatch.setenv("RUST_BACKTRACE", "full")
    (tmp_path / "zizmor.yml").write_text("rules: {template-injection: {disable: true}}\n")
    text = steps("run: echo ${{ github.head_ref }}")
    assert len(_faults(tmp_path, workflows.paste_nothing_into_scripts, text)) == 1


# WF105


@pytest.mark.parametrize("on", ["pull_request_target", "[workflow_run, push]", "{issue_comment: {types: [created]}}"])
@pytest.mark.parametrize("step", FOREIGN)
def test_code_of_outsiders_beside_secrets_is_found(tmp_path: Path, step: str, on: str) -> None:
    """However its commit is named, and by whichever tool it comes; of a plain pull request it is let pass."""
    (found,) = _faults(tmp_path, workflows.run_no_foreign_code, steps("run: a", step, on=on))
    assert found.startswith("9: checks out what others wrote, with the secrets that `")
    assert _faults(tmp_path, workflows.run_no_foreign_code, steps(step, on="[pull_request, push]")) == []


def test_a_workflow_that_is_called_with_a_foreign_commit_is_found(tmp_path: Path) -> None:
    """What is handed on is checked out there."""
    called = "jobs:\n  a:\n    uses: ./.github/workflows/b.yml\n    with: {ref: '${{ github.head_ref }}'}\n"
    (found,) = _faults(tmp_path, workflows.run_no_foreign_code, f"on: pull_request_target\npermissions: {{}}\n{called}")
    assert found.startswith("4: ")


@pytest.mark.parametrize("step", OWN)
def test_own_code_beside_secrets_is_let_pass(tmp_path: Path, step: str) -> None:
    """Labels, comments, and code of the branch that somebody wants to merge into."""
    assert _faults(tmp_path, workflows.run_no_foreign_code, steps(step, on="[pull_request_target]")) == []


@pytest.mark.parametrize(
    "text",
    [
        "on: 3\njobs: [1]\n",
        "on: [[a], {b: c}]\njobs: {a: {steps: [1, {uses: 3, with: [], env: 1, run: []}], permissions: [1], needs: {}}}",
        "true: 1\nnull: 2\n1: 3\njobs: {1: {steps: {a: b}}, null: {uses: [1]}}\npermissions: 7\n",
        "? [a, b]\n: c\n",
        "jobs: {a: {env: {1: 2}, steps: [{env: [a], run: 'git pull $x'}]}}\non: {workflow_run: }\npermissions:\n",
        "a: !!python/object:os.system x\n",
        "a: 2024-13-45\n",
    ],
)
@pytest.mark.parametrize("path", [".github/workflows/a.yml", ".gitlab-ci.yml"])
def test_no_file_makes_a_check_fail(tmp_path: Path, text: str, path: str) -> None:
    """Whatever a file says, the checks come to their end, and the first says that it is no workflow."""
    assert _faults(tmp_path, workflows.fit_their_schema, text, path) != []
    for check in ALL[1:]:
        _faults(tmp_path, check, text, path)
