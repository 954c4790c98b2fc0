import json
import subprocess
import sys
from pathlib import Path

import pytest

from echobot.cli import main

FEDIVERSE = """
entries:
  - id: fediverse
    asked: {en: ["what is the fediverse", "explain the fediverse"], fr: ["c'est quoi le fediverse"]}
    answer: {en: "Servers that talk with each other.", fr: "Des serveurs qui se parlent."}
    sources: ["https://fediverse.party"]
    reviewed: 2026-11-20
  - id: visits
    asked: {en: ["when is the next study visit", "study visits"]}
    answer: {en: "None is known."}
    sources: ["https://example.org"]
"""
FIELDS = [
    "outcome",
    "entries",
    "language",
    "text",
    "sources",
    "reviewed",
    "score",
    "matched",
    "unexplained",
    "elapsed_ms",
]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "entries.yaml").write_text(FEDIVERSE, encoding="utf-8")
    return tmp_path


def test_a_question_is_answered_in_its_language(folder, capsys):
    assert main(["ask", "c'est quoi le fediverse ?", "--knowledge", str(folder)]) == 0
    assert capsys.readouterr().out.startswith("Des serveurs qui se parlent.")


def test_the_language_can_be_said(folder, capsys):
    main(["ask", "fediverse", "--language", "en", "--knowledge", str(folder), "--json"])

    assert json.loads(capsys.readouterr().out)["language"] == "en"


