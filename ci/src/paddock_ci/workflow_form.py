"""The form of workflows: what GitHub and GitLab would refuse, and what they would take for something else."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from paddock.errors import nearest

from paddock_ci.workflow import Part, Workflow, mapping
from paddock_ci.yaml_text import Path

# Where, what is wrong, and the remedy.
Fault = tuple[Path, str, str]

_TOP = {"name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"}
_CALLS = {"name", "uses", "with", "secrets", "needs", "if", "permissions", "strategy", "concurrency"}
_JOB = _CALLS - {"uses", "with", "secrets"} | {
    "runs-on", "environment", "outputs", "env", "defaults", "steps", "timeout-minutes", "continue-on-error",
    "container", "services", "snapshot",
}  # fmt: skip
_STEP = {"id", "if", "name", "uses", "run", "working-directory", "shell", "with", "env", "continue-on-error",
    "timeout-minutes"}  # fmt: skip
_NO_JOBS = {
    "default", "include", "stages", "variables", "workflow", "image", "services", "cache", "before_script",
    "after_script", "spec",
}  # fmt: skip
_GITLAB_JOB = {
    "after_script", "allow_failure", "artifacts", "before_script", "cache", "coverage", "dast_configuration",
    "dependencies", "environment", "except", "extends", "hooks", "id_tokens", "identity", "image", "inherit", "inputs",
    "interruptible", "manual_confirmation", "needs", "only", "pages", "parallel", "publish", "release",
    "resource_group", "retry", "rules", "run", "script", "secrets", "services", "stage", "start_in", "tags", "timeout",
    "trigger", "type", "variables", "when",
}  # fmt: skip
_STARTS = ("script", "trigger", "extends", "run")
_STAGES = ["build", "test", "deploy"]
_SCRIPTS = ("script", "before_script", "after_script")
_MEND = "Mend that line."


def faults_of_github(workflow: Workflow) -> Iterator[Fault]:
    """What GitHub would refuse in a workflow, or never start."""
    yield from _unknown((), workflow.facts, _TOP, "a workflow")
    for key in ("on", "jobs"):
        if not workflow.facts.get(key):
            yield (key,), f"has no `{key}`", "Say what starts it (`on`) and what it does (`jobs`)."
    jobs = mapping(workflow.facts.get("jobs"))
    for name, job in jobs.items():
        if isinstance(job, dict):
            yield from _job_faults(workflow, Part(("jobs", str(name)), job), [str(name) for name in jobs])
        else:
            yield ("jobs", str(name)), f"job '{name}': expected keys such as runs-on and steps, got {job!r}", _MEND
    yield from _circle({str(name): _listed(mapping(job).get("needs")) for name, job in jobs.items()}, ("jobs",))


def _job_faults(workflow: Workflow, job: Part, jobs: list[str]) -> Iterator[Fault]:
    name = job.path[-1]
    is_call = "uses" in job.facts
    yield from _unknown(job.path, job.facts, _CALLS if is_call else _JOB, "a job that calls" if is_call else "a job")
    for need in _listed(job.facts.get("needs")):
        if need not in jobs:
            yield job.at("needs"), f"job '{name}' needs '{need}', which is no job", nearest(need, jobs)
    if is_call:
        return
    if not job.facts.get("runs-on"):
        yield job.path, f"job '{name}' has neither `runs-on` nor `uses`", "Write, for instance: runs-on: ubuntu-24.04"
    if not isinstance(job.facts.get("steps"), list) or not job.facts["steps"]:
        yield job.at("steps"), f"job '{name}' has no steps", "Give it a list of steps, each with `run` or `uses`."
    ids: set[str] = set()
    for step in workflow.steps(job):
        yield from _step_faults(step)
        own = str(step.facts.get("id", ""))
        if own and own in ids:
            yield step.at("id"), f"two steps of job '{name}' have the id '{own}'", "Rename one."
        ids.add(own)


def _step_faults(step: Part) -> Iterator[Fault]:
    yield from _unknown(step.path, step.facts, _STEP, "a step")
    if len(step.facts.keys() & {"run", "uses"}) != 1:
        got = "both" if "run" in step.facts else "neither"
        yield step.path, f"a step has {got} of `run` and `uses`", "Give it one of them."
    for key in ("run", "uses"):
        if key in step.facts and (not isinstance(step.facts[key], str) or not step.facts[key].strip()):
            fault = f"`{key}`: expected a text, got {str(step.facts[key])[:80]!r}"
            yield step.at(key), fault, f"Write it below `{key}: |`, where a colon is no mapping."


def faults_of_gitlab(pipeline: Workflow) -> Iterator[Fault]:
    """What GitLab would refuse in a pipeline; where it includes others, names may be theirs."""
    facts = pipeline.facts
    is_alone = "include" not in facts
    stages = [".pre", *(_listed(facts.get("stages")) or _STAGES), ".post"]
    names = [str(name) for name in facts if name not in _NO_JOBS]
    if not names and is_alone:
        yield (), "has no jobs", "Give it a job with a `script`."
    for name in names:
        job = facts[name]
        if name.startswith(".") and not isinstance(job, dict):
            continue
        if isinstance(job, dict):
            yield from _gitlab_faults(Part((name,), job), names if is_alone else None, stages if is_alone else None)
        else:
            known = sorted(_NO_JOBS)
            yield (name,), f"'{name}' is no key of a pipeline, and as a job it has no script", nearest(name, known)
    needs = {name: _needs(facts[name]) for name in names if isinstance(facts[name], dict)}
    yield from _circle(needs, ())


def _gitlab_faults(job: Part, names: list[str] | None, stages: list[str] | None) -> Iterator[Fault]:
    name = job.path[-1]
    yield from _unknown(job.path, job.facts, _GITLAB_JOB, "a job")
    if not name.startswith(".") and not job.facts.keys() & set(_STARTS):
        yield job.path, f"job '{name}' has no script", "Give it one, or a `trigger`, or a job that it extends."
    for key in _SCRIPTS:
        yield from _script_faults(job.at(key), job.facts.get(key))
    if names is not None:
        extended = _listed(job.facts.get("extends"))
        for key, others in (("needs", _needs(job.facts)), ("extends", extended)):
            for other in others:
                if other not in names:
                    yield job.at(key), f"job '{name}' {key} '{other}', which is no job", nearest(other, names)
    stage = job.facts.get("stage")
    if stages is not None and isinstance(stage, str) and "$" not in stage and stage not in stages:
        yield job.at("stage"), f"'{stage}' is no stage", nearest(stage, stages)


def _script_faults(path: Path, script: Any) -> Iterator[Fault]:
    for number, line in enumerate(script if isinstance(script, list) else [script]):
        if isinstance(line, dict | int | float):
            fault = f"`{path[-1]}`: expected a command, got {str(line)[:80]!r}"
            where = (*path, str(number)) if isinstance(script, list) else path
            yield where, fault, "Quote the whole line: a colon with a space makes it a mapping."


def _needs(job: Any) -> list[str]:
    """The jobs of the same pipeline that a job of GitLab waits for."""
    needs = mapping(job).get("needs")
    found: list[str] = []
    for need in needs if isinstance(needs, list) else [needs]:
        if isinstance(need, str):
            found.append(need)
        elif isinstance(need, dict) and isinstance(need.get("job"), str) and not need.keys() & {"project", "pipeline"}:
            found.append(need["job"])
    return [need for need in found if "$" not in need]


def _unknown(path: Path, facts: dict[Any, Any], known: Collection[str], what: str) -> Iterator[Fault]:
    for key in facts:
        if key not in known:
            yield (*path, str(key)), f"'{key}' is no key of {what}", nearest(str(key), known)


def _circle(needs: dict[str, list[str]], path: Path) -> Iterator[Fault]:
    """A job that waits, over others, for itself."""
    left = {name: set(others) & needs.keys() for name, others in needs.items()}
    while free := [name for name, others in left.items() if not others]:
        for name in free:
            del left[name]
        for others in left.values():
            others.difference_update(free)
    if left:
        first = min(left)
        yield (*path, first, "needs"), f"job '{first}' waits for itself, over {', '.join(sorted(left))}", _MEND


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
