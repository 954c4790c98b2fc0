"""What the kinds of servers say of themselves, and the ids that they make."""

import asyncio
import re
from datetime import timedelta

import pytest

from tests.servers.fake_mastodon import Flavour
from tests.servers.fake_mastodon.scene import Scene, scene, scene_of

__all__ = ["scene"]

FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"


async def test_the_instance_tells_its_limits_and_where_its_streams_are(scene: Scene):
    told = (await scene.ask("GET", "/api/v2/instance", token=None)).body
    assert (told["domain"], told["version"], told["api_versions"]["mastodon"]) == ("home.example.org", "4.5.2", 7)
    assert told["configuration"]["urls"]["streaming"] == scene.server.url.replace("http", "ws")
    assert told["configuration"]["statuses"] == {
        "max_characters": 500,
        "max_media_attachments": 4,
        "characters_reserved_per_url": 23,
    }
    assert told["configuration"]["media_attachments"]["description_limit"] == 1_500
    assert told["rules"] == [{"id": "1", "text": "Be kind", "hint": ""}]


async def test_an_operator_may_allow_longer_texts(scene: Scene):
    scene.server.limits.longest_text = 600
    told = (await scene.ask("GET", "/api/v2/instance")).body
    assert told["configuration"]["statuses"]["max_characters"] == 600
    assert [(await scene.post("x" * length)).status for length in (600, 601)] == [200, 422]


async def test_mastodon_py_reads_both_pages_of_the_instance(scene: Scene):
    client = scene.client()
    assert (await asyncio.to_thread(client.instance_v2)).version == "4.5.2"
    assert (await asyncio.to_thread(client.instance_v1)).urls.streaming_api == scene.server.streaming_url
    assert [rule.text for rule in await asyncio.to_thread(client.instance_rules)] == ["Be kind"]


async def test_the_metadata_tell_the_scopes(scene: Scene):
    told = (await scene.ask("GET", "/.well-known/oauth-authorization-server", token=None)).body
    assert "profile" in told["scopes_supported"]
    assert told["token_endpoint"] == f"{scene.server.url}/oauth/token"
    assert "password" not in told["grant_types_supported"]


async def test_old_servers_have_the_first_page_only():
    async with scene_of(Flavour.OLD_MASTODON) as scene:
        assert (await scene.ask("GET", "/api/v2/instance")).status == 404
        assert (await scene.ask("GET", "/.well-known/oauth-authorization-server")).status == 404
        told = (await scene.ask("GET", "/api/v1/instance")).body
        assert (told["version"], told["configuration"]["statuses"]["max_characters"]) == ("3.5.19", 500)


async def test_old_servers_have_shorter_pages():
    async with scene_of(Flavour.OLD_MASTODON) as scene:
        for _ in range(40):
            scene.server.say(scene.alice, "hello", mentions=[scene.bot])
        pages = [await scene.ask("GET", "/api/v1/notifications", params=query) for query in ({}, {"limit": 80})]
        assert [len(page.body) for page in pages] == [15, 30]


@pytest.mark.parametrize(
    ("flavour", "version"),
    [(Flavour.GOTOSOCIAL, r"0\.17\.3\+git-.*"), (Flavour.PLEROMA, r"2\.7\.2 \(compatible; Pleroma .*\)")],
)
async def test_others_have_versions_of_their_own_and_no_number_of_the_api(flavour: Flavour, version: str):
    async with scene_of(flavour) as scene:
        told = (await scene.ask("GET", "/api/v2/instance")).body
        assert re.fullmatch(version, told["version"])
        assert "api_versions" not in told
        assert told["configuration"]["statuses"]["max_characters"] == 5_000
        assert (await scene.ask("GET", "/.well-known/oauth-authorization-server")).status == 404


@pytest.mark.parametrize(
    ("flavour", "told", "fits", "refusal"),
    [
        (Flavour.MASTODON, 23, "https://joinpeertube.org/a/long/way", "Validation failed: Text character limit of 23"),
        (Flavour.GOTOSOCIAL, 25, FAMILY + "x" * 18, "Bad Request: status too long, 24 characters provided"),
        (Flavour.PLEROMA, None, FAMILY + "x" * 22, "The status is over the character limit"),
    ],
)
async def test_each_counts_in_its_own_way_whatever_it_says(flavour: Flavour, told: int | None, fits: str, refusal: str):
    async with scene_of(flavour) as scene:
        scene.server.limits.longest_text = 23
        page = (await scene.ask("GET", "/api/v2/instance")).body
        assert page["configuration"]["statuses"].get("characters_reserved_per_url") == told
        assert (await scene.post(fits)).status == 200
        refused = await scene.post(fits + " x" if "/" in fits else fits + "x")
        assert refused.status in {400, 422}
        assert refused.body["error"].startswith(refusal)


@pytest.mark.parametrize(
    ("flavour", "status_id", "notification_id"),
    [
        (Flavour.MASTODON, r"\d{18}", r"\d{2,3}"),
        (Flavour.OLD_MASTODON, r"\d{18}", r"\d{2,3}"),
        (Flavour.GOTOSOCIAL, r"[0-9A-HJKMNP-TV-Z]{26}", r"[0-9A-HJKMNP-TV-Z]{26}"),
        (Flavour.PLEROMA, r"[0-9A-Za-z]{18}", r"\d{2,3}"),
    ],
)
async def test_ids_look_as_that_server_makes_them_and_pages_follow_them(
    flavour: Flavour, status_id: str, notification_id: str
):
    async with scene_of(flavour) as scene:
        statuses = []
        for _ in range(12):
            statuses.append(scene.server.say(scene.alice, "hello", mentions=[scene.bot]))
            scene.clock.pass_by(timedelta(minutes=7))
        assert all(re.fullmatch(status_id, status.id) for status in statuses)
        told = (await scene.ask("GET", "/api/v1/notifications")).body
        ids = [one["id"] for one in reversed(told)]
        assert all(re.fullmatch(notification_id, one) for one in ids)
        above = await scene.ask("GET", "/api/v1/notifications", params={"min_id": ids[3], "limit": 2})
        assert [one["id"] for one in above.body] == [ids[5], ids[4]]
        path = f"/api/v1/accounts/{scene.alice.id}/statuses"
        written = await scene.ask("GET", path, params={"min_id": statuses[3].id, "limit": 2})
        assert [one["id"] for one in written.body] == [statuses[5].id, statuses[4].id]


async def test_ids_go_on_while_the_clock_stands_still(scene: Scene):
    statuses = [scene.server.say(scene.alice, "hello") for _ in range(100)]
    ids = [int(status.id) for status in statuses]
    assert ids == sorted(set(ids))


async def test_a_post_that_arrives_late_has_the_id_of_its_time(scene: Scene):
    now = scene.server.say(scene.alice, "now", mentions=[scene.bot])
    late = scene.server.say(scene.alice, "late", mentions=[scene.bot], created_at=scene.clock() - timedelta(days=1))
    assert int(late.id) < int(now.id)
    newest, oldest = (await scene.ask("GET", "/api/v1/notifications")).body
    assert (newest["status"]["id"], oldest["status"]["id"]) == (late.id, now.id)


async def test_another_process_can_ask_too(scene: Scene):
    asks = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())"
    process = await asyncio.create_subprocess_exec(
        "python3", "-c", asks, f"{scene.server.url}/api/v1/streaming/health", stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    assert told == b"OK\n"
