"""Checks of `compose.yaml`: its services are this project's, lack nothing, and hold neither rights nor secrets."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml
from paddock.secrets import names_secret, told_in_command

from paddock_ci.commands import command_fault, start_fault
from paddock_ci.compose import Fault, Mount, Service, mounts_of, read
from paddock_ci.database import asks_database, finds_database, keeps_database
from paddock_ci.dockerfile import expanded
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look
from paddock_ci.image import Image, image_of, pin_fault
from paddock_ci.pace import pace_fault
from paddock_ci.service_rights import rights_of
from paddock_ci.yaml_text import Path

_FILE = "compose.yaml"
# A value that must be given: without it, compose stops and says so.
_REQUIRED = re.compile(r"\$\{\w+:\?[^}]+\}")
_URL_PASSWORD = re.compile(r"\w+://[^/\s:@]*:([^@\s]*)@")
_UNSAFE = re.compile(r"(fsync|full_page_writes|synchronous_commit)\s*=\s*(off|false|no|0)\b")
_CONDITIONS = ("service_healthy", "service_completed_successfully", "service_started")
_KINDS = ("volumes", "networks", "secrets", "configs")


def serves_safely(files: ProjectFiles) -> Iterator[Look]:
    """Services build this project's image, find what they name, have no more rights than they need, and no secrets."""
    if _FILE not in files.paths:
        return
    try:
        compose = read(files.text(_FILE))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        yield Look(f"{_FILE}:1", f"is no YAML: {' '.join(str(error).split())[:200]}", "Mend it.")
        return
    for line, key in compose.twice:
        yield Look(f"{_FILE}:{line}", f"the key '{key}' stands twice", "Remove one.")
    name = compose.document.get("name", files.name)
    fault = f"expected the name '{files.name}', got '{name}'" if name != files.name else ""
    yield Look(f"{_FILE}:{compose.line(('name',))}", fault, f"Write: name: {files.name}")
    if not compose.services:
        yield Look(f"{_FILE}:1", "has no services", "Declare the service that runs the project.")
    yield from (Look(f"{_FILE}:{compose.line(path)}", *fault) for path, *fault in _of_the_file(compose.document))
    image = image_of(files)
    for name, facts in compose.services.items():
        service = Service(name, facts, compose, files, image)
        for look in _LOOKS:
            try:
                found = list(look(service))
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                found = [(service.at(), f"is no service as compose knows them: {error}", "See: docker compose config")]
            yield from (Look(f"{_FILE}:{compose.line(path)}", *fault) for path, *fault in found)
            if not found:
                yield Look(f"{_FILE}:{compose.line(service.at())}")


def _of_the_file(document: Mapping[str, Any]) -> Iterator[Fault]:
    """What the file takes from elsewhere, and volumes that keep nothing."""
    if document.get("include"):
        yield ("include",), "includes another file, which nobody looks at", "Write its services here."
    for kind in ("volumes", "networks"):
        for name, facts in (document.get(kind) or {}).items():
            options = facts.get("driver_opts") or {} if isinstance(facts, dict) else {}
            if isinstance(facts, dict) and facts.get("external"):
                yield (kind, name), f"'{name}' is external: whoever starts this file has to have it", "Leave that out."
            elif "tmpfs" in map(str, options.values()):
                yield (kind, name), f"'{name}' is kept in memory alone", "Leave out its options."


def _pace(service: Service) -> Iterator[Fault]:
    """A health check asks often enough, and a database writes what it says it has written."""
    if fault := pace_fault(service.facts.get("healthcheck") or {}):
        yield service.at("healthcheck"), f"its health check's {fault}", "Write, for instance: interval: 10s"
    if found := _UNSAFE.search(str(service.facts.get("command", ""))):
        yield service.at("command"), f"{found[0]} loses what was written", "Leave it out."


