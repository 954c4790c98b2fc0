"""What becomes of a link: fine, gone, moved, or nobody can be sure; and where it can never lead."""

import asyncio
import socket

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from echobot.links.looking import MOST_REDIRECTS, Fine, Gone, Moved, Unsure, look_at
from echobot.links.web import NoAnswer
from tests.links.internet import PRIVATE, PUBLIC

HERE = "http://example.org/page"


@pytest.fixture
async def web_(internet):
    async with internet.visitor() as visitor:
        yield visitor


@pytest.mark.parametrize("status", [200, 204, 206])
async def test_a_page_that_is_there_is_fine_and_is_asked_for_once_without_its_content(internet, web_, status):
    internet.page(HERE, status)

    assert await look_at(web_, HERE) == Fine()
    assert internet.asked == [("HEAD", "example.org/page")]


@pytest.mark.parametrize("status", [404, 410])
async def test_a_page_that_is_not_there_is_gone_when_get_says_so_too(internet, web_, status):
    internet.page(HERE, status)

    assert await look_at(web_, HERE) == Gone(f"its server answers {status}")
    assert [method for method, _ in internet.asked] == ["HEAD", "GET"]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 501])
async def test_a_server_that_knows_only_get_has_the_page_all_the_same(internet, web_, status):
    async def only_get(request):
        return web.Response(status=status if request.method == "HEAD" else 200)

    internet.serve(HERE, only_get)
    assert await look_at(web_, HERE) == Fine()


@pytest.mark.parametrize("status", [401, 403, 418, 451, 500, 502, 503])
async def test_a_server_that_turns_programs_away_says_nothing_about_the_page(internet, web_, status):
    internet.page(HERE, status)
    assert await look_at(web_, HERE) == Unsure(f"is answered with {status}")


async def test_a_server_that_had_enough_is_left_alone(internet, web_):
    internet.page(HERE, 429)

    assert await look_at(web_, HERE) == Unsure("is answered with 429")
    assert isinstance(await look_at(web_, "http://example.org/other"), Unsure)
    assert internet.asked == [("HEAD", "example.org/page")]


async def test_a_name_that_does_not_exist_is_gone(internet, web_):
    internet.troubles["example.org"] = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    assert await look_at(web_, HERE) == Gone("the name of its server does not exist")


async def test_a_name_that_cannot_be_looked_up_just_now_is_not(internet, web_):
    internet.troubles["example.org"] = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    assert await look_at(web_, HERE) == Unsure("has a name that nobody could look up")


@pytest.mark.parametrize("status", [301, 308])
async def test_what_has_moved_for_good_says_where_to(internet, web_, status):
    internet.page(HERE, status, to="/new")
    internet.page("http://example.org/new", status, to="//example.com/newer")
    internet.page("http://example.com/newer")

    assert await look_at(web_, f"{HERE}#part") == Moved("http://example.com/newer#part")


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_what_is_elsewhere_for_now_is_fine(internet, web_, status):
    internet.page(HERE, status, to="/now")
    internet.page("http://example.org/now")

    assert await look_at(web_, HERE) == Fine()


async def test_only_the_way_that_is_for_good_is_written_down(internet, web_):
    internet.page(HERE, 301, to="/stays")
    internet.page("http://example.org/stays", 302, to="/today")
    internet.page("http://example.org/today")

    assert await look_at(web_, HERE) == Moved("http://example.org/stays")


@pytest.mark.parametrize(
    ("link", "to"),
    [(HERE, f"{HERE}/"), (f"{HERE}/", HERE), ("http://www.example.org/page", HERE),
     ("http://example.org", "http://example.org/en/")],
)  # fmt: skip
async def test_a_slash_or_the_first_page_is_no_move_worth_telling(internet, web_, link, to):
    internet.page(to)
    internet.page(link, 301, to=to)
    assert await look_at(web_, link) == Fine()


async def test_what_moved_to_a_page_that_is_gone_is_gone(internet, web_):
    internet.page(HERE, 301, to="/new")
    assert isinstance(await look_at(web_, HERE), Gone)


async def test_who_is_sent_around_for_ever_turns_back(internet, web_):
    internet.page(HERE, 301, to=HERE)

    assert await look_at(web_, HERE) == Unsure("leads from one address to the next without end")
    assert len(internet.asked) == MOST_REDIRECTS


async def test_an_answer_without_end_is_not_read(internet, web_):
    async def endless(request):
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(100_000))

    async def only_get(request):
        return web.Response(status=405) if request.method == "HEAD" else await endless(request)

    internet.serve(HERE, only_get)
    assert await look_at(web_, HERE) == Fine()


async def test_headers_without_end_are_not_read_either(internet):
    async def dripping(reader, writer):
        await reader.readline()
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.is_closing():
            writer.write(b"X-A: b\r\n" * 1000)
            await writer.drain()

    await _against(internet, dripping)


