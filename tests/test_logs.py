"""What the log looks like."""

import json
import logging

import pytest
import structlog

from echobot.logs import log_to_stderr


def logged(capsys, **how) -> list[str]:
    log_to_stderr(logging.INFO, **how)
    log = structlog.get_logger()
    log.debug("too small")
    log.error("account stopped", account="toots", reason="l'accès\nest refusé")
    try:
        {}["x"]
    except KeyError:
        log.exception("unexpected")
    return capsys.readouterr().err.splitlines()


def test_for_a_program_each_line_is_an_object(capsys):
    stopped, unexpected = map(json.loads, logged(capsys, as_json=True))

    assert stopped.pop("timestamp").endswith("Z")
    assert stopped == {
        "event": "account stopped",
        "account": "toots",
        "reason": "l'accès\nest refusé",
        "level": "error",
    }
    assert "KeyError: 'x'" in unexpected["exception"]


def test_for_people_it_is_a_line_of_words(capsys):
    assert "account stopped" in logged(capsys)[0]
    assert "account=toots" in logged(capsys)[0]


HOSTILE = "no\x1b]0;owned\x07\n2026-11-25T12:00:00Z [error    ] account stopped  account=toots\r\x9b2J\u202e"


def hostile_lines(capsys, **how) -> list[str]:
    """The lines that a server's words make, and somebody's name, and an error that quotes them."""
    log_to_stderr(logging.INFO, **how)
    log = structlog.get_logger()
    log.warning("waiting", reason=HOSTILE, inviter=f"@{HOSTILE}:example.org")
    try:
        int(HOSTILE)
    except ValueError:
        log.exception("unexpected")
    return capsys.readouterr().err.split("\n")


@pytest.mark.parametrize("as_json", [False, True])
def test_no_words_of_a_stranger_command_the_terminal(capsys, as_json):
    told = "".join(hostile_lines(capsys, as_json=as_json))
    assert not [sign for sign in told if not sign.isprintable()]


def test_nor_do_they_forge_a_line(capsys):
    lines = [line for line in hostile_lines(capsys) if line and not line.startswith((" ", "Traceback"))]

    assert [" ".join(line.split()[1:4]) for line in lines] == ["[warning ] waiting", "[error ] unexpected"]
    assert len([*map(json.loads, filter(None, hostile_lines(capsys, as_json=True)))]) == 2
