"""What people edit to have things announced in a room and on Mastodon at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TO = ["room", "toots"]


class Noticeboard:
    """A knowledge base: one entry, and what is announced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir()
        self.publish([])

    def settings(self, room: str) -> dict[str, Any]:
        """Of a bot whose first account is in this room, and whose second one is on Mastodon."""
        destinations = {
            "room": {"account": "account-0", "room": room, "languages": ["en"]},
            "toots": {"account": "account-1", "languages": ["en"]},
        }
        return {"knowledge": str(self._folder), "destinations": destinations, "most_posts_a_day": 1000}

    def publish(self, announcements: list[dict[str, object]], visits: list[dict[str, object]] = ()) -> None:
        """Edit the file: from now on these are the announcements and the visits."""
        entry = {"id": "this", "asked": {"en": ["what is this"]}, "answer": {"en": "A board."}}
        known = {"entries": [entry], "announcements": announcements, "visits": list(visits)}
        fresh = self._folder / "known.new"
        fresh.write_text(json.dumps(known))
        fresh.replace(self._folder / "known.yaml")


def visit(number: int) -> dict[str, object]:
    """Announced as soon as somebody knows of it."""
    announce = {"to": TO, "when": ["at publication"], "text": {"en": "{name}."}}
    place = {"starts": "2099-05-04 10:00", "zone": "Europe/Zagreb", "place": {"en": "Zagreb"}}
    said = {
        "name": {"en": f"Announcement {number}"},
        "asked": {"en": [f"announcement {number}"]},
        "about": {"en": "A."},
    }
    return {"id": f"visit-{number}", **said, **place, "announce": announce}
