"""The entry of a passed job, as bytes that vouch for themselves."""

from __future__ import annotations

import enum
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from paddock_ci.cache.key import canonical, key_of, parsed

MAX_BYTES = 16 << 20
"""No entry is larger; more than that is never read into memory."""

_NAME = b"paddock-cache "
_HEAD = _NAME + b"1"
_UNSIGNED = b"-"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """A job that passed and is not flaky: its inputs, what it found, took and told, and its files by SHA-256.

    `findings` and `facts` are JSON; `outputs` maps a relative name to the SHA-256 of an object stored beside.
    """

    job: str
    inputs: Mapping[str, str]
    findings: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """The key under which it lies."""
        return key_of(self.inputs)


class Fault(enum.Enum):
    """Why the bytes under a key are not its entry."""

    DAMAGED = "damaged"
    OUTDATED = "outdated"
    TAMPERED = "tampered"
    UNSIGNED = "unsigned"


class Rejected(NamedTuple):
    """Bytes that are a miss, and why."""

    fault: Fault
    reason: str


def to_bytes(entry: Entry, secret: bytes | None = None) -> bytes:
    """The entry as four lines: format, content, signature, and the checksum of those three.

    Raises ValueError for an entry that could not be read back.
    """
    shown = {**vars(entry), "inputs": dict(entry.inputs), "outputs": dict(entry.outputs), "key": entry.key}
    try:
        body = canonical(shown)
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    signed = b"\n".join((_HEAD, body, _signature(body, secret) if secret else _UNSIGNED, b""))
    content = signed + _checksum(signed) + b"\n"
    back = read(content, entry.key, secret)
    if isinstance(back, Rejected):
        raise ValueError(back.reason)
    return content


def read(content: bytes, key: str, secret: bytes | None = None) -> Entry | Rejected:
    """The entry of `key` that `content` holds; with a `secret`, only one that was signed with it.

    Total: whatever the bytes are, it never raises and never gives another verdict than the one written.
    """
    body = _vouched(content, secret)
    return body if isinstance(body, Rejected) else _checked(body, key)


def _vouched(content: bytes, secret: bytes | None) -> bytes | Rejected:
    """The line of content, if the checksum and the signature hold; nothing is parsed before that."""
    head, *rest = content.split(b"\n", 5)
    if head != _HEAD and head.startswith(_NAME):
        return Rejected(Fault.OUTDATED, f"expected format {_HEAD.decode()!r}, got {head[:40]!r}")
    if head != _HEAD or len(rest) != 4 or rest[3] or len(content) > MAX_BYTES:
        return Rejected(Fault.DAMAGED, f"is not a whole entry of at most {MAX_BYTES >> 20} MiB")
    body, signature, checksum = rest[:3]
    if _checksum(b"\n".join((head, body, signature, b""))) != checksum:
        return Rejected(Fault.DAMAGED, "its bytes do not match its checksum")
    if secret and signature == _UNSIGNED:
        return Rejected(Fault.UNSIGNED, "has no signature")
    if secret and not hmac.compare_digest(_signature(body, secret), signature):
        return Rejected(Fault.TAMPERED, "its checksum holds but its signature does not")
    return body


def _checked(body: bytes, key: str) -> Entry | Rejected:
    """The entry in a line whose checksum holds: no accident explains a fault from here on."""
    try:
        found = parsed(body)
    except ValueError:
        found = None
    entry = _shaped(found)
    if not isinstance(found, dict) or entry is None:
        return Rejected(Fault.TAMPERED, "its checksum holds but its content is not an entry")
    if found["key"] != key:
        return Rejected(Fault.TAMPERED, f"is the entry of another key, {found['key'][:12]!r}…")
    if entry.key != key:
        return Rejected(Fault.TAMPERED, f"its inputs hash to another key, {entry.key[:12]}…")
    return entry


def _shaped(found: object) -> Entry | None:
    match found:
        case {
            "job": str(job),
            "key": str(),
            "inputs": dict(inputs),
            "findings": list(findings),
            "seconds": int() | float() as seconds,
            "facts": dict(facts),
            "outputs": dict(outputs),
            **others,
        } if (
            not others
            and set(map(type, inputs.values())) <= {str}
            and all(isinstance(finding, dict) for finding in findings)
            and all(_is_output(name, digest) for name, digest in outputs.items())
        ):
            return Entry(job, inputs, findings, seconds, facts, outputs)
    return None


def _is_output(name: str, digest: object) -> bool:
    """Whether the name stays below the folder to which it is joined, and the digest is the name of an object."""
    path = PurePosixPath(name)
    is_inside = bool(path.parts) and not path.is_absolute() and ".." not in path.parts and not set(name) & {"\\", "\0"}
    return is_inside and isinstance(digest, str) and _SHA256.fullmatch(digest) is not None


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def _signature(body: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, _HEAD + b"\n" + body, "sha256").hex().encode()
