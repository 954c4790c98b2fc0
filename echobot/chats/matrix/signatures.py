"""Keys of an account and their signatures over JSON, as Matrix wants them; nothing here asks anybody."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

MAIN, OWN, OTHERS = "master", "self_signing", "user_signing"
"""What an account has keys for: to sign the other two, to sign its own devices, to sign other people."""

Seeds: TypeAlias = Mapping[str, str]
"""Of these three keys, as hexadecimal."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key that an account signs with."""

    seed: bytes  # 32 of them

    @property
    def public(self) -> str:
        raw: bytes = self._key().public_key().export_key(format="raw")
        return base64(raw)

    @property
    def id(self) -> str:
        return f"ed25519:{self.public}"

    def signed(self, thing: Mapping[str, Any], user: str) -> dict[str, Any]:
        """The thing with one more signature on it."""
        signature = base64(eddsa.new(self._key(), "rfc8032").sign(canonical(thing)))
        signatures = _mapping(thing.get("signatures"))
        return {**thing, "signatures": {**signatures, user: {**_mapping(signatures.get(user)), self.id: signature}}}

    def _key(self) -> ECC.EccKey:
        return ECC.construct(curve="Ed25519", seed=self.seed)


def canonical(thing: Mapping[str, Any]) -> bytes:
    """What is signed: everything but the signatures, and what the homeserver added."""
    bare = {name: value for name, value in thing.items() if name not in {"signatures", "unsigned"}}
    return json.dumps(bare, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def is_signed(thing: Mapping[str, Any], user: str, public: str) -> bool:
    """Whether this user's key has signed it."""
    signature = _mapping(_mapping(thing.get("signatures")).get(user)).get(f"ed25519:{public}")
    try:
        key = eddsa.import_public_key(bytes_of(public))
        eddsa.new(key, "rfc8032").verify(canonical(thing), bytes_of(str(signature)))
    except ValueError:
        return False
    return True


def is_vouched_for(told: Mapping[str, Any], user: str, device: str) -> bool:
    """Whether the account has signed the device, from its main key on; `told` is an answer to `/keys/query`."""
    main = public_key(told, "master_keys", user)
    own = public_key(told, "self_signing_keys", user)
    link, last = _object(told, "self_signing_keys", user), device_keys(told, user, device)
    return bool(main and own and last) and is_signed(link, user, main) and is_signed(last, user, own)


def public_key(told: Mapping[str, Any], kind: str, user: str) -> str:
    """The account's public key of this kind, or nothing."""
    keys = [key for key in _mapping(_object(told, kind, user).get("keys")).values() if isinstance(key, str)]
    return keys[0] if len(keys) == 1 else ""


def device_keys(told: Mapping[str, Any], user: str, device: str) -> Mapping[str, Any]:
    return _mapping(_object(told, "device_keys", user).get(device))


def _object(told: Mapping[str, Any], kind: str, user: str) -> Mapping[str, Any]:
    return _mapping(_mapping(told.get(kind)).get(user))


def base64(raw: bytes) -> str:
    return b64encode(raw).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    return b64decode(text + "=" * (-len(text) % 4))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
