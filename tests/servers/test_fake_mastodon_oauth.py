"""How an application comes to a token."""

import asyncio
import base64
import hashlib
from datetime import timedelta

import pytest
from mastodon import Mastodon, MastodonUnauthorizedError

from tests.servers.fake_mastodon import Flavour
from tests.servers.fake_mastodon.scene import Reply, Scene, scene, scene_of

__all__ = ["scene"]

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = ["profile", "read:notifications", "write:statuses"]


async def registered(scene: Scene) -> dict[str, str]:
    asked = {"client_name": "echobot", "redirect_uris": OUT_OF_BAND, "scopes": " ".join(SCOPES)}
    return (await scene.ask("POST", "/api/v1/apps", token=None, data=asked)).body


async def exchanged(scene: Scene, client: dict[str, str], given: str, **more: str) -> Reply:
    asked = {
        "grant_type": "authorization_code",
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
        "redirect_uri": OUT_OF_BAND,
        "code": given,
    }
    return await scene.ask("POST", "/oauth/token", token=None, data=asked | more)


async def test_mastodon_py_registers_and_comes_to_a_token(scene: Scene):
    base = scene.server.url
    client_id, secret = await asyncio.to_thread(
        Mastodon.create_app, "echobot", SCOPES, OUT_OF_BAND, api_base_url=base, user_agent="echobot"
    )
    code = scene.server.authorize(client_id, scene.bot, SCOPES)
    client = Mastodon(client_id, secret, api_base_url=base, version_check_mode="none", ratelimit_method="throw")
    token = await asyncio.to_thread(client.log_in, code=code, scopes=SCOPES, allow_http=True)
    me = await asyncio.to_thread(client.account_verify_credentials)
    app = await asyncio.to_thread(client.app_verify_credentials)
    client.session.close()
    assert (me.acct, app.name, list(app.scopes)) == ("echobot", "echobot", SCOPES)
    assert scene.server.gate.named(token).account is scene.bot


async def test_a_token_has_the_scopes_that_the_person_gave(scene: Scene):
    client = await registered(scene)
    answer = await exchanged(scene, client, scene.server.authorize(client["client_id"], scene.bot, ["profile"]))
    assert (answer.body["token_type"], answer.body["scope"]) == ("Bearer", "profile")
    assert answer.body["created_at"] == int(scene.clock().timestamp())
    token = answer.body["access_token"]
    assert (await scene.ask("GET", "/api/v1/notifications", token=token)).status == 403


async def test_a_code_is_good_once_and_not_for_long(scene: Scene):
    client = await registered(scene)
    code = scene.server.authorize(client["client_id"], scene.bot, SCOPES)
    assert (await exchanged(scene, client, code)).status == 200
    again = await exchanged(scene, client, code)
    assert (again.status, again.body["error"]) == (400, "invalid_grant")
    late = scene.server.authorize(client["client_id"], scene.bot, SCOPES)
    scene.clock.pass_by(timedelta(minutes=10))
    assert (await exchanged(scene, client, late)).body["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"client_secret": "guessed"}, "invalid_client"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"redirect_uri": "https://elsewhere.example.org"}, "invalid_grant"),
        ({"code": "guessed"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_a_wrong_exchange_is_refused(scene: Scene, wrong: dict[str, str], error: str):
    client = await registered(scene)
    code = scene.server.authorize(client["client_id"], scene.bot, SCOPES)
    answer = await exchanged(scene, client, code, **wrong)
    assert (answer.status, answer.body["error"]) == (401 if error == "invalid_client" else 400, error)
    assert answer.body["error_description"]


async def test_the_code_may_be_bound_to_a_secret_of_the_client(scene: Scene):
    client = await registered(scene)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"verifier").digest()).decode().rstrip("=")
    for verifier, status in (("guessed", 400), ("verifier", 200)):
        code = scene.server.authorize(client["client_id"], scene.bot, SCOPES, code_challenge=challenge)
        assert (await exchanged(scene, client, code, code_verifier=verifier)).status == status


async def test_nobody_gives_more_than_the_application_asked_for(scene: Scene):
    client = await registered(scene)
    with pytest.raises(Exception, match="invalid_scope"):
        scene.server.authorize(client["client_id"], scene.bot, ["write"])


async def test_the_page_sends_people_to_sign_in(scene: Scene):
    client = await registered(scene)
    query = {"client_id": client["client_id"], "response_type": "code", "redirect_uri": OUT_OF_BAND}
    answer = await scene.ask("GET", "/oauth/authorize", token=None, params=query, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (302, "/auth/sign_in")


async def test_a_token_can_be_given_back(scene: Scene):
    client = await registered(scene)
    code = scene.server.authorize(client["client_id"], scene.bot, SCOPES)
    token = (await exchanged(scene, client, code)).body["access_token"]
    given_back = {"client_id": client["client_id"], "client_secret": client["client_secret"], "token": token}
    assert (await scene.ask("POST", "/oauth/revoke", token=None, data=given_back)).status == 200
    with pytest.raises(MastodonUnauthorizedError, match="The access token was revoked"):
        await asyncio.to_thread(scene.client(token=token).account_verify_credentials)


@pytest.mark.parametrize(("flavour", "status"), [(Flavour.MASTODON, 200), (Flavour.OLD_MASTODON, 422)])
async def test_scopes_that_the_server_does_not_know_are_refused(flavour: Flavour, status: int):
    async with scene_of(flavour) as scene:
        asked = {"client_name": "echobot", "redirect_uris": OUT_OF_BAND, "scopes": "profile"}
        answer = await scene.ask("POST", "/api/v1/apps", token=None, data=asked)
        assert answer.status == status
        if status == 422:
            assert answer.body["error"] == "Validation failed: Scopes doesn't match configured on the server."