def _origin(service: Service) -> Iterator[Fault]:
    """A service is built from this project's Dockerfile and the workspace, or its image is pinned."""
    if not service.is_built:
        reference = expanded(str(service.facts.get("image", "")), {})
        if fault := pin_fault(reference):
            yield service.at("image"), fault, "Name an image with its version, such as postgres:16."
        return
    build = service.facts["build"] if isinstance(service.facts["build"], dict) else {"context": service.facts["build"]}
    context = (service.files.folder / str(build.get("context", "."))).resolve()
    if context != service.files.root.resolve():
        yield service.at("build", "context"), f"expected the workspace ../.., got '{build.get('context')}'", "Mend it."
        return
    dockerfile = (context / str(build.get("dockerfile", "Dockerfile"))).resolve()
    expected = (service.files.folder / "Dockerfile").resolve()
    if dockerfile != expected or not expected.is_file():
        mine = f"projects/{service.files.name}/Dockerfile"
        yield service.at("build", "dockerfile"), f"expected {mine}, got '{build.get('dockerfile')}'", f"Write: {mine}"
        return
    given = build.get("args") or {}
    pairs = given.items() if isinstance(given, dict) else (str(text).partition("=")[::2] for text in given)
    for name, value in pairs:
        if name == "BASE" and (fault := pin_fault(expanded(str(value), {}))):
            yield service.at("build", "args"), fault, "Leave it out: the Dockerfile has a pinned base."
    stages = {stage.name for stage in service.image.stages} if service.image else set()
    if (target := build.get("target")) and target not in stages:
        yield service.at("build", "target"), f"the Dockerfile has no stage '{target}'", "Name one of its stages."


def _waits(service: Service) -> Iterator[Fault]:
    """What a service waits for exists, and can say that it is healthy."""
    waits = service.facts.get("depends_on") or {}
    for name in waits:
        where = service.at("depends_on", name)
        if name not in service.compose.services:
            yield where, f"depends on '{name}', which is no service", "Name a service of this file."
            continue
        condition = waits[name]["condition"] if isinstance(waits, dict) else "service_started"
        is_healthy = _has_healthcheck(service.compose.services[name], service.image)
        if condition not in _CONDITIONS:
            yield where, f"'{condition}' is no condition", f"Write one of: {', '.join(_CONDITIONS)}."
        elif condition == "service_healthy" and not is_healthy:
            yield where, f"waits until '{name}' is healthy, which has no healthcheck", f"Give {name} a healthcheck."
        elif condition == "service_started" and is_healthy:
            yield where, f"does not wait until '{name}' is healthy", "Write: condition: service_healthy"


def _has_healthcheck(facts: Mapping[str, Any], image: Image | None) -> bool:
    check = facts.get("healthcheck") or {}
    if check.get("disable") or check.get("test") in ("NONE", ["NONE"]):
        return False
    in_image = image.last.last("HEALTHCHECK") if image and "build" in facts else None
    return bool(check.get("test")) or bool(in_image and in_image.value.upper() != "NONE")


def _names(service: Service) -> Iterator[Fault]:
    """Volumes, networks, secrets and configs that a service names are declared; files and folders are there."""
    for kind in _KINDS:
        declared = (
            {"default", *(service.compose.document.get(kind) or {})}
            if kind == "networks"
            else {*(service.compose.document.get(kind) or {})}
        )
        for number, entry in enumerate(service.facts.get(kind) or ()):
            where = service.at(kind, number)
            source = _source(entry, kind)
            if kind == "volumes" and (mount := mounts_of(service.facts)[number]).is_path:
                if fault := _path_fault(mount, service):
                    yield where, fault, "Name a file or folder of this project, or a volume."
            elif source and source not in declared:
                yield where, f"names '{source}', which is not declared under {kind}", f"Declare it under {kind}."
    for key in ("extends", "extra_hosts", "network_mode"):
        if service.facts.get(key) and service.facts[key] != "host":
            fault = f"{key} takes it out of this file, so that nothing here tells what it has or finds"
            yield service.at(key), fault, "Write what it needs here."
    given = service.facts.get("env_file") or ()
    for path in [given] if isinstance(given, str) else given:
        name = path.get("path", "") if isinstance(path, dict) else str(path)
        if not (service.files.folder / name).exists():
            yield service.at("env_file"), f"reads '{name}', which does not exist", "Remove it, or commit an example."


def _path_fault(mount: Mount, service: Service) -> str:
    """Why a service may not have a path of the machine, or nothing."""
    source = mount.source
    if "docker.sock" in source:
        return "mounts Docker's socket: it gives root on the machine"
    if source.startswith("."):
        path = (service.files.folder / source).resolve()
        if not path.is_relative_to(service.files.folder.resolve()):
            return f"mounts '{source}', which is more than this project"
        return "" if path.exists() else f"mounts '{source}', which does not exist"
    is_private = re.match(r"~|\$\{?(HOME|PWD)|/($|(etc|root|home|boot|dev|proc|run|sys|usr|var)(/|$))", source)
    return f"mounts '{source}' of the machine" if is_private else ""


