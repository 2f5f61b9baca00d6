"""The work of one job, as a program on its stage: `python -m paddock_ci.engine.work KIND PROJECT`.

It works in the folder `workspace` of the current one, takes other projects' datasets from `given`, and writes
`result.json`; the files of the datasets that it makes go to `made`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

from paddock.errors import PaddockError
from paddock.project import Workspace, load_project

from paddock_ci.engine import witness
from paddock_ci.engine.failure import last_words
from paddock_ci.engine.job import CODES, Kind
from paddock_ci.finding import Finding

WORKSPACE, GIVEN, MADE, RESULT = "workspace", "given", "made", "result.json"
_PERIOD = 1.0  # seconds between two looks at whether the starter lives
_SHOWN = 5  # failed tests


def main() -> None:
    """Do what the arguments say; the verdict is a file, so that whoever dies before has none."""
    kind, project = Kind(sys.argv[1]), sys.argv[2]
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    place = Path.cwd()
    findings, datasets = _run(place, project) if kind is Kind.RUN else (_tests(place, project), {})
    verdict = {"findings": [asdict(finding) for finding in findings], "datasets": datasets}
    (place / "verdict.part").write_text(json.dumps(verdict), encoding="utf-8")
    (place / "verdict.part").rename(place / RESULT)


def _end_with(parent: int) -> None:
    """End the job, and all in its group, soon after whoever started it died: nobody would read its verdict."""
    while os.getppid() == parent:
        time.sleep(_PERIOD)
    os.killpg(0, signal.SIGKILL)


def _tests(place: Path, project: str) -> list[Finding]:
    """The project's own tests, all of them."""
    noted = place / "witness.json"
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", f"projects/{project}", "-p", witness.__name__, "-p", "no:cacheprovider"],
        cwd=place / WORKSPACE,
        env={**os.environ, witness.VARIABLE: str(noted)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    sys.stdout.write(answer.stdout)
    [code] = CODES[Kind.TESTS]
    remedy = f"Run: python -m pytest projects/{project}"
    failed = _failed(noted, remedy)
    found = [Finding(code, *fact) for fact in failed[:_SHOWN]]
    if left := len(failed) - _SHOWN:
        more = f"{left} more tests failed" if left > 1 else "one more test failed"
        found += [Finding(code, f"projects/{project}/tests", more, remedy)] if left > 0 else []
    said = "" if found else _said(noted, answer.returncode, answer.stdout)
    return [*found, *([Finding(code, f"projects/{project}/tests", said, remedy)] if said else [])]


def _failed(noted: Path, remedy: str) -> list[tuple[str, str, str]]:
    """Of each test that failed, and each file that could not be collected: the line, what it said, the remedy."""
    if not noted.exists():
        return []
    found = []
    for test, fact in json.loads(noted.read_text(encoding="utf-8"))["failed"].items():
        file, _, path = test.partition("::")
        name = path.rpartition("::")[2].partition("[")[0]
        again = f"{remedy} -k {name}" if name else f"Run: python -m pytest {file}"
        found.append((fact["place"], f"{name or Path(file).name}: {fact['message']}", again))
    return found


def _said(noted: Path, code: int, output: str) -> str:
    """What is wrong with tests of which none failed; nothing where one passed, and each came to its end."""
    last = last_words(output)
    if not noted.exists():
        return f"pytest ended with {code} before it could report: {last}"
    facts = json.loads(noted.read_text(encoding="utf-8"))
    if facts["left"]:
        return f"pytest ended before {facts['left'][0]} had come to its end: {last}"
    if not facts["passed"]:
        return "it has no tests, or skips them all"
    return f"pytest ended with {code}: {last}" if code else ""


def _run(place: Path, project: str) -> tuple[list[Finding], dict[str, str]]:
    """The project's pipeline on the given datasets, its validation notebooks on what it makes; the content hashes."""
    from paddock.runs.request import Request
    from paddock.runs.run import run

    workspace = Workspace(place / WORKSPACE)
    builds, audits = CODES[Kind.RUN]
    remedy = f"Run: paddock run {project}"
    try:
        _give(workspace, place / GIVEN)
        record = run(load_project(workspace, project), Request(until="audit"))
    except PaddockError as error:
        where = f"projects/{project}"
        return [Finding(builds, where, error.message, error.remedy or remedy)], {}
    findings = [
        Finding(audits, f"projects/{project}/{notebook.source}", notebook.reason, remedy)
        for notebook in record.notebooks
        if notebook.status == "failed"
    ]
    written = {fact.name: fact for fact in record.datasets if fact.role == "written"}
    for name, fact in written.items():
        _export(workspace, name, fact.version, place / MADE)
    return findings, {name: fact.content_hash for name, fact in written.items()}


def _give(workspace: Workspace, given: Path) -> None:
    import pyarrow.parquet as pq
    from paddock.data.given import publish_given

    for path in sorted(given.glob("*.parquet")):
        publish_given(workspace, path.stem, pq.read_table(path))


def _export(workspace: Workspace, dataset: str, number: int, folder: Path) -> None:
    import pyarrow.parquet as pq
    from paddock.data.versions import VersionStore
    from paddock.settings import load_settings

    folder.mkdir(exist_ok=True)
    store = VersionStore(load_settings(workspace).data_url)
    pq.write_table(store.read(dataset, number), folder / f"{dataset}.parquet")


if __name__ == "__main__":
    os.umask(0o022)
    main()
