"""Seeds of the checks WF: workflows that GitHub or GitLab would refuse, and what outsiders could do with one."""

from __future__ import annotations

from tests.proof.seed import WORKSPACE, Defect, Honest, Seed

SHA = "11bd71901bbe5b1630ceea73d27597364c9af683"
HEAD = "name: a\non: push\npermissions:\n  contents: read\n"
JOB = "jobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make test\n"


def steps(*given: str, on: str = "push", job: str = "") -> str:
    """A workflow whose one job has these steps, the first in line 9 or below the lines of `job`."""
    lines = "".join(f"    {line}\n" for line in job.splitlines())
    text = "".join("      - " + step.replace("\n", "\n        ") + "\n" for step in given)
    return f"name: a\non: {on}\npermissions: {{}}\njobs:\n  test:\n    runs-on: ubuntu-24.04\n{lines}    steps:\n{text}"


# What is no workflow: its text, and words of what is said of it.
MISSHAPEN = {
    "no YAML": (f'{HEAD}jobs: "a\n', "is no YAML"),
    "a tab": (f"{HEAD}jobs:\n\ttest:\n", "6: is no YAML"),
    "not UTF-8": (b"name: caf\xe9\n", "is no YAML"),
    "empty": ("", "says nothing"),
    "a list": ("- a\n", "says nothing"),
    "two documents": (f"{HEAD}{JOB}---\na: 1\n", "is no YAML"),
    "a key twice": (f"{HEAD}permissions: {{}}\n{JOB}", "the key 'permissions' stands twice, the second time in line 5"),
    "a bomb": (
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True)),
        "says more than 100000 things",
    ),
    "a circle of aliases": ("a: &a [*a]\n", "1: has no `on`"),
    "deep": ("[" * 5_000, "is no YAML"),
    "no start": ("name: a\n" + JOB, "has no `on`"),
    "no jobs": (HEAD, "has no `jobs`"),
    "an unknown key": (f"{HEAD}permision: x\n{JOB}", "5: 'permision' is no key of a workflow"),
    "an unknown key of a job": (JOB.replace("runs-on", "run-on"), "'run-on' is no key of a job"),
    "nowhere to run": (JOB.replace("    runs-on: ubuntu-24.04\n", ""), "job 'test' has neither `runs-on` nor `uses`"),
    "no steps": ("jobs:\n  test:\n    runs-on: a\n", "job 'test' has no steps"),
    "a job that is a text": ("jobs:\n  test: make\n", "job 'test': expected keys"),
    "an idle step": (JOB.replace("run: make", "name: make"), "9: a step has neither of `run` and `uses`"),
    "a double step": (f"{JOB}        uses: ./a\n", "9: a step has both of `run` and `uses`"),
    "an unknown key of a step": (f"{JOB}        working-dir: a\n", "'working-dir' is no key of a step"),
    "a colon in a command": (JOB.replace("make test", "\n          echo a: b"), "`run`: expected a text"),
    "an unknown need": (f"{JOB}    needs: [build]\n", "10: job 'test' needs 'build', which is no job"),
    "a circle of jobs": (
        f"{JOB}    needs: b\n  b:\n    runs-on: a\n    needs: test\n    steps: [{{run: a}}]\n",
        "job 'b' waits for itself, over b, test",
    ),
    "one id twice": (steps("run: a\nid: x", "run: b\nid: x"), "two steps of job 'test' have the id 'x'"),
    "an unknown event": ((HEAD + JOB).replace("on: push", "on: pushed"), "does not fit the schema"),
    "a wrong type": (f"{HEAD}{JOB}    timeout-minutes: [1]\n", "does not fit the schema"),
    "an action without a version": (steps("uses: actions/checkout"), "does not fit the schema"),
}
WELL_SHAPED = {
    "the least": HEAD + JOB,
    "quoted on": HEAD.replace("on:", '"on":') + JOB,
    "a schedule": HEAD.replace("on: push", "on:\n  schedule:\n    - cron: '0 0 * * *'\n  workflow_dispatch:") + JOB,
    "a matrix": f"{HEAD}{JOB}    strategy:\n      matrix: {{a: [1, 2]}}\n    env: {{A: 1}}\n    timeout-minutes: 5\n",
    "jobs in order": f"{HEAD}{JOB}  b:\n    needs: [test]\n    runs-on: a\n    steps: [{{run: a}}]\n",
    "a reusable workflow": f"{HEAD}jobs:\n  a:\n    uses: ./.github/workflows/b.yml\n    with: {{x: 1}}\n",
    "a service": f"{HEAD}{JOB}    services:\n      db:\n        image: postgres:16\n    container: python:3.11\n",
    "an alias": f"{HEAD}{JOB}    env: &env {{A: 1}}\n  b:\n    runs-on: a\n    env: *env\n    steps: [{{run: a}}]\n",
    "inputs": HEAD.replace("on: push", "on:\n  workflow_call:\n    inputs:\n      a: {type: string}") + JOB,
    "expressions": HEAD + JOB.replace("ubuntu-24.04", "${{ matrix.os }}\n    if: ${{ !cancelled() }}"),
}
GITLAB = "test:\n  script:\n    - make test\n"
GITLAB_MISSHAPEN = {
    "no YAML": ("test: [", "is no YAML"),
    "empty": ("", "says nothing"),
    "no jobs": ("stages: [a]\n", "has no jobs"),
    "no script": ("test:\n  stage: test\n", "1: job 'test' has no script"),
    "an unknown key": (f"{GITLAB}  scripts: [a]\n", "4: 'scripts' is no key of a job"),
    "a misspelt key of the top": (f"{GITLAB}stage: [a]\n", "4: 'stage' is no key of a pipeline"),
    "an unknown stage": (f"{GITLAB}  stage: tests\n", "4: 'tests' is no stage"),
    "an unknown need": (f"{GITLAB}  needs: [build]\n", "job 'test' needs 'build', which is no job"),
    "an unknown need in full": (f"{GITLAB}  needs:\n    - job: build\n", "job 'test' needs 'build'"),
    "an unknown template": (f"{GITLAB}  extends: .base\n", "job 'test' extends '.base'"),
    "a colon in a command": ("test:\n  script:\n    - echo a: b\n", "3: `script`: expected a command"),
    "a circle": (f"{GITLAB}  needs: [b]\nb:\n  script: a\n  needs: [test]\n", "waits for itself, over b, test"),
    "a key twice": (f"{GITLAB}{GITLAB}", "the key 'test' stands twice"),
}
GITLAB_TAKES = [
    GITLAB,
    f"stages: [a, b]\n{GITLAB}  stage: b\n  needs: []\n",
    f".base: &base\n  image: x\n{GITLAB}  <<: *base\n  extends: [.base]\n",
    ".base:\n  script: [a]\ntest:\n  script:\n    - !reference [.base, script]\n    - 'echo \"a: b\"'\n",
    f"include:\n  - local: a.yml\n{GITLAB}  extends: .there\n  needs: [elsewhere]\n  stage: theirs\n",
    "deploy:\n  trigger: group/project\n",
    f"spec:\n  inputs:\n    a: {{}}\n---\n{GITLAB}",
    f"{GITLAB}  needs:\n    - project: a/b\n      job: build\n      ref: main\n      artifacts: true\n",
    f".scripts: &scripts\n  - a\n{GITLAB}  before_script: *scripts\n  stage: .pre\n",
]
# Permissions, and what is said of them.
WIDE = [
    ("", "1: does not say what its token may do"),
    ("permissions: write-all\n", "3: gives every job the permissions 'write-all'"),
    ("permissions:\n  contents: read\n  issues: write\n", "5: gives every job the right to write issues"),
    ("permissions: {contents: write}\n", "3: gives every job the right to write contents"),
]
# What `uses` may name.
MOVING = [
    "actions/checkout@v4",
    "actions/checkout@main",
    f"actions/checkout@{SHA[:7]}",
    f"actions/checkout@{SHA[:39]}",
    f"actions/checkout@v{SHA}",
    "a/b/c@release/1",
    "docker://alpine:3.20",
    "docker://alpine@sha256:abc",
    "docker://ghcr.io/a/b",
]
STAYING = [
    f"actions/checkout@{SHA}",
    f"a/b/c/d@{SHA}  # v1",
    f'"a/b@{SHA}"',
    "./.github/actions/a",
    f"docker://alpine@sha256:{'0a' * 32}",
    f"docker://ghcr.io/a/b:1@sha256:{'0a' * 32}",
]
# Steps that paste, the line, and what they paste.
INJECTED = [
    ("run: echo ${{ github.event.issue.title }}", 8, "github.event.issue.title"),
    ("run: |\n  a\n  echo '${{ github.event.pull_request.body }}'", 10, "github.event.pull_request.body"),
    ("run: git checkout ${{ github.head_ref }}", 8, "github.head_ref"),
    ("run: echo ${{ github.event.pull_request.head.ref }}", 8, "head.ref"),
    ("run: echo ${{ github['head_ref'] }}", 8, "head_ref"),
    ("run: echo ${{ format('{0}', github.event.comment.body) }}", 8, "github.event.comment.body"),
    ("run: echo ${{ toJSON(github.event) }}", 8, "github.event"),
    ("run: echo ${{ github.event.head_commit.message }}", 8, "message"),
    ("run: echo ${{ github.event.commits[0].author.name }}", 8, "author"),
    ("run: echo ${{ env.T }}\nenv: {T: '${{ github.event.issue.title }}'}", 8, "env.T"),
    (
        f"uses: actions/github-script@{SHA}\nwith:\n  script: f('${{{{ github.event.issue.title }}}}')",
        10,
        "github.event.issue.title",
    ),
    ("run: echo ${{ github.head_ref }} # zizmor: ignore[template-injection]", 8, "github.head_ref"),
]
UNPASTED = [
    'run: echo "$TITLE"\nenv: {TITLE: "${{ github.event.issue.title }}"}',
    "run: echo ${{ github.sha }} ${{ github.run_id }} ${{ github.event.issue.number }} ${{ github.event_name }}",
    "run: echo ${{ runner.os }} ${{ matrix.version }} ${{ github.repository }}",
    "run: python${{ env.VERSION }} a.py\nenv: {VERSION: 3.11}",
    "name: For ${{ github.event.issue.title }}\nrun: echo a",
    "if: github.event.pull_request.title == 'a'\nrun: echo a",
    f"uses: a/b@{SHA}\nwith: {{title: '${{{{ github.event.issue.title }}}}'}}",
    "run: echo ${{ steps.a.outputs.b }}",
    "run: 'echo # github.head_ref is not pasted'",
]
# Steps that bring code of others, or of this repository.
CHECKOUT = f"uses: actions/checkout@{SHA}\n"
FOREIGN = [
    CHECKOUT + "with: {ref: '${{ github.event.pull_request.head.sha }}'}",
    CHECKOUT + "with: {ref: '${{ github.event.pull_request.head.ref }}', persist-credentials: false}",
    CHECKOUT + "with: {ref: '${{ github.head_ref }}'}",
    CHECKOUT + "with: {ref: \"${{ github['head_ref'] }}\"}",
    CHECKOUT + "with: {ref: '${{ GitHub.Head_Ref }}'}",
    CHECKOUT + "with: {ref: 'refs/pull/${{ github.event.number }}/merge'}",
    CHECKOUT + "with: {repository: '${{ github.event.pull_request.head.repo.full_name }}'}",
    CHECKOUT + "with: {ref: '${{ steps.pr.outputs.sha }}'}",
    CHECKOUT + "with: {ref: '${{ env.REF }}'}\nenv: {REF: '${{ github.head_ref }}'}",
    CHECKOUT + "with: {ref: '${{ github.event.workflow_run.head_sha }}'}",
    "uses: a/checkout-more@main\nwith: {ref: '${{ github.head_ref }}'}",
    "run: gh pr checkout $NUMBER",
    "run: |\n  git fetch origin pull/1/head:pr\n  git checkout pr",
    'run: git checkout "$SHA"\nenv: {SHA: "${{ github.event.pull_request.head.sha }}"}',
    'run: git clone ${URL} x\nenv: {URL: "${{ github.event.pull_request.head.repo.clone_url }}"}',
]
OWN = [
    CHECKOUT,
    CHECKOUT + "with: {ref: '${{ github.base_ref }}'}",
    CHECKOUT + "with: {ref: '${{ github.event.pull_request.base.sha }}', fetch-depth: 0}",
    CHECKOUT + "with: {ref: '${{ github.event.repository.default_branch }}'}",
    CHECKOUT + "with: {ref: main, repository: us/ours}",
    CHECKOUT + "if: github.event_name == 'pull_request'\nwith: {ref: '${{ github.head_ref }}'}",
    f"uses: actions/labeler@{SHA}",
    'run: gh pr comment "$NUMBER" --body hello\nenv: {NUMBER: "${{ github.event.pull_request.number }}"}',
    "run: git checkout main && git pull",
    "run: echo \"$TITLE\"\nenv: {TITLE: '${{ github.event.pull_request.title }}'}",
]


