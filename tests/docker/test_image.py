"""What a project's image promises, on an image that a real engine built."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.docker.engine import NoEngineError, give_up, missing
from tests.docker.image import CONFINED, Image, files_of

_FACTS = Path(__file__).with_name("container_facts.py").read_text()


@pytest.fixture
def state(image: Image) -> Iterator[str]:
    """The option that mounts a fresh volume as the folder of state."""
    volume = f"paddock-test-{uuid.uuid4().hex}"
    yield f"--volume={volume}:/workspace/.paddock"
    image.engine.call("volume", "rm", volume)


@pytest.fixture(scope="module")
def facts(image: Image) -> dict[str, Any]:
    """What a confined container finds out about itself."""
    return dict(image.python(_FACTS))


@pytest.fixture(scope="module")
def made(image: Image) -> dict[str, str]:
    """Every path in the image, with its state."""
    return files_of(image.engine, image.tag)


def test_a_confined_run_publishes_and_the_next_finds_nothing_to_do(image: Image, state: str) -> None:
    """Offline, on a read-only root, without capabilities: published under the image's commit, with a report to keep."""
    first = image.run("run", image.project, "--json", options=(*CONFINED, state))
    assert first.returncode == 0, first.stdout + first.stderr
    record = json.loads(first.stdout)
    assert (record["status"], record["commit"], record["dirty"]) == ("published", image.commit, False)

    size = f"import os; print(os.stat({record['report']!r}).st_size)"
    assert image.python(size, (*CONFINED, state)) > 50_000

    # A container that is told nothing runs the project.
    second = image.run(options=(*CONFINED, state))
    assert second.returncode == 0, second.stdout + second.stderr
    assert f"unchanged: run {record['run']}" in second.stdout


def test_the_health_check_tells_a_sound_workspace_from_a_broken_one(image: Image) -> None:
    """The image's own command answers 0, and something else where the workspace is missing or damaged."""
    kind, program, *arguments = image.configuration()["Healthcheck"]["Test"]
    assert kind == "CMD"
    check = f"--entrypoint={program}"
    sound = image.run(*arguments, options=(*CONFINED, check))
    assert sound.returncode == 0, sound.stdout + sound.stderr
    for broken in ("--env=PADDOCK_WORKSPACE=/nowhere", "--tmpfs=/workspace"):
        answer = image.run(*arguments, options=(*CONFINED, broken, check))
        assert answer.returncode not in (0, 127), f"{broken}: {answer.stdout}{answer.stderr}"


def test_its_user_may_write_state_only(image: Image) -> None:
    """A numeric user other than root owns the folder of state, and can change nothing else of a writable root."""
    user = image.configuration()["User"]
    assert re.fullmatch(r"[1-9]\d*", user)
    found = image.python(_FACTS, ("--network=none",))
    assert (found["uid"], found["write_refused"]) == (int(user), "PermissionError")
    assert found["writable"] == ["/workspace/.paddock"]


def test_the_confinement_of_these_tests_is_real(facts: dict[str, Any]) -> None:
    """Where the tests say offline, read-only and without privileges, the container is."""
    assert (facts["capabilities"], facts["no_new_privileges"]) == (0, True)
    assert facts["network_refused"]
    assert facts["write_refused"] == "OSError"


def test_what_is_installed_is_the_projects_closure(image: Image, facts: dict[str, Any]) -> None:
    """Each package of the project's requirements that applies to the image, at its version, and Paddock; no tools."""
    lines = (image.folder / "projects" / image.project / "requirements.txt").read_text().splitlines()
    locked = [Requirement(line.rstrip("\\ ")) for line in lines if re.match(r"[A-Za-z0-9]", line)]
    applying = [each for each in locked if each.marker is None or each.marker.evaluate(facts["markers"])]
    expected = {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in applying}
    installed = {canonicalize_name(name): version for name, version in facts["installed"].items()}
    assert installed.pop("paddock")
    assert installed == expected
    assert facts["tools"] == []


