"""The commit that a change is compared with."""

from __future__ import annotations

from pathlib import Path

from paddock import git
from paddock.errors import ConfigurationError

_MAINS = (
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
)


def ancestor(root: Path, base: str = "", head: str = "HEAD") -> str:
    """The commit at which `head` left `base`, by default the team's main branch; nothing where that is not known here.

    Raises ConfigurationError where `base` or `head` was given and is no commit.
    """
    found = git.ask(root, "merge-base", head, base or _main(root))
    if found is None:
        _refuse_unknown(root, base, head)
    return (found or b"").decode().strip()


def _refuse_unknown(root: Path, *names: str) -> None:
    """Raise for what was given and is no commit; a shallow clone may just not have it."""
    shallow = git.ask(root, "rev-parse", "--is-shallow-repository") or b""
    for name in names if shallow.strip() != b"true" else ():
        if name not in ("", "HEAD") and git.ask(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}") is None:
            raise ConfigurationError(
                f"{name}: no such commit in {root}",
                "Name a branch, a tag or a commit; fetch it first: git fetch origin",
            )


def _main(root: Path) -> str:
    """The team's main branch, where there is one; else what is checked out."""
    listed = git.ask(root, "for-each-ref", "--format=%(refname)", *_MAINS) or b""
    found = listed.decode().split()
    return next((name for name in _MAINS if name in found), "HEAD")
