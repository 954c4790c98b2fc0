"""Uploading, waiting, attaching."""

import asyncio

import aiohttp
import pytest
from mastodon import MastodonAPIError

from tests.servers.fake_mastodon.scene import Reply, Scene, scene

__all__ = ["scene"]

PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


async def upload(scene: Scene, kind: str = "image/png", **more: str) -> Reply:
    form = aiohttp.FormData()
    form.add_field("file", PIXEL, filename="pixel", content_type=kind)
    for name, value in more.items():
        form.add_field(name, value)
    return await scene.ask("POST", "/api/v2/media", data=form)


async def test_an_image_is_ready_at_once_with_its_description(scene: Scene):
    client = scene.client("write:media", "write:statuses")
    image = await asyncio.to_thread(client.media_post, PIXEL, mime_type="image/png", description="A pixel")
    assert (image.type, image.description) == ("image", "A pixel")
    assert image.url.startswith("https://home.example.org/media/")
    sent = await asyncio.to_thread(client.status_post, "look", media_ids=image)
    assert [one.description for one in sent.media_attachments] == ["A pixel"]


async def test_a_slow_upload_is_202_then_206_then_200(scene: Scene):
    scene.server.media.answers_until_ready = 2
    first = await upload(scene)
    assert (first.status, first.body["url"]) == (202, None)
    answers = [await scene.ask("GET", f"/api/v1/media/{first.body['id']}") for _ in range(3)]
    assert [(one.status, one.body["url"] is None) for one in answers] == [(206, True), (206, True), (200, False)]


async def test_the_older_way_answers_when_all_is_done(scene: Scene):
    scene.server.media.answers_until_ready = 2
    form = aiohttp.FormData()
    form.add_field("file", PIXEL, filename="pixel", content_type="image/png")
    done = await scene.ask("POST", "/api/v1/media", data=form)
    assert (done.status, done.body["url"] is None) == (200, False)


async def test_mastodon_py_sees_that_it_is_not_ready(scene: Scene):
    scene.server.media.answers_until_ready = 1
    client = scene.client()
    image = await asyncio.to_thread(client.media_post, PIXEL, mime_type="image/png")
    answers = [await asyncio.to_thread(client.media, image) for _ in range(2)]
    assert [one.url is None for one in (image, *answers)] == [True, True, False]


async def test_posting_before_it_is_ready_is_refused(scene: Scene):
    scene.server.media.answers_until_ready = 1
    image = await upload(scene)
    with pytest.raises(MastodonAPIError) as refused:
        await asyncio.to_thread(scene.client().status_post, "look", media_ids=image.body["id"])
    not_ready = "Cannot attach files that have not finished processing. Try again in a moment!"
    assert refused.value.args[1:] == (422, "Unprocessable Entity", not_ready)


async def test_an_attachment_belongs_to_one_status(scene: Scene):
    image = (await upload(scene)).body["id"]
    assert (await scene.post("look", media_ids=[image])).status == 200
    again = await scene.post("look", media_ids=[image])
    assert again.body == {"error": f"Media {image} not found or already attached to another post"}
    assert (await scene.ask("GET", f"/api/v1/media/{image}")).status == 404


async def test_an_image_needs_no_text(scene: Scene):
    assert (await scene.post("", media_ids=[(await upload(scene)).body["id"]])).status == 200


async def test_an_edit_without_media_drops_them_and_with_them_keeps_them(scene: Scene):
    image = (await upload(scene)).body["id"]
    status = (await scene.post("look", media_ids=[image])).body["id"]
    path = f"/api/v1/statuses/{status}"
    kept = await scene.ask("PUT", path, json={"status": "look here", "media_ids": [image]})
    assert [one["id"] for one in kept.body["media_attachments"]] == [image]
    dropped = await scene.ask("PUT", path, json={"status": "look here"})
    assert dropped.body["media_attachments"] == []


@pytest.mark.parametrize(
    ("kind", "more", "wrong"),
    [
        ("text/html", {}, "Validation failed: File content type is invalid, File is invalid"),
        (
            "image/png",
            {"description": "x" * 1_501},
            "Validation failed: Description is too long (maximum is 1500 characters)",
        ),
    ],
)
async def test_bad_uploads_are_refused(scene: Scene, kind: str, more: dict[str, str], wrong: str):
    answer = await upload(scene, kind, **more)
    assert (answer.status, answer.body) == (422, {"error": wrong})


async def test_five_are_too_many(scene: Scene):
    images = [(await upload(scene)).body["id"] for _ in range(5)]
    assert (await scene.post("look", media_ids=images)).body == {"error": "Cannot attach more than 4 files"}
