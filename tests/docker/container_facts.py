"""What a container finds out about itself, printed as JSON; runs in the container, on its standard library alone."""

import importlib.metadata
import json
import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_TOOLS = (
    "gcc", "cc", "g++", "c++", "clang", "make", "cmake", "ld", "as", "rustc", "git", "curl", "wget",
    "uv", "uvx", "poetry", "pytest", "cookiecutter", "hypothesis", "ruff", "mypy",
)  # fmt: skip
_FOLDERS = ("/workspace", "/opt", "/usr", "/etc", "/home", "/root", "/srv")


def _writable(top: str) -> Iterator[str]:
    for folder, _, files in os.walk(top):
        for path in (folder, *(f"{folder}/{name}" for name in files)):
            if os.access(path, os.W_OK) and not Path(path).is_symlink():
                yield path


def _refusal(work: Callable[..., Any], *arguments: Any) -> str:
    try:
        work(*arguments)
    except OSError as error:
        return type(error).__name__
    return ""


_status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
print(
    json.dumps(
        {
            "uid": os.getuid(),
            "capabilities": int(_status["CapEff"], 16),
            "no_new_privileges": _status["NoNewPrivs"] == "1",
            "write_refused": _refusal(Path("/workspace/written").write_text, "text"),
            "network_refused": _refusal(socket.create_connection, ("192.0.2.1", 443), 5),
            "writable": sorted(path for top in _FOLDERS for path in _writable(top)),
            "tools": [name for name in _TOOLS if shutil.which(name)],
            "installed": {each.metadata["Name"]: each.version for each in importlib.metadata.distributions()},
            # By the names that the markers of requirements use.
            "markers": {
                "implementation_name": sys.implementation.name,
                "os_name": os.name,
                "platform_machine": platform.machine(),
                "platform_python_implementation": platform.python_implementation(),
                "platform_system": platform.system(),
                "python_full_version": platform.python_version(),
                "python_version": ".".join(platform.python_version_tuple()[:2]),
                "sys_platform": sys.platform,
            },
        }
    )
)
