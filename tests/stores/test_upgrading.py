"""A store of an older echobot is brought up to date in place, wholly or not at all."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from echobot.core.message import AccountName
from echobot.errors import StoreError
from echobot.stores import upgrading
from echobot.stores.sql import SqlStore
from tests.fakes import NOON

FORM_1 = (Path(__file__).parent / "form-1.sql").read_text(encoding="utf-8")
ACCOUNT = AccountName("room-bot")


BECAUSE = "ALTER TABLE conversations ADD COLUMN because JSON NOT NULL DEFAULT '[]';"
GAPS = """
CREATE TABLE gaps (
    text TEXT NOT NULL, language TEXT NOT NULL, times INTEGER NOT NULL, last_at DATETIME NOT NULL,
    PRIMARY KEY (text, language)
);
CREATE INDEX ix_gaps_last_at ON gaps (last_at);
UPDATE echobot SET version = 2;
"""
FORM_2 = FORM_1 + BECAUSE + GAPS
ENVELOPES = """
ALTER TABLE inbox ADD COLUMN envelope TEXT;
ALTER TABLE inbox ADD COLUMN language TEXT;
ALTER TABLE inbox ADD COLUMN revises TEXT;
ALTER TABLE outbox ADD COLUMN envelope TEXT;
ALTER TABLE outbox ADD COLUMN meaning TEXT;
ALTER TABLE outbox ADD COLUMN revises TEXT;
CREATE INDEX outbox_by_first ON outbox (revises);
CREATE TABLE silenced (account TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (account, person));
CREATE TABLE troubles (about TEXT NOT NULL, text TEXT NOT NULL, since DATETIME NOT NULL, PRIMARY KEY (about));
UPDATE echobot SET version = 3;
"""
FORM_3 = FORM_2 + ENVELOPES
ANNOUNCEMENTS = """
ALTER TABLE outbox ADD COLUMN post JSON;
ALTER TABLE outbox ADD COLUMN follows TEXT;
CREATE TABLE postings (
    key TEXT NOT NULL, account TEXT NOT NULL, destination TEXT NOT NULL, phase TEXT NOT NULL, visibility TEXT NOT NULL,
    meant_for DATETIME, revision INTEGER NOT NULL, shown JSON NOT NULL, facts JSON NOT NULL,
    posted_at DATETIME NOT NULL, withdrawn_at DATETIME, PRIMARY KEY (key)
);
CREATE TABLE slots (
    announcement TEXT NOT NULL, occurrence TEXT NOT NULL, destination TEXT NOT NULL, posting TEXT,
    until DATETIME NOT NULL, PRIMARY KEY (announcement, occurrence, destination)
);
CREATE INDEX ix_slots_until ON slots (until);
CREATE TABLE announcer (id INTEGER NOT NULL, settled_until DATETIME NOT NULL, PRIMARY KEY (id));
CREATE TABLE withdrawals (announcement TEXT NOT NULL, PRIMARY KEY (announcement));
UPDATE echobot SET version = 4;
"""
FORM_4 = FORM_3 + ANNOUNCEMENTS
RESTORED = """
CREATE TABLE restored (id INTEGER NOT NULL, at DATETIME NOT NULL, PRIMARY KEY (id));
UPDATE echobot SET version = 5;
"""
FORM_5 = FORM_4 + RESTORED
SIGNS = """
ALTER TABLE inbox ADD COLUMN reacts_to TEXT;
ALTER TABLE outbox ADD COLUMN offers INTEGER;
CREATE INDEX outbox_by_remote_id ON outbox (remote_id);
CREATE TABLE votes (entry TEXT NOT NULL, liked INTEGER NOT NULL, disliked INTEGER NOT NULL, PRIMARY KEY (entry));
UPDATE echobot SET version = 6;
"""
FORM_6 = FORM_5 + SIGNS
LEVELS = """
ALTER TABLE inbox ADD COLUMN power INTEGER NOT NULL DEFAULT '0';
ALTER TABLE inbox ADD COLUMN known_as TEXT;
UPDATE echobot SET version = 7;
"""
FORM_7 = FORM_6 + LEVELS
OVERSIGHT = """
ALTER TABLE inbox ADD COLUMN quoted TEXT;
ALTER TABLE inbox ADD COLUMN link TEXT;
CREATE TABLE uses (
    week DATE NOT NULL, outcome TEXT NOT NULL, entry TEXT NOT NULL, times INTEGER NOT NULL,
    PRIMARY KEY (week, outcome, entry)
);
CREATE TABLE hushes (account TEXT NOT NULL, room TEXT NOT NULL, until DATETIME, PRIMARY KEY (account, room));
CREATE TABLE drafts (id TEXT NOT NULL, post JSON NOT NULL, at DATETIME NOT NULL, PRIMARY KEY (id));
CREATE TABLE deeds (
    id INTEGER NOT NULL, at DATETIME NOT NULL, account TEXT NOT NULL, room TEXT NOT NULL, person TEXT NOT NULL,
    said TEXT NOT NULL, PRIMARY KEY (id)
);
CREATE INDEX ix_deeds_at ON deeds (at);
CREATE TABLE told (about TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (about));
UPDATE echobot SET version = 8;
"""
FORM_8 = FORM_7 + OVERSIGHT


FORMS = {
    "form 1": FORM_1,
    "form 1 with reasons": FORM_1 + BECAUSE,
    "form 2": FORM_2,
    "form 3": FORM_3,
    "form 4": FORM_4,
    "form 5": FORM_5,
    "form 6": FORM_6,
    "form 7": FORM_7,
    "form 8": FORM_8,
}


@pytest.fixture(params=FORMS.values(), ids=FORMS)
def old(tmp_path, request):
    path = tmp_path / "echobot.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(request.param)
    return path


def shape(path):
    """Names and types of all columns, and the indexes."""
    with closing(sqlite3.connect(path)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {
            (table, name, kind, required, key)
            for table in tables
            for _, name, kind, required, _, key in database.execute(f"PRAGMA table_info({table})")
        }
        indexes = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
        return columns, indexes, database.execute("SELECT version FROM echobot").fetchall()


async def test_an_older_store_gets_the_form_of_a_new_one(old, tmp_path):
    await SqlStore.open(f"sqlite:///{old}").close()
    await SqlStore.open(f"sqlite:///{tmp_path}/new.db").close()

    assert shape(old) == shape(tmp_path / "new.db")


async def test_an_older_store_keeps_what_was_in_it(old):
    store = SqlStore.open(f"sqlite:///{old}")

    assert await store.cursor(ACCOUNT) == "c2"
    (waiting,) = await store.waiting(ACCOUNT, 10)
    (delivery,) = await store.outbox(ACCOUNT, NOON, 10)
    talk = await store.conversation(waiting.place, "@ana:example.org")
    assert (waiting.text, delivery.outgoing.text, talk.offered, talk.because) == (
        "what is peertube?",
        "A video site.",
        ("peertube",),
        (),
    )
    assert await store.gaps() == []
    await store.close()


async def test_an_upgrade_that_fails_leaves_the_store_as_it_was(old, monkeypatch):
    before = shape(old)
    last = max(upgrading._STEPS)
    step = upgrading._STEPS[last]
    monkeypatch.setitem(upgrading._STEPS, last, lambda connection: (step(connection), step(connection)))
    with pytest.raises(StoreError):
        SqlStore.open(f"sqlite:///{old}")

    assert shape(old) == before


def test_an_older_store_is_not_upgraded_by_looking_into_it(old):
    before = shape(old)
    with pytest.raises(StoreError) as refusal:
        SqlStore.open_to_read(f"sqlite:///{old}")

    assert str(refusal.value) == (
        f"The store {old} was written by an older echobot; start this one, which brings it up to date."
    )
    assert shape(old) == before
