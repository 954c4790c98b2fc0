"""The knowledge beside its test questions."""

from pathlib import Path

import pytest

from echobot.content.check import check
from tests.content.test_check import FULL

SECOND = """\
  - id: networks
    asked: {en: [which networks are there, list the networks, networks, all of them, name them all]}
    answer: {en: These.}
    sources: [https://example.org/networks]
"""


@pytest.fixture
def told(folder):
    """What is said of two entries and a file of test questions."""

    def said(*questions: str, name: str = "q.yaml") -> list[str]:
        folder.write("a.yaml", FULL + SECOND)
        folder.write(f"tests/{name}", "questions:\n" + "".join(f"  - {{{each}}}\n" for each in questions))
        return [str(each) for each in check([Path()], None)]

    return said


def test_an_entry_that_a_question_expects_is_tested(told):
    assert told("question: huh?, expect: fediverse", "question: which?, language: fr, expect: networks") == []


def test_a_question_that_allows_several_entries_tests_each(told):
    assert told("question: huh?, expect: [fediverse, networks]") == []


def test_an_entry_that_no_question_expects_is_worth_a_look(told):
    assert told("question: huh?, expect: fediverse", "question: nothing?, expect: null") == [
        (
            "a.yaml:6:9: networks: warning: no test question expects it"
            " — write one in `tests/`, in any language, as somebody would ask it"
        )
    ]


def test_without_a_folder_of_tests_none_is_missed(folder):
    folder.write("a.yaml", FULL + SECOND)
    assert check([Path()], None) == []


def test_a_file_that_cannot_be_read_is_told_and_nothing_is_said_to_be_untested(told):
    (problem,) = told("question: huh?, expct: fediverse, expect: null")
    assert "unknown key `expct`" in problem


def test_a_question_that_copies_a_phrasing_proves_nothing(told):
    assert told("question: 'NETWORKS!', expect: [fediverse, networks]") == [
        (
            'tests/q.yaml:2:16: warning: "NETWORKS!" is a phrasing of `networks`, so asking it proves nothing'
            " — ask in other words"
        )
    ]


def test_an_id_that_the_knowledge_does_not_have_is_told(told):
    nobodys = "there is nothing with the id"
    assert told("question: huh?, expect: [fedivers, fediverse, networks, x]") == [
        f"tests/q.yaml:2:31: {nobodys} `fedivers` — did you mean `fediverse`?",
        f"tests/q.yaml:2:62: {nobodys} `x` — write the id of an entry, a tool, a need or a service",
    ]
