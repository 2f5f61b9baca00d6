"""Whether skipping is trusted here: not since a job failed that had been skipped because it passed before."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from paddock.storage import durable

from paddock_ci.engine.job import Job, Outcome

FILE = ".paddock/ci/distrust.json"


def distrust(root: Path) -> str:
    """Why nothing is skipped in the workspace at `root`; empty while skipping is trusted."""
    try:
        return str(json.loads((root / FILE).read_text(encoding="utf-8"))["reason"])
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, KeyError, TypeError):
        return f"{FILE} cannot be read"


def sample(skipped: Iterable[Job], share: float, seed: str) -> frozenset[Job]:
    """A share of the jobs that would be skipped, at least one where there are any; others for another seed."""
    jobs: Sequence[Job] = sorted(skipped)
    return frozenset(random.Random(seed).sample(jobs, math.ceil(share * len(jobs))))


def judge(root: Path, audited: Iterable[Outcome]) -> str:
    """Turn skipping off where an audited job, which had passed on the same inputs, fails now; says why, or nothing."""
    red = sorted(str(outcome.job) for outcome in audited if outcome.passed_before and not outcome.status.is_good)
    if not red:
        return ""
    reason = f"{', '.join(red)}: passed before on the same inputs, and failed when it was run again"
    durable.write_text(root / FILE, json.dumps({"reason": reason}))
    return reason


def restore(root: Path) -> None:
    """Trust skipping again."""
    (root / FILE).unlink(missing_ok=True)
