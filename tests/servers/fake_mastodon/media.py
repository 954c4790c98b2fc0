"""Attachments: uploaded, processed, attached once (app/models/media_attachment.rb)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from tests.servers.fake_mastodon.entities import Account, Attachment, Status
from tests.servers.fake_mastodon.ids import Order
from tests.servers.fake_mastodon.parameters import Parameters, listed
from tests.servers.fake_mastodon.refusal import Refusal, invalid, not_found

MOST = 4
LONGEST_DESCRIPTION = 1_500
TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm", "audio/mpeg", "audio/ogg")


class Media:
    """`answers_until_ready` is how many times new attachments are still being processed when they are asked for."""

    def __init__(self, ids: Order, clock: Callable[[], datetime]) -> None:
        self._ids, self._clock = ids, clock
        self._kept: dict[str, Attachment] = {}
        self.answers_until_ready = 0

    def add(self, account: Account, parameters: Parameters) -> Attachment:
        """Raises 422."""
        upload, description = parameters.get("file"), parameters.get("description")
        if not isinstance(upload, web.FileField):
            raise invalid("File can't be blank")
        if upload.content_type not in TYPES:
            raise invalid("File content type is invalid, File is invalid")
        if description and len(description) > LONGEST_DESCRIPTION:
            raise invalid(f"Description is too long (maximum is {LONGEST_DESCRIPTION} characters)")
        kind = "gifv" if upload.content_type == "image/gif" else upload.content_type.split("/")[0]
        attachment = Attachment(self._ids.next(self._clock()), account, kind, description, self.answers_until_ready)
        self._kept[attachment.id] = attachment
        return attachment

    def unattached(self, attachment_id: str, account: Account) -> Attachment:
        """Raises 404."""
        attachment = self._kept.get(attachment_id)
        if attachment is None or attachment.account is not account or attachment.is_attached:
            raise not_found()
        return attachment

    def attachable(self, account: Account, parameters: Parameters, edited: Status | None) -> list[Attachment]:
        """What a status asks for, in its order. Raises 422."""
        ids = listed(parameters.get("media_ids"))
        if len(ids) > MOST or (ids and parameters.get("poll")):
            raise Refusal(422, "Cannot attach more than 4 files")
        found = [self._kept[one] for one in ids if self._is_free(one, account, edited)]
        if missing := [one for one in ids if one not in [attachment.id for attachment in found]]:
            raise Refusal(422, f"Media {', '.join(missing)} not found or already attached to another post")
        if len(found) > 1 and any(attachment.kind in {"video", "audio"} for attachment in found):
            raise Refusal(422, "Cannot attach a video to a post that already contains images")
        if any(attachment.answers_until_ready for attachment in found):
            raise Refusal(422, "Cannot attach files that have not finished processing. Try again in a moment!")
        return found

    def describe(self, attributes: Any, media: list[Attachment]) -> None:
        """`media_attributes` of an edit."""
        described = attributes.values() if isinstance(attributes, dict) else attributes or []
        for one in described:
            for attachment in media:
                if attachment.id == str(one.get("id")) and "description" in one:
                    attachment.description = one["description"]

    def _is_free(self, attachment_id: str, account: Account, edited: Status | None) -> bool:
        attachment = self._kept.get(attachment_id)
        if attachment is None or attachment.account is not account:
            return False
        return not attachment.is_attached or (edited is not None and attachment in edited.media)
