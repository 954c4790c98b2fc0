"""A condition for a person, as lines, and for a program, as JSON."""

from __future__ import annotations

from typing import Any

from echobot.health.condition import Condition, Contact, Turn, moment


def as_text(condition: Condition) -> str:
    """What is wrong first."""
    return "\n".join([
        *(condition.wrong or ["Nothing is wrong."]),
        *([_turn(condition.turn)] if condition.turn else []),
        *(_account(contact, condition) for contact in condition.contacts),
        *([_coming(condition)] if condition.leads else []),
        f"Knowledge: {condition.knowledge.entries} entries, version {condition.knowledge.version}.",
        f"echobot {condition.program}, running since {moment(condition.started_at)}.",
    ])  # fmt: skip


def as_json(condition: Condition) -> dict[str, Any]:
    """A public contract: fields may be added, none renamed."""
    coming = condition.coming
    return {
        "ready": condition.is_well,
        "wrong": condition.wrong,
        "accounts": {contact.account: _fields(contact, condition) for contact in condition.contacts},
        "next_announcement": coming
        and {"id": coming.announcement, "destination": coming.destination, "at": coming.at.isoformat()},
        "knowledge": {"version": condition.knowledge.version, "entries": condition.knowledge.entries},
        "version": condition.program,
        "started_at": condition.started_at.isoformat(),
        "leads": condition.leads,
        "machine": condition.turn and condition.turn.machine,
        "leader": condition.turn and condition.turn.leader,
    }


def _turn(turn: Turn) -> str:
    if turn.leads:
        return f"{turn.machine} leads."
    return f"{turn.machine} stands by; {turn.leader or 'no machine'} leads."


def _account(contact: Contact, condition: Condition) -> str:
    waiting = condition.waiting(contact.account)
    heard = f"last heard from at {moment(contact.last_at)}" if contact.last_at else "not heard from yet"
    sealed = f", {contact.unreadable} that cannot be decrypted yet" if contact.unreadable else ""
    return f"{contact.account}: {heard}; {waiting.questions} to answer, {waiting.replies} to send{sealed}"


def _fields(contact: Contact, condition: Condition) -> dict[str, Any]:
    waiting = condition.waiting(contact.account)
    return {
        "last_contact_at": contact.last_at and contact.last_at.isoformat(),
        "deaf": contact in condition.deaf,
        "to_answer": waiting.questions,
        "to_send": waiting.replies,
        "undecryptable": contact.unreadable,
    }


def _coming(condition: Condition) -> str:
    if condition.coming is None:
        return "Nothing is to be announced."
    coming = condition.coming
    return f"Next announcement: {coming.announcement} for {coming.destination}, {moment(coming.at)}."
