"""Files that keep secrets, as their names say."""

from __future__ import annotations

import fnmatch
import re

_SECRET_FILES = (
    ".env", ".env.*", ".netrc", ".pypirc", ".pgpass", ".npmrc", "pip.conf", "pip.ini", "id_rsa*", "id_ed25519*",
    "*.pem", "*.key", "*.p12", "*.pfx", "*credentials*", ".git", ".ssh", ".aws", ".paddock",
)  # fmt: skip
# What shows others how to write their own.
_EXAMPLE = re.compile(r"(?:^|[._-])(example|sample|template|dist|tmpl|j2|enc|gpg|age|sops)\b", re.IGNORECASE)
_KEPT = re.compile(
    r"(?:^|/)(?:\.env(?:\.[^/]*)?|(?:prod(?:uction)?|staging|live|secrets?)\.env|[._]netrc|"
    r"\.pypirc|\.pgpass|\.git-credentials|\.dockercfg|\.htpasswd|"
    r"\.vault-token|\.vault_pass(?:\.txt)?|\.s3cfg|\.boto|\.aws/credentials|\.kube/config|\.docker/config\.json|"
    r"kaggle\.json|\.?secrets\.(?:json|ya?ml|toml|ini|txt)|"
    r"(?:[^/]*[._-])?credentials?(?:\.(?:json|ya?ml|toml|ini|csv|txt|xml))?|client_secret[^/]*\.json|"
    r"[^/]*service[._-]?account[^/]*\.json|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|"
    r"[^/]+\.(?:p12|pfx|jks|keystore|kdbx|ppk|tfstate|ovpn))$",
    re.IGNORECASE,
)


def is_secret_file(path: str) -> bool:
    """Whether a file, or a folder above it, has a name under which secrets may be kept."""
    return any(fnmatch.fnmatch(part, pattern) for part in path.split("/") for pattern in _SECRET_FILES)


def keeps_secrets(path: str) -> bool:
    """Whether a file of this name keeps secrets wherever there is one; one that shows how to write it does not."""
    return bool(_KEPT.search(path)) and not _EXAMPLE.search(path.rpartition("/")[2])
