"""The programs that install or download."""

from __future__ import annotations

import re
from collections.abc import Sequence

from paddock_ci.shell import Command

_INSTALLERS = {
    "pip": "install download wheel", "pipx": "install run inject", "uv": "sync add tool run install",
    "poetry": "install add sync update", "pdm": "install add sync", "conda": "install create update",
    "mamba": "install create update", "micromamba": "install create update", "setup.py": "install develop",
    "apt-get": "install upgrade dist-upgrade", "apt": "install upgrade", "aptitude": "install", "apk": "add upgrade",
    "dnf": "install", "yum": "install", "microdnf": "install", "zypper": "install", "dpkg": "-i --install",
    "rpm": "-i -U --install", "npm": "install i ci", "yarn": "add install", "gem": "install", "cargo": "install",
    "go": "install", "git": "clone",
}  # fmt: skip
_DOWNLOADERS = {"curl", "wget", "uvx", "easy_install"}
# Options of pip and uv that are followed by a value.
_VALUED = re.compile(
    r"-[rcebpitf]|--(requirements?|constraints?|build-constraints?|overrides?|editable|python|target|prefix|root|"
    r"cache-dir|timeout|retries|index|(extra-|default-)?index-url|find-links|platform|python-version|link-mode|extra|trusted-host|"
    r"allow-insecure-host)"
)


def program(command: Command) -> tuple[str, tuple[str, ...]]:
    """A command's name without folder and version, `python -m` undone, and its arguments."""
    words = command.words
    if words[0].rpartition("/")[2].startswith("python") and len(words) > 1:
        if "-m" in words[:-1]:
            words = words[words.index("-m") + 1 :]
        elif words[1].endswith("setup.py"):
            words = words[1:]
    return re.sub(r"(?<=\w)[\d.]+$", "", words[0].rpartition("/")[2]), words[1:]


def installs(command: Command) -> bool:
    """Whether a command installs or downloads something."""
    name, arguments = program(command)
    return name in _DOWNLOADERS or bool({*_INSTALLERS.get(name, "").split()} & {*arguments})


def options_of(arguments: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Options with their values, and the other arguments."""
    options, names, rest = [], [], list(arguments)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=") if word.startswith("--") else (word[:2], word[2:3], word[2:])
        if not word.startswith("-"):
            names.append(word)
        elif equals or not _VALUED.fullmatch(name):
            options.append((name, value))
        else:
            value = rest.pop(0) if rest else ""
            options.append((name, value))
            names += [value] if name in ("-e", "--editable") else []
    return options, names