async def test_a_server_that_never_answers_is_given_up(internet):
    async def silent(reader, writer):
        await reader.read()

    await _against(internet, silent)


async def _against(internet, handler):
    """Whatever a raw server does, one look at it ends, and says that nobody knows."""

    async def until_left(reader, writer):
        try:
            await handler(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(until_left, PUBLIC, 0) as raw:
        internet._port = raw.sockets[0].getsockname()[1]
        async with internet.visitor(seconds=0.5) as visitor, asyncio.timeout(60):
            assert isinstance(await look_at(visitor, HERE), Unsure)


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://127.1/",
        "http://0x7f000001/", "http://0177.0.0.1/", "http://169.254.169.254/latest/meta-data", "http://[fe80::1]/",
        "http://0.0.0.0/", "http://[::]/", "http://127.0.0.1./", "http://[64:ff9b::7f00:1]/",
    ],
)  # fmt: skip
async def test_a_link_into_a_private_network_is_never_followed(internet, web_, link):
    internet.addresses.update({"0x7f000001": [PRIVATE], "0177.0.0.1": [PRIVATE], "127.0.0.1.": [PRIVATE]})

    assert isinstance(await look_at(web_, link), Unsure)
    assert internet.asked == []


async def test_nor_is_a_redirect_there(internet, web_):
    internet.page(HERE, 302, to="http://127.0.0.1/admin")

    assert await look_at(web_, HERE) == Unsure("leads to an address that is not public")
    assert set(internet.reached) == {PUBLIC}


async def test_nor_a_name_that_means_a_private_address(internet, web_):
    internet.addresses["example.org"] = [PRIVATE]

    assert await look_at(web_, HERE) == Unsure("leads to an address that is not public")
    assert internet.asked == []


async def test_of_a_name_with_both_only_the_public_address_is_connected_to(internet, web_):
    internet.addresses["example.org"] = [PRIVATE, PUBLIC]
    internet.page(HERE)

    assert await look_at(web_, HERE) == Fine()
    assert set(internet.reached) == {PUBLIC}


async def test_a_name_that_means_another_address_each_time_gains_nothing(internet, web_):
    """The address that was looked at is the one that is connected to: nothing is looked up between."""
    internet.page(HERE, 302, to=HERE)
    meanings = iter([PUBLIC, PRIVATE] * 20)
    resolve = internet.resolve

    async def rebound(host, port=0, family=0):
        internet.addresses[host] = [next(meanings)]
        return await resolve(host, port, family)

    internet.resolve = rebound
    async with internet.visitor() as visitor:
        visitor._session.connector._use_dns_cache = False
        await look_at(visitor, HERE)
    assert set(internet.reached) == {PUBLIC}


@pytest.mark.parametrize(
    "to",
    ["file:///etc/passwd", "ftp://example.org/", "gopher://example.org:70/_", "http://example.org:22/",
     "http://example.org:8080/", "javascript:alert(1)", "http://", "http://[", "http://user:secret@example.org/x"],
)  # fmt: skip
async def test_only_web_pages_at_the_webs_own_ports_are_asked_for(internet, web_, to):
    internet.page(HERE, 302, to=to)

    assert isinstance(await look_at(web_, HERE), Unsure)
    assert {address for _, address in internet.asked} == {"example.org/page"}


async def test_a_certificate_that_nobody_trusts_is_not_taken_for_a_missing_page(internet, web_):
    internet.page(HERE, 302, to="https://example.org/page")  # where plain HTTP is spoken
    assert isinstance(await look_at(web_, HERE), Unsure)


async def test_no_proxy_of_the_environment_comes_between(internet, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    internet.page(HERE)
    async with internet.visitor() as visitor:
        assert await look_at(visitor, HERE) == Fine()


async def test_nothing_that_a_server_sets_is_sent_back(internet, web_):
    cookies = []

    async def page(request):
        cookies.append(request.headers.get("Cookie"))
        return web.Response(headers={"Set-Cookie": "who=you; Path=/"})

    internet.serve(HERE, page)
    await look_at(web_, HERE)
    await look_at(web_, HERE)
    assert cookies == [None, None]


async def test_what_cannot_be_asked_for_is_refused_before_anything_is_looked_up(internet, web_):
    with pytest.raises(NoAnswer, match="no web address"):
        await web_.ask("GET", URL("mailto:help@example.org"))
    assert not internet._known


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["http://", "https://", "http://example.org/", "http://example.org:80/", "//", ""]),
    st.text(max_size=30),
)
async def test_whatever_is_written_or_redirected_to_there_is_a_verdict(internet, start, rest):
    to = (start + rest).encode("ascii", "ignore").decode().replace("\r", "").replace("\n", "")
    internet.page("http://example.org/page", 301, to="".join(filter(str.isprintable, to)))
    async with internet.visitor(seconds=2) as visitor:
        for link in (HERE, start + rest):
            assert isinstance(await look_at(visitor, link), Fine | Gone | Moved | Unsure)
    assert PRIVATE not in internet.reached
