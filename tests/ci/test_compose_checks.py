"""What the check of `compose.yaml` finds, and where it says it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from paddock.project import Project
from paddock_ci.checks.compose import serves_safely
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look

COMPOSE = """\
name: shop
services:
  run:
    build:
      context: ../..
      dockerfile: projects/shop/Dockerfile
    environment:
      PADDOCK_SERVING_URL: postgresql://ada:${PASSWORD:?set it}@serving/ada
    depends_on:
      serving:
        condition: service_healthy
    read_only: true
    tmpfs: [/tmp]
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    volumes:
      - state:/workspace/.paddock
  serving:
    image: postgres:16
    environment:
      POSTGRES_USER: ada
      POSTGRES_PASSWORD: ${PASSWORD:?set it}
    healthcheck:
      test: ["CMD", "pg_isready", "-U", "ada"]
    volumes:
      - data:/var/lib/postgresql/data
volumes:
  state:
  data:
"""
DOCKERFILE = 'FROM a:1\nENV HOME=/tmp\nVOLUME /workspace/.paddock\nENTRYPOINT ["paddock"]\nCMD ["run", "shop"]\n'
MakeProject = Callable[..., Project]


def _looks(make_project: MakeProject, text: str) -> list[Look]:
    project = make_project("shop", files={"Dockerfile": DOCKERFILE, "compose.yaml": text})
    return list(serves_safely(ProjectFiles(project.workspace.root, project.folder)))


def _changed(old: str, new: str) -> str:
    assert old in COMPOSE
    return COMPOSE.replace(old, new, 1)


def test_a_good_file_has_no_fault(make_project: MakeProject) -> None:
    """Each promise is looked at for each service."""
    looks = _looks(make_project, COMPOSE)
    assert [look for look in looks if look.fault] == []
    assert len(looks) == 1 + 2 * 11


def test_a_project_without_services_is_not_looked_at(make_project: MakeProject) -> None:
    """Without a compose file there is nothing to promise."""
    project = make_project("shop")
    assert list(serves_safely(ProjectFiles(project.workspace.root, project.folder))) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("name: shop", "name: other", 1, "expected the name 'shop', got 'other'"),
        ("context: ../..", "context: .", 5, "expected the workspace ../.., got '.'"),
        (
            "shop/Dockerfile",
            "triage/Dockerfile",
            6,
            "expected projects/shop/Dockerfile, got 'projects/triage/Dockerfile'",
        ),
        ("shop/Dockerfile", "shop/Dockerfile\n      target: x", 7, "the Dockerfile has no stage 'x'"),
        ("image: postgres:16", "image: postgres", 19, "expected an image with a version, got 'postgres'"),
        ("image: postgres:16", "image: postgres:latest", 19, "expected an image with a version, got 'postgres:latest'"),
        ("    image: postgres:16\n", "", 18, "expected an image, got none: its variable has no default"),
    ],
)
def test_services_of_something_else(make_project: MakeProject, old: str, new: str, line: int, fault: str) -> None:
    """A service is this project's image, built from the workspace, or an image whose version is named."""
    looks = _looks(make_project, _changed(old, new))
    assert (f"compose.yaml:{line}", fault) in [(look.place, look.fault) for look in looks]


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("      serving:\n        cond", "      base:\n        cond", 10, "depends on 'base', which is no service"),
        ("service_healthy", "service_helthy", 10, "'service_helthy' is no condition"),
        ("service_healthy", "service_started", 10, "does not wait until 'serving' is healthy"),
        (
            'test: ["CMD", "pg_isready", "-U", "ada"]',
            "disable: true",
            10,
            "waits until 'serving' is healthy, which has no healthcheck",
        ),
        ("- state:", "- stat:", 17, "names 'stat', which is not declared under volumes"),
        ("- state:", "- ./conf:/conf:ro\n      - state:", 17, "mounts './conf', which does not exist"),
        ("    read_only", "    env_file: .env\n    read_only", 12, "reads '.env', which does not exist"),
        (
            "    read_only",
            "    networks: [inner]\n    read_only",
            12,
            "names 'inner', which is not declared under networks",
        ),
        ("@serving", "@base", 8, "leads to 'base', which is no service of this file"),
        ("//ada", "//eve", 8, "logs in as 'eve', but serving has the user 'ada'"),
        ("SERVING_URL", "SERVING_URI", 8, "PADDOCK_SERVING_URI is no setting"),
        ("      PADDOCK_SERVING_URL", "      OTHER_PLACE: x\n#", 7, "waits for 'serving', but no address leads there"),
        ("@serving", "@serving:5433", 8, "leads to the port 5433, but serving listens at 5432"),
        ("@serving/ada", "@serving/eve", 8, "leads to the database 'eve', but serving has 'ada'"),
        ("postgresql://", "mysql://", 8, "speaks mysql, but serving is PostgreSQL"),
        ("image: postgres:16", "image: mysql:8", 8, "leads to 'serving', which is no PostgreSQL"),
        ("D: ${PASSWORD:?set it}", "D: ${OTHER:?set it}", 8, "logs in by PASSWORD, but serving is told OTHER"),
        ("      POSTGRES_PASSWORD: ${PASSWORD:?set it}\n", "", 20, "has no POSTGRES_PASSWORD"),
    ],
)
def test_names_that_lead_nowhere(make_project: MakeProject, old: str, new: str, line: int, fault: str) -> None:
    """Services, volumes, networks, files and addresses that are named exist."""
    looks = _looks(make_project, _changed(old, new))
    assert any(look.place == f"compose.yaml:{line}" and look.fault.startswith(fault) for look in looks)


