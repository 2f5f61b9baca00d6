"""Checks of `compose.yaml`: its services are this project's, lack nothing, and hold neither rights nor secrets."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

import yaml

from paddock_ci.commands import command_fault
from paddock_ci.compose import Service, is_postgres, read, variables_of
from paddock_ci.dockerfile import expanded
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look
from paddock_ci.image import Image, image_of, pin_fault
from paddock_ci.secrets import holds_secret, names_secret
from paddock_ci.settings import setting_fault
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
_KINDS = ("volumes", "networks", "secrets", "configs")

Fault = tuple[Path, str, str]


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
            if kind == "volumes" and source.startswith((".", "/", "~")):
                if "docker.sock" in source:
                    yield where, "mounts Docker's socket: it gives root on the machine", "Remove it."
                elif source.startswith(".") and not (service.files.folder / source).exists():
                    yield where, f"mounts '{source}', which does not exist", "Name what exists, or a volume."
            elif source and source not in declared:
                yield where, f"names '{source}', which is not declared under {kind}", f"Declare it under {kind}."
    given = service.facts.get("env_file") or ()
    for path in [given] if isinstance(given, str) else given:
        name = path.get("path", "") if isinstance(path, dict) else str(path)
        if not (service.files.folder / name).exists():
            yield service.at("env_file"), f"reads '{name}', which does not exist", "Remove it, or commit an example."


def _source(entry: object, kind: str) -> str:
    """The name or path that an entry takes its content from; nothing for an anonymous volume."""
    if isinstance(entry, dict):
        return str(entry.get("source", "")) if entry.get("type") != "tmpfs" else ""
    source, colon, _ = str(entry).partition(":")
    return source if colon or kind != "volumes" else ""


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
    if not service.is_built:
        return
    if facts.get("read_only") is not True:
        yield service.at("read_only"), "its file system can be written", "Add: read_only: true"
    if "ALL" not in (facts.get("cap_drop") or ()):
        yield service.at("cap_drop"), "it keeps capabilities", "Add: cap_drop: [ALL]"
    if facts.get("cap_add"):
        yield service.at("cap_add"), "it adds capabilities", "Remove it."
    options = {re.sub("[=]", ":", str(option)) for option in facts.get("security_opt") or ()}
    if not {"no-new-privileges:true", "no-new-privileges"} & options:
        yield service.at("security_opt"), "it may gain privileges", 'Add: security_opt: ["no-new-privileges:true"]'
    if str(facts.get("user", "1")).partition(":")[0] in ("0", "root"):
        yield service.at("user"), "it runs as root", "Remove it: the image names its user."


def _fits_the_image(service: Service) -> Iterator[Fault]:
    """A service that is built gives its image what that needs: commands that exist, and places to write to."""
    if not service.is_built or service.image is None:
        return
    facts, last = service.facts, service.image.last
    entry = (
        _words(facts["entrypoint"]) if facts.get("entrypoint") else getattr(last.last("ENTRYPOINT"), "exec_form", ())
    )
    if facts.get("command") or facts.get("entrypoint"):
        words = (*entry, *_words(facts.get("command") or []))
        if words and (fault := command_fault(words, service.files, in_image=True)):
            yield service.at("command"), fault, "Name what exists in the image."
    entries = [*(facts.get("volumes") or ()), *_list(facts.get("tmpfs"))]
    mounted = {posixpath.normpath(str(e["target"] if isinstance(e, dict) else _target(str(e)))) for e in entries}
    needed = [word for volume in last.all("VOLUME") for word in volume.words]
    home = last.environment().get("HOME")
    for path in [*needed, *([home] if home else [])]:
        if facts.get("read_only") is True and not any(path == m or path.startswith(f"{m}/") for m in mounted):
            yield (
                service.at("volumes"),
                f"the image writes to {path}, where nothing is mounted",
                "Mount a volume there.",
            )


def _finds_its_database(service: Service) -> Iterator[Fault]:
    """An address in a service's environment leads to a service of this file, for which it waits, and logs in there."""
    variables = variables_of(service.facts)
    if is_postgres(service.facts) and not any(name.startswith("POSTGRES_PASSWORD") for name in variables):
        yield service.at("environment"), "has no POSTGRES_PASSWORD, without which it does not start", "Set it."
    for name in service.facts.get("depends_on") or () if service.is_built else ():
        if is_postgres(service.compose.services.get(name, {})) and f"@{name}" not in "".join(variables.values()):
            yield (
                service.at("environment"),
                f"waits for '{name}', but no address leads there",
                "Set: PADDOCK_SERVING_URL",
            )
    for name, value in variables.items():
        path = service.at("environment", name)
        if fault := setting_fault(name):
            yield path, fault, "Write the name of a setting."
        found = re.search(r"\w+://\S+", _REQUIRED.sub("x", value))
        address = urlsplit(found[0]) if found else None
        host = address.hostname if address else None
        if not address or not host or "." in host or "$" in host:
            continue
        if host not in service.compose.services:
            yield path, f"leads to '{host}', which is no service of this file", "Name a service."
        elif host != service.name and host not in (service.facts.get("depends_on") or ()):
            yield path, f"leads to '{host}', for which the service does not wait", "Add it under depends_on."
        elif is_postgres(other := service.compose.services[host]):
            user = variables_of(other).get("POSTGRES_USER", "postgres")
            if user != address.username:
                yield path, f"logs in as '{address.username}', but {host} has the user '{user}'", "Write one user."


_LOOKS: tuple[Callable[[Service], Iterator[Fault]], ...] = (
    _origin, _waits, _names, _secrets, _rights, _fits_the_image, _finds_its_database,
)  # fmt: skip


def _words(command: object) -> tuple[str, ...]:
    return tuple(map(str, command)) if isinstance(command, list) else tuple(shlex.split(str(command)))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _target(entry: str) -> str:
    """Where `source:target:mode` or `target` is mounted."""
    parts = entry.split(":")
    return parts[1] if len(parts) > 1 and parts[1].startswith("/") else parts[0]


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
