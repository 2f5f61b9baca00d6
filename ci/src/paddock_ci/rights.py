"""The rights that the instructions of a Dockerfile give away."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from paddock_ci.dockerfile import Instruction
from paddock_ci.image import Image
from paddock_ci.installers import program

OPEN_MODE = re.compile(r"[0-7]?777|[ugo]*[ao][ugo]*[+=]\w*w\w*|[0-7]?[0-7]{2}[2367]")
_SET_ID_MODE = re.compile(r"[ugoa]*[+=]\w*s\w*|[4-7][0-7]{3}")
_MAKES_USERS = ("useradd", "adduser", "usermod", "groupadd", "addgroup")
_POWERFUL = {"0", "root", "sudo", "wheel", "docker", "adm", "disk", "shadow"}
_ROOT = ("", "0", "root")

Fault = tuple[str, str]


def right_faults(name: str, arguments: Sequence[str]) -> Iterator[Fault]:
    """What a command gives to everybody, or to a user beyond a plain one's rights."""
    modes = arguments if name == "chmod" else _values(arguments, "m", "mode") if name in ("install", "mkdir") else ()
    is_open = name == "umask" and any(re.fullmatch(r"[0-7]*[0145]|0+", word) for word in arguments)
    if is_open or any(map(OPEN_MODE.fullmatch, modes)):
        yield "makes files writable for all", "Give them to the user who writes: chown, or install -o."
    if any(map(_SET_ID_MODE.fullmatch, modes)):
        yield "lets a program run as another user", "Leave the mode as it is."
    if name in ("useradd", "adduser", "usermod"):
        given = [
            *_values(arguments, "G", "groups"),
            *_values(arguments, "g", "gid"),
            *_values(arguments, "", "ingroup"),
        ]
        powers = _POWERFUL & {group for value in given for group in value.split(",")}
        if powers:
            yield f"puts the user into the group {min(powers)}", "Leave the group out."


def owner_faults(image: Image, instruction: Instruction) -> Iterator[Fault]:
    """What an instruction of the last stage gives to a user who should only read it, or too late for that user."""
    above = [i for i in image.last.all("USER") if i.line < instruction.line]
    is_root = not above or above[-1].expanded.strip().partition(":")[0] in _ROOT
    volumes = [word for volume in image.last.all("VOLUME") for word in volume.words]
    volumes.append(image.last.environment().get("HOME", "/tmp"))
    folder = image.last.folder(instruction.line)
    if instruction.keyword in ("COPY", "ADD") and instruction.flag("chown").partition(":")[0] not in _ROOT:
        target = posixpath.normpath(posixpath.join(folder, instruction.words[-1]))
        if not _is_below(target, volumes):
            yield f"gives {target} to the user who runs it", "Leave out --chown: code is only read."
    for name, arguments in (program(c) for c in instruction.commands if instruction.keyword == "RUN"):
        plain = [word for word in arguments if not word.startswith("-")]
        if name in _MAKES_USERS and not is_root:
            yield f"{name} runs as USER {above[-1].expanded.strip()}, who may not", "Make the user before USER."
        paths = [posixpath.normpath(posixpath.join(folder, path)) for path in plain[1:]]
        given = [path for path in paths if not _is_below(path, volumes)]
        if name == "chown" and given and plain[0].partition(":")[0] not in _ROOT:
            yield f"gives {given[0]} to the user who runs it", "Give only the state: code is only read."
        owners = [*_values(arguments, "o", "owner")] if name == "install" else []
        if owners and owners[-1] in _ROOT and any(path in volumes[:-1] for path in paths or ["", *map(str, plain)]):
            yield "the state belongs to root, so that no run can write it", "Name the user: install -d -o."


def state_fault(image: Image) -> str:
    """Why the user who runs the image cannot write its state: nobody gave the folder to that user."""
    user = image.last.last("USER")
    volumes = [word for volume in image.last.all("VOLUME") for word in volume.words]
    runs = " ".join(instruction.value for instruction in image.last.all("RUN", "COPY"))
    lost = [
        volume for volume in volumes if volume not in runs and volume.removeprefix(f"{image.workspace}/") not in runs
    ]
    return f"{lost[0]} belongs to root: nothing makes it for the user" if user and lost == volumes and lost else ""


def _is_below(path: str, folders: Sequence[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def _values(arguments: Sequence[str], short: str, long: str) -> Iterator[str]:
    """The values of an option in any spelling: `-m 1`, `-m1`, `--mode 1`, `--mode=1`."""
    for word, following in pairwise((*arguments, "")):
        if word == f"--{long}" or (short and word == f"-{short}"):
            yield following
        elif word.startswith(f"--{long}="):
            yield word.partition("=")[2]
        elif short and re.match(rf"-{short}.", word):
            yield word[2:]
