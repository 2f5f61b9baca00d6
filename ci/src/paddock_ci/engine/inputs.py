"""The inputs of a job: everything that its verdict can depend on, and so its key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from paddock_ci.engine import stage
from paddock_ci.engine.harness import Harness, harness
from paddock_ci.engine.job import Job
from paddock_ci.engine.limits import Limits, load_limits
from paddock_ci.engine.plan import Repo
from paddock_ci.sandbox import view
from paddock_ci.sandbox.grants import platform_facts
from paddock_ci.sandbox.view import View

FOLDER = ".paddock/ci"
# What runs the jobs themselves, beside what their projects declare.
_HARNESS = ("paddock[notebooks,pipelines,postgres,scaffold,testing]", "paddock-ci", "pytest")


@dataclass
class Inputs:
    """The inputs of every job of one state of the workspace at `root`."""

    root: Path
    repo: Repo
    _views: dict[tuple[str, ...], View] = field(default_factory=dict, repr=False)

    @cached_property
    def harness(self) -> Harness:
        """The code that jobs import."""
        return harness(self.root / FOLDER / "code")

    @cached_property
    def limits(self) -> Limits:
        """What the workspace allows its jobs."""
        return load_limits(self.root)

    @cached_property
    def _of_all(self) -> dict[str, str]:
        """What is the same for every job."""
        facts = {f"platform {name}": value for name, value in platform_facts().items()}
        return {**facts, "harness": self.harness.digest, "environment": json.dumps(dict(self.limits.environment))}

    def view(self, project: str) -> View:
        """The environment of a project's jobs; raises ToolError where it declares what is not installed."""
        wanted = self.repo.facts[project].declared.dependencies
        if wanted not in self._views:
            self._views[wanted] = view.of((*_HARNESS, *wanted), self.root / FOLDER / "views")
        return self._views[wanted]

    def of(self, job: Job, script: stage.Script, datasets: Mapping[str, str]) -> dict[str, str]:
        """The inputs of a job that works on `script` and on datasets with these content hashes."""
        return {
            **self._of_all,
            **{f"dataset {name}": content_hash for name, content_hash in datasets.items()},
            "job": str(job),
            "packages": self.view(job.project).key,
            "files": script.digest,
        }
