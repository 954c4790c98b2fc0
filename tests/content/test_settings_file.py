from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from echobot.content.settings_file import load_settings, read_secret, read_settings
from echobot.errors import ProblemsFound, SettingsError
from echobot.settings import Destination, HealthPages, Invites, Limits, Repository, Settings
from tests.content.conftest import cases

SETTINGS = """\
accounts:
  room-bot:
    kind: matrix
    homeserver: https://matrix.example.org
    user: "@echobot:example.org"
    token_file: secrets/matrix
    prefix: "!bot"
    language: fr
    invites: {users: ["@ada:example.org"], servers: [example.org], rooms: ["!abc:example.org"]}
knowledge: ../knowledge
contacts: {fr: accueil@example.org}
answer_within: 90s
destinations:
  visits:
    account: room-bot
    room: "#visits:example.org"
    languages: [fr, en]
    mention_room: true
    zones: [Europe/Lisbon]
most_posts_a_day: 2
keep_messages_for: 14 days
keep_gaps_for: 8w
limits: {person_per_minute: 5}
"""


@pytest.fixture
def settings(folder):
    def read(text: str) -> list[str]:
        return [str(problem) for problem in read_settings(folder.write("settings.yaml", text))[1]]

    return read


def test_all_settings_are_read(folder):
    settings = load_settings(folder.write("etc/settings.yaml", SETTINGS))
    account = settings.accounts["room-bot"]
    assert account.invites == Invites(("@ada:example.org",), ("example.org",), ("!abc:example.org",))
    assert (account.prefix, account.language) == ("!bot", "fr")
    assert settings.answer_within == timedelta(seconds=90)
    assert settings.keep_messages_for == timedelta(days=14)
    assert settings.keep_gaps_for == timedelta(weeks=8)
    assert settings.limits == Limits(person_per_minute=5)
    assert settings.contacts == {"fr": "accueil@example.org"}
    assert settings.most_posts_a_day == 2
    assert settings.destinations == {
        "visits": Destination(
            "room-bot", ("fr", "en"), "#visits:example.org", mention_room=True, zones=(ZoneInfo("Europe/Lisbon"),)
        )
    }


def test_a_destination_on_mastodon_is_read_and_what_it_does_not_say_keeps_its_default(folder):
    account = 'accounts: {toots: {kind: mastodon, server: "https://social.example.org", token_file: t}}\n'
    wide = "{account: toots, languages: [fr], visibility: private, characters: 5000}"
    written = f"destinations: {{a: {{account: toots, languages: [fr]}}, b: {wide}}}\n"
    settings = load_settings(folder.write("settings.yaml", account + written))
    assert settings.destinations == {
        "a": Destination("toots", ("fr",)),
        "b": Destination("toots", ("fr",), visibility="private", characters=5000),
    }


def test_paths_are_relative_to_the_settings_file(folder):
    settings = load_settings(folder.write("etc/settings.yaml", SETTINGS))
    here = Path.cwd()
    assert settings.accounts["room-bot"].token_file == here / "etc/secrets/matrix"
    assert settings.knowledge == here / "etc/../knowledge"
    assert settings.store == f"sqlite:///{here}/etc/echobot.db"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("repository: https://example.org/k.git", Repository("https://example.org/k.git")),
        (
            "repository: git@example.org:k.git, branch: a/b, every: 1h, folder: texts",
            Repository("git@example.org:k.git", "a/b", timedelta(hours=1), "texts"),
        ),
        ("repository: ssh://git@example.org/k", Repository("ssh://git@example.org/k")),
        ("repository: /srv/k", Repository("/srv/k")),
        ("repository: ../k", Repository("/HERE/etc/../k")),
    ],
)
def test_the_knowledge_can_be_a_repository(folder, written, meant):
    read = load_settings(folder.write("etc/settings.yaml", f"knowledge: {{{written}}}\n")).knowledge
    assert read == replace(meant, address=meant.address.replace("/HERE", str(Path.cwd())))


def test_the_example_for_operators_is_right():
    example = load_settings(Path(__file__).parents[2] / "deploy" / "settings.example.yaml")
    assert list(example.accounts) == ["our-rooms", "our-toots"]
    assert {each.account for each in example.destinations.values()} == set(example.accounts)


def test_what_is_not_set_keeps_its_default(folder):
    settings = load_settings(folder.write("settings.yaml", "contacts: {en: ask@example.org}\n"))
    default = Settings()
    assert settings.accounts == {}
    assert (settings.knowledge, settings.limits) == (default.knowledge, default.limits)
    assert (settings.answer_within, settings.keep_messages_for) == (default.answer_within, default.keep_messages_for)
    assert settings.keep_gaps_for == default.keep_gaps_for == timedelta(days=60)
    assert (settings.destinations, settings.most_posts_a_day) == (default.destinations, default.most_posts_a_day)


