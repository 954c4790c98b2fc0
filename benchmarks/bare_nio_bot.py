"""The least that can answer with matrix-nio, to compare with: no store, no knowledge, no care."""

import asyncio
import sys

from nio import AsyncClient, MatrixRoom, RoomMessageText


async def main(server: str, user: str, token: str) -> None:
    client = AsyncClient(server, user)
    client.user_id, client.access_token = user, token
    await client.sync()

    async def answer(room: MatrixRoom, event: RoomMessageText) -> None:
        if event.sender != user:
            relation = {"m.in_reply_to": {"event_id": event.event_id}}
            content = {"msgtype": "m.notice", "body": event.body, "m.relates_to": relation}
            await client.room_send(room.room_id, "m.room.message", content)

    client.add_event_callback(answer, RoomMessageText)
    print("listening", flush=True)
    await client.sync_forever(timeout=30_000)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
