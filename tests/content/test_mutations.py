"""Whatever happens to a file, the answer is knowledge or problems: never an exception, never a silent loss."""

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echobot.content.knowledge_folder import load
from echobot.content.questions import load_questions
from echobot.content.settings_file import read_settings
from echobot.content.yaml_reading import read_tree
from echobot.core.problem import Severity
from tests.content.conftest import ENTRY
from tests.content.test_across import NEEDS, SERVICES, TOOLS
from tests.content.test_announcements import ANNOUNCED, PNG
from tests.content.test_languages import CUES, PHRASES_FILE
from tests.content.test_questions import LINES, QUESTIONS
from tests.content.test_settings_file import SETTINGS

KNOWLEDGE = ENTRY + TOOLS + NEEDS + SERVICES
SPECIAL = [
    b"\t",
    b": ",
    b"- ",
    b"#",
    b'"',
    b"'",
    b"[",
    b"]",
    b"{",
    b"}",
    b"&a ",
    b"*a",
    b"!",
    b"|",
    b">",
    b"%",
    b"@",
    b"`",
]
SPECIAL += [
    b"\n",
    b"\r",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    "\u2028".encode(),
    "\x85".encode(),
    b"<<: ",
    b"---\n",
    b"...",
    b"? ",
]

mutation = st.tuples(
    st.sampled_from(["delete", "insert", "double", "swap"]),
    st.integers(0, 2000),
    st.integers(1, 40),
    st.one_of(st.sampled_from(SPECIAL), st.binary(max_size=8)),
)
patiently = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


def mutated(text: str, mutations: list) -> bytes:
    data = text.encode()
    for what, at, length, new in mutations:
        start = at % (len(data) + 1)
        piece = data[start : start + length]
        if what == "swap":  # two lines change places
            lines = data.split(b"\n")
            one, other = at % len(lines), length % len(lines)
            lines[one], lines[other] = lines[other], lines[one]
            data = b"\n".join(lines)
        else:
            inserted = {"delete": b"", "insert": new + piece, "double": piece + piece}[what]
            data = data[:start] + inserted + data[start + length :]
    return data


def knowledge_or_problems(folder) -> None:
    knowledge, problems = load(folder.path)
    errors = [each for each in problems if each.severity is Severity.ERROR]
    assert (knowledge is None) == bool(errors)
    for each in problems:
        lines = Path(each.file).read_bytes().count(b"\n") + 3 if Path(each.file).is_file() else 1
        assert 1 <= each.line <= lines
        assert each.column >= 1
        assert each.wrong
        assert each.instead
        str(each).encode()


@given(st.lists(mutation, min_size=1, max_size=4))
@patiently
def test_a_mutated_knowledge_file_is_knowledge_or_problems(folder, mutations):
    folder.write("a.yaml", mutated(KNOWLEDGE, mutations))
    knowledge_or_problems(folder)


@given(st.lists(mutation, min_size=1, max_size=4))
@patiently
def test_mutated_announcements_are_knowledge_or_problems(folder, mutations):
    folder.write("posters/lisbon.png", PNG)
    folder.write("a.yaml", mutated(ANNOUNCED, mutations))
    knowledge_or_problems(folder)


@given(
    st.sampled_from(["every", "first", "day", "before", "after", "at", "on the", "14", "1 hour", "tuesday", "10:00"]),
    st.lists(
        st.sampled_from(["every", "at", "except", "2027-02-28", "02:30", "31", "month", "2 weeks", "-", "\U0001d7d8"])
    )
    | st.lists(st.text(max_size=5)),
)
@patiently
def test_whatever_is_written_for_a_time_is_one_or_a_problem(folder, first, more):
    words = json.dumps(" ".join([first, *more]).encode("utf-8", "ignore").decode())
    folder.write("posters/lisbon.png", PNG)
    folder.write("a.yaml", ANNOUNCED.replace("14 days before at 10:00", words).replace("2027-03-02 18:30", words))
    knowledge_or_problems(folder)


@given(st.lists(mutation, min_size=1, max_size=4))
@patiently
def test_a_mutated_language_is_knowledge_or_problems(folder, mutations):
    folder.write("a.yaml", ENTRY)
    folder.write("languages/eo/all.yaml", mutated(PHRASES_FILE + CUES, mutations))
    knowledge_or_problems(folder)


@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
)
@patiently
def test_random_bytes_are_a_tree_or_problems(folder, data):
    tree, problems = read_tree(folder.write("a.yaml", data))
    assert tree is not None or problems
    for each in problems:
        assert 1 <= each.line <= data.count(b"\n") + data.count(b"\r") + 3
        str(each).encode()


@given(st.lists(mutation, min_size=1, max_size=4))
@patiently
def test_mutated_settings_are_settings_or_problems(folder, mutations):
    read, problems = read_settings(folder.write("settings.yaml", mutated(SETTINGS, mutations)))
    assert (read is None) == bool(problems)


@given(st.sampled_from([("q.yaml", QUESTIONS), ("q.jsonl", LINES)]), st.lists(mutation, min_size=1, max_size=4))
@patiently
def test_mutated_questions_are_questions_or_problems(folder, file, mutations):
    name, text = file
    for each in load_questions(folder.write(name, mutated(text, mutations)))[1]:
        str(each).encode()
