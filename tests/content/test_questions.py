import pytest

from echobot.content.questions import load_questions, read_questions
from echobot.core.expectation import Expectation
from echobot.errors import ProblemsFound

QUESTIONS = """\
questions:
  - {question: what is the fediverse?, language: en, expect: fediverse}
  - {question: which networks?, expect: [fediverse, networks]}
  - {question: "is whatsapp down?", expect: null}
"""
LINES = """\
{"question": "what is the fediverse?", "language": "en", "expect": "fediverse"}

{"question": "which networks?", "language": null, "expect": ["fediverse", "networks"]}
{"question": "is whatsapp down?", "expect": null}
"""


@pytest.mark.parametrize(("name", "text"), [("q.yaml", QUESTIONS), ("q.jsonl", LINES)])
def test_questions_are_read_from_yaml_and_from_json_lines(folder, name, text):
    assert read_questions(folder.write(name, text)) == [
        Expectation("what is the fediverse?", ("fediverse",), "en"),
        Expectation("which networks?", ("fediverse", "networks")),
        Expectation("is whatsapp down?", ()),
    ]


def test_json_may_write_letters_by_their_numbers(folder):
    (read,) = read_questions(folder.write("q.jsonl", '{"question": "caf\\u00e9 \\ud83d\\ude00", "expect": null}'))
    assert read.question == "café 😀"


@pytest.mark.parametrize(
    "line",
    ["hello", "[]", "3", '{"question": "a", "expect": null', "[" * 10_000, '{"a": ' * 3_000, "1" * 5_000, "x" * 30_000],
)
def test_a_line_that_is_no_json_object_is_told_and_the_others_are_read(folder, line):
    questions, problems = load_questions(folder.write("q.jsonl", LINES + line + "\n" + LINES))
    assert len(questions) == 6
    (problem,) = map(str, problems)
    assert problem.startswith(
        'q.jsonl:5:1: this line is not a JSON object — write {"question": "…", "expect": "an-id"}'
    )


WRONG = {
    '{"question": "a"}': "`expect` is missing",
    '{"expect": null}': "`question` is missing",
    '{"question": 3, "expect": null}': "`question` should be a text, but there is 3",
    '{"question": "", "expect": null}': "`question` is empty",
    '{"question": "a", "expect": "Not An Id"}': '`expect` "Not An Id" is not an id',
    '{"question": "a", "expect": {"b": 1}}': "`expect` should be a list, but there are keys below it",
    '{"question": "a", "expects": "b", "expect": null}': "unknown key `expects`",
    '{"question": "a", "language": "english", "expect": null}': '`language` "english" is not a language',
}


@pytest.mark.parametrize("line", WRONG)
def test_a_question_of_a_wrong_shape_is_told(folder, line):
    problems = load_questions(folder.write("q.jsonl", "\n" + line))[1]
    assert [str(each).split(" — ")[0] for each in problems] == [f"q.jsonl:2:1: {WRONG[line]}"]


def test_a_question_in_yaml_is_told_with_its_column(folder):
    problems = load_questions(folder.write("q.yaml", QUESTIONS.replace("expect: fediverse", "expct: fediverse")))[1]
    assert [str(each).split(" — ")[0] for each in problems] == [
        "q.yaml:2:5: `expect` is missing",
        "q.yaml:2:54: unknown key `expct`",
    ]


def test_questions_with_mistakes_are_refused(folder):
    with pytest.raises(ProblemsFound, match=r"q\.yaml:1:1: unknown key `question` — did you mean `questions`\?"):
        read_questions(folder.write("q.yaml", "question: []\n"))


def test_a_hundred_problems_of_a_file_are_enough(folder):
    assert len(load_questions(folder.write("q.jsonl", "hello\n" * 1000))[1]) == 100
