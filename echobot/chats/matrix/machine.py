"""nio's part that encrypts and decrypts, made safe against what strangers send and against dying at any moment."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import structlog
from nio import EncryptedToDeviceEvent
from nio.crypto import Olm
from nio.store import SqliteStore

from echobot.chats.matrix.fallback import Fallback
from echobot.chats.matrix.pruning import Pruning

log = structlog.get_logger()


class Machine(Olm):  # type: ignore[misc]  # nio comes without types
    """An exception in here would end the sync that brought its cause, each time: one stranger could silence all."""

    _message_index_store_size = 10_000  # 1.4 MB; nio's own would take 14

    def __init__(self, user: str, device: str, store: SqliteStore, clock: Callable[[], datetime]) -> None:
        self.fallback = Fallback(store, clock)
        self.pruning = Pruning(store, clock)
        super().__init__(user, device, store)

    def handle_to_device_event(self, event: Any) -> Any:
        """Take in keys for rooms, and nothing else: a bot verifies nobody, and hands on no keys of others."""
        if not isinstance(event, EncryptedToDeviceEvent):
            return None
        try:
            return self.decrypt_event(event)
        except Exception as error:  # noqa: BLE001 - it comes from anybody
            log.warning("what a device sent cannot be read", sender=event.sender, reason=type(error).__name__)
            self._mark_device_for_unwedging(event.sender, event.sender_key)
            return None

    def opened(self, sealed: Any, room: str) -> Any:
        """The message in an encrypted event, or None when it cannot be read."""
        return self._decrypt_megolm_no_error(sealed, room)

    def _decrypt_megolm_no_error(self, event: Any, room_id: str | None = None) -> Any:
        """Open a message; a membership or a setting in there is a forgery, which nio would believe."""
        try:
            opened = super()._decrypt_megolm_no_error(event, room_id)
        except Exception:  # noqa: BLE001 - it comes from anybody
            return None
        if opened is None or opened.source.get("type") != "m.room.message":
            return None
        self.pruning.used(event.session_id)
        return opened

    def check_if_wedged(self, event: Any) -> None:
        """Ask nobody for a key: programs give none to other people's devices, and each request is kept."""

    @property
    def should_upload_keys(self) -> bool:
        return bool(super().should_upload_keys) or self.fallback.is_due

    def share_keys(self) -> dict[str, Any]:
        """Keep new keys before the homeserver has them: somebody may use one at once."""
        keys: dict[str, Any] = super().share_keys() if super().should_upload_keys else {}
        if self.fallback.is_due:
            keys["fallback_keys"] = self.fallback.to_bring(self.account._account, self._signatures)  # noqa: SLF001
        self.save_account()
        return keys

    def mark_keys_as_published(self) -> None:
        if self.account._account.fallback_key:  # noqa: SLF001  (nio has no name for it)
            self.fallback.brought()
        super().mark_keys_as_published()

    def _signatures(self, thing: dict[str, Any]) -> dict[str, dict[str, str]]:
        return {self.user_id: {f"ed25519:{self.device_id}": self.sign_json(thing)}}

    def verify_json(self, *given: Any) -> bool:
        try:
            return bool(super().verify_json(*given))
        except (ValueError, TypeError, AttributeError, LookupError):
            return False  # no key or no signature at all

    def _handle_key_claiming(self, response: Any) -> None:
        """One by one, so that a broken key of one device keeps no other from getting its message."""
        for user, devices in response.one_time_keys.items():
            for device, keys in devices.items():
                with suppress(ValueError, TypeError, AttributeError, LookupError, StopIteration):
                    super()._handle_key_claiming(SimpleNamespace(one_time_keys={user: {device: keys}}))
