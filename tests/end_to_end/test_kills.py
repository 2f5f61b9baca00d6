"""A run that is killed at any moment leaves one complete served version, and the next run heals by itself."""

from __future__ import annotations

import os
import random
import subprocess
import time

import pytest

from tests.end_to_end.place import Place

_FEW = 3
_MANY = 100


def _kill_and_heal(place: Place, draw: random.Random, longest: float) -> str:
    """Kill a run that has work to do after a random time; say in which phase it died."""
    # A parameter of its own for each run, so that every one of them trains, audits and publishes.
    value = f"regularisation={draw.uniform(0.5, 1.5):.6f}"
    command = place.command("run", "triage", "-p", value)
    moment = draw.uniform(0, longest)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        process.wait(timeout=moment)
    except subprocess.TimeoutExpired:
        process.kill()
    printed, _ = process.communicate()
    place.assert_served_is_one_version()
    last_report = place.paddock("report", "triage")
    assert last_report.returncode == 0, last_report.stderr

    healed = place.paddock("run", "triage", "-p", value)
    assert healed.returncode == 0, f"after a kill at {moment:.3f} s: {healed.stdout}{healed.stderr}"
    place.assert_served_is_one_version()
    _assert_nothing_is_left(place)
    lines = [line.split()[0] for line in printed.splitlines() if line[:1].isalpha()]
    return lines[-1] if lines else "start"


def _assert_nothing_is_left(place: Place) -> None:
    """No folder of a dead run, no temporary file of a dead writer in what the healed run went over."""
    runs = [path for path in place.project.runs_folder.iterdir() if path.is_dir()]
    assert all((path / "record.json.manifest.json").exists() for path in runs)
    data = place.workspace.state / "data"
    assert not [path for path in data.rglob(".*.tmp") if "_delta_log" not in path.parts]


def _seconds_of_a_run(place: Place) -> float:
    begun = time.perf_counter()
    assert place.paddock("run", "triage", "-p", "regularisation=0.9").returncode == 0
    return time.perf_counter() - begun


def _kills(place: Place, count: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    longest = _seconds_of_a_run(place)
    return [_kill_and_heal(place, draw, longest) for _ in range(count)]


def test_a_few_kills(place: Place) -> None:
    """A slice of the long suite, with a fixed seed."""
    assert len(_kills(place, _FEW, seed=11)) == _FEW


@pytest.mark.slow
def test_a_hundred_kills(place: Place) -> None:
    """100 kills at random moments; KILL_SEED draws others."""
    seed = int(os.environ.get("KILL_SEED", "1"))
    phases = _kills(place, _MANY, seed)
    print({phase: phases.count(phase) for phase in sorted(set(phases))})
