"""Every way in which a file can fail to be the YAML that its author meant, with either of PyYAML's parsers."""

from itertools import pairwise

import pytest
import yaml

from echobot.content import yaml_reading
from echobot.content.yaml_reading import DEEPEST, parse
from tests.content.conftest import cases


@pytest.fixture(params=["C", "Python"], autouse=True)
def parser(request, monkeypatch):
    monkeypatch.setattr(yaml_reading, "_PARSER", {"C": yaml.CSafeLoader, "Python": yaml.SafeLoader}[request.param])


def told(text: str) -> list[str]:
    return [str(problem) for problem in parse(text, "a.yaml")[1]]


def read(text: str) -> dict:
    tree, problems = parse(text, "a.yaml")
    assert problems == []
    return tree.root


def test_a_scalar_stays_what_was_typed():
    text = "a: [no, on, 12:30, 0775, 2026-11-20, 1.0, 0x1F, 1_000, true, 'no', \"12:30\"]"
    said = ["no", "on", "12:30", "0775", "2026-11-20", "1.0", "0x1F", "1_000", "true", "no", "12:30"]
    assert read(text) == {"a": said}


def test_a_key_stays_what_was_typed():
    assert read("{no: a, 12: b, 2026-11-20: c}") == {"no": "a", "12": "b", "2026-11-20": "c"}


def test_what_is_left_empty_is_nothing_and_quoted_it_is_a_text():
    assert read("a:\nb: ~\nc: null\nd: ''\ne: 'null'\n") == {"a": None, "b": None, "c": None, "d": "", "e": "null"}


def test_a_long_text_may_go_on_for_several_lines():
    assert read("a: |\n  one\n  two\nb: >\n  one\n  two\n") == {"a": "one\ntwo\n", "b": "one two\n"}


def test_flow_and_block_may_be_mixed():
    assert read("a:\n  - {b: [c, d], e: {}}\n  - []\n") == {"a": [{"b": ["c", "d"], "e": {}}, []]}


@pytest.mark.parametrize(("text", "sentences"), cases("yaml_mistakes.txt"))
def test_a_mistake_is_told_in_plain_words(text, sentences):
    assert told(text) == sentences


def test_every_tab_in_the_indentation_is_told_instead_of_what_the_parser_says():
    sentence = "a tab is used for indentation — use spaces"
    assert told("a:\n\tb: c\n  \td: e\n") == [f"a.yaml:2:1: {sentence}", f"a.yaml:3:3: {sentence}"]


def test_a_tab_inside_a_text_is_a_tab():
    assert read("a: |\n  one\n  \ttwo\n") == {"a": "one\n\ttwo\n"}


def test_all_that_is_wrong_before_a_syntax_error_is_told_as_well():
    places = [line.split(": ")[0] for line in told("a: &x 1\nb: !!int 2\na: 3\nc: 'open\n")]
    assert places == ["a.yaml:1:4", "a.yaml:2:4", "a.yaml:3:1", "a.yaml:4:4"]


def test_a_mistake_names_the_entry_that_it_is_in():
    assert told("entries:\n  - id: one\n    answer: {fr: a, fr: b}\n") == [
        "a.yaml:3:21: one: `fr` is written twice, first in line 3 — keep one of the two"
    ]


def test_a_bomb_of_aliases_is_one_problem_an_alias():
    bomb = "a: &a [x, x, x]\n"
    for inner, outer in pairwise("abcdefghi"):
        bomb += f"{outer}: &{outer} [{', '.join([f'*{inner}'] * 9)}]\n"
    assert len(told(bomb)) == 9 + 8 * 9


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: "])
def test_nesting_without_end_is_refused_where_it_gets_too_deep(opening):
    problem = told("a:\n  " + opening * 100_000)[-1]
    assert f"more than {DEEPEST} lists and keys lie within each other" in problem
