"""The database of a compose file: whether it answers, what it keeps, who finds it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import SplitResult, urlsplit

from paddock_ci.compose import Fault, Service, is_postgres, mounts_of, variables_of
from paddock_ci.settings import setting_fault
from paddock_ci.shell import Command, commands_in, shell_commands

# A value that must be given, and what stands for it here.
_REQUIRED, _GIVEN = re.compile(r"\$\{\w+:\?[^}]+\}"), "given"
_OLD_DATA, _DATA = "/var/lib/postgresql/data", "/var/lib/postgresql"
_SPEAKS_SQL = re.compile(r"postg|timescale|pgvector|citus|pgbouncer", re.IGNORECASE)


def asks_database(service: Service) -> Iterator[Fault]:
    """The health check of a PostgreSQL server asks whether it lets its user in."""
    check = service.facts.get("healthcheck") or {}
    if not is_postgres(service.facts) or not (test := check.get("test")) or check.get("disable"):
        return
    where, user = service.at("healthcheck", "test"), _user(service.facts)
    remedy = f'Write: test: ["CMD-SHELL", "pg_isready -U {user}"]'
    if isinstance(test, list) and str(test[0]) not in ("CMD", "CMD-SHELL"):
        yield where, f"the test begins with '{test[0]}', which is neither CMD nor CMD-SHELL", remedy
        return
    commands = [c for c in _commands(test) if not (c.joint == "||" and c.words in (("exit", "1"), ("false",)))]
    words = commands[0].words if commands else ("nothing",)
    if len(commands) != 1 or words[0].rpartition("/")[2] != "pg_isready":
        yield where, f"expected pg_isready alone, got '{' '.join(word for c in commands for word in c.words)}'", remedy
        return
    options = _options(words[1:])
    asked = options.get("-U") or options.get("--username") or "nobody"
    if asked != user and "$" not in asked:
        yield where, f"asks for the user '{asked}', but the database has '{user}'", remedy
    host = options.get("-h") or options.get("--host") or "localhost"
    if host not in ("localhost", "127.0.0.1", "::1", service.name) and not host.startswith("/"):
        yield where, f"asks the host '{host}', not this service", "Leave out the host."


def keeps_database(service: Service) -> Iterator[Fault]:
    """A PostgreSQL server keeps its data in a volume of its own, where it looks for them."""
    if not is_postgres(service.facts):
        return
    variables = variables_of(service.facts)
    if not any(name.startswith("POSTGRES_PASSWORD") for name in variables):
        yield service.at("environment"), "has no POSTGRES_PASSWORD, without which it does not start", "Set it."
    major = re.search(r":(\d+)", str(service.facts.get("image", "")))
    data = variables.get("PGDATA") or (_DATA if major and int(major[1]) >= 18 else _OLD_DATA)
    mounts = [
        mount for mount in mounts_of(service.facts) if data == mount.target or data.startswith(f"{mount.target}/")
    ]
    if not mounts or not mounts[0].source or mounts[0].is_read_only:
        yield (
            service.at("volumes"),
            f"what it writes to {data} is lost: no volume is there",
            f"Mount a volume at {data}.",
        )
        return
    for name, other in service.compose.services.items():
        if name != service.name and any(mount.source == mounts[0].source for mount in mounts_of(other)):
            yield service.at("volumes"), f"shares '{mounts[0].source}' with '{name}'", "Give it a volume of its own."


def finds_database(service: Service) -> Iterator[Fault]:
    """An address in a service's environment leads to a service of this file, for which it waits, and logs in there."""
    variables = variables_of(service.facts)
    for name in service.facts.get("depends_on") or () if service.is_built else ():
        if is_postgres(service.compose.services.get(name, {})) and f"@{name}" not in "".join(variables.values()):
            fault = f"waits for '{name}', but no address leads there"
            yield service.at("environment"), fault, "Set: PADDOCK_SERVING_URL"
    for name, value in variables.items():
        path = service.at("environment", name)
        if fault := setting_fault(name):
            yield path, fault, "Write the name of a setting."
        found = re.search(r"\w+://\S+", _REQUIRED.sub(_GIVEN, value))
        address = urlsplit(found[0]) if found else None
        host = address.hostname if address else None
        if not address or not host or "." in host or "$" in host:
            continue
        if host not in service.compose.services:
            yield path, f"leads to '{host}', which is no service of this file", "Name a service."
        elif host != service.name and host not in (service.facts.get("depends_on") or ()):
            yield path, f"leads to '{host}', for which the service does not wait", "Add it under depends_on."
        elif fault := _address_fault(address, value, service.compose.services[host]):
            yield path, fault, "Write what the database says."


def _address_fault(address: SplitResult, value: str, facts: Mapping[str, Any]) -> str:
    """Why an address, of the value that holds it, does not lead into the database of a service, or nothing."""
    host = address.hostname
    if not is_postgres(facts):
        is_other = address.scheme.startswith("postgres") and not _SPEAKS_SQL.search(str(facts.get("image", "")))
        return f"leads to '{host}', which is no PostgreSQL" if is_other else ""
    variables, user = variables_of(facts), _user(facts)
    database = variables.get("POSTGRES_DB") or user
    if address.scheme not in ("postgresql", "postgres"):
        return f"speaks {address.scheme}, but {host} is PostgreSQL"
    if address.port not in (None, 5432):
        return f"leads to the port {address.port}, but {host} listens at 5432"
    if "$" not in user and user != address.username:
        return f"logs in as '{address.username}', but {host} has the user '{user}'"
    if "$" not in database and address.path.strip("/") not in (database, _GIVEN):
        return f"leads to the database '{address.path.strip('/')}', but {host} has '{database}'"
    given = re.search(r"://[^:/@]*:\$\{(\w+)[^}]*\}@", value)
    expected = re.fullmatch(r"\$\{(\w+)[^}]*\}", variables.get("POSTGRES_PASSWORD", ""))
    if given and expected and given[1] != expected[1]:
        return f"logs in by {given[1]}, but {host} is told {expected[1]}"
    return ""


def _user(facts: Mapping[str, Any]) -> str:
    return variables_of(facts).get("POSTGRES_USER") or "postgres"


def _commands(test: object) -> tuple[Command, ...]:
    """The commands of a health check's test."""
    if isinstance(test, list) and str(test[0]) == "CMD":
        return commands_in([str(word) for word in test[1:]], 0)
    return shell_commands(str(test[1]) if isinstance(test, list) and len(test) > 1 else str(test))


def _options(words: tuple[str, ...]) -> dict[str, str]:
    """Options with their values, joined to them or behind them."""
    found: dict[str, str] = {}
    for word, following in pairwise((*words, "")):
        name, equals, value = word.partition("=")
        if word.startswith("--"):
            found[name] = value if equals else following
        elif word.startswith("-"):
            found[word[:2]] = word[2:] or following
    return found
