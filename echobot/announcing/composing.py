"""From what is due to the post that goes out, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from echobot.announcing.due import Due
from echobot.core.announcement import Announcement
from echobot.core.heralding import Herald, poster_of
from echobot.core.ledger import Fingerprints, Phase, Posting
from echobot.core.message import DeliveryKey, Place, Post, Wording
from echobot.settings import Destination


def posting_for(group: Sequence[Due], herald: Herald, visibility: str, now: datetime) -> Posting:
    """What is to be remembered of a post for all of these."""
    first, announcements = group[0], announced(group)
    slot, phase, due_at = first.slot, first.occasion.phase, first.occasion.due_at
    is_late = due_at is not None and now - due_at > first.occasion.announcement.lateness.late_ok
    return Posting(
        key=DeliveryKey(f"post:{slot.destination}:{slot.announcement}:{slot.occurrence}"),
        account=first.destination.account,
        destination=slot.destination,
        phase=phase,
        posted_at=now,
        visibility=visibility,
        meant_for=due_at if is_late else None,
        shown=shown(phase, announcements, herald),
        facts=facts(announcements, herald),
        picture=herald.picture(announcements),
    )


def announced(group: Iterable[Due]) -> list[Announcement]:
    """Each once, though two of its reminders may be due."""
    return list({due.slot.announcement: due.occasion.announcement for due in group}.values())


def shown(phase: Phase, announcements: Iterable[Announcement], herald: Herald) -> Fingerprints:
    return {each.id: herald.shown(phase, each) for each in announcements}


def facts(announcements: Iterable[Announcement], herald: Herald) -> Fingerprints:
    return {each.id: herald.facts(each) for each in announcements}


def wordings(
    posting: Posting, announcements: Sequence[Announcement], destination: Destination, herald: Herald
) -> tuple[Wording, ...]:
    return herald.wordings(posting.phase, announcements, destination.audience, posting.meant_for)


def first_post(
    posting: Posting, announcements: Sequence[Announcement], destination: Destination, herald: Herald
) -> Post:
    """As it goes out for the first time."""
    poster = poster_of(announcements)
    return Post(
        posting.key,
        Place(posting.account, destination.room),
        wordings(posting, announcements, destination, herald),
        picture=poster.file if poster else "",
        visibility=posting.visibility,
        calls_everybody=destination.mention_room,
    )
