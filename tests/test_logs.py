"""What the log looks like."""

import json
import logging

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
