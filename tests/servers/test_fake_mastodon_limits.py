"""How many requests a server bears, and how it tells."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from mastodon import MastodonRatelimitError

from tests.servers.fake_mastodon import FakeMastodon, Flavour, Headers, troubles
from tests.servers.fake_mastodon.scene import Reply, Scene, scene, scene_of

__all__ = ["scene"]


def told(answer: Reply) -> tuple[str, str, str]:
    names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
    limit, left, reset = (answer.headers.get(name, "") for name in names)
    return limit, left, reset


async def test_headers_tell_what_is_left_and_until_when(scene: Scene):
    scene.clock.pass_by(timedelta(minutes=1, microseconds=12))
    answer = await scene.ask("GET", "/api/v1/accounts/verify_credentials")
    assert told(answer) == ("300", "299", "2026-11-23T12:05:00.000012Z")


async def test_headers_are_those_of_the_limit_that_is_closest(scene: Scene):
    scene.server.limits.buckets["paging"].most = 10
    answer = await scene.ask("GET", "/api/v1/notifications", params={"min_id": "1"})
    assert told(answer) == ("10", "9", "2026-11-23T12:15:00.000000Z")


async def test_posting_tells_the_limit_of_posts_once_it_is_as_close(scene: Scene):
    answers = [await scene.post() for _ in range(2)]
    assert [told(answer) for answer in answers] == [
        ("300", "299", "2026-11-23T15:00:00.000000Z"),
        ("300", "298", "2026-11-23T15:00:00.000000Z"),
    ]


Act = Callable[[Scene], Awaitable[Reply]]


async def post(scene: Scene) -> Reply:
    return await scene.post()


async def edit(scene: Scene) -> Reply:
    number = len(scene.server.requests)
    return await scene.ask("PUT", f"/api/v1/statuses/{scene.server.statuses[0].id}", json={"status": f"new {number}"})


async def page(scene: Scene) -> Reply:
    return await scene.ask("GET", "/api/v1/notifications", params={"min_id": "1"})


async def look(scene: Scene) -> Reply:
    return await scene.ask("GET", "/api/v1/accounts/verify_credentials")


async def look_without_token(scene: Scene) -> Reply:
    return await scene.ask("GET", "/api/v2/instance", token=None)


async def upload(scene: Scene) -> Reply:
    return await scene.ask("POST", "/api/v2/media")


async def remove(scene: Scene) -> Reply:
    return await scene.ask("DELETE", "/api/v1/statuses/1")


async def register(scene: Scene) -> Reply:
    return await scene.ask("POST", "/api/v1/apps", token=None, json={"client_name": "x", "redirect_uris": "urn:x"})


@pytest.mark.parametrize(
    ("act", "bucket", "window"),
    [
        (post, "statuses", timedelta(hours=3)),
        (edit, "statuses", timedelta(hours=3)),
        (page, "paging", timedelta(minutes=15)),
        (look, "token", timedelta(minutes=5)),
        (look, "account", timedelta(minutes=5)),
        (look_without_token, "address", timedelta(minutes=5)),
        (upload, "media", timedelta(minutes=30)),
        (remove, "delete", timedelta(minutes=30)),
        (register, "apps", timedelta(minutes=10)),
    ],
)
async def test_a_full_bucket_refuses_until_its_window_ends(scene: Scene, act: Act, bucket: str, window: timedelta):
    scene.server.say(scene.bot, "hello")
    scene.server.limits.buckets[bucket].most = 2
    allowed = [await act(scene) for _ in range(2)]
    assert all(answer.status != 429 for answer in allowed)
    answer = await act(scene)
    assert (answer.status, answer.body) == (429, {"error": "Too many requests"})
    ends = scene.clock() + window  # noon is the end of a window for all of them
    assert told(answer) == ("2", "0", f"{ends:%Y-%m-%dT%H:%M:%S.%f}Z")
    scene.clock.pass_by(window)
    assert (await act(scene)).status != 429


def test_the_buckets_are_as_large_as_mastodons():
    buckets = FakeMastodon().limits.buckets
    sizes = {name: (bucket.most, bucket.window / timedelta(minutes=1)) for name, bucket in buckets.items()}
    assert sizes == {
        "account": (1_500, 5),
        "token": (300, 5),
        "address": (300, 5),
        "media": (30, 30),
        "paging": (300, 15),
        "delete": (30, 30),
        "apps": (5, 10),
        "statuses": (300, 180),
    }


async def test_what_was_refused_or_repeated_does_not_count_as_a_post(scene: Scene):
    scene.server.limits.buckets["statuses"].most = 2
    await scene.post("")
    await scene.post(key="a")
    await scene.post(key="a")
    assert (await scene.post()).status == 200
    assert (await scene.post()).status == 429
    assert (await scene.post(key="a")).status == 200


async def test_limits_can_be_lifted(scene: Scene):
    scene.server.limits.buckets["token"].most = 1
    scene.server.limits.enforced = False
    assert [(await scene.post()).status for _ in range(3)] == [200, 200, 200]


async def test_mastodon_py_knows_when_to_come_back_although_its_clock_differs(scene: Scene):
    scene.server.limits.buckets["token"].most = 1
    client = scene.client()
    await asyncio.to_thread(client.account_verify_credentials)
    with pytest.raises(MastodonRatelimitError, match="Hit rate limit"):
        await asyncio.to_thread(client.account_verify_credentials)
    assert (client.ratelimit_limit, client.ratelimit_remaining) == (1, 0)
    assert 0 < client.ratelimit_reset - time.time() <= 5 * 60 + 1  # by the Date header, not by the server's clock


async def test_the_date_is_the_servers_own(scene: Scene):
    answer = await scene.ask("GET", "/api/v2/instance")
    assert parsedate_to_datetime(answer.headers["Date"]) == scene.clock()


@pytest.mark.parametrize(
    ("form", "reset"),
    [
        (Headers.EPOCH, "1795435500"),
        (Headers.BROKEN, "soon"),
        (Headers.NONE, ""),
        (Headers.MILLISECONDS, "2026-11-23T12:05:00.000Z"),
    ],
)
async def test_the_reset_is_told_in_other_forms_too(scene: Scene, form: Headers, reset: str):
    scene.server.limits.headers = form
    scene.server.limits.buckets["token"].most = 1
    assert told(await look(scene))[2] == reset
    refused = await look(scene)
    assert (refused.status, told(refused)[2]) == (429, reset)


@pytest.mark.parametrize(
    ("form", "reset"),
    [(Headers.ISO, "2026-11-23T15:00:00.000000Z"), (Headers.EPOCH, "1795446000"), (Headers.NONE, "")],
)
async def test_one_429_can_be_made_in_any_form(scene: Scene, form: Headers, reset: str):
    full = scene.server.limits.full("statuses", form)
    scene.server.troubles["POST /api/v1/statuses"].append(troubles.too_many(full))
    refused = await scene.post()
    assert (refused.status, refused.body) == (429, {"error": "Too many requests"})
    assert told(refused) == (("300", "0", reset) if reset else ("", "", ""))
    assert (await scene.post()).status == 200


async def test_gotosocial_counts_by_address():
    async with scene_of(Flavour.GOTOSOCIAL) as scene:
        scene.server.limits.buckets["address"].most = 1
        assert told(await look(scene)) == ("1", "0", "2026-11-23T12:05:00.000Z")
        refused = await scene.ask("GET", "/api/v1/accounts/verify_credentials", token=None)
        assert (refused.status, refused.body) == (429, {"error": "rate limit reached"})


@pytest.mark.parametrize("flavour", [Flavour.GOTOSOCIAL, Flavour.PLEROMA])
async def test_others_do_not_count_posts(flavour: Flavour):
    async with scene_of(flavour) as scene:
        scene.server.limits.buckets["statuses"].most = 1
        answers = [await scene.post() for _ in range(3)]
        assert [answer.status for answer in answers] == [200, 200, 200]
        assert all(told(answer)[0] != "1" for answer in answers)


async def test_pleroma_tells_nothing_and_limits_nobody():
    async with scene_of(Flavour.PLEROMA) as scene:
        for bucket in scene.server.limits.buckets.values():
            bucket.most = 1
        answers = [await look(scene) for _ in range(3)]
        assert [(answer.status, told(answer)) for answer in answers] == [(200, ("", "", ""))] * 3
