"""An account vouches for the bot's device: current programs shut out devices that their owner has not signed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from echobot.chats.matrix.client import Client
from echobot.chats.matrix.encryption import Encryption
from echobot.chats.matrix.homeserver import LOG_IN_AGAIN, ask, connect
from echobot.chats.matrix.keystore import kept, pin
from echobot.chats.matrix.signatures import SigningKey, device_keys, is_vouched_for, public_key
from echobot.errors import ChatRefused, ChatUnavailable, LoginRefused, SettingsError

Seeds: TypeAlias = Mapping[str, str]
"""Of the account's three keys, by their usage."""

FILE = "account-keys"
MAIN, OWN, OTHERS = "master", "self_signing", "user_signing"

SIGNED = "signed by its account, as the homeserver tells everybody"
MADE_ELSEWHERE = (
    "The account has keys of its own that were made elsewhere, so the bot cannot sign its device. Log in as the bot "
    "with the program that made them and verify the device there; else people's programs may refuse to talk with the "
    "bot in encrypted rooms."
)


async def vouch(homeserver: str, user: str, token: str, device: str, password: str, folder: Path) -> str:  # noqa: PLR0913, PLR0917
    """Give a fresh device its keys and sign it in the account's name; a sentence that says how that went."""
    pin(folder, device)
    client = connect(homeserver, user, token)
    encryption = Encryption(client, folder, device)
    try:
        await ask(client.keys_upload())
        return await _vouched(client, folder, password)
    finally:
        encryption.close()
        await client.close()


async def standing(homeserver: str, user: str, token: str) -> str:
    """What everybody can see about the device that the token belongs to."""
    client = connect(homeserver, user, token)
    try:
        device = str((await ask(client.whoami())).device_id)
        told = await _told_about(client, user)
    finally:
        await client.close()
    if is_vouched_for(told, user, device):
        return f"device {device} is {SIGNED}"
    return (
        f"device {device} is not signed by its account: people's programs may refuse to talk with it in encrypted "
        f"rooms; {LOG_IN_AGAIN}"
    )


async def _vouched(client: Client, folder: Path, password: str) -> str:
    told = await _told_about(client, client.user_id)
    there = public_key(told, "master_keys", client.user_id)
    seeds = _seeds(folder) if not there or (folder / FILE).exists() else {}
    if there and (not seeds or _key(seeds, MAIN).public != there):
        return MADE_ELSEWHERE
    if not there:
        await _publish(client, seeds, password)
    await _sign(client, _key(seeds, OWN), device_keys(told, client.user_id, client.device_id))
    if not is_vouched_for(await _told_about(client, client.user_id), client.user_id, client.device_id):
        raise ChatRefused("the homeserver does not show the signature of the bot's device")
    return f"The device is {SIGNED}; the account's keys are in {folder / FILE}: keep a copy of it in a safe place."


def _seeds(folder: Path) -> Seeds:
    """Those in the folder; when there are none, new ones, kept before anybody hears of them."""
    file = folder / FILE
    fresh = {usage: secrets.token_hex(32) for usage in (MAIN, OWN, OTHERS)}
    try:
        seeds = json.loads(kept(file, json.dumps(fresh)))
        return {usage: bytes.fromhex(seeds[usage]).hex() for usage in fresh}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise SettingsError(f"{file} cannot be read: put back a copy of it, or move it away") from error


def _key(seeds: Seeds, usage: str) -> SigningKey:
    return SigningKey(bytes.fromhex(seeds[usage]))


async def _publish(client: Client, seeds: Seeds, password: str) -> None:
    """The homeserver asks for the password when it wants to be sure who speaks."""
    user = client.user_id
    keys = {f"{usage}_key": _public(_key(seeds, usage), usage, user) for usage in (MAIN, OWN, OTHERS)}
    signed = {name: key if name == f"{MAIN}_key" else _key(seeds, MAIN).signed(key, user) for name, key in keys.items()}
    status, told = await _request(client, "keys/device_signing/upload", signed)
    if status == 401 and "session" in told:
        identifier = {"type": "m.id.user", "user": user}
        auth = {"type": "m.login.password", "session": told["session"], "identifier": identifier, "password": password}
        status, told = await _request(client, "keys/device_signing/upload", {**signed, "auth": auth})
    _expect_success(status, told)


def _public(key: SigningKey, usage: str, user: str) -> dict[str, Any]:
    return {"user_id": user, "usage": [usage], "keys": {key.id: key.public}}


async def _sign(client: Client, key: SigningKey, device: Mapping[str, Any]) -> None:
    """Only what the homeserver shows of the device that runs here: it might show another one's keys."""
    shown, own = device.get("keys"), client.olm.account.identity_keys
    if shown != {f"{kind}:{client.device_id}": own[kind] for kind in ("curve25519", "ed25519")}:
        raise ChatRefused("the homeserver shows other keys of the bot's device than it has; " + LOG_IN_AGAIN)
    signed = key.signed({name: device[name] for name in device if name != "unsigned"}, client.user_id)
    status, told = await _request(client, "keys/signatures/upload", {client.user_id: {client.device_id: signed}})
    _expect_success(status, told)


async def _told_about(client: Client, user: str) -> Mapping[str, Any]:
    status, told = await _request(client, "keys/query", {"device_keys": {user: []}})
    _expect_success(status, told)
    return told


async def _request(client: Client, path: str, body: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {client.access_token}"}
    answer = await ask(client.send("POST", f"/_matrix/client/v3/{path}", json.dumps(body), headers))
    told = await ask(answer.json())
    return answer.status, told if isinstance(told, Mapping) else {}


def _expect_success(status: int, told: Mapping[str, Any]) -> None:
    if status == 200:
        return
    said = f"the homeserver answered {status} {told.get('errcode', '')} {told.get('error', '')}".strip()
    if status == 401 and "session" not in told:
        raise LoginRefused(f"{said}; {LOG_IN_AGAIN}")
    raise ChatUnavailable(said) if status >= 500 or status == 429 else ChatRefused(said)
