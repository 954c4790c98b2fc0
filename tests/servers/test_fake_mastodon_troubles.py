"""Requests whose outcome is hard to tell: what was done and what the client sees of it."""

import asyncio

import pytest
from mastodon import (
    Mastodon,
    MastodonAPIError,
    MastodonBadGatewayError,
    MastodonGatewayTimeoutError,
    MastodonInternalServerError,
    MastodonNetworkError,
    MastodonRatelimitError,
    MastodonServiceUnavailableError,
)

from tests.fakes import until
from tests.servers.fake_mastodon import fake_mastodon, troubles
from tests.servers.fake_mastodon.scene import Scene, scene
from tests.servers.fake_mastodon.troubles import Trouble

__all__ = ["scene"]

POST = "POST /api/v1/statuses"


async def refused(scene: Scene, trouble: Trouble, *, patience: float = 60) -> Exception:
    scene.server.troubles[POST].append(trouble)
    client = scene.client()
    client.request_timeout = patience
    with pytest.raises(Exception) as wrong:  # noqa: PT011 each test says which
        await asyncio.to_thread(client.status_post, "hello", idempotency_key="a")
    return wrong.value


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (troubles.done_then_dropped, MastodonNetworkError),
        (troubles.done_then_page(504), MastodonGatewayTimeoutError),
        (troubles.done_then_page(200), MastodonAPIError),
        (troubles.done_then_headers(X_RateLimit_Reset="soon"), MastodonRatelimitError),
    ],
    ids=["dropped", "504", "200 with a page", "unreadable reset"],
)
async def test_a_post_may_be_there_although_the_client_sees_an_error(
    scene: Scene, trouble: Trouble, error: type[Exception]
):
    assert type(await refused(scene, trouble)) is error
    (status,) = scene.server.statuses
    again = await asyncio.to_thread(scene.client().status_post, "hello", idempotency_key="a")
    assert str(again.id) == status.id
    assert len(scene.server.statuses) == 1


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (troubles.dropped, MastodonNetworkError),
        (troubles.page(500), MastodonInternalServerError),
        (troubles.page(502), MastodonBadGatewayError),
        (troubles.page(503), MastodonServiceUnavailableError),
        (troubles.page(520), MastodonAPIError),
        (troubles.refused(500, "Internal error"), MastodonInternalServerError),
        (troubles.refused(403, "This action is not allowed"), MastodonAPIError),
        (troubles.too_many(), MastodonRatelimitError),
        (troubles.under_way(), MastodonServiceUnavailableError),
    ],
    ids=["dropped", "500", "502", "503", "520", "500 in json", "403", "429", "key under way"],
)
async def test_other_errors_mean_that_nothing_was_done(scene: Scene, trouble: Trouble, error: type[Exception]):
    assert type(await refused(scene, trouble)) is error
    assert scene.server.statuses == []


async def test_a_refusal_says_why(scene: Scene):
    error = await refused(scene, troubles.refused(403, "Your account is limited"))
    assert error.args == ("Mastodon API returned error", 403, "Forbidden", "Your account is limited")


@pytest.mark.parametrize(("trouble", "count"), [(troubles.stalled, 0), (troubles.done_then_stalled, 1)])
async def test_an_answer_may_never_come(scene: Scene, trouble: Trouble, count: int):
    assert type(await refused(scene, trouble, patience=0.5)) is MastodonNetworkError
    assert len(scene.server.statuses) == count


async def test_a_stalled_request_is_let_go_when_the_server_closes():
    async with fake_mastodon() as server:
        client = Mastodon(access_token=server.token_for(server.account("bot")), api_base_url=server.url)
        client.ratelimit_method = "throw"
        server.troubles["GET /api/v1/notifications"].append(troubles.stalled)
        asking = asyncio.create_task(asyncio.to_thread(client.notifications))
        await until(lambda: bool(server.requests))
    with pytest.raises(MastodonNetworkError):
        await asking
    client.session.close()


async def test_each_trouble_meets_one_request_to_its_endpoint(scene: Scene):
    scene.server.troubles[POST].extend([troubles.page(502), troubles.page(503)])
    assert (await scene.ask("GET", "/api/v1/notifications")).status == 200
    assert [(await scene.post()).status for _ in range(3)] == [502, 503, 200]


async def test_endpoints_with_ids_have_troubles_too(scene: Scene):
    scene.server.troubles["GET /api/v1/statuses/{id}/context"].append(troubles.page(502))
    status = scene.server.say(scene.alice, "hello")
    assert (await scene.ask("GET", f"/api/v1/statuses/{status.id}")).status == 200
    assert (await scene.ask("GET", f"/api/v1/statuses/{status.id}/context")).status == 502


async def test_an_endpoint_that_there_is_not_can_have_no_troubles(scene: Scene):
    with pytest.raises(KeyError):
        scene.server.troubles["POST /api/v1/status"]


async def test_troubled_requests_are_noted_with_what_they_carried(scene: Scene):
    await refused(scene, troubles.dropped)
    (asked,) = scene.server.requests
    assert (asked.method, asked.path, asked.account) == ("POST", "/api/v1/statuses", scene.bot)
    assert asked.headers["idempotency-key"] == "a"
    assert asked.body["status"] == "hello"
