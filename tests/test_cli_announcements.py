"""`echobot announcements` and `run --dry-run`, as an operator meets them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from echobot.cli import main
from echobot.core.announcement import DestinationName
from echobot.core.ledger import Phase, Posting, Slot
from echobot.core.message import AccountName, DeliveryKey, Place, Post, Wording
from echobot.ports import Filled
from echobot.stores.sql import SqlStore

VISIT = """
visits:
  - id: visit-lisbon
    name: {en: Study visit to Lisbon, fr: Visite d'études à Lisbonne}
    asked: {en: [the visit to lisbon]}
    about: {en: Two days on how libraries lend computers., fr: Deux jours sur le prêt d'ordinateurs.}
    starts: 2099-03-14 10:00
    ends: 2099-03-15 16:00
    zone: Europe/Lisbon
    place: {en: Lisbon (Portugal), fr: Lisbonne (Portugal)}
    sources: [https://example.org/lisbon]
    announce:
      to: [visits, public-fr]
      when: [at publication, 14 days before at 10:00]
"""
SETTINGS = {
    "knowledge": "knowledge",
    "accounts": {
        "rooms": {"kind": "matrix", "homeserver": "http://127.0.0.1:9", "user": "@e:localhost", "token_file": "a"},
        "toots": {"kind": "mastodon", "server": "http://127.0.0.1:9", "token_file": "b"},
    },
    "destinations": {
        "visits": {"account": "rooms", "room": "#visits:example.org", "languages": ["en", "fr"]},
        "public-fr": {"account": "toots", "languages": ["fr"]},
    },
}
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "lisbon.yaml").write_text(VISIT, encoding="utf-8")
    file = tmp_path / "settings.yaml"
    file.write_text(json.dumps(SETTINGS))
    return file


@pytest.fixture
async def store(settings):
    store = SqlStore.open(f"sqlite:///{settings.parent / 'echobot.db'}")
    await store.settled(NOW)
    yield store
    await store.close()


def said(capsys, *arguments):
    code = main(["announcements", *map(str, arguments)])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_what_comes_is_listed_with_its_time_on_both_clocks_its_place_and_its_words(settings, capsys):
    code, told = said(capsys, "--settings", settings, "--at", "2099-02-01")

    assert code == 0
    assert told == (
        "Sat 2099-02-28 10:00 Europe/Lisbon (10:00 UTC)  reminder: visit-lisbon (Study visit to Lisbon)\n"
        "  to visits, #visits:example.org\n"
        "  [en] 147 characters\n"
        "  | Coming up: Study visit to Lisbon\n"
        "  | When and where: March 14, 2099, 10:00 – March 15, 2099, 16:00 (Western European Standard Time), "
        "Lisbon (Portugal).\n"
        "  [fr] 150 characters\n"
        "  | Bientôt : Visite d'études à Lisbonne\n"
        "  | Quand et où : 14 mars 2099, 10:00 – 15 mars 2099, 16:00 (heure normale d’Europe de l’Ouest), "
        "Lisbonne (Portugal).\n"
        "\n"
        "Sat 2099-02-28 10:00 Europe/Lisbon (10:00 UTC)  reminder: visit-lisbon (Study visit to Lisbon)\n"
        "  to public-fr, public\n"
        "  [fr] 150 of 500 characters\n"
        "  | Bientôt : Visite d'études à Lisbonne\n"
        "  | Quand et où : 14 mars 2099, 10:00 – 15 mars 2099, 16:00 (heure normale d’Europe de l’Ouest), "
        "Lisbonne (Portugal).\n"
        "\n"
        "Not announced as new, because the bot will find it there at its first start: visit-lisbon.\n"
    )


async def test_what_a_bot_that_has_run_will_announce_as_new_is_listed(settings, store, capsys, run_in_a_thread):
    _, told = await run_in_a_thread(said, capsys, "--settings", settings)

    assert told.startswith("as soon as the bot sees it  news: visit-lisbon (Study visit to Lisbon)\n  to visits")


def test_a_day_after_everything_has_nothing(settings, capsys):
    _, told = said(capsys, "--settings", settings, "--at", "2099-05-01")

    assert told.startswith("Nothing is to be posted in the 90 days from 2099-05-01.")


def test_one_announcement_is_shown_at_each_of_its_times_and_places(settings, capsys):
    _, told = said(capsys, "preview", "visit-lisbon", "--settings", settings, "--at", "2098-12-01")

    assert told.count("to visits") == told.count("to public-fr") == 2
    assert "  | New: Study visit to Lisbon" in told


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "say which bot: --settings FILE"),
        (["--at", "tomorrow"], '--at tomorrow: write a day, as in 2027-03-20, or "2027-03-20 09:00"'),
        (["preview", "nope"], "there is no announcement nope; the knowledge base has these: visit-lisbon"),
        (["withdraw", "visit-lisbon"], "There is no store at"),
    ],
)
def test_a_slip_is_told_in_one_sentence(settings, capsys, arguments, sentence):
    code, told = said(capsys, *arguments, *(["--settings", settings] if arguments else []))

    assert code == 1
    assert told.startswith(f"echobot: {sentence}")
    assert "Traceback" not in told


async def test_a_wish_to_withdraw_is_left_while_the_bot_holds_its_store(settings, store, capsys, run_in_a_thread):
    code, told = await run_in_a_thread(said, capsys, "withdraw", "visit-lisbon", "--settings", settings)
    assert (code, told) == (
        1,
        "echobot: nothing of visit-lisbon stands anywhere; `echobot announcements` lists what comes\n",
    )

    name = DestinationName("visits")
    key, account = DeliveryKey("post:x"), AccountName("rooms")
    posting = Posting(key, account, name, Phase.NEWS, NOW, shown={"visit-lisbon": "x"}, facts={"visit-lisbon": "x"})
    post = Post(key, Place(account, "!r"), (Wording("en", "New"),))
    await store.fill(Filled([Slot("visit-lisbon", "at publication", name)], NOW, posting, post), NOW)
    code, told = await run_in_a_thread(said, capsys, "withdraw", "visit-lisbon", "--settings", settings)

    assert code == 0
    assert told == "visit-lisbon will be taken away from visits within a minute, or as soon as the bot runs.\n"
    assert await store.to_withdraw() == ["visit-lisbon"]


def test_posts_too_long_for_their_server_are_refused_by_check(settings, capsys):
    long = SETTINGS["destinations"] | {"public-fr": {"account": "toots", "languages": ["fr"], "characters": 100}}
    settings.write_text(json.dumps(SETTINGS | {"destinations": long}))

    assert main(["check", "--settings", str(settings), str(settings.parent / "knowledge")]) == 1
    assert (
        "its post in fr for `public-fr` has 189 characters, and at most 100 fit there — "
        "shorten `about`, or write a short `text`"
    ) in capsys.readouterr().out


def started(command):
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


async def test_a_dry_run_says_what_it_would_post_and_leaves_the_store_as_it_is(settings, store):
    command = [sys.executable, "-m", "echobot", "run", "--dry-run", "--settings", str(settings)]
    before = await store.ledger()
    with started(command) as running:
        told = []
        while sum("would post" in line for line in told) < 2:
            told.append(running.stdout.readline())
            assert told[-1], "it ended by itself: " + "".join(told)
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0

    assert "as soon as the bot sees it  news: visit-lisbon" in told[0]
    assert "New: Study visit to Lisbon" in "".join(told)
    assert await store.ledger() == before
