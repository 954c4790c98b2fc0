"""What is to become of posts that say what is no longer so, and of those that are to be taken away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from echobot.announcing.composing import facts, first_post, shown
from echobot.core.announcement import Announcement, DestinationName
from echobot.core.heralding import Herald
from echobot.core.ledger import Posting
from echobot.core.message import DeliveryKey, Place, Post
from echobot.ports import Revision
from echobot.settings import Destination


@dataclass(frozen=True, slots=True)
class Mending:
    """Compares what was posted with what the knowledge says now."""

    herald: Herald
    destinations: Mapping[DestinationName, Destination]
    now: datetime

    def revisions(self, postings: Iterable[Posting]) -> Iterator[Revision]:
        """An edit of each post that is no longer right; of another time or place, the latest post's thread is told."""
        known = {announcement.id: announcement for announcement in self.herald.knowledge.announced()}
        told: set[tuple[str, DestinationName]] = set()
        for posting in sorted(postings, key=lambda posting: posting.posted_at, reverse=True):
            announcements = [known[each] for each in posting.shown if each in known]
            destination = self.destinations.get(posting.destination)
            is_whole = destination and len(announcements) == len(posting.shown) and not posting.withdrawn_at
            if destination and is_whole and shown(posting.phase, announcements, self.herald) != posting.shown:
                yield self._revision(posting, announcements, destination, told)

    def removal(self, posting: Posting) -> Revision:
        destination = self.destinations.get(posting.destination)
        gone = replace(posting, revision=posting.revision + 1, withdrawn_at=self.now)
        place = Place(posting.account, destination.room if destination else "")
        return Revision(gone, [Post(_key(gone), place, revises=posting.key)])

    def _revision(
        self,
        posting: Posting,
        announcements: Sequence[Announcement],
        destination: Destination,
        told: set[tuple[str, DestinationName]],
    ) -> Revision:
        mended = replace(
            posting,
            revision=posting.revision + 1,
            shown=shown(posting.phase, announcements, self.herald),
            facts=facts(announcements, self.herald),
        )
        edit = first_post(mended, announcements, destination, self.herald)
        edit = replace(edit, key=_key(mended), revises=posting.key, calls_everybody=False)
        moved = [each for each in announcements if posting.facts[each.id] != mended.facts[each.id]]
        new = [each for each in moved if (each.id, posting.destination) not in told and not self._is_over(each)]
        told.update((each.id, posting.destination) for each in new)
        notes = [self._note(mended, each, destination) for each in new]
        return Revision(mended, [post for post in (edit, *notes) if post.wordings])

    def _note(self, mended: Posting, announcement: Announcement, destination: Destination) -> Post:
        return Post(
            DeliveryKey(f"{_key(mended)}:{announcement.id}"),
            Place(mended.account, destination.room),
            self.herald.change(announcement, destination.audience),
            visibility="unlisted" if destination.visibility == "public" else destination.visibility,
            follows=mended.key,
        )

    def _is_over(self, announcement: Announcement) -> bool:
        event = announcement.event
        return event is None or event.is_over(self.now.astimezone(announcement.zone).date())


def _key(posting: Posting) -> DeliveryKey:
    return DeliveryKey(f"{posting.key}#{posting.revision}")