def test_the_last_stage_adds_accounts_and_packages(image: Image, made: dict[str, str]) -> None:
    """Above the base and outside the workspace nothing is added or changed but a user and the environment in /opt."""
    base = files_of(image.engine, image.base)
    changed = {path for path in made.keys() | base.keys() if made.get(path) != base.get(path)}
    allowed = r"opt|opt/venv(/.*)?|workspace(/.*)?|etc|etc/(passwd|group|shadow|gshadow|subuid|subgid)-?"
    assert sorted(path for path in changed if not re.fullmatch(f"{allowed}|var/log(/(lastlog|faillog))?", path)) == []


def test_its_workspace_holds_what_git_knows_of_the_project(image: Image, made: dict[str, str]) -> None:
    """Of the clone: no file that is not committed, all of the project's source, of others what they declare."""
    files = {path for path, state in made.items() if path.startswith("workspace/") and state.startswith("file")}
    files = {path.removeprefix("workspace/") for path in files}
    tracked = image.tracked()
    own = f"projects/{image.project}/"
    assert files - tracked == set()
    assert {path for path in tracked if path.startswith((f"{own}src/", f"{own}notebooks/"))} <= files
    others = {path for path in files if path.count("/") >= 2 and not path.startswith(own)}
    assert "projects/another/catalog.toml" in others
    assert {Path(path).name for path in others} == {"catalog.toml", "pyproject.toml"}


def test_it_tells_no_secret(image: Image) -> None:
    """Neither its variables nor the steps that made it name a secret or hold an address with a password."""
    secret = r"(?i)\S*(?:secret|token|passw|credential|api_?key|private|swordfish|://[^/\s]+:[^/\s]+@)\S*"
    told = []
    for name in (image.base, image.tag):
        history = image.engine.call("history", "--no-trunc", "--format={{.CreatedBy}}", name)
        variables = json.loads(image.engine.call("inspect", "--format={{json .Config.Env}}", name))
        told.append({*history.splitlines(), *variables})
    assert re.findall(secret, "\n".join(told[1] - told[0])) == []


def test_an_edit_makes_only_the_last_layers_again(image: Image, tmp_path: Path) -> None:
    """After an edit of the project all that comes before its copy is stored, after one of Paddock its packages are."""
    edited = image.elsewhere(tmp_path / "edited")
    edited.edit_source("# An edit.")
    begun = time.perf_counter()
    steps = edited.build()
    print(f"rebuilt in {time.perf_counter() - begun:.1f} s")
    again = [step.instruction for step in steps if not step.is_cached and not step.instruction.startswith("FROM ")]
    assert again
    assert [step for step in again if not step.startswith("COPY projects")] == [], steps

    module = edited.folder / "shared/src/paddock/errors.py"
    module.write_text(module.read_text() + "# An edit.\n")
    packages = [step for step in edited.build("--target=build") if "-r projects/" in step.instruction]
    assert [step.is_cached for step in packages] == [True], packages


def test_an_import_that_the_project_did_not_declare_fails_in_the_image(image: Image, tmp_path: Path) -> None:
    """What a developer's environment happens to hold is missing here, and one message says so."""
    edited = image.elsewhere(tmp_path / "undeclared")
    edited.edit_source("import cookiecutter")
    edited.build()
    answer = edited.run("run", edited.project)
    assert answer.returncode not in (0, 3), answer.stdout + answer.stderr
    assert "No module named 'cookiecutter'" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_without_an_engine_the_reason_names_what_is_missing() -> None:
    """Programs that are absent are named with what installs them; who may not start an engine is told."""
    present = {"docker": "/usr/bin/docker", "dockerd": "/usr/sbin/dockerd"}
    assert missing(present, is_root=True) == ""
    assert missing(present | {"dockerd": None}, is_root=True) == "dockerd not installed: apt-get install docker.io"
    assert "only root" in missing(present, is_root=False)


def test_without_an_engine_a_developer_is_excused_and_ci_is_not() -> None:
    """The tests are skipped with the reason, and fail with it where CI is set."""
    with pytest.raises(pytest.skip.Exception, match="dockerd not installed"):
        give_up(NoEngineError("dockerd not installed"), is_ci=False)
    with pytest.raises(pytest.fail.Exception, match=r"dockerd not installed.*\.ci/run"):
        give_up(NoEngineError("dockerd not installed"), is_ci=True)
