"""Which files are read, and what keeps one from being read."""

import os
from pathlib import Path

import pytest

from echobot.content.knowledge_folder import load, load_or_refuse
from echobot.errors import ProblemsFound
from tests.content.conftest import ENTRY


def test_a_folder_with_one_file_is_a_knowledge_base(folder):
    folder.write("anything.yml", ENTRY)
    knowledge, problems = folder.load()
    assert list(knowledge.entries) == ["fediverse"]
    assert problems == []


def test_files_are_found_in_folders_below_and_hidden_ones_and_tests_left_out(folder):
    folder.write("deep/down/here.yaml", ENTRY)
    for unread in (".git/a.yaml", ".hidden.yaml", "tests/questions.yaml", "deep/tests/b.yaml", "notes.txt", "a.yaml~"):
        folder.write(unread, "a: 'broken")
    knowledge, problems = folder.load()
    assert list(knowledge.entries) == ["fediverse"]
    assert problems == []


def test_a_folder_that_does_not_exist_is_told(folder):
    knowledge, problems = load(folder.path / "nowhere")
    assert knowledge is None
    assert [str(each) for each in problems] == [
        "nowhere:1:1: there is no such folder — write the path of a folder of YAML files"
    ]


@pytest.mark.parametrize("files", [{}, {"a.yaml": "entries: []\n"}, {"README.md": "hello"}])
def test_a_folder_that_answers_nothing_is_told(folder, files):
    for name, text in files.items():
        folder.write(name, text)
    knowledge, problems = folder.load()
    assert knowledge is None
    assert problems == [
        ".:1:1: nothing in this folder can be answered — write `entries:` into a .yaml file, as the README shows"
    ]


def test_a_file_that_is_not_utf8_is_told_with_its_first_foreign_letter(folder):
    assert folder.problems(ENTRY.encode() + "# é è".encode("latin-1")) == [
        'a.yaml:6:3: this is not UTF-8 text (byte 0xe9) — save the file with the encoding "UTF-8"'
    ]


def test_utf16_is_told(folder):
    assert folder.problems(ENTRY.encode("utf-16")) == [
        'a.yaml:1:1: this is not UTF-8 text (byte 0xff) — save the file with the encoding "UTF-8"'
    ]


def test_a_byte_order_mark_and_the_line_ends_of_windows_are_read_over(folder):
    folder.write("a.yaml", b"\xef\xbb\xbf" + ENTRY.replace("\n", "\r\n").encode())
    knowledge, problems = folder.load()
    assert problems == []
    assert knowledge.entries["fediverse"].answer == {"en": "Many networks in one."}


def test_columns_count_letters_and_a_byte_order_mark_is_none(folder):
    assert folder.places(b"\xef\xbb\xbf" + "{é😀: a, é😀: b}".encode())[-1] == "a.yaml:1:9"


def test_a_control_character_is_told(folder):
    (problem,) = folder.problems(ENTRY + "# a\x00b\n")
    assert problem.startswith("a.yaml:6:4: there is an invisible control character here (U+0000) — delete it")


def test_a_file_of_fifty_gigabytes_is_refused_without_being_read(folder):
    os.truncate(folder.write("a.yaml", ENTRY), 50 << 30)
    assert folder.load() == (None, ["a.yaml:1:1: this is larger than 1 MB — divide it into several files"])


def test_ten_megabytes_of_valid_yaml_are_refused_too(folder):
    assert folder.problems(ENTRY + "#" * 10_000_000) == [
        "a.yaml:1:1: this is larger than 1 MB — divide it into several files"
    ]


def test_a_folder_or_a_pipe_with_the_name_of_a_file_is_told(folder):
    folder.write("a.yaml/b.txt", "")
    os.mkfifo("c.yaml")
    sentence = "this is not a file that can be read — put a text file here, or take the name away"
    assert folder.load()[1] == [f"a.yaml:1:1: {sentence}", f"c.yaml:1:1: {sentence}"]


@pytest.mark.parametrize("target", ["a.yaml", "missing.yaml"])
def test_a_link_that_leads_nowhere_is_told(folder, target):
    Path("a.yaml").symlink_to(target)
    assert folder.load()[1] == [
        "a.yaml:1:1: this is not a file that can be read — put a text file here, or take the name away"
    ]


def test_a_link_that_leads_out_of_the_folder_is_not_followed(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.yaml"
    outside.write_text("password: hunter2")
    Path("a.yaml").symlink_to(outside)
    problems = folder.load()[1]
    assert problems == [
        "a.yaml:1:1: this is a link that leads out of the folder, so it is not read — put the file itself here"
    ]


def test_a_link_within_the_folder_is_read_once(folder):
    folder.write(".data/real.yaml", ENTRY)
    Path("a.yaml").symlink_to(".data/real.yaml")
    assert list(folder.load()[0].entries) == ["fediverse"]


def test_a_loop_of_folders_has_an_end(folder):
    folder.write("a.yaml", ENTRY)
    Path("again").symlink_to(".")
    assert folder.load()[1] == []


def test_a_file_that_cannot_be_read_hides_no_other_mistake_and_makes_none_up(folder):
    folder.write("tools.yaml", b"\xff")
    folder.write(
        "needs.yaml",
        "needs:\n  - {id: share, name: {en: share}, asked: {en: how}, tools: [nextcloud], sources: [a], color: red}\n",
    )
    assert [line.split(" — ")[0] for line in folder.load()[1]] == [
        "needs.yaml:2:88: share: unknown key `color`",
        "tools.yaml:1:1: this is not UTF-8 text (byte 0xff)",
    ]


def test_knowledge_with_errors_is_refused_and_warnings_are_not_worth_a_word_then(folder):
    folder.write("a.yaml", ENTRY.replace("sources: [https://example.org/fediverse]", "titel: a"))
    with pytest.raises(ProblemsFound) as refused:
        load_or_refuse(folder.path)
    assert str(refused.value) == "a.yaml:5:5: fediverse: unknown key `titel` — did you mean `title`?"


def test_knowledge_that_is_only_worth_a_look_is_not_refused(folder):
    folder.write("a.yaml", ENTRY.replace("    sources: [https://example.org/fediverse]\n", ""))
    assert list(load_or_refuse(folder.path).entries) == ["fediverse"]
