"""The least that answers mentions with Mastodon.py's own stream, to measure the others by: `server token`."""

import sys

from mastodon import Mastodon, StreamListener


class Answering(StreamListener):
    def __init__(self, client: Mastodon) -> None:
        self._client = client

    def on_notification(self, notification: object) -> None:
        status = notification.status  # type: ignore[attr-defined]
        self._client.status_reply(status, "PeerTube is a video site.", untag=True)


def main(server: str, token: str) -> None:
    client = Mastodon(api_base_url=server, access_token=token, ratelimit_method="throw")
    print("listening", flush=True)
    client.stream_user(Answering(client))


main(*sys.argv[1:])
