"""Announcements out of their files, each with the place it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from echobot.content.yaml_tree import Trail, Tree
from echobot.core.announcement import Announcement
from echobot.core.knowledge import Entry
from echobot.core.problem import Problem, Severity
from echobot.core.texts import Language


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement, the languages in which there is something to say, and where it was written."""

    value: Announcement
    languages: frozenset[Language]
    tree: Tree
    trail: Trail  # of the visit, the workshop or the announcement by itself

    @property
    def below(self) -> Trail:
        """Where its times, texts and destinations stand: a visit has them below one key."""
        return ("announce",) if self.value.event else ()

    def problem(self, steps: Trail, wrong: str, instead: str, severity: Severity = Severity.ERROR) -> Problem:
        return self.tree.problem((*self.trail, *steps), wrong, instead, severity)


def by_itself(value: Announcement, tree: Tree, trail: Trail) -> Announced:
    return Announced(value, frozenset(value.text), tree, trail)


def of_event(entry: Entry, tree: Tree, trail: Trail) -> Announced | None:
    """Without a text of its own it is said in the usual words, in the languages that have its name."""
    if entry.announcement is None:
        return None
    return Announced(entry.announcement, frozenset(entry.announcement.text or entry.title), tree, trail)
