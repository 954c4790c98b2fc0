"""Who and what a server knows. These are the server's own records: they change as the world does."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(eq=False, slots=True, repr=False)
class Account:
    id: str
    username: str
    domain: str | None  # None: an account of this server
    home: str  # this server's own domain
    display_name: str
    note: str  # HTML
    bot: bool
    locked: bool
    created_at: datetime
    language: str = "en"
    is_silenced: bool = False
    is_suspended: bool = False

    @property
    def acct(self) -> str:
        return self.username if self.domain is None else f"{self.username}@{self.domain}"

    @property
    def url(self) -> str:
        return f"https://{self.domain or self.home}/@{self.username}"

    @property
    def uri(self) -> str:
        return f"https://{self.domain or self.home}/users/{self.username}"

    def __repr__(self) -> str:
        return f"<{self.acct}>"


@dataclass(eq=False, slots=True)
class Attachment:
    id: str
    account: Account
    kind: str  # image, video, audio, gifv
    description: str | None
    answers_until_ready: int  # how often it is still "being processed"
    is_attached: bool = False


@dataclass(frozen=True, slots=True)
class Poll:
    id: str
    options: tuple[str, ...]
    expires_at: datetime | None
    is_multiple: bool


@dataclass(eq=False, slots=True, repr=False)
class Status:
    id: str
    account: Account
    text: str  # as written; empty if only its HTML is known
    content: str  # HTML
    created_at: datetime
    visibility: str
    language: str | None
    spoiler_text: str = ""
    sensitive: bool = False
    mentions: list[Account] = field(default_factory=list)
    silent_mentions: list[Account] = field(default_factory=list)  # mentioned before an edit: may still read it
    in_reply_to: "Status | None" = None
    in_reply_to_account: Account | None = None
    media: list[Attachment] = field(default_factory=list)
    poll: Poll | None = None
    edited_at: datetime | None = None
    application: str | None = None
    is_deleted: bool = False
    hidden_from: list[Account] = field(default_factory=list)

    @property
    def uri(self) -> str:
        return f"{self.account.uri}/statuses/{self.id}"

    @property
    def url(self) -> str:
        return f"{self.account.url}/{self.id}"

    def __repr__(self) -> str:
        return f"<{self.id} by {self.account.acct}, {self.visibility}: {self.text!r}>"


@dataclass(eq=False, slots=True)
class Notification:
    id: str
    kind: str
    created_at: datetime
    recipient: Account
    sender: Account
    status: Status | None  # of a mention
    is_filtered: bool


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    account: Account
    scopes: tuple[str, ...]
    application: str = "fake client"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]  # names in small letters
    account: Account | None  # the token's, if it was known
    body: dict[str, Any]
