"""From a password to a token, once; afterwards the password is not needed."""

from __future__ import annotations

from echobot.chats.matrix.homeserver import ask, connect
from echobot.errors import ChatRefused


async def login(homeserver: str, user: str, password: str, device_name: str) -> tuple[str, str, str]:
    """The token of a new device, its id and the user's full name (`@echobot:example.org`)."""
    client = connect(homeserver, user)
    try:
        answer = await ask(client.login(password, device_name))
    except ChatRefused as error:
        raise ChatRefused(f"{user} could not log in at {homeserver}: {error}") from error
    finally:
        await client.close()
    return answer.access_token, answer.device_id, answer.user_id
