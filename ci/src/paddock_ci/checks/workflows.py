"""Checks of the workflows that run when somebody pushes or proposes a change: their form, and what outsiders can do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from paddock.project import Workspace

from paddock_ci import zizmor
from paddock_ci.finding import Look
from paddock_ci.workflow import FOLDER, Part, Workflow, mapping, of_github, of_gitlab
from paddock_ci.workflow_form import Fault, faults_of_github, faults_of_gitlab

_PINNED = re.compile(
    r"\.{1,2}/.*|\$/.*|docker://[^@]+@sha256:[0-9a-f]{64}|[^@\s]+/[^@\s]+@(?:[0-9a-f]{40}|[0-9a-f]{64})"
)
_COMMIT = "Write the full hash of its commit: tags and branches move. Its version goes into a comment."
_READ_ONLY = "Write `permissions: { contents: read }` at the top; a job that needs more says so itself."
# They have the repository's secrets and a token that writes, whoever starts them.
_OF_OUTSIDERS = {"pull_request_target", "workflow_run", "issue_comment"}
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_INDEX = re.compile(r"\[\s*'([\w-]+)'\s*\]")
# What an expression may say that names code of this repository.
_OWN = re.compile(
    r"github\.(?:sha|ref|ref_name|base_ref|repository|repository_owner|workflow_sha|"
    r"event\.(?:repository\.(?:default_branch|full_name)|pull_request\.base\.\w+(?:\.\w+)*))|(?:vars|env)\.\w+"
)
_FOREIGN = re.compile(
    r"github\.head_ref|\.pull_request\.(?:head|merge_commit_sha|number)|\.workflow_run\.(?:head_|pull_requests)|"
    r"\bissue\.number|github\.event\.number|refs/pull/|pull/"
)
_FETCHED = re.compile(
    r"\bgh\s+pr\s+checkout\b|\bgit\s+(?:-C\s+\S+\s+)?(?:fetch|pull|checkout|clone|switch|merge|worktree)\b[^\n]*"
)
_ON_ITS_OWN = re.compile(r"github\.event_name\s*==\s*'(?:pull_request|push|schedule)'")
_SPLIT = "Check it out in a workflow of `pull_request`, which has no secrets, and hand over what that one made."


def fit_their_schema(workspace: Workspace) -> Iterator[Look]:
    """Every workflow of GitHub, and the pipeline of GitLab, parses and has the form that its server takes."""
    workflows = of_github(workspace.root)
    audit = _audit(workspace, workflows)
    for workflow in (*workflows, *of_gitlab(workspace.root)):
        if workflow.fault:
            yield Look(f"{workflow.path}:{workflow.fault_line}", workflow.fault, "Mend it.")
            continue
        found = list(_faults(workflow, workflow.path.startswith(FOLDER), audit.misfits.get(workflow.path, "")))
        yield from (Look(workflow.place(path), fault, remedy) for path, fault, remedy in found)
        if not found:
            yield Look(workflow.path)
    if audit.fault:
        yield Look(FOLDER, f"was not looked at for injections: {audit.fault}", "Run: make setup")


def only_read_by_default(workspace: Workspace) -> Iterator[Look]:
    """The token of every GitHub workflow may only read, and each job that needs more says what."""
    for workflow in _parsed(workspace):
        found = [*_wide(workflow)]
        yield from (Look(workflow.place(path), fault, _READ_ONLY) for path, fault in found)
        if not found:
            yield Look(workflow.path)


def pin_their_actions(workspace: Workspace) -> Iterator[Look]:
    """Every action of others that a GitHub workflow uses is pinned to a full commit, every image to a digest."""
    for workflow in _parsed(workspace):
        for part in (part for job in workflow.jobs for part in (job, *workflow.steps(job))):
            uses = part.facts.get("uses")
            if isinstance(uses, str):
                fault = "" if _PINNED.fullmatch(uses.strip()) else f"uses '{uses}', whose code may change at any time"
                remedy = "Write its digest: docker://…@sha256:…" if uses.startswith("docker://") else _COMMIT
                yield Look(workflow.place(part.at("uses")), fault, remedy)


def paste_nothing_into_scripts(workspace: Workspace) -> Iterator[Look]:
    """No GitHub workflow pastes into a script what others may write: titles, comments, names of branches."""
    workflows = _parsed(workspace)
    for path, line, expression in dict.fromkeys(
        (found.path, found.line, found.expression) for found in _audit(workspace, workflows).injections
    ):
        fault = f"pastes {expression} into a script, which then runs what somebody else wrote"
        yield Look(f"{path}:{line}", fault, 'Give it to the step as a variable: `env`, and "$NAME" in the script.')
    yield from (Look(workflow.path) for workflow in workflows)


def run_no_foreign_code(workspace: Workspace) -> Iterator[Look]:
    """No GitHub workflow that outsiders start with the repository's secrets checks out what they wrote."""
    for workflow in _parsed(workspace):
        triggers = sorted(workflow.triggers & _OF_OUTSIDERS)
        found = list(_checkouts(workflow)) if triggers else []
        for part in found:
            fault = f"checks out what others wrote, with the secrets that `{triggers[0]}` gives"
            yield Look(workflow.place(part.path), fault, _SPLIT)
        if not found:
            yield Look(workflow.path)