def _source(entry: object, kind: str) -> str:
    """The name that an entry takes its content from; nothing for an anonymous volume."""
    if kind == "volumes":
        return mounts_of({"volumes": [entry]})[0].source
    return str(entry.get("source", "")) if isinstance(entry, dict) else str(entry)


def _secrets(service: Service) -> Iterator[Fault]:
    """No secret stands in the file: each must be given by the environment, and nothing starts without it."""
    remedy = "Write: ${NAME:?what to set it to}"
    for path, text in _texts(service.facts, service.at()):
        name, value = path[-1], text
        if len(path) > 2 and path[-2] in ("environment", "args") and name.isdigit():
            name, _, value = text.partition("=")
        rest = _REQUIRED.sub("", value)
        if names_secret(name) and not _REQUIRED.fullmatch(value) and path[2] not in ("secrets", "volumes"):
            yield path, f"'{name}' is written down, or may be empty", remedy
        elif (match := _URL_PASSWORD.search(rest)) and match[1]:
            yield path, "an address holds a password, or one that may be empty", remedy
        elif told_in_command(rest):
            yield path, "holds what looks like a secret", remedy
        elif name == "POSTGRES_HOST_AUTH_METHOD" and value == "trust":
            yield path, "lets everybody in without a password", "Set POSTGRES_PASSWORD instead."


def _starts(service: Service) -> Iterator[Fault]:
    """A service that is built runs the project once; one with a profile may give another command of the image."""
    if not service.is_built or service.image is None:
        return
    facts, last = service.facts, service.image.last
    entry = (
        _words(facts["entrypoint"]) if facts.get("entrypoint") else getattr(last.last("ENTRYPOINT"), "exec_form", ())
    )
    if facts.get("command") or facts.get("entrypoint"):
        words = (*entry, *_words(facts.get("command") or []))
        fault = command_fault(words, service.files, in_image=True) if words else ""
        if words and not facts.get("profiles"):
            fault = fault or start_fault(words, service.files)
        if fault:
            yield service.at("command"), fault, f"Write: command: [run, {service.files.name}], or leave it out."
    if facts.get("restart") in ("always", "unless-stopped"):
        yield service.at("restart"), "starts again after each run, for ever", "Remove it: a scheduler starts runs."
    if facts.get("scale") == 0 or ((facts.get("deploy") or {}).get("replicas") == 0):
        yield service.at("deploy"), "is never started", "Remove that line."
    if (facts.get("healthcheck") or {}).get("disable"):
        yield service.at("healthcheck"), "is never asked whether it is healthy", "Remove it: the image has a check."


def _keeps_its_state(service: Service) -> Iterator[Fault]:
    """A service that is built has places to write to where its image needs them; its state outlives it."""
    if not service.is_built or service.image is None:
        return
    mounts, last = mounts_of(service.facts), service.image.last
    needed = [word for volume in last.all("VOLUME") for word in volume.words]
    for path in [*needed, *filter(None, [last.environment().get("HOME")])]:
        found = [m for m in mounts if path == m.target or path.startswith(f"{m.target}/")]
        if service.facts.get("read_only") is True and not found:
            fault = f"the image writes to {path}, where nothing is mounted"
            yield service.at("volumes"), fault, "Mount a volume there."
        elif any(mount.is_read_only for mount in found):
            yield service.at("volumes"), f"the image writes to {path}, which is mounted read-only", "Leave out: ro"
        elif path in needed and any(mount.is_memory for mount in found):
            yield service.at("tmpfs"), f"what is written to {path} is kept in memory alone", "Name a volume."
        elif path in needed and found and not found[0].source:
            yield service.at("volumes"), f"what is written to {path} is lost with the container", "Name a volume."


_LOOKS: tuple[Callable[[Service], Iterator[Fault]], ...] = (
    _origin, _waits, _names, _secrets, rights_of, _starts, _pace, _keeps_its_state,
    asks_database, keeps_database, finds_database,
)  # fmt: skip


def _words(command: object) -> tuple[str, ...]:
    return tuple(map(str, command)) if isinstance(command, list) else tuple(shlex.split(str(command)))


def _texts(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Every scalar below `value` with its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*path, str(key)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, (*path, str(number)))
    else:
        yield path, "" if value is None else str(value)
