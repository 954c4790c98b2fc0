"""Tokens, scopes, and accounts as others see them."""

import asyncio

import pytest
from mastodon import MastodonAPIError, MastodonUnauthorizedError

from tests.servers.fake_mastodon import Flavour
from tests.servers.fake_mastodon.scene import Scene, scene, scene_of

__all__ = ["scene"]


async def test_an_unknown_token_is_invalid(scene: Scene):
    with pytest.raises(MastodonUnauthorizedError) as refused:
        await asyncio.to_thread(scene.client(token="nobody's").account_verify_credentials)
    assert refused.value.args == ("Mastodon API returned error", 401, "Unauthorized", "The access token is invalid")


async def test_no_token_is_invalid_too(scene: Scene):
    answer = await scene.ask("GET", "/api/v1/notifications", token=None)
    assert (answer.status, answer.body) == (401, {"error": "The access token is invalid"})


async def test_a_revoked_token_is_called_revoked(scene: Scene):
    scene.server.revoke(scene.token)
    with pytest.raises(MastodonUnauthorizedError) as refused:
        await asyncio.to_thread(scene.client().account_verify_credentials)
    assert refused.value.args[3] == "The access token was revoked"


async def test_a_missing_scope_is_forbidden(scene: Scene):
    with pytest.raises(MastodonAPIError) as refused:
        await asyncio.to_thread(scene.client("read:statuses").account_verify_credentials)
    assert refused.value.args == (
        "Mastodon API returned error",
        403,
        "Forbidden",
        "This action is outside the authorized scopes",
    )


async def test_a_suspended_account_is_disabled(scene: Scene):
    scene.server.suspend(scene.bot)
    with pytest.raises(MastodonAPIError) as refused:
        await asyncio.to_thread(scene.client().account_verify_credentials)
    assert refused.value.args[1:] == (403, "Forbidden", "Your login is currently disabled")


NEEDS = {
    ("GET", "/api/v1/accounts/verify_credentials"): {"profile", "read", "read:accounts"},
    ("GET", "/api/v1/notifications"): {"read", "read:notifications"},
    ("GET", "/api/v2/notifications/policy"): {"read", "read:notifications"},
    ("PATCH", "/api/v2/notifications/policy"): {"write", "write:notifications"},
    ("POST", "/api/v1/statuses"): {"write", "write:statuses"},
    ("PUT", "/api/v1/statuses/1"): {"write", "write:statuses"},
    ("DELETE", "/api/v1/statuses/1"): {"write", "write:statuses"},
    ("GET", "/api/v1/statuses/1"): {"read", "read:statuses"},
    ("GET", "/api/v1/statuses/1/context"): {"read", "read:statuses"},
    ("GET", "/api/v1/statuses"): {"read", "read:statuses"},
    ("GET", "/api/v1/accounts/98/statuses"): {"read", "read:statuses"},
    ("GET", "/api/v1/accounts/98"): {"read", "read:accounts"},
    ("POST", "/api/v2/media"): {"write", "write:media"},
    ("GET", "/api/v1/media/1"): {"write", "write:media"},
}


@pytest.mark.parametrize(("method", "path"), NEEDS)
async def test_each_endpoint_takes_the_scopes_that_are_documented_and_no_others(scene: Scene, method: str, path: str):
    taken = set()
    for scope in Flavour.MASTODON.value.scopes:
        answer = await scene.ask(method, path, token=scene.server.token_for(scene.bot, [scope]))
        if answer.status != 403:
            taken.add(scope)
    assert taken == NEEDS[method, path]


async def test_public_statuses_are_read_without_a_token_but_not_with_one_that_lacks_the_scope(scene: Scene):
    status = scene.server.say(scene.alice, "hello")
    assert (await scene.ask("GET", f"/api/v1/statuses/{status.id}", token=None)).status == 200
    narrow = scene.server.token_for(scene.bot, ["profile"])
    assert (await scene.ask("GET", f"/api/v1/statuses/{status.id}", token=narrow)).status == 403


async def test_an_account_of_the_server_has_no_domain_in_its_name(scene: Scene):
    me = await asyncio.to_thread(scene.client("profile").account_verify_credentials)
    assert (me.acct, me.username, me.bot, me.source.privacy) == ("echobot", "echobot", True, "public")
    scene.bot.locked = True
    me = await asyncio.to_thread(scene.client("profile").account_verify_credentials)
    assert (me.locked, me.source.privacy) == (True, "private")
    assert (me.url, me.uri) == ("https://home.example.org/@echobot", "https://home.example.org/users/echobot")


async def test_an_account_of_another_server_has_its_domain_in_its_name(scene: Scene):
    note = '<p>No robots please <a href="https://far.example.net/tags/nobot" class="mention hashtag">#nobot</a></p>'
    carol = scene.server.account("carol", domain="far.example.net", locked=True, note=note)
    seen = await asyncio.to_thread(scene.client().account, carol.id)
    assert (seen.acct, seen.locked, seen.bot, seen.note) == ("carol@far.example.net", True, False, note)
    assert (seen.url, seen.uri) == ("https://far.example.net/@carol", "https://far.example.net/users/carol")


async def test_every_request_is_noted_with_whose_it_was(scene: Scene):
    await asyncio.to_thread(scene.client().notifications, types=["mention"], limit=5)
    (asked,) = scene.server.requests
    assert (asked.method, asked.path, asked.account) == ("GET", "/api/v1/notifications", scene.bot)
    assert asked.query == {"limit": ["5"], "types[]": ["mention"]}
    assert scene.server.count("GET", "/api/v1/notifications") == 1


async def test_an_unknown_address_is_not_found_in_json(scene: Scene):
    answer = await scene.ask("GET", "/api/v1/nothing")
    assert (answer.status, answer.body) == (404, {"error": "Not Found"})


async def test_the_profile_scope_is_too_new_for_an_old_server():
    async with scene_of(Flavour.OLD_MASTODON) as scene:
        with pytest.raises(AssertionError, match="profile"):
            scene.server.token_for(scene.bot, ["profile"])
