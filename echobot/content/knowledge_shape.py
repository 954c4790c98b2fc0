"""The shape of a knowledge file as a whole."""

from __future__ import annotations

from pydantic import Field

from echobot.content.announcement_shapes import AnnouncementShape
from echobot.content.event_shapes import EventShape
from echobot.content.shapes import EntryShape, NeedShape, ServiceShape, Shape, ToolShape


class KnowledgeShape(Shape):
    """A knowledge file: any of these lists."""

    entries: tuple[EntryShape, ...] = Field((), description="Questions and their answers")
    tools: tuple[ToolShape, ...] = Field((), description="Free software, and services run on it")
    needs: tuple[NeedShape, ...] = Field((), description="What tools and services are for")
    services: tuple[ServiceShape, ...] = Field((), description="What people want to leave")
    visits: tuple[EventShape, ...] = Field((), description="Study visits, past and to come")
    workshops: tuple[EventShape, ...] = Field((), description="Workshops with a date")
    announcements: tuple[AnnouncementShape, ...] = Field((), description="What to post by itself, and when")
