"""Uploading (app/controllers/api/v2/media_controller.rb)."""

from aiohttp import web

from tests.servers.fake_mastodon.gate import Gate
from tests.servers.fake_mastodon.media import Media
from tests.servers.fake_mastodon.parameters import parameters
from tests.servers.fake_mastodon.wire import Wire


class MediaApi:
    def __init__(self, media: Media, wire: Wire, gate: Gate) -> None:
        self._media, self._wire, self._gate = media, wire, gate

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/v2/media", self._upload),
            web.post("/api/v1/media", self._upload_and_wait),
            web.get("/api/v1/media/{id}", self._show),
        ]

    async def _upload(self, request: web.Request) -> web.Response:
        account = self._gate.require(request, "write", "write:media").account
        attachment = self._media.add(account, await parameters(request))
        status = 202 if attachment.answers_until_ready else 200
        return web.json_response(self._wire.attachment(attachment), status=status)

    async def _upload_and_wait(self, request: web.Request) -> web.Response:
        """The older way: it answers when all is done."""
        account = self._gate.require(request, "write", "write:media").account
        attachment = self._media.add(account, await parameters(request))
        attachment.answers_until_ready = 0
        return web.json_response(self._wire.attachment(attachment))

    async def _show(self, request: web.Request) -> web.Response:
        account = self._gate.require(request, "write", "write:media").account
        attachment = self._media.unattached(request.match_info["id"], account)
        told = self._wire.attachment(attachment)
        status = 206 if attachment.answers_until_ready else 200
        attachment.answers_until_ready = max(0, attachment.answers_until_ready - 1)
        return web.json_response(told, status=status)
