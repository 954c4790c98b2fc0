"""An account vouches for the bot's device: current programs shut out devices that their owner has not signed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from echobot.chats.matrix.client import Client
from echobot.chats.matrix.encryption import Encryption
from echobot.chats.matrix.homeserver import LOG_IN_AGAIN, ask, connect
from echobot.chats.matrix.keystore import kept, pin
from echobot.chats.matrix.recovery import store, unlocked
from echobot.chats.matrix.requests import expect_success, request, told_about
from echobot.chats.matrix.signatures import (
    MAIN,
    OTHERS,
    OWN,
    Seeds,
    SigningKey,
    device_keys,
    is_vouched_for,
    public_key,
)
from echobot.errors import ChatRefused, SettingsError

FILE = "account-keys"
SIGNED = "signed by its account, as the homeserver tells everybody"
MADE_ELSEWHERE = (
    "The account has keys of its own that were made elsewhere, so the bot cannot sign its device. Log in once more and "
    "type the account's recovery key, or verify the device in the program that made them; else people's programs may "
    "refuse to talk with the bot in encrypted rooms."
)


@dataclass(frozen=True, slots=True)
class Device:
    """What a login gave: a device without keys yet."""

    homeserver: str
    user: str
    id: str
    token: str


async def vouch(device: Device, folder: Path, password: str, ask_for_recovery_key: Callable[[], str]) -> str:
    """Give a device its keys and sign it in the account's name; sentences that say how that went."""
    pin(folder, device.id)
    client = connect(device.homeserver, device.user, device.token)
    encryption = Encryption(client, folder, device.id, lambda: datetime.now(UTC))
    try:
        if client.should_upload_keys:
            await ask(client.keys_upload())
        return await _vouched(client, folder, password, ask_for_recovery_key)
    finally:
        encryption.close()
        await client.close()


async def standing(homeserver: str, user: str, token: str) -> str:
    """What everybody can see about the device that the token belongs to."""
    client = connect(homeserver, user, token)
    try:
        device = str((await ask(client.whoami())).device_id)
        told = await told_about(client, user)
    finally:
        await client.close()
    if is_vouched_for(told, user, device):
        return f"device {device} is {SIGNED}"
    return (
        f"device {device} is not signed by its account: people's programs may refuse to talk with it in encrypted "
        f"rooms; {LOG_IN_AGAIN}"
    )


async def _vouched(client: Client, folder: Path, password: str, ask_for_recovery_key: Callable[[], str]) -> str:
    told = await told_about(client, client.user_id)
    if there := public_key(told, "master_keys", client.user_id):
        seeds = await _known_seeds(client, folder, there, ask_for_recovery_key)
        if not seeds:
            return MADE_ELSEWHERE
    else:
        seeds = _seeds(folder)
        await _publish(client, seeds, password)
    shown = await store(client, seeds)
    await _sign(client, _key(seeds, OWN), device_keys(told, client.user_id, client.device_id))
    if not is_vouched_for(await told_about(client, client.user_id), client.user_id, client.device_id):
        raise ChatRefused("the homeserver does not show the signature of the bot's device")
    return f"The device is {SIGNED}.\n{shown}".strip()


async def _known_seeds(client: Client, folder: Path, main: str, ask_for_recovery_key: Callable[[], str]) -> Seeds:
    """Those of the account whose main key this is: from the folder, or by the recovery key; or none."""
    file = folder / FILE
    if file.exists() and _key(seeds := _seeds(folder), MAIN).public == main:
        return seeds
    seeds = await unlocked(client, ask_for_recovery_key)
    if not seeds or _key(seeds, MAIN).public != main:
        return {}
    file.unlink(missing_ok=True)
    kept(file, json.dumps(seeds))
    return seeds


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
    status, told = await request(client, "POST", "keys/device_signing/upload", signed)
    if status == 401 and "session" in told:
        identifier = {"type": "m.id.user", "user": user}
        auth = {"type": "m.login.password", "session": told["session"], "identifier": identifier, "password": password}
        status, told = await request(client, "POST", "keys/device_signing/upload", {**signed, "auth": auth})
    expect_success(status, told)


def _public(key: SigningKey, usage: str, user: str) -> dict[str, Any]:
    return {"user_id": user, "usage": [usage], "keys": {key.id: key.public}}


async def _sign(client: Client, key: SigningKey, device: Mapping[str, Any]) -> None:
    """Only what the homeserver shows of the device that runs here: it might show another one's keys."""
    shown, own = device.get("keys"), client.olm.account.identity_keys
    if shown != {f"{kind}:{client.device_id}": own[kind] for kind in ("curve25519", "ed25519")}:
        raise ChatRefused("the homeserver shows other keys of the bot's device than it has; " + LOG_IN_AGAIN)
    signed = key.signed({name: device[name] for name in device if name != "unsigned"}, client.user_id)
    status, told = await request(client, "POST", "keys/signatures/upload", {client.user_id: {client.device_id: signed}})
    expect_success(status, told)
