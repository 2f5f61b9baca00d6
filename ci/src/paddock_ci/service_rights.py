"""The rights of a service of a compose file: over the machine, over its own files, and beyond a plain user's."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from paddock_ci.compose import Fault, Service

_RIGHTS = {"privileged": True, "network_mode": "host", "pid": "host", "ipc": "host", "userns_mode": "host"}
_NEVER = ("devices", "device_cgroup_rules", "sysctls", "group_add")
_KEYS = {
    "build", "cap_add", "cap_drop", "command", "configs", "container_name", "depends_on", "deploy", "entrypoint",
    "env_file", "environment", "expose", "healthcheck", "image", "init", "labels", "networks", "network_mode", "ports",
    "privileged", "profiles", "read_only", "restart", "secrets", "security_opt", "tmpfs", "user", "userns_mode",
    "volumes", "volumes_from", "working_dir",
}  # fmt: skip
# What a database needs of what it drops, to become its own user.
_OF_DATABASES = {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}


def rights_of(service: Service) -> Iterator[Fault]:
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
    for key in _NEVER:
        if facts.get(key):
            yield service.at(key), f"{key} give it rights over the machine", "Remove it."
    build = facts["build"] if isinstance(facts.get("build"), dict) else {}
    for key in ("privileged", "network", "entitlements", "extra_hosts"):
        if build.get(key):
            yield service.at("build", key), f"its build has {key}, which reaches beyond it", "Remove it."
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