def test_the_pages_about_its_health_are_for_this_machine_alone_unless_told(folder):
    def read(written):
        return load_settings(folder.write("settings.yaml", f"health: {written}\n")).health

    assert read("{port: 8090}") == HealthPages(8090, "127.0.0.1")
    assert read('{port: "65535", address: "::1"}') == HealthPages(65535, "::1")
    assert load_settings(folder.write("settings.yaml", "accounts: {}\n")).health is None


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("sqlite:////var/lib/echobot.db", "sqlite:////var/lib/echobot.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgresql://echobot@db.example.org/echobot", "postgresql://echobot@db.example.org/echobot"),
    ],
)
def test_an_absolute_store_stays_where_it_is(folder, url, meant):
    assert load_settings(folder.write("settings.yaml", f'store: "{url}"\n')).store == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("90s", timedelta(seconds=90)),
        ("30 m", timedelta(minutes=30)),
        ("30 minutes", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("1 day", timedelta(days=1)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_a_length_of_time_is_written_as_people_write_it(folder, written, meant):
    assert load_settings(folder.write("settings.yaml", f"answer_within: {written}\n")).answer_within == meant


@pytest.mark.parametrize(("text", "sentences"), cases("settings_mistakes.txt"))
def test_a_mistake_in_the_settings_is_told_in_plain_words(settings, text, sentences):
    assert settings(text) == sentences


def test_a_secret_in_the_settings_is_told_and_not_repeated(settings):
    problems = settings(SETTINGS.replace("token_file: secrets/matrix", "token: syt_hunter2"))
    assert not any("hunter2" in line for line in problems)
    assert problems[-1] == (
        "settings.yaml:6:5: `token` would put a secret into this file — keep it in a file of its own and name that in"
        " `token_file`"
    )


def test_settings_with_mistakes_are_refused(folder):
    with pytest.raises(ProblemsFound, match=r"settings\.yaml:1:1: unknown key `acounts` — did you mean `accounts`\?"):
        load_settings(folder.write("settings.yaml", "acounts: {}\n"))


def test_settings_that_are_not_there_are_refused(folder):
    with pytest.raises(ProblemsFound, match=r"^settings\.yaml:1:1: "):
        load_settings(folder.path / "settings.yaml")


def secret(folder, content: str | bytes, mode: int = 0o600) -> Path:
    file = folder.write("secret", content)
    file.chmod(mode)
    return file


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_secret_is_the_one_word_in_its_file(folder, mode):
    assert read_secret(secret(folder, "syt_abc\n", mode)) == "syt_abc"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_secret_that_others_can_read_is_refused(folder, mode):
    with pytest.raises(SettingsError, match=r"^others can read the secret in secret; run `chmod 600 secret`$"):
        read_secret(secret(folder, "syt_abc\n", mode))


@pytest.mark.parametrize("content", ["", "\n", "two words", "one\ntwo\n"])
def test_a_secret_that_is_not_one_word_is_refused_and_not_repeated(folder, content):
    with pytest.raises(SettingsError, match=r"^secret should hold one word, the secret, and nothing else") as refused:
        read_secret(secret(folder, content))
    assert "two" not in str(refused.value)


def test_a_secret_that_is_not_there_is_told(folder):
    with pytest.raises(SettingsError, match=r"^there is no file secret, where a secret should be"):
        read_secret(folder.path / "secret")


def test_a_secret_that_is_a_folder_or_no_text_is_told(folder):
    (folder.path / "secrets").mkdir(mode=0o700)
    for file in (folder.path / "secrets", secret(folder, b"\xff")):
        with pytest.raises(SettingsError, match=f"^the secret in {file} cannot be read"):
            read_secret(file)


def test_a_secret_that_systemd_hands_over_needs_no_file_that_the_service_can_read(folder):
    given = folder.write("credentials/secrets_rooms", "syt_abc\n")
    given.chmod(0o440)  # where systemd lets the service in by an access list, the group's bits show its mask

    environment = {"CREDENTIALS_DIRECTORY": str(given.parent)}
    assert read_secret(folder.path / "secrets" / "rooms", environment) == "syt_abc"
    with pytest.raises(SettingsError, match=r"^there is no file secrets/toots"):
        read_secret(folder.path / "secrets" / "toots", environment)


def test_a_password_file_of_the_store_is_found_beside_the_settings(folder):
    url = "postgresql://echobot@db.example.org/echobot?password_file=secrets/store&sslmode=require"
    settings = load_settings(folder.write("settings.yaml", f'store: "{url}"\n'))

    assert settings.store == url.replace("secrets", f"{Path.cwd()}/secrets")


def test_the_folder_for_keys_is_found_beside_the_settings(folder):
    assert load_settings(folder.write("settings.yaml", "state: here\n")).state == Path.cwd() / "here"
