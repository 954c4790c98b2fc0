"""`echobot settings` prints what is in force, so that it can be read by people and by echobot."""

import json
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from echobot.cli import main
from echobot.content.settings_file import load_settings, read_settings
from echobot.content.settings_printed import destination, printed
from echobot.content.settings_shapes import SettingsShape
from echobot.settings import Destination, MastodonAccount, MatrixAccount, Settings
from echobot.shipped import shipped_folder
from tests.content.test_settings_file import SETTINGS

EXAMPLE = Path(__file__).parents[2] / "deploy" / "settings.example.yaml"


def read_back(folder, shown: str) -> Settings:
    return load_settings(folder.write("elsewhere/printed.yaml", shown))


@pytest.mark.parametrize(
    "text",
    [
        SETTINGS,
        EXAMPLE.read_text(encoding="utf-8"),
        "contacts: {fr: 'non'}\nknowledge: {repository: git@example.org:k.git, every: 90m, folder: a/b}\n",
        "accounts: {}\nstore: sqlite:////var/lib/echobot/echobot.db\nanswer_within: 14 days\nhealth: {port: 8090}\n",
    ],
)
def test_what_is_printed_reads_back_as_what_is_in_force(folder, text):
    meant = load_settings(folder.write("etc/settings.yaml", text))
    knowledge = meant.knowledge or shipped_folder()

    assert read_back(folder, printed(meant)) == replace(meant, knowledge=knowledge)


words = some.text(min_size=1, max_size=40)


@given(
    contacts=some.dictionaries(some.sampled_from(["fr", "en", "hr"]), words),
    prefix=words,
    every=some.sampled_from(["10s", "90s", "1h", "36h", "2 days", "3w", "999999 s"]),
    number=some.integers(1, 1_000_000),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
def test_whatever_words_stand_in_the_settings_are_read_back(folder, contacts, prefix, every, number):
    account = {"kind": "matrix", "homeserver": "https://example.org", "user": "@bot:example.org"}
    given = {
        "accounts": {"rooms": {**account, "token_file": "secrets/rooms", "prefix": prefix}},
        "contacts": contacts,
        "keep_gaps_for": every,
        "limits": {"bot_per_minute": number},
    }
    meant, problems = read_settings(folder.write("settings.yaml", json.dumps(given, ensure_ascii=False)))
    if meant is None:
        assert problems
        return

    assert read_back(folder, printed(meant)) == replace(meant, knowledge=shipped_folder())


def test_every_default_is_printed():
    shown = yaml.safe_load(printed(Settings()))

    assert set(shown) == {name for name in SettingsShape.model_fields if getattr(Settings(), name) is not None} | {
        "knowledge"
    }
    assert shown["limits"] == {
        "person_per_minute": 10,
        "person_per_hour": 60,
        "room_per_minute": 60,
        "bot_per_minute": 600,
    }
    assert (shown["answer_within"], shown["keep_messages_for"]) == ("2h", "30 days")


def test_an_account_is_printed_with_its_defaults():
    account = MastodonAccount("https://social.example.org", Path("/etc/secrets/toots"))
    shown = yaml.safe_load(printed(Settings(accounts={"toots": account})))

    assert shown["accounts"]["toots"] == {
        "kind": "mastodon",
        "server": "https://social.example.org",
        "token_file": "/etc/secrets/toots",
        "visibility": "unlisted",
        "poll_every": "30s",
        "answer_within": "2 days",
        "replies_in_thread": 10,
    }


def test_a_destination_is_printed_without_what_its_network_does_not_know():
    rooms = MatrixAccount("https://matrix.example.org", "@bot:example.org", Path("t"))
    toots = MastodonAccount("https://social.example.org", Path("t"))
    place = Destination("an-account", ("fr", "en"), room="#v:example.org", zones=(ZoneInfo("Europe/Lisbon"),))
    everywhere = {"account": "an-account", "languages": ["fr", "en"], "zones": ["Europe/Lisbon"]}

    assert destination(place, rooms) == {**everywhere, "room": "#v:example.org", "mention_room": False}
    assert destination(replace(place, room=""), toots) == {**everywhere, "visibility": "public", "characters": 500}


def test_the_command_prints_them_without_what_is_in_the_secret_files(folder, capsys):
    folder.write("etc/secrets/matrix", "syt_hunter2")
    assert main(["settings", "--settings", str(folder.write("etc/settings.yaml", SETTINGS))]) == 0

    shown = capsys.readouterr().out
    assert f"token_file: {Path.cwd()}/etc/secrets/matrix" in shown
    assert "hunter2" not in shown


def test_settings_with_mistakes_are_told_and_not_printed(folder, capsys):
    assert main(["settings", "--settings", str(folder.write("settings.yaml", "acounts: {}\n"))]) == 1

    said = capsys.readouterr()
    assert (said.out, "did you mean `accounts`?" in said.err) == ("", True)