@pytest.mark.parametrize(
    ("test", "fault"),
    [
        ('["CMD", "true"]', "expected pg_isready alone, got 'true'"),
        ("exit 0", "expected pg_isready alone, got 'exit 0'"),
        ("pg_isready -U ada || true", "expected pg_isready alone, got 'pg_isready -U ada true'"),
        ('["CMD-SHELL", "pg_isready -U eve"]', "asks for the user 'eve', but the database has 'ada'"),
        ('["CMD", "pg_isready"]', "asks for the user 'nobody', but the database has 'ada'"),
        ('["pg_isready -U ada"]', "the test begins with 'pg_isready -U ada', which is neither CMD nor CMD-SHELL"),
        ("pg_isready -h base -U ada", "asks the host 'base', not this service"),
    ],
)
def test_databases_that_nobody_asks(make_project: MakeProject, test: str, fault: str) -> None:
    """The health check asks the database itself, by the user that will log in."""
    looks = _looks(make_project, _changed('["CMD", "pg_isready", "-U", "ada"]', test))
    assert [(look.place, look.fault) for look in looks if look.fault] == [("compose.yaml:24", fault)]


@pytest.mark.parametrize(
    "test", ["pg_isready --username=ada -d ada || exit 1", '["CMD-SHELL", "pg_isready -U $$POSTGRES_USER"]']
)
def test_databases_that_are_asked(make_project: MakeProject, test: str) -> None:
    """Options may be written out, and the user taken from the environment."""
    looks = _looks(make_project, _changed('["CMD", "pg_isready", "-U", "ada"]', test))
    assert [look for look in looks if look.fault] == []


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        (
            "data:/var/lib/postgresql/data",
            "data:/var/lib/postgres",
            25,
            "what it writes to /var/lib/postgresql/data is",
        ),
        (
            "    volumes:\n      - data:/var/lib/postgresql/data\n",
            "",
            18,
            "what it writes to /var/lib/postgresql/data is",
        ),
        ("- data:", "- state:", 25, "shares 'state' with 'run'"),
        ("/.paddock", "/.paddock:ro", 16, "the image writes to /workspace/.paddock, which is mounted read-only"),
        ("- state:", "- ", 16, "what is written to /workspace/.paddock is lost with the container"),
        ("- state:", "- /:/host\n      - state:", 17, "mounts '/' of the machine"),
        ("- state:", "- ~/.aws:/aws\n      - state:", 17, "mounts '~/.aws' of the machine"),
        ("- state:", "- ../..:/workspace\n      - state:", 17, "mounts '../..', which is more than this project"),
    ],
)
def test_mounts(make_project: MakeProject, old: str, new: str, line: int, fault: str) -> None:
    """What is written is kept, each in a volume of its own, and nothing of the machine is seen."""
    looks = _looks(make_project, _changed(old, new))
    assert any(look.place == f"compose.yaml:{line}" and look.fault.startswith(fault) for look in looks)


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("D: ${PASSWORD:?set it}", "D: hunter2", 22, "'POSTGRES_PASSWORD' is written down, or may be empty"),
        ("D: ${PASSWORD:?set it}", "D: ${PASSWORD}", 22, "'POSTGRES_PASSWORD' is written down, or may be empty"),
        ("D: ${PASSWORD:?set it}", "D: ${PASSWORD:-x}", 22, "'POSTGRES_PASSWORD' is written down, or may be empty"),
        ("ada:${PASSWORD:?set it}@", "ada:hunter2@", 8, "an address holds a password, or one that may be empty"),
        ("ada:${PASSWORD:?set it}@", "ada:${PASSWORD}@", 8, "an address holds a password, or one that may be empty"),
        ("POSTGRES_USER: ada", "POSTGRES_HOST_AUTH_METHOD: trust", 21, "lets everybody in without a password"),
        ('"pg_isready"', '"PGPASSWORD=x psql"', 24, "holds what looks like a secret"),
    ],
)
def test_secrets_that_are_written_down(make_project: MakeProject, old: str, new: str, line: int, fault: str) -> None:
    """A secret comes from the environment, and nothing starts without it."""
    looks = _looks(make_project, _changed(old, new))
    assert (f"compose.yaml:{line}", fault) in [(look.place, look.fault) for look in looks]


