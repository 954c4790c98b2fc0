"""What a curator reads about an item that is YAML and is not what an entry, a tool, a need or a service should be."""

import pytest

from tests.content.conftest import ENTRY, cases

TOOLS = """\
tools:
  - {id: nextcloud, name: Nextcloud, site: "https://nextcloud.com", licence: AGPL, sentence: {en: files}, sources: [a]}
"""


def entry(line: str) -> str:
    """The sixth line of a file that is right without it."""
    return f"{ENTRY}    {line}\n"


MISTAKES = [*cases("entry_mistakes.txt"), *cases("event_mistakes.txt"), *cases("announcement_mistakes.txt")]


@pytest.mark.parametrize(("text", "sentences"), MISTAKES)
def test_a_mistake_in_an_entry_is_told_in_plain_words(folder, text, sentences):
    assert folder.problems(text) == sentences


@pytest.mark.parametrize(
    "link", ["nextcloud.com", "https://", "https://nextcloud", "javascript:alert(1)", "https://a b.c"]
)
def test_a_site_that_is_no_link_is_told(folder, link):
    assert folder.problems(TOOLS.replace("https://nextcloud.com", link)) == [
        f'a.yaml:2:44: nextcloud: `site` "{link}" is not a link — write the whole address, such as https://example.org'
    ]


@pytest.mark.parametrize("source", ["www.example.org", "https://…", "ftp://example.org/a"])
def test_a_source_that_looks_like_a_link_and_is_none_is_told(folder, source):
    (problem,) = folder.problems(ENTRY.replace("https://example.org/fediverse", source))
    assert problem.startswith(f'a.yaml:5:15: fediverse: item 1 of `sources` "{source}" is not a link — ')


def test_a_source_may_be_the_name_of_an_article(folder):
    folder.write("a.yaml", ENTRY.replace("https://example.org/fediverse", "Framablog, 2024 (https://framablog.org)"))
    assert folder.load()[1] == []


def test_a_text_without_an_end_is_told(folder):
    assert folder.problems(ENTRY.replace("Many", "M" * 5000)) == [
        "a.yaml:4:18: fediverse: `answer.en` has more than 4000 characters — write it shorter"
    ]


def test_a_key_that_sounds_like_a_secret_is_told_and_not_repeated(folder):
    (problem,) = folder.problems(entry("api_key: hunter2"))
    assert problem.startswith("a.yaml:6:5: fediverse: `api_key` would put a secret into this file")
    assert "hunter2" not in problem


def test_all_that_is_wrong_is_told_at_once(folder):
    many = "entries:\n" + "".join(f"  - id: entry-{n}\n    answer: {{en: a}}\n" for n in range(30))
    problems = folder.problems(many)
    assert [line.split(": ")[0] for line in problems] == [f"a.yaml:{2 * n + 2}:5" for n in range(30)]


def test_a_hundred_problems_of_a_file_are_enough(folder):
    many = "entries:\n" + "".join(f"  - id: entry-{n}\n    answer: {{en: a}}\n" for n in range(1000))
    assert len(folder.problems(many)) == 100


@pytest.mark.parametrize("line", ["\ta\n", "a:\n", "? [b]\n", "zz: &a b\n"])
def test_a_hundred_mistakes_of_writing_are_enough(folder, line):
    assert len(folder.problems("a: b\n" + line * 1000)) == 100


def test_one_phrasing_needs_no_list(folder):
    folder.write("a.yaml", ENTRY.replace("[what is the fediverse]", "what is the fediverse"))
    assert folder.load()[0].entries["fediverse"].asked == {"en": ("what is the fediverse",)}
