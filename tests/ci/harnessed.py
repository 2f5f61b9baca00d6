"""The engine with jobs that are played: each reads its stage as a real one would, in no time."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from paddock_ci.cache.store import open_store
from paddock_ci.engine import stage
from paddock_ci.engine.check import repo_of
from paddock_ci.engine.execution import Spec
from paddock_ci.engine.inputs import Inputs
from paddock_ci.engine.job import Job, Kind, Outcome, Status
from paddock_ci.engine.plan import plan
from paddock_ci.engine.runner import Options, Progress, run
from paddock_ci.finding import Finding
from paddock_ci.sandbox.process import is_hermetic
from paddock_ci.sandbox.view import View

# Elsewhere jobs run, too, but nothing that they say is kept.
needs_landlock = pytest.mark.skipif(not is_hermetic(), reason="this kernel cannot keep a process from reading")
_STAGING = threading.Lock()
VIEW = View(Path("/view"), "the same packages", ())


class PlayedInputs(Inputs):
    """Inputs whose environment is the same for every project, without one that is made."""

    def view(self, project: str) -> View:
        """The one environment of all."""
        return VIEW


@dataclass
class Played:
    """Does jobs by `verdict`, which is given the stage's folder and says what is wrong; notes the order."""

    verdict: Callable[[Job, Path, Mapping[str, Path]], tuple[str, Mapping[str, str]]]
    done: list[Job] = field(default_factory=list)
    stages: dict[str, TemporaryDirectory[str]] = field(default_factory=dict)

    def __call__(self, spec: Spec, is_wanted: Callable[[], bool]) -> Outcome:
        """Do the job of `spec` on a stage with its files."""
        self.done.append(spec.job)
        fault, contents = self.verdict(spec.job, self._stage(spec), spec.given)
        outputs = {}
        for name, content in contents.items():
            outputs[name] = spec.keep / f"{name}.parquet"
            outputs[name].parent.mkdir(parents=True, exist_ok=True)
            outputs[name].write_text(content)
        findings = (Finding("PT201", f"projects/{spec.job.project}", fault, "Mend it."),) if fault else ()
        hashes = {name: hashlib.sha256(content.encode()).hexdigest() for name, content in contents.items()}
        status = Status.FAILED if fault else Status.PASSED
        return Outcome(spec.job, status, findings, 1.0, datasets=hashes, outputs=outputs)

    def _stage(self, spec: Spec) -> Path:
        """The stage of a script; nobody writes to it, so that jobs with the same files share it."""
        # Not the digest, whose faults are to be found.
        entries = str(sorted(spec.script.entries.items()))
        with _STAGING:
            if entries not in self.stages:
                made = TemporaryDirectory()
                stage.write(stage.read(spec.root, spec.script), Path(made.name))
                self.stages[entries] = made
            return Path(self.stages[entries].name)


def perform(
    root: Path,
    played: Played,
    projects: Iterable[str] | None = None,
    kinds: tuple[Kind, ...] = tuple(Kind),
    is_cached: bool = True,
    **options: object,
) -> dict[Job, Outcome]:
    """Run the jobs of these projects, of all without them; what passed is kept below `root`."""
    repo = repo_of(root)
    made = plan(repo, sorted(projects if projects is not None else repo.facts), kinds)
    store = open_store(root) if is_cached else None
    told: list[Progress] = []
    return run(made, PlayedInputs(root, repo), Options(store=store, execute=played, **options), told.append)  # type: ignore[arg-type]