def test_secrets_in_a_list_of_variables(make_project: MakeProject) -> None:
    """An environment that is a list is read like one that is a mapping."""
    text = _changed(
        "      POSTGRES_USER: ada\n      POSTGRES_PASSWORD: ${PASSWORD:?set it}", "      - POSTGRES_PASSWORD=x"
    )
    assert ("compose.yaml:21", "'POSTGRES_PASSWORD' is written down, or may be empty") in [
        (look.place, look.fault) for look in _looks(make_project, text)
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("    read_only: true\n", "", 3, "its file system can be written"),
        ("read_only: true", "read_only: false", 12, "its file system can be written"),
        ("[ALL]", "[NET_RAW]", 14, "it keeps capabilities"),
        ("    cap_drop: [ALL]", "    cap_drop: [ALL]\n    cap_add: [SYS_ADMIN]", 15, "it adds capabilities"),
        ("privileges:true", "privileges:false", 15, "it may gain privileges"),
        ("    read_only", "    privileged: true\n    read_only", 12, "privileged gives it rights over the machine"),
        ("    image:", "    network_mode: host\n    image:", 19, "network_mode gives it rights over the machine"),
        ("    read_only", "    user: root\n    read_only", 12, "it runs as root"),
        ("    read_only", "    read_onyl: true\n    read_only", 12, "'read_onyl' is no key of a service"),
        ("- state:", "- /var/run/docker.sock:/s\n      - state:", 17, "mounts Docker's socket"),
        ("    tmpfs: [/tmp]\n", "", 15, "the image writes to /tmp, where nothing is mounted"),
        (":/workspace/.paddock", ":/data", 16, "the image writes to /workspace/.paddock, where nothing is mounted"),
        ("    image:", '    ports: ["5432:5432"]\n    image:', 19, "the port '5432:5432' is open to every machine"),
        ("    image:", '    ports: ["0.0.0.0:1:1"]\n    image:', 19, "the port '0.0.0.0:1:1' is open to every machine"),
        ("    image:", "    cap_add: [SYS_ADMIN]\n    image:", 19, "it adds capabilities"),
        ("    image:", '    devices: ["/dev/sda"]\n    image:', 19, "devices give it rights over the machine"),
        ('true"]', 'true", "seccomp:unconfined"]', 15, "seccomp:unconfined takes a protection away"),
        ("    read_only", "    restart: always\n    read_only", 12, "starts again after each run, for ever"),
        (
            "    read_only",
            "    healthcheck: {disable: true}\n    read_only",
            12,
            "is never asked whether it is healthy",
        ),
        ("    read_only", "    command: data list\n    read_only", 12, "expected paddock run shop, got 'paddock data"),
        ("    read_only", '    entrypoint: ["true"]\n    read_only', 3, "expected paddock run shop, got 'true'"),
        ("    read_only", '    command: ["rn"]\n    read_only', 12, "paddock: no command 'rn'."),
        ("    read_only", "    command: run other\n    read_only", 12, "paddock run: expected the project 'shop'"),
    ],
)
def test_rights_and_fit(make_project: MakeProject, old: str, new: str, line: int, fault: str) -> None:
    """A service that is built has a plain user's rights, commands that exist, and places to write to."""
    looks = _looks(make_project, _changed(old, new))
    assert any(look.place == f"compose.yaml:{line}" and look.fault.startswith(fault) for look in looks)


@pytest.mark.parametrize(
    ("text", "place", "fault"),
    [
        ("services: [", "compose.yaml:1", "is no YAML: "),
        ("- a\n", "compose.yaml:1", "is no YAML: expected a mapping"),
        ("name: shop\n", "compose.yaml:1", "has no services"),
        (COMPOSE + "name: shop\n", "compose.yaml:30", "the key 'name' stands twice"),
        (
            COMPOSE.replace("    tmpfs", "    read_only: true\n    tmpfs"),
            "compose.yaml:13",
            "the key 'read_only' stands",
        ),
        ("services:\n  a:\n    image: b:1\n    environment: 5\n", "compose.yaml:2", "is no service as compose knows"),
    ],
)
def test_files_that_are_not_well_formed(make_project: MakeProject, text: str, place: str, fault: str) -> None:
    """What is no compose file is told at its line; a key may stand once."""
    assert any(look.place == place and look.fault.startswith(fault) for look in _looks(make_project, text))
