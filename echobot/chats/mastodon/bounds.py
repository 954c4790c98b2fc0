"""A server may answer much and slowly, but neither without end; requests bounds only the silence between bytes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Timer
from typing import Any
from weakref import WeakSet

from requests import PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter

MOST_BYTES = 16_000_000  # unpacked; forty posts are a hundredth of it


class WithoutEnd(RequestException):
    """The server's answer is too large, or takes too long; the text says which."""


class BoundedAdapter(HTTPAdapter):
    """Receives each answer whole, or hangs up."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds  # for one request and its answer
        self._connections: WeakSet[Any] = WeakSet()
        super().__init__()

    def send(self, request: PreparedRequest, *given: Any, **named: Any) -> Response:
        with self._in_time():
            response = super().send(request, *given, **named)
            response.raw = _Counted(response.raw)
            _received(response)
        return response

    def get_connection_with_tls_context(self, *given: Any, **named: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*given, **named)
        if isinstance(pool.ConnectionCls, type):
            pool.ConnectionCls = _Known(pool.ConnectionCls, self._connections)
        return pool

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """A connection on which somebody hangs up may look as if the server had come to its end."""
        is_late = Event()
        timer = Timer(self._seconds, self._hang_up, [is_late])
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception as error:
            if is_late.is_set():
                raise self._too_slow() from error
            raise
        finally:
            timer.cancel()
        if is_late.is_set():
            raise self._too_slow()

    def _too_slow(self) -> WithoutEnd:
        return WithoutEnd(f"the server's answer takes longer than {self._seconds:g} seconds")

    def _hang_up(self, is_late: Event) -> None:
        is_late.set()
        for connection in list(self._connections):
            with suppress(OSError, AttributeError):  # closed meanwhile
                socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _received(response: Response) -> bytes:
    """The content, which requests keeps: read at once, while somebody looks at the clock."""
    return response.content


class _Known:
    """Makes connections as urllib3 does, and remembers them."""

    def __init__(self, kind: type[Any], connections: WeakSet[Any]) -> None:
        self._kind = kind
        self._connections = connections

    def __call__(self, *given: Any, **named: Any) -> Any:
        made = self._kind(*given, **named)
        self._connections.add(made)
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kind, name)


class _Counted:
    """An answer's content, which is given up as soon as it is too large."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def stream(self, *given: Any, **named: Any) -> Iterator[bytes]:
        received = 0
        for piece in self._raw.stream(*given, **named):
            received += len(piece)
            if received > MOST_BYTES:
                self._raw.close()
                raise WithoutEnd(f"the server's answer is larger than {MOST_BYTES // 10**6} MB")
            yield piece

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)
