"""Texts as the server reads, counts and writes them."""

import pytest
from mastodon import Mastodon

from tests.servers.fake_mastodon.scene import Scene, scene
from tests.servers.fake_mastodon.text import countable_length, entities, handles

__all__ = ["scene"]

FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
LENGTHS = {
    "hello": 5,
    FAMILY: 1,
    "e\N{COMBINING ACUTE ACCENT}": 1,
    "https://joinpeertube.org": 23,
    "https://joinpeertube.org/a/very/long/way/to/somewhere?and=more#there": 23,
    "see https://joinpeertube.org.": 4 + 23 + 1,
    "(https://en.wikipedia.org/wiki/Matrix_(protocol))": 1 + 23 + 1,
    "http://a.fr https://b.fr": 23 + 1 + 23,
    "https://peertube.example": 24,
    "https://server.local/x": 22,
    "www.joinpeertube.org/videos": 27,
    "matrix:r/room:example.org": 25,
    "name@example.org": 16,
    "@alice@far.example.net": 6,
    "@alice": 6,
    "@alice@far.example.net, @bob@far.example.net": 6 + 2 + 4,
}


@pytest.mark.parametrize(("text", "length"), LENGTHS.items())
def test_lengths_are_those_that_the_server_counts(text: str, length: int):
    assert countable_length(text) == length


@pytest.mark.parametrize("text", LENGTHS)
def test_mastodon_py_counts_the_same(text: str):
    assert Mastodon.get_status_length(text, "warning") == countable_length(text, "warning")


async def test_the_limit_is_held_with_addresses_and_handles_counted_short(scene: Scene):
    address = "https://joinpeertube.org/" + "a" * 100
    text = f"@alice@far.example.net {address} "
    assert (await scene.post(text + "x" * (500 - 6 - 1 - 23 - 1))).status == 200
    assert (await scene.post(text + "x" * (501 - 6 - 1 - 23 - 1))).status == 422


HANDLES = {
    "@bob": [("bob", None)],
    "@bob@far.example.net.": [("bob", "far.example.net")],
    "(@bob)": [("bob", None)],
    "hello @bob, @carol": [("bob", None), ("carol", None)],
    "@a.b-c_d@x.org": [("a.b-c_d", "x.org")],
    "name@example.org": [],
    "https://far.example.net/@bob": [],
    "?user=@bob": [],
    "@ bob": [],
    "bob (at) far.example.net": [],
    "é@bob": [],
    "/@bob": [],
}


@pytest.mark.parametrize(("text", "found"), HANDLES.items())
def test_handles_are_found_by_the_servers_own_rule(text: str, found: list[tuple[str, str | None]]):
    assert list(handles(text)) == found


def test_of_two_that_overlap_the_first_stays():
    found = [(entity.kind, entity.text) for entity in entities("https://far.example.net/x#top and #top")]
    assert found == [("url", "https://far.example.net/x#top"), ("hashtag", "top")]


def test_a_long_path_of_punctuation_is_read_in_time():
    assert entities("https://example.org/" + "!(" * 5_000)[0].start == 0


CONTENTS = {
    "one\ntwo\n\nthree": "<p>one<br />two</p><p>three</p>",
    '<b> & "you" \'n me': "<p>&lt;b&gt; &amp; &quot;you&quot; &#39;n me</p>",
    "#zoom": '<p><a href="https://home.example.org/tags/zoom" class="mention hashtag" rel="tag">'
    "#<span>zoom</span></a></p>",
    "@alice@far.example.net hi": '<p><span class="h-card" translate="no"><a href="https://far.example.net/@alice" '
    'class="u-url mention">@<span>alice</span></a></span> hi</p>',
    "@nobody@far.example.net hi": "<p>@nobody@far.example.net hi</p>",
    "https://www.example.org": '<p><a href="https://www.example.org" target="_blank" rel="nofollow noopener" '
    'translate="no"><span class="invisible">https://www.</span><span class="">example.org</span>'
    '<span class="invisible"></span></a></p>',
    "https://example.org/a/way/that/is/long/enough": '<p><a href="https://example.org/a/way/that/is/long/enough" '
    'target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">https://</span>'
    '<span class="ellipsis">example.org/a/way/that/is/long</span><span class="invisible">/enough</span></a></p>',
}


@pytest.mark.parametrize(("text", "content"), CONTENTS.items())
async def test_texts_become_html_as_mastodon_writes_it(scene: Scene, text: str, content: str):
    assert (await scene.post(text)).body["content"] == content


async def test_namesakes_are_written_with_their_domains(scene: Scene):
    scene.server.account("alice")
    content = (await scene.post("@alice and @alice@far.example.net")).body["content"]
    assert "@<span>alice</span>" in content
    assert "@<span>alice@far.example.net</span>" in content


async def test_hashtags_are_told_beside_the_text(scene: Scene):
    tags = (await scene.post("#Zoom and #zoom, not #1")).body["tags"]
    assert [tag["name"] for tag in tags] == ["zoom"]
