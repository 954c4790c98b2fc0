"""Requests that nio has no method for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from echobot.chats.matrix.client import Client
from echobot.chats.matrix.homeserver import LOG_IN_AGAIN, ask
from echobot.errors import ChatRefused, ChatUnavailable, LoginRefused


async def request(
    client: Client, method: str, path: str, body: Mapping[str, Any] | None = None
) -> tuple[int, Mapping[str, Any]]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {client.access_token}"}
    data = None if body is None else json.dumps(body)
    answer = await ask(client.send(method, f"/_matrix/client/v3/{path}", data, headers))
    told = await ask(answer.json())
    return answer.status, told if isinstance(told, Mapping) else {}


def expect_success(status: int, told: Mapping[str, Any]) -> None:
    if status == 200:
        return
    said = f"the homeserver answered {status} {told.get('errcode', '')} {told.get('error', '')}".strip()
    if status == 401 and "session" not in told:
        raise LoginRefused(f"{said}; {LOG_IN_AGAIN}")
    raise ChatUnavailable(said) if status >= 500 or status == 429 else ChatRefused(said)


async def told_about(client: Client, user: str) -> Mapping[str, Any]:
    """What everybody is told about a user's devices and keys."""
    status, told = await request(client, "POST", "keys/query", {"device_keys": {user: []}})
    expect_success(status, told)
    return told


async def account_data(client: Client, kind: str) -> Mapping[str, Any]:
    status, told = await request(client, "GET", _place(client, kind))
    if status == 404:
        return {}
    expect_success(status, told)
    return told


async def put(client: Client, kind: str, content: Mapping[str, Any]) -> None:
    expect_success(*await request(client, "PUT", _place(client, kind), content))


def _place(client: Client, kind: str) -> str:
    return f"user/{quote(client.user_id, safe='')}/account_data/{quote(kind, safe='')}"
