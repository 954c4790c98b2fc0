"""The account's keys on its homeserver, under a seal that only the recovery key opens (`m.secret_storage`)."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from functools import reduce
from hashlib import sha256
from operator import xor
from typing import Any

from Crypto.Cipher import AES
from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF

from echobot.chats.matrix.signatures import base64, bytes_of

ALGORITHM = "m.secret_storage.v1.aes-hmac-sha2"
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PREFIX = b"\x8b\x01"
_NOTHING = b"\0" * 32


def recovery_key(key: bytes) -> str:
    """The key as a person writes it down: in groups of four letters."""
    bare = _PREFIX + key
    number, letters = int.from_bytes(bare + bytes([reduce(xor, bare)])), ""
    while number:
        number, place = divmod(number, 58)
        letters = _ALPHABET[place] + letters
    return " ".join(re.findall(".{1,4}", letters))


def key_of(recovery: str) -> bytes:
    """What `recovery_key` wrote; raises `ValueError` when a letter is wrong or missing."""
    number = 0
    for letter in "".join(recovery.split()):
        number = number * 58 + _ALPHABET.index(letter)
    whole = number.to_bytes(35) if number.bit_length() <= 280 else b"\1"
    if reduce(xor, whole) or not whole.startswith(_PREFIX):
        raise ValueError("not a recovery key")
    return whole[2:34]


def sealed(secret: bytes, name: str, key: bytes) -> dict[str, str]:
    """The secret with this name as it is kept on the homeserver."""
    iv = bytearray(secrets.token_bytes(16))
    iv[8] &= 0x7F  # some programs count in 64 bits
    ciphertext, mac = _apply(secret, name, key, bytes(iv), is_sealed=False)
    return {"iv": base64(bytes(iv)), "ciphertext": base64(ciphertext), "mac": mac}


def opened(sealed: Mapping[str, Any], name: str, key: bytes) -> bytes:
    """The secret; raises `ValueError` when it was sealed with another key."""
    iv, ciphertext = bytes_of(str(sealed.get("iv"))), bytes_of(str(sealed.get("ciphertext")))
    secret, mac = _apply(ciphertext, name, key, iv, is_sealed=True)
    if not hmac.compare_digest(mac, str(sealed.get("mac")).rstrip("=")):
        raise ValueError("sealed with another key")
    return secret


def description(key: bytes) -> dict[str, str]:
    """What lets other programs see whether somebody typed the right recovery key."""
    nothing = sealed(_NOTHING, "", key)
    return {"algorithm": ALGORITHM, "iv": nothing["iv"], "mac": nothing["mac"]}


def _apply(text: bytes, name: str, key: bytes, iv: bytes, *, is_sealed: bool) -> tuple[bytes, str]:
    """Seal or open, and the seal's proof, which is over the sealed text."""
    cipher_key, mac_key = _keys(name, key)
    changed = AES.new(cipher_key, AES.MODE_CTR, nonce=b"", initial_value=iv).encrypt(text)
    return changed, base64(hmac.digest(mac_key, text if is_sealed else changed, sha256))


def _keys(name: str, key: bytes) -> tuple[bytes, bytes]:
    both = HKDF(key, 64, salt=b"\0" * 32, hashmod=SHA256, context=name.encode())
    return bytes(both[:32]), bytes(both[32:])