def _parsed(workspace: Workspace) -> list[Workflow]:
    return [workflow for workflow in of_github(workspace.root) if not workflow.fault]


def _audit(workspace: Workspace, workflows: list[Workflow]) -> zizmor.Audit:
    texts = tuple((workflow.path, workflow.text) for workflow in workflows if not workflow.fault)
    return zizmor.audit(workspace.root, texts) if texts else zizmor.Audit()


def _faults(workflow: Workflow, is_github: bool, misfit: str) -> Iterator[Fault]:
    if not workflow.facts:
        yield (), "says nothing", "Write a workflow, or remove the file."
        return
    for line, key in workflow.twice:
        yield (), f"the key '{key}' stands twice, the second time in line {line}", "Remove one."
    found = list(faults_of_github(workflow) if is_github else faults_of_gitlab(workflow))
    yield from found
    if misfit and not found:
        yield (), f"does not fit the schema of workflows: {misfit}", "Mend it."


def _wide(workflow: Workflow) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where a token may do more than it needs, and what."""
    if "permissions" not in workflow.facts:
        yield (), "does not say what its token may do, so it may do all that the repository's settings allow"
    given = workflow.facts.get("permissions")
    if isinstance(given, str) and given != "read-all":
        yield ("permissions",), f"gives every job the permissions '{given}'"
    for name, right in mapping(given).items():
        if right not in ("read", "none"):
            yield ("permissions", str(name)), f"gives every job the right to {right} {name}"
    for job in workflow.jobs:
        if job.facts.get("permissions") == "write-all":
            yield job.at("permissions"), f"gives job '{job.path[-1]}' every right there is"


def _checkouts(workflow: Workflow) -> Iterator[Part]:
    """The steps, and the jobs of other workflows, to which code of outsiders is brought."""
    for job in (job for job in workflow.jobs if not _is_skipped(job)):
        if "uses" in job.facts and _is_foreign(str(mapping(job.facts.get("with")))):
            yield job
        for step in (step for step in workflow.steps(job) if not _is_skipped(step)):
            given: dict[Any, Any] = {}
            for scope in (workflow.facts, job.facts, step.facts):
                given |= mapping(scope.get("env"))
            if _brings(step, {str(name) for name, value in given.items() if _is_foreign(str(value))}):
                yield step


def _is_skipped(part: Part) -> bool:
    """Whether it only runs for an event without secrets."""
    condition = str(part.facts.get("if", ""))
    return bool(_ON_ITS_OWN.search(condition)) and "||" not in condition


def _brings(step: Part, foreign: set[str]) -> bool:
    """Whether a step checks out code of outsiders, whose names some variables hold."""
    with_ = mapping(step.facts.get("with"))
    if "checkout" in str(step.facts.get("uses", "")).partition("@")[0]:
        given = [str(with_.get(key, "")) for key in ("ref", "repository")]
        return any(_is_elsewhere(text, foreign) for text in given)
    for command in _FETCHED.findall(str(step.facts.get("run", ""))):
        if command.startswith("gh") or _is_foreign(command):
            return True
        if any(re.search(rf"\$\{{?{re.escape(name)}\b", command) for name in foreign):
            return True
    return False


def _is_elsewhere(text: str, foreign: set[str]) -> bool:
    """Whether the name of a commit or a repository may be anything but one of this repository."""
    for expression in _EXPRESSION.findall(text):
        plain = _plain(expression)
        if not _OWN.fullmatch(plain) or plain.removeprefix("env.") in {name.lower() for name in foreign}:
            return True
    return _is_foreign(text)


def _is_foreign(text: str) -> bool:
    return bool(_FOREIGN.search(_plain(text)))


def _plain(text: Any) -> str:
    """An expression as it is compared: `github['head_ref']` and `GitHub.head_ref` say one thing."""
    return _INDEX.sub(r".\1", str(text)).strip().lower()
