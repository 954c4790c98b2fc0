"""The account's keys where its owner finds them again: with the homeserver, opened by the recovery key."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

from echobot.chats.matrix.client import Client
from echobot.chats.matrix.requests import account_data, put
from echobot.chats.matrix.secret_storage import description, key_of, opened, recovery_key, sealed
from echobot.chats.matrix.signatures import MAIN, OTHERS, OWN, Seeds, base64, bytes_of
from echobot.errors import ChatRefused

_DEFAULT, _KEY = "m.secret_storage.default_key", "m.secret_storage.key."


async def store(client: Client, seeds: Seeds) -> str:
    """Keep the keys with the homeserver, where only the recovery key opens them; how to tell it, this once."""
    if await account_data(client, _DEFAULT):
        return ""  # somebody keeps other secrets there
    key, name = secrets.token_bytes(32), secrets.token_hex(16)
    await put(client, f"{_KEY}{name}", description(key))
    for usage, secret in _names().items():
        text = base64(bytes.fromhex(seeds[usage])).encode()
        await put(client, secret, {"encrypted": {name: sealed(text, secret, key)}})
    await put(client, _DEFAULT, {"key": name})
    return f"The account's recovery key, shown this once; write it down and keep it safe:\n\n  {recovery_key(key)}\n"


async def unlocked(client: Client, ask_for_recovery_key: Callable[[], str]) -> Seeds:
    name = str((await account_data(client, _DEFAULT)).get("key", ""))
    typed = ask_for_recovery_key() if name else ""
    if not typed.strip():
        return {}
    stored = {usage: await account_data(client, secret) for usage, secret in _names().items()}
    try:
        key = key_of(typed)
        return {
            usage: bytes_of(opened(stored[usage]["encrypted"][name], secret, key).decode()).hex()
            for usage, secret in _names().items()
        }
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ChatRefused("that is not the account's recovery key; log in once more") from error


def _names() -> Mapping[str, str]:
    return {usage: f"m.cross_signing.{usage}" for usage in (MAIN, OWN, OTHERS)}
