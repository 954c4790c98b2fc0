"""Where the links of a knowledge base are."""

from pathlib import Path

import pytest

from echobot.content.links import addresses, links_in
from echobot.shipped import shipped_folder


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://example.org.", ["https://example.org"]),
        ("(https://example.org/a)", ["https://example.org/a"]),
        ("https://example.org/wiki/Tor_(network), and more", ["https://example.org/wiki/Tor_(network)"]),
        ("« https://example.org/é »", ["https://example.org/é"]),
        ("<https://example.org/?a=1&b=2>", ["https://example.org/?a=1&b=2"]),
        ("HTTP://EXAMPLE.ORG/ http://b.example!", ["HTTP://EXAMPLE.ORG/", "http://b.example"]),
        ("example.org, ftp://example.org, mailto:a@example.org", []),
    ],
)
def test_a_link_ends_where_the_sentence_goes_on(text, found):
    assert list(addresses(text)) == found


def test_every_link_that_is_written_in_the_shipped_knowledge_is_found_in_its_line():
    links, problems = links_in(shipped_folder())

    assert not problems
    assert len(links) > 500
    for link in links:
        line = Path(link.place.file).read_text(encoding="utf-8").splitlines()[link.place.line - 1]
        assert line[link.place.column - 1 :].startswith(link.address)


def test_a_link_in_a_folded_text_is_found_where_it_stands(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "entries:\n  - id: x\n    answer:\n      en: >\n        one\n\n        http://a.example\n"
    )
    ((link,), _) = links_in(tmp_path)

    assert (link.place.line, link.place.column, link.place.entry) == (7, 9, "x")