_OTHER = f"{WORKSPACE}.github/workflows/planted.yml"
_NIGHTLY, _GITLAB = f"{WORKSPACE}.github/workflows/nightly.yml", f"{WORKSPACE}.gitlab-ci.yml"


def _whole(text: str | bytes) -> str:
    """A workflow, the head of which may have been left out."""
    text = text if isinstance(text, str) else text.decode(errors="surrogateescape")
    return HEAD + text if text.startswith("jobs:") else text


def _defect(code: str, name: str, text: str) -> Defect:
    return Defect(name, _OTHER, edit=lambda _: text, code=code)


def _honest(code: str, name: str, text: str) -> Honest:
    return Honest(name, _OTHER, edit=lambda _: text, code=code)


def _of_gitlab(kind: type[Defect] | type[Honest], name: str, text: str) -> Seed:
    return kind(f"GitLab: {name}", _GITLAB, edit=lambda _: text, code="WF101")


SEEDS: list[Seed] = [
    # An empty file is no change of none.
    *(_defect("WF101", name, _whole(text)) for name, (text, _) in MISSHAPEN.items() if text),
    *(_honest("WF101", name, text) for name, text in WELL_SHAPED.items()),
    *(_of_gitlab(Defect, name, text) for name, (text, _) in GITLAB_MISSHAPEN.items()),
    *(_of_gitlab(Honest, str(number), text) for number, text in enumerate(GITLAB_TAKES)),
    Defect("misspelt key of ours", _NIGHTLY, "timeout-minutes", "timeout-minute", code="WF101"),
    Defect("job that ours waits for in vain", _GITLAB, "everything:\n", "everything:\n  needs: [linting]\n", code="WF101"),
    Honest("another hour of ours", _NIGHTLY, "17 2 * * *", "17 3 * * *", code="WF101"),
    *(_defect("WF102", fault, f"name: a\non: push\n{given}{JOB}") for given, fault in WIDE),
    _defect("WF102", "every right of a job", f"{HEAD}{JOB}    permissions: write-all\n"),
    Defect("right for all jobs of ours", _NIGHTLY, "contents: read", "contents: write", code="WF102"),
    *(
        _honest("WF102", given, f"on: push\npermissions: {given}\n{JOB}    permissions: {{contents: write}}\n")
        for given in ("{}", "read-all", "{contents: read, packages: none}")
    ),
    Honest("one thing more to read in ours", _NIGHTLY, "contents: read", "contents: read\n  packages: read", code="WF102"),
    *(_defect("WF103", uses, steps("run: a", f"uses: {uses}")) for uses in MOVING),
    *(_honest("WF103", uses, steps(f"uses: {uses}")) for uses in STAYING),
    Defect("tag in ours", _NIGHTLY, f"actions/checkout@{SHA}", "actions/checkout@v4.2.2", code="WF103"),
    *(_defect("WF104", step, steps(step, on="[pull_request, issues]")) for step, *_ in INJECTED),
    *(_honest("WF104", step, steps(step, job="strategy: {matrix: {version: [1, 2]}}")) for step in UNPASTED),
    *(_defect("WF105", step, steps("run: a", step, on="pull_request_target")) for step in FOREIGN),
    *(_honest("WF105", step, steps(step, on="[pull_request_target]")) for step in OWN),
    *(_honest("WF105", f"pull request: {step}", steps(step, on="[pull_request, push]")) for step in FOREIGN[:5]),
]  # fmt: skip
