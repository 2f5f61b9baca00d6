"""How much network a process has: none, one of its own with nobody else in it, or the machine's."""

from __future__ import annotations

import functools
import socket
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from enum import Enum

from paddock.errors import ToolError

from paddock_ci.sandbox import sockets
from paddock_ci.sandbox.calls import failed, libc

_NEW_NETWORK = 0x40000000
_SET_FLAGS, _UP = 0x8914, 1


class Network(Enum):
    """NONE: any socket but those of the file system is refused. LOCAL: 127.0.0.1, where nobody else listens."""

    NONE = "none"
    LOCAL = "local"
    OPEN = "open"


def confine(network: Network) -> None:
    """Leave the calling thread, and every process that it starts from now on, only this network, for good.

    A local one takes the rights of root (CAP_SYS_ADMIN); raises ToolError without them.
    """
    if network is Network.NONE:
        sockets.forbid()
    elif network is Network.LOCAL:
        _make_private()


def can_confine(network: Network) -> bool:
    """Whether `confine` leaves no more than this network here; of the machine's, nothing is left out."""
    if network is Network.LOCAL:
        return is_local_possible()
    return network is Network.NONE and sockets.can_forbid()


@functools.cache
def is_local_possible() -> bool:
    """Whether this process may give another one a network of its own."""
    if sys.platform != "linux":
        return False
    with ThreadPoolExecutor(1) as thread:
        try:
            thread.submit(_make_private).result()
        except (ToolError, OSError):
            return False
    return True


def _make_private() -> None:
    if libc().unshare(_NEW_NETWORK):
        raise failed("no network of its own can be made")
    # Not on Windows.
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        # A new network's only interface, 127.0.0.1, is down at first.
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", _UP))
