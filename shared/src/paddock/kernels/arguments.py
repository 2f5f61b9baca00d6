"""The arguments of a kernel: the usual ones are read without the parser for all that could be given.

To make that parser takes a fifth of a forked kernel's start.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from traitlets.config.loader import Config, DeferredConfigString

# The keeper sees to it that a kernel ends with whoever wanted it.
NO_POLLER = "--IPKernelApp.parent_handle=1"
_FILE = "-f"
# By argument, what its own parser makes of it: of a class that it does not know, a text that is understood later.
_USUAL: dict[str, tuple[str, str, Any]] = {
    NO_POLLER: ("IPKernelApp", "parent_handle", 1),
    "--HistoryManager.enabled=False": ("HistoryManager", "enabled", DeferredConfigString("False")),
}


def prepare(application: Any, arguments: Sequence[str]) -> None:
    """Let the application take these arguments as its own parser would; that does it where one is not usual."""
    found = _read(arguments)
    if found is None:
        return

    def parse(_: Sequence[str] | None = None) -> None:
        del application.parse_command_line
        application.argv = list(arguments)
        application.cli_config = deepcopy(found)
        application.update_config(application.cli_config)
        application.extra_args = []

    application.parse_command_line = parse


def _read(arguments: Sequence[str]) -> Config | None:
    found, ahead = Config(), list(arguments)
    while ahead:
        argument = ahead.pop(0)
        if argument == _FILE and ahead and not ahead[0].startswith("-"):
            found["IPKernelApp"]["connection_file"] = ahead.pop(0)
        elif argument in _USUAL:
            name, trait, value = _USUAL[argument]
            found[name][trait] = value
        else:
            return None
    return found
