"""What is to become of posts that say what is no longer so, and of those that are to be taken away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from echobot.announcing.composing import facts, first_post, shown
from echobot.core.announcement import Announcement, DestinationName
from echobot.core.heralding import Herald
from echobot.core.ledger import Posting
from echobot.core.message import DeliveryKey, Place, Post
from echobot.ports import Revision
from echobot.settings import Destination


class Mending:
    """Compares what was posted with what the knowledge says now."""

    def __init__(self, herald: Herald, destinations: Mapping[DestinationName, Destination], now: datetime) -> None:
        self._herald = herald
        self._destinations = destinations
        self._now = now
        self._known = {announcement.id: announcement for announcement in herald.knowledge.announced()}

    def revisions(self, postings: Iterable[Posting]) -> Iterator[Revision]:
        """An edit of each post that is no longer right; of another time or place, the latest post's thread is told."""
        told: set[tuple[str, DestinationName]] = set()
        for posting in sorted(postings, key=lambda posting: posting.posted_at, reverse=True):
            announcements = [self._known[each] for each in posting.shown if each in self._known]
            destination = self._destinations.get(posting.destination)
            is_whole = len(announcements) == len(posting.shown) and not posting.withdrawn_at
            if destination and is_whole and self._is_out_of_date(posting, announcements):
                yield self._mended(posting, announcements, destination, told)

    def without(self, posting: Posting, announcement: str) -> Revision:
        """The post is taken away; where it tells of others as well, they stay."""
        others = [self._known[each] for each in posting.shown if each in self._known and each != announcement]
        destination = self._destinations.get(posting.destination)
        if others and destination:
            less, edit = self._edited(posting, others, destination)
            return Revision(less, [edit])
        gone = replace(posting, revision=posting.revision + 1, withdrawn_at=self._now)
        place = Place(posting.account, destination.room if destination else "")
        return Revision(gone, [Post(_key(gone), place, revises=posting.key)])

    def _mended(
        self,
        posting: Posting,
        announcements: Sequence[Announcement],
        destination: Destination,
        told: set[tuple[str, DestinationName]],
    ) -> Revision:
        mended, edit = self._edited(posting, announcements, destination)
        moved = [each for each in announcements if posting.facts[each.id] != mended.facts[each.id]]
        new = [each for each in moved if (each.id, posting.destination) not in told and not self._is_over(each)]
        told.update((each.id, posting.destination) for each in new)
        notes = [self._note(mended, each, destination) for each in new]
        return Revision(mended, [post for post in (edit, *notes) if post.wordings])

    def _is_out_of_date(self, posting: Posting, announcements: Sequence[Announcement]) -> bool:
        says_other = shown(posting.phase, announcements, self._herald) != posting.shown
        return says_other or self._shows_other(posting, announcements)

    def _shows_other(self, posting: Posting, announcements: Sequence[Announcement]) -> bool:
        return posting.picture not in (None, self._herald.picture(announcements))

    def _as_of(self, posting: Posting, announcements: Sequence[Announcement]) -> Posting:
        """The next state of a posting: what it is to say from now on."""
        return replace(
            posting,
            revision=posting.revision + 1,
            shown=shown(posting.phase, announcements, self._herald),
            facts=facts(announcements, self._herald),
            picture=self._herald.picture(announcements),
        )

    def _edited(
        self, posting: Posting, announcements: Sequence[Announcement], destination: Destination
    ) -> tuple[Posting, Post]:
        """The next state of a posting, and the edit that brings it about."""
        mended = self._as_of(posting, announcements)
        post = first_post(mended, announcements, destination, self._herald)
        shows_other = self._shows_other(posting, announcements)
        revised = replace(post, key=_key(mended), revises=mended.key, calls_everybody=False)
        return mended, replace(revised, changes_picture=shows_other)

    def _note(self, mended: Posting, announcement: Announcement, destination: Destination) -> Post:
        return Post(
            DeliveryKey(f"{_key(mended)}:{announcement.id}"),
            Place(mended.account, destination.room),
            self._herald.change(announcement, destination.audience),
            visibility="unlisted" if destination.visibility == "public" else destination.visibility,
            follows=mended.key,
        )

    def _is_over(self, announcement: Announcement) -> bool:
        event = announcement.event
        return event is None or event.is_over(self._now.astimezone(announcement.zone).date())


def _key(posting: Posting) -> DeliveryKey:
    return DeliveryKey(f"{posting.key}#{posting.revision}")
