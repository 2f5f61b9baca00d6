"""Usual arguments of a kernel mean what the application's own parser takes them for."""

from __future__ import annotations

import pytest
from ipykernel.kernelapp import IPKernelApp
from paddock.kernels.arguments import prepare

_OFF, _NO_POLLER = "--HistoryManager.enabled=False", "--IPKernelApp.parent_handle=1"


@pytest.mark.parametrize(
    "arguments",
    [
        ["-f", "/run/connection.json", _OFF, _NO_POLLER],
        ["-f", "/run/a file.json", _NO_POLLER],
        [_NO_POLLER],
        # Not usual: these are for its own parser.
        ["-f=/run/connection.json", _NO_POLLER],
        ["-f", "/run/connection.json", "--IPKernelApp.matplotlib=inline", "--Session.username=me"],
        ["--debug", _NO_POLLER],
    ],
    ids=" ".join,
)
def test_they_are_what_its_own_parser_finds(arguments: list[str]) -> None:
    """The same configuration and traits, the same rest."""
    usual, prepared = IPKernelApp(), IPKernelApp()
    usual.parse_command_line(arguments)
    prepare(prepared, arguments)
    prepared.parse_command_line(arguments)
    for name in ("cli_config", "config", "argv", "extra_args", "connection_file", "parent_handle", "matplotlib"):
        assert repr(getattr(prepared, name)) == repr(getattr(usual, name))
    assert "parse_command_line" not in vars(prepared)