def test_an_unknown_language_is_told_in_one_sentence(folder, capsys):
    assert main(["ask", "fediverse", "--language", "xx", "--knowledge", str(folder)]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("echobot: nothing here is written in 'xx'")


def test_json_has_the_promised_fields_in_order(folder, capsys):
    main(["ask", "--json", "what is the fediverse", "--knowledge", str(folder)])

    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == FIELDS
    assert (answer["outcome"], answer["entries"]) == ("found", ["fediverse"])
    assert (answer["sources"], answer["reviewed"]) == (["https://fediverse.party"], "2026-11-20")


def test_what_is_not_known_has_no_entries_and_no_sources(folder, capsys):
    main(["ask", "--json", "will it rain tomorrow", "--knowledge", str(folder)])

    answer = json.loads(capsys.readouterr().out)
    assert (answer["outcome"], answer["entries"], answer["sources"], answer["reviewed"]) == ("unknown", [], [], None)
    assert 0 <= answer["score"] <= 1


def test_questions_are_read_a_line_and_answered_as_they_come(folder):
    command = [sys.executable, "-m", "echobot", "ask", "--json", "-", "--knowledge", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for question, outcome in ((b"what is the fediverse", "found"), (b"", "unknown"), (b"\xff\xfe", "unknown")):
            process.stdin.write(question + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["outcome"] == outcome
        process.stdin.close()
        assert process.wait(30) == 0


def test_explain_says_which_words_spoke_and_which_were_left(folder, capsys):
    main(["ask", "--explain", "what is the fediverse", "--knowledge", str(folder)])

    said = capsys.readouterr().out
    assert "Found: fediverse scores" in said
    assert 'spoke for it: "' in said


def test_a_mistake_in_the_knowledge_is_told_with_its_place(folder, capsys):
    (folder / "entries.yaml").write_text(FEDIVERSE.replace("reviewed: 2026-11-20", "reviewd: 2026-11-20"))

    assert main(["check", str(folder)]) == 1
    assert "entries.yaml:7:5: fediverse: unknown key `reviewd`" in capsys.readouterr().out


def test_knowledge_with_a_mistake_is_not_served(folder, capsys):
    (folder / "entries.yaml").write_text(FEDIVERSE + "  - id: fediverse\n")

    assert main(["ask", "fediverse", "--knowledge", str(folder)]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_warnings_fail_only_a_strict_check(folder):
    assert main(["check", str(folder)]) == 0
    (folder / "entries.yaml").write_text(FEDIVERSE.replace('    sources: ["https://example.org"]\n', ""))
    assert main(["check", str(folder)]) == 0
    assert main(["check", "--strict", str(folder)]) == 1


def test_the_shipped_knowledge_passes_the_strict_check(capsys):
    assert main(["check", "--strict"]) == 0, capsys.readouterr().out


def test_evaluate_counts_and_demands(folder, tmp_path, capsys):
    questions = tmp_path / "asked.jsonl"
    questions.write_text(
        '{"question": "what is the fediverse", "language": "en", "expect": "fediverse"}\n'
        '{"question": "will it rain tomorrow", "language": "en", "expect": null}\n'
    )
    details = tmp_path / "details.jsonl"
    arguments = ["evaluate", "--knowledge", str(folder), str(questions)]

    assert main([*arguments, "--json", "--details", str(details), "--at-least", "precision=0.95"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["counts"]["right"], report["counts"]["declined"], report["precision"]) == (1, 1, 1.0)
    first, second = map(json.loads, details.read_text().splitlines())
    assert (first["best"], first["outcome"], first["expect"]) == ("fediverse", "found", ["fediverse"])
    assert (second["expect"], second["outcome"]) == (None, "unknown")
    assert second["score"] < first["score"]


def test_evaluate_fails_below_what_is_demanded(folder, tmp_path, capsys):
    questions = tmp_path / "asked.jsonl"
    questions.write_text('{"question": "will it rain tomorrow", "expect": "fediverse"}\n')

    assert main(["evaluate", "--knowledge", str(folder), str(questions), "--at-least", "coverage=0.5"]) == 1
    assert "coverage is 0.000, below 0.500" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["frobnicate"], ["ask"], ["ask", "x", "--knowledge", "/nowhere"], ["run", "--settings", "/nowhere.yaml"],
     ["evaluate", "/nowhere.yaml"], ["evaluate", "x.yaml", "--at-least", "beauty=1"], ["schema", "poem"], ["login"],
     ["check", "--settings", "/nowhere.yaml", "/nowhere"], ["chat", "--store", "oracle://x"], ["gaps"],
     ["gaps", "--settings", "/nowhere.yaml"], ["gaps", "--store", "sqlite:////nowhere.db"], ["calendar"],
     ["calendar", "import"], ["calendar", "import", "/nowhere.ics"], ["calendar", "a.ics", "--knowledge", "/nowhere"]],
)  # fmt: skip
def test_every_error_is_told_without_a_traceback(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    assert main(arguments) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_asking_and_checking_load_neither_a_chat_nor_a_database():
    script = "import sys; from echobot.cli import main; main({}); print([m for m in {} if m in sys.modules])"
    heavy = ["nio", "mastodon", "sqlalchemy", "aiohttp", "icalendar", "PIL"]
    for arguments in (["ask", "what is mastodon?"], ["check"]):
        ran = subprocess.run(
            [sys.executable, "-c", script.format(arguments, heavy)], capture_output=True, text=True, check=True
        )
        assert ran.stdout.splitlines()[-1] == "[]"


def test_a_conversation_in_the_terminal_remembers_its_choices(folder, tmp_path):
    command = [sys.executable, "-m", "echobot", "chat", "--store", f"sqlite:///{tmp_path / 'chat.db'}"]
    environment = {"XDG_STATE_HOME": str(tmp_path), "PATH": ""}
    asked = "google drive\n1\n"
    ran = subprocess.run(command, input=asked, capture_output=True, text=True, check=True, env=environment, timeout=120)

    choices, picked = ran.stdout.index("1. "), ran.stdout.index("Nextcloud: ")
    assert choices < picked
    assert "Traceback" not in ran.stderr


def test_the_shipped_knowledge_is_found_from_anywhere(tmp_path):
    command = [sys.executable, "-m", "echobot", "ask", "what is mastodon?"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert "https://joinmastodon.org" in ran.stdout


def test_the_readme_names_only_commands_that_exist(capsys):
    main(["--help"])
    commands = capsys.readouterr().out

    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    for command in ("ask", "chat", "check", "gaps", "evaluate", "run", "login"):
        assert f"echobot {command}" in readme.replace("make chat", "echobot chat")
        assert f"\n  {command}" in commands


def test_links_that_lead_nowhere_public_are_not_followed_and_a_sentence_says_so(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (folder / "entries.yaml").write_text(
        FEDIVERSE.replace("https://fediverse.party", "http://127.0.0.1/a").replace(
            "https://example.org", "http://[::1]/b"
        )
    )

    assert main(["links", str(folder)]) == 1
    assert capsys.readouterr().err == (
        "echobot: no server at all could be reached: is this machine connected to the internet?\n"
    )


def test_a_knowledge_base_without_links_has_no_dead_ones(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (folder / "entries.yaml").write_text(FEDIVERSE.replace("https://", "The site "))

    assert main(["links", str(folder)]) == 0
    assert capsys.readouterr().out == "No link is dead.\n"
