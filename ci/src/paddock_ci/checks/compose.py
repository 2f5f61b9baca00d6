"""Checks of `compose.yaml`: its services are this project's, lack nothing, and hold neither rights nor secrets."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import yaml

from paddock_ci.commands import command_fault, start_fault
from paddock_ci.compose import Fault, Mount, Service, mounts_of, read
from paddock_ci.database import asks_database, finds_database, keeps_database
from paddock_ci.dockerfile import expanded
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look
from paddock_ci.image import Image, image_of, pin_fault
from paddock_ci.secrets import holds_secret, names_secret
from paddock_ci.yaml_text import Path

_FILE = "compose.yaml"
# A value that must be given: without it, compose stops and says so.
_REQUIRED = re.compile(r"\$\{\w+:\?[^}]+\}")
_URL_PASSWORD = re.compile(r"\w+://[^/\s:@]*:([^@\s]*)@")
_RIGHTS = {"privileged": True, "network_mode": "host", "pid": "host", "ipc": "host", "userns_mode": "host"}
_CONDITIONS = ("service_healthy", "service_completed_successfully", "service_started")
_KEYS = {
    "build", "cap_add", "cap_drop", "command", "configs", "container_name", "depends_on", "deploy", "entrypoint",
    "env_file", "environment", "expose", "healthcheck", "image", "init", "labels", "networks", "network_mode", "ports",
    "privileged", "profiles", "read_only", "restart", "secrets", "security_opt", "tmpfs", "user", "userns_mode",
    "volumes", "volumes_from", "working_dir",
}  # fmt: skip
# What a database needs of what it drops, to become its own user.
_OF_DATABASES = {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}
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
        elif holds_secret(rest):
            yield path, "holds what looks like a secret", remedy
        elif name == "POSTGRES_HOST_AUTH_METHOD" and value == "trust":
            yield path, "lets everybody in without a password", "Set POSTGRES_PASSWORD instead."


def _rights(service: Service) -> Iterator[Fault]:
    """A service that is built may change nothing but its volumes, and has no rights beyond a plain user's."""
    facts = service.facts
    for key in facts.keys() - _KEYS:
        if close := get_close_matches(key, _KEYS, n=1, cutoff=0.8):
            yield service.at(key), f"'{key}' is no key of a service", f"Did you mean '{close[0]}'?"
    for key, value in _RIGHTS.items():
        if facts.get(key) == value:
            yield service.at(key), f"{key} gives it rights over the machine", "Remove it."
    for number, port in enumerate(facts.get("ports") or ()):
        if not _is_local(port):
            remedy = "Bind it to this machine: 127.0.0.1:…"
            yield service.at("ports", number), f"the port '{port}' is open to every machine", remedy
    options = {str(option).replace("=", ":") for option in facts.get("security_opt") or ()}
    for option in sorted(options):
        if option.endswith((":unconfined", ":disable")):
            yield service.at("security_opt"), f"{option} takes a protection away", "Remove it."
    for key in ("devices", "device_cgroup_rules"):
        if facts.get(key):
            yield service.at(key), f"{key} give it rights over the machine", "Remove it."
    is_least = "ALL" in (facts.get("cap_drop") or ()) and not service.is_built
    if set(facts.get("cap_add") or ()) - (_OF_DATABASES if is_least else set()):
        yield service.at("cap_add"), "it adds capabilities", "Remove it."
    if not service.is_built:
        return
    if facts.get("read_only") is not True:
        yield service.at("read_only"), "its file system can be written", "Add: read_only: true"
    if "ALL" not in (facts.get("cap_drop") or ()):
        yield service.at("cap_drop"), "it keeps capabilities", "Add: cap_drop: [ALL]"
    if not {"no-new-privileges:true", "no-new-privileges"} & options:
        yield service.at("security_opt"), "it may gain privileges", 'Add: security_opt: ["no-new-privileges:true"]'
    if str(facts.get("user", "1")).partition(":")[0] in ("0", "root"):
        yield service.at("user"), "it runs as root", "Remove it: the image names its user."


def _is_local(port: object) -> bool:
    """Whether a published port is bound to the machine itself."""
    host = str(port.get("host_ip", "")) if isinstance(port, dict) else str(port)
    return host.startswith(("127.", "localhost:", "[::1]", "::1"))


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
        elif path in needed and found and not found[0].source:
            yield service.at("volumes"), f"what is written to {path} is lost with the container", "Name a volume."


_LOOKS: tuple[Callable[[Service], Iterator[Fault]], ...] = (
    _origin, _waits, _names, _secrets, _rights, _starts, _keeps_its_state,
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
