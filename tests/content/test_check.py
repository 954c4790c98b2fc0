from pathlib import Path

from echobot.content.check import check
from echobot.shipped import shipped_folder
from tests.content.conftest import ENTRY

FULL = ENTRY.replace(
    "[what is the fediverse]", "[what is the fediverse, explain it, tell me more, fediverse, a network]"
)


def told(*folders: str, settings: str | None = None) -> list[str]:
    return [str(each) for each in check(map(Path, folders), Path(settings) if settings else None)]


def test_nothing_is_said_of_folders_that_are_right(folder):
    folder.write("one/a.yaml", FULL)
    folder.write("two/a.yaml", FULL)
    assert told("one", "two") == []


def test_problems_come_in_the_order_of_files_and_lines(folder):
    folder.write("b/a.yaml", ENTRY + "    title: a\n    color: b\n")
    folder.write("a/z.yaml", ENTRY + "    titel: a\n")
    folder.write("settings.yaml", "acounts: {}\n")
    assert [line.split(": ")[0] for line in told("b", "a", settings="settings.yaml")] == [
        "a/z.yaml:6:5",
        "b/a.yaml:6:12",
        "b/a.yaml:7:5",
        "settings.yaml:1:1",
    ]


def test_files_are_named_from_where_one_stands(folder):
    folder.write("kb/a.yaml", ENTRY + "    titel: a\n")
    assert told(str(Path.cwd() / "kb")) == told("kb")
    assert told("kb")[0].startswith("kb/a.yaml:6:5: ")


def test_the_knowledge_that_the_settings_name_is_checked_too(folder):
    folder.write("kb/a.yaml", ENTRY + "    titel: a\n")
    folder.write("etc/settings.yaml", "knowledge: ../kb\n")
    (problem,) = told(settings="etc/settings.yaml")
    assert problem.endswith("unknown key `titel` — did you mean `title`?")


def test_a_folder_that_is_named_twice_is_told_once(folder):
    folder.write("kb/a.yaml", ENTRY + "    titel: a\n")
    assert len(told("kb", "kb")) == 1


def test_what_echobot_comes_with_has_no_problem():
    assert [str(each) for each in check([shipped_folder()], None)] == []
