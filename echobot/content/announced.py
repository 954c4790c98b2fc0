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
    """Where it has no text of its own in a language, its name and its place are said in the usual words."""
    if entry.announcement is None or entry.event is None:
        return None
    usual = entry.title.keys() & entry.event.place.keys()
    return Announced(entry.announcement, frozenset(usual | entry.announcement.text.keys()), tree, trail)
