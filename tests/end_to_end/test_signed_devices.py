"""An account signs the bot's device, looked at by somebody else with another library's signatures."""

import asyncio
import hmac
import json
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from signedjson.key import decode_verify_key_bytes
from signedjson.sign import SignatureVerifyException, verify_signed_json
from unpaddedbase64 import decode_base64

from echobot.chats.matrix.secret_storage import recovery_key
from echobot.content.settings_file import load_settings
from echobot.stores.sql import SqlStore
from tests.end_to_end.test_access import log_in, settings_file
from tests.secrecy import WITNESS
from tests.servers.people import People, Person
from tests.servers.synapse import Synapse

__all__ = ["settings_file"]

pytestmark = pytest.mark.server


def user_of(file) -> str:
    return json.loads(file.read_text())["accounts"]["room-bot"]["user"]


def device_of(said: str) -> str:
    return said.partition("(device ")[2].partition(")")[0]


def key_in(thing) -> object:
    """The one public key of an account's key object."""
    ((name, key),) = thing["keys"].items()
    return decode_verify_key_bytes(name, decode_base64(key))


def read_base58(text: str) -> bytes:
    letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    return sum(
        letters.index(letter) * 58**place for place, letter in enumerate(reversed("".join(text.split())))
    ).to_bytes(35)


def recovery_key_in(said: str) -> str:
    shown = next(line.strip() for line in said.splitlines() if line.startswith("  "))
    return WITNESS.token("an account's recovery key", shown)


def open_as_specified(sealed, name: str, key: bytes) -> bytes | bool:
    """What is sealed; of a description, whether it fits the key."""
    both = HKDF(SHA256(), 64, b"\0" * 32, name.encode()).derive(key)
    cipher = Cipher(AES(both[:32]), CTR(decode_base64(sealed["iv"])))
    ciphertext = decode_base64(sealed["ciphertext"]) if sealed["ciphertext"] else cipher.encryptor().update(b"\0" * 32)
    if hmac.digest(both[32:], ciphertext, "sha256") != decode_base64(sealed["mac"]):
        return False
    return cipher.decryptor().update(ciphertext) if sealed["ciphertext"] else True


async def is_signed(seen_by: Person, user: str, device: str) -> bool:
    """Follow the chain from the account's main key to the device."""
    told = await seen_by.request("POST", "keys/query", {"device_keys": {user: []}})
    try:
        verify_signed_json(told["self_signing_keys"][user], user, key_in(told["master_keys"][user]))
        verify_signed_json(told["device_keys"][user][device], user, key_in(told["self_signing_keys"][user]))
    except (KeyError, SignatureVerifyException):
        return False
    return True


async def status(file) -> str:
    command = [sys.executable, "-m", "echobot", "status", "--settings", str(file)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    return done.stdout


@pytest.fixture
async def carol(synapse: Synapse, people: People) -> Person:
    return await people.meet(synapse, "carol")


async def test_the_first_login_makes_keys_for_the_account_and_signs_the_device(settings_file, carol: Person):
    said = await log_in(settings_file)

    assert "signed by its account" in said
    assert await is_signed(carol, user_of(settings_file), device_of(said))


async def test_a_later_login_signs_its_device_with_the_same_keys(settings_file, carol: Person):
    first = await log_in(settings_file)
    second = await log_in(settings_file)

    assert device_of(first) != device_of(second)
    for said in (first, second):
        assert await is_signed(carol, user_of(settings_file), device_of(said))


async def test_keys_that_were_made_elsewhere_are_left_alone_and_what_to_do_is_said(settings_file, carol: Person):
    first = await log_in(settings_file)
    (settings_file.parent / "keys" / "room-bot" / "account-keys").unlink()
    second = await log_in(settings_file)

    assert "type the account's recovery key, or verify the device" in second
    assert await is_signed(carol, user_of(settings_file), device_of(first))
    assert not await is_signed(carol, user_of(settings_file), device_of(second))


async def test_the_recovery_key_that_was_shown_once_signs_a_device_where_the_keys_are_lost(
    settings_file, carol: Person, tmp_path
):
    first = await log_in(settings_file)
    (tmp_path / "keys").rename(tmp_path / "lost")
    second = await log_in(settings_file, recovery_key=recovery_key_in(first))
    third = await log_in(settings_file)

    for said in (second, third):
        assert "recovery key" not in said
        assert await is_signed(carol, user_of(settings_file), device_of(said))


async def test_another_recovery_key_is_told_and_signs_nothing(settings_file, carol: Person, tmp_path):
    await log_in(settings_file)
    (tmp_path / "keys").rename(tmp_path / "lost")
    for wrong in (recovery_key(b"\7" * 32), "not a key", "1", "z" * 48):
        said = await log_in(settings_file, recovery_key=wrong)

        assert "that is not the account's recovery key" in said
        assert not await is_signed(carol, user_of(settings_file), device_of(said))


async def test_the_homeserver_keeps_the_accounts_keys_as_other_programs_expect_them(settings_file):
    """Opened here with another library, as the specification says."""
    key = read_base58(recovery_key_in(await log_in(settings_file)))[2:34]
    token = (settings_file.parent / "secrets" / "bot").read_text().strip()
    bot = Person(json.loads(settings_file.read_text())["accounts"]["room-bot"]["homeserver"], "", token)
    place = f"user/{user_of(settings_file)}/account_data"
    name = (await bot.request("GET", f"{place}/m.secret_storage.default_key"))["key"]
    described = await bot.request("GET", f"{place}/m.secret_storage.key.{name}")
    seeds = json.loads((settings_file.parent / "keys" / "room-bot" / "account-keys").read_text())

    assert open_as_specified({**described, "ciphertext": None}, "", key) is True
    for usage, seed in seeds.items():
        kept = (await bot.request("GET", f"{place}/m.cross_signing.{usage}"))["encrypted"][name]
        assert decode_base64(open_as_specified(kept, f"m.cross_signing.{usage}", key).decode()).hex() == seed
    await bot.close()


async def test_the_keys_of_the_account_are_nobody_elses_to_read_and_in_no_sentence(settings_file):
    said = await log_in(settings_file)

    file = settings_file.parent / "keys" / "room-bot" / "account-keys"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert not [seed for seed in json.loads(file.read_text()).values() if seed in said]


async def test_the_status_says_what_everybody_sees(settings_file, people: People, synapse: Synapse):
    await SqlStore.open(load_settings(settings_file).store).close()  # a bot that has run
    said = await log_in(settings_file)
    signed = await status(settings_file)
    other = await people.meet(synapse, "unsigned")
    token = settings_file.parent / "secrets" / "bot"
    token.write_text(other.token)
    settings_file.write_text(settings_file.read_text().replace(user_of(settings_file), other.user))
    unsigned = await status(settings_file)

    assert f"room-bot: device {device_of(said)} is signed by its account" in signed
    assert "is not signed by its account" in unsigned
    assert "echobot login matrix" in unsigned
    assert other.token not in unsigned
