"""The shape of the settings file; what is not set keeps the value that `echobot.settings` gives it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainValidator,
    StringConstraints,
    TypeAdapter,
    model_validator,
)
from pydantic_core import PydanticCustomError

from echobot.content.complaints import Complaint, refuse
from echobot.content.destination_shapes import DestinationShape, unfit
from echobot.content.health_shape import HealthShape
from echobot.content.lengths import Duration
from echobot.content.patterns import (
    GIT_BRANCH,
    HANDLE,
    INSIDE,
    REPOSITORY,
    ROOM,
    SERVER_ADDRESS,
    SERVER_NAME,
    STORE,
    USER,
)
from echobot.content.room_shape import RoomName, RoomShape
from echobot.content.shapes import ByLanguage, Id, LanguageCode, Number, Shape, Text

_AN_ADMIN_ROOM = '`admin_room: "!abc:example.org"`, or take the line out'
_SECRET_IN_QUERY = re.compile("[?&](?!password_file=|sslkey=)[^=&]*(passw|secret|token|key)[^=&]*=", re.IGNORECASE)


def _without_password(url: str) -> str:
    if urlsplit(url).password or _SECRET_IN_QUERY.search(url):
        raise PydanticCustomError("password", "holds a password")
    return url


def _without_credentials(address: Any) -> Any:
    if not isinstance(address, str):
        return address
    begins_with_one = re.match(r"\s*(\w+://)?[^/\s]*:[^/\s]*@|\s*https?://[^/\s]*@", address)
    if begins_with_one or _SECRET_IN_QUERY.search(address):
        raise PydanticCustomError("credentials", "holds credentials")
    return address


def _sparingly(every: timedelta) -> timedelta:
    if every < timedelta(seconds=10):
        raise PydanticCustomError("too_often", "too often")
    return every


def _without_at(handle: Any) -> Any:
    return handle.strip().removeprefix("@") if isinstance(handle, str) else handle


StoreUrl = Annotated[str, StringConstraints(strip_whitespace=True, pattern=STORE), AfterValidator(_without_password)]
RepositoryAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=REPOSITORY), BeforeValidator(_without_credentials)
]
GitBranch = Annotated[str, StringConstraints(pattern=GIT_BRANCH)]
FolderInside = Annotated[str, StringConstraints(pattern=INSIDE)]
ServerAddress = Annotated[str, StringConstraints(strip_whitespace=True, pattern=SERVER_ADDRESS)]
ServerName = Annotated[str, StringConstraints(pattern=SERVER_NAME)]
User = Annotated[str, StringConstraints(pattern=USER)]
Room = Annotated[str, StringConstraints(pattern=ROOM)]


Handle = Annotated[str, BeforeValidator(_without_at), StringConstraints(pattern=HANDLE)]


class InvitesShape(Shape):
    users: tuple[User, ...] = Field((), description="Whose invitations are accepted", examples=[["@ada:example.org"]])
    servers: tuple[ServerName, ...] = Field(
        (), description="From whose users invitations are accepted", examples=[["example.org"]]
    )
    rooms: tuple[Room, ...] = Field((), description="Where anybody may invite it to", examples=[["!abc:example.org"]])
    admins: bool = Field(False, description="Whether members of the admin room may invite it", examples=["true"])


class MatrixAccountShape(Shape):
    kind: Literal["matrix"] = Field(description="The network that the account is on", examples=["matrix"])
    homeserver: ServerAddress = Field(description="Its server", examples=["https://matrix.example.org"])
    user: User = Field(description="The account's whole name", examples=["@echobot:example.org"])
    token_file: Text = Field(description="The file that holds the account's token", examples=["secrets/matrix"])
    prefix: Text = Field("!echo", description="What calls the bot at the start of a message", examples=["!echo"])
    language: LanguageCode | None = Field(
        None, description="What to answer in when the question does not tell", examples=["fr"]
    )
    invites: InvitesShape = Field(InvitesShape.model_validate({}), description="Who may bring the bot into a room")
    admin_room: Room = Field(
        "", description="The room where the bot takes orders and reports", examples=["!abc:example.org"]
    )
    admins: tuple[User, ...] = Field((), description="Who may give orders there", examples=[["@ada:example.org"]])
    rooms: dict[RoomName, RoomShape] = Field({}, description="What is different in some rooms, by id or address")


class MastodonAccountShape(Shape):
    kind: Literal["mastodon"] = Field(description="The network that the account is on", examples=["mastodon"])
    server: ServerAddress = Field(description="Its server", examples=["https://social.example.org"])
    token_file: Text = Field(description="The file that holds the account's token", examples=["secrets/mastodon"])
    language: LanguageCode | None = Field(
        None, description="What to answer in when the question does not tell", examples=["fr"]
    )
    visibility: Literal["public", "unlisted", "private", "direct"] = Field(
        "unlisted", description="Who may see an answer, or fewer if the question was for fewer", examples=["unlisted"]
    )
    poll_every: Annotated[Duration, AfterValidator(_sparingly)] = Field(
        timedelta(seconds=30), description="How often to ask for new mentions when no stream tells", examples=["30s"]
    )
    answer_within: Duration = Field(
        timedelta(days=2), description="How old a question may be and still be answered", examples=["2 days"]
    )
    replies_in_thread: Number = Field(10, description="Answers in one thread, at most", examples=[10])
    operator: Handle = Field(
        "", description="Who is told privately when no admin room can be", examples=["ada@social.example.org"]
    )


class _AnyAccountShape(BaseModel):
    """What is asked of an account before it is known which network it is on."""

    kind: Literal["matrix", "mastodon"] = Field(
        description="the network that the account is on, matrix or mastodon", examples=["matrix"]
    )


_ACCOUNTS: dict[str, type[BaseModel]] = {
    "matrix": MatrixAccountShape,
    "mastodon": MastodonAccountShape,
}


def _account(value: Any) -> BaseModel:
    kind = value.get("kind") if isinstance(value, dict) else None
    shape = _ACCOUNTS.get(kind, _AnyAccountShape) if isinstance(kind, str) else _AnyAccountShape
    return shape.model_validate(value)


Account = Annotated[
    MatrixAccountShape | MastodonAccountShape,
    PlainValidator(_account, json_schema_input_type=MatrixAccountShape | MastodonAccountShape),
]


class LimitsShape(Shape):
    person_per_minute: Number = Field(10, description="Questions of one person", examples=[10])
    person_per_hour: Number = Field(60, description="The same in an hour; then silence", examples=[60])
    room_per_minute: Number = Field(60, description="Questions in one room", examples=[60])
    bot_per_minute: Number = Field(600, description="Questions to the whole bot", examples=[600])


class RepositoryShape(Shape):
    repository: RepositoryAddress = Field(
        description="The git repository's address", examples=["https://example.org/knowledge.git"]
    )
    branch: GitBranch = Field("main", description="Which of its branches", examples=["main"])
    every: Annotated[Duration, AfterValidator(_sparingly)] | None = Field(
        None, description="How often to look for something new", examples=["5m"]
    )
    folder: FolderInside | None = Field(None, description="Where inside the repository", examples=["knowledge"])


_FOLDER = TypeAdapter[str](Text)


def _folder_or_repository(value: Any) -> Any:
    return _FOLDER.validate_python(value) if isinstance(value, str) else RepositoryShape.model_validate(value)


KnowledgePlace = Annotated[
    RepositoryShape | str, PlainValidator(_folder_or_repository, json_schema_input_type=Text | RepositoryShape)
]


class SettingsShape(Shape):
    """The settings: everything has a default but the accounts."""

    accounts: dict[Id, Account] = Field({}, description="The bot's accounts, by names of your choice")
    knowledge: KnowledgePlace | None = Field(
        None,
        description="The knowledge base's folder, or the git repository to follow; else the shipped one",
        examples=["knowledge"],
    )
    store: StoreUrl = Field(
        "sqlite:///echobot.db",
        description="Where the bot remembers what it answered",
        examples=["sqlite:///echobot.db"],
    )
    contacts: ByLanguage = Field(
        {}, description="Who can help when the bot does not know, by language", examples=[{"en": "help@example.org"}]
    )
    answer_within: Duration | None = Field(
        None, description="How old a question may be and still be answered", examples=["2h"]
    )
    limits: LimitsShape | None = Field(None, description="How many questions a minute are answered")
    destinations: dict[Id, DestinationShape] = Field({}, description="Where announcements go, by names of your choice")
    most_posts_a_day: Number = Field(4, description="Announcements of one account in a day, at most", examples=[4])
    health: HealthShape | None = Field(None, description="Where the bot tells monitoring how it is; else nowhere")
    state: Text | None = Field(
        None, description="This machine's folder for keys, where the store is on a server", examples=["state"]
    )
    machine: Text | None = Field(
        None, description="What this machine is called, where several share a store", examples=["north"]
    )
    check_links: bool = Field(
        True, description="Whether the weekly report says which links are dead", examples=["true"]
    )
    keep_messages_for: Duration | None = Field(
        None, description="How long ids of answered messages are kept", examples=["30 days"]
    )
    keep_gaps_for: Duration | None = Field(
        None, description="How long questions without an answer are kept, without who asked", examples=["60 days"]
    )

    @model_validator(mode="after")
    def _fits_its_accounts(self) -> Self:
        kinds = {name: account.kind for name, account in self.accounts.items()}
        refuse(
            Complaint(("destinations", name, key), wrong, instead)
            for name, destination in self.destinations.items()
            for key, wrong, instead in unfit(destination, kinds)
        )
        refuse(
            Complaint(("accounts", name, *where), wrong, f"add {_AN_ADMIN_ROOM}")
            for name, account in self.accounts.items()
            if isinstance(account, MatrixAccountShape) and not account.admin_room
            for where, wrong in _in_an_admin_room(account)
        )
        return self


def _in_an_admin_room(account: MatrixAccountShape) -> Iterator[tuple[tuple[str, ...], str]]:
    """What means nothing without one, and why."""
    if account.admins:
        yield ("admins",), "there is no `admin_room` for them"
    if account.invites.admins:
        yield ("invites", "admins"), "there is no `admin_room`, so nobody may invite the bot by it"
