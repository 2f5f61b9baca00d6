"""Secrets, as a name, a text or a file gives them away."""

from __future__ import annotations

import fnmatch
import re

from paddock.errors import ConfigurationError
from paddock.notebooks import secret

_SECRET_NAME = re.compile(
    r"PASSW(OR)?D|PASSPHRASE|SECRET|CREDENTIAL|TOKENS?(_|$)|(^|_)PWD(_|$)|"
    r"(API|ACCESS|PRIVATE|ENCRYPTION|SIGNING|SSH|ACCOUNT)_?KEY",
    re.IGNORECASE,
)
_SECRET_FILES = (
    ".env", ".env.*", ".netrc", ".pypirc", ".pgpass", ".npmrc", "pip.conf", "pip.ini", "id_rsa*", "id_ed25519*",
    "*.pem", "*.key", "*.p12", "*.pfx", "*credentials*", ".git", ".ssh", ".aws", ".paddock",
)  # fmt: skip


def names_secret(name: str) -> bool:
    """Whether a variable of this name holds a secret itself, and not the path of a file that does."""
    return bool(_SECRET_NAME.search(name)) and not name.upper().endswith(("_FILE", "_PATH", "_DIR"))


def holds_secret(text: str) -> bool:
    """Whether a text holds what looks like a secret: a key, a token, an address with a password."""
    try:
        secret.check("", "", text)
    except ConfigurationError:
        return True
    assigned = re.search(r"(\w+)=[\"']?([^\s\"'$]+)", text)
    return bool(assigned and names_secret(assigned[1])) or bool(re.search(r"--?password[= ]+[\"']?[^\s\"'$]", text))


def is_secret_file(path: str) -> bool:
    """Whether a file, or a folder above it, has a name under which secrets are kept."""
    return any(fnmatch.fnmatch(part, pattern) for part in path.split("/") for pattern in _SECRET_FILES)
