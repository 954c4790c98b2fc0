"""Matrix, through matrix-nio: rooms and direct chats, plain and encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from echobot.chats.matrix.chat import MatrixChat
    from echobot.chats.matrix.login import login
    from echobot.chats.matrix.vouching import Device, standing, vouch

__all__ = ["Device", "MatrixChat", "login", "standing", "vouch"]


def __getattr__(name: str) -> Any:
    """Import nio only when somebody asks for the chat: it takes a quarter of a second."""
    if name == "MatrixChat":
        from echobot.chats.matrix.chat import MatrixChat  # noqa: PLC0415  (lazy on purpose)

        return MatrixChat
    if name == "login":
        from echobot.chats.matrix.login import login  # noqa: PLC0415  (lazy on purpose)

        return login
    if name in {"Device", "standing", "vouch"}:
        from echobot.chats.matrix import vouching  # noqa: PLC0415  (lazy on purpose)

        return getattr(vouching, name)
    raise AttributeError(name)
