"""Ports for servers that are started, or started again, a while after the port was chosen."""

import itertools
import os
import socket

_FIRST, _EACH = (
    10_000,
    2_000,
)  # below those that connections get by themselves; each worker has a stretch of its own, and so has each run


def _stretch() -> itertools.count:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return itertools.count(_FIRST + worker % 10 * _EACH + os.getpid() % (_EACH // 2))


_numbers = _stretch()


def free_port(*addresses: str) -> int:
    """One that nobody uses, at any of these addresses of this machine."""
    return next(port for port in _numbers if all(_is_free(address, port) for address in addresses or ("127.0.0.1",)))


def _is_free(address: str, port: int) -> bool:
    with socket.socket() as tried:
        try:
            tried.bind((address, port))
        except OSError:
            return False
        return True
