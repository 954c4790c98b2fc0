"""Posts announcements: what is due once, what changed as an edit, what was missed as a line to the operator."""

from echobot.announcing.announcer import Announcer

__all__ = ["Announcer"]
