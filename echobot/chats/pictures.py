"""A poster's file as chats need it. Whatever is in the file, the worst that comes of it is a sentence about it."""

from __future__ import annotations

import asyncio
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from echobot.errors import ChatRefused

MOST_BYTES = 10_000_000
MOST_PIXELS = 25_000_000  # 100 MB in memory while its thumbnail is made, twice that if it has to be turned

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")  # Pillow knows forty more, which nobody's browser shows
_SIZE = (800, 600)  # of a thumbnail, at most
_SEE_THROUGH = {"RGBA", "LA", "PA"}


@dataclass(frozen=True, slots=True)
class Picture:
    """An image in memory."""

    name: str  # the file's, without its folder
    kind: str  # "image/png"
    width: int
    height: int
    data: bytes

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


async def picture_in(file: str) -> tuple[Picture, Picture]:
    """The picture in a file and its thumbnail. Raises `ChatRefused` when it is none, or too large."""
    return await asyncio.to_thread(_read, Path(file))


def _read(file: Path) -> tuple[Picture, Picture]:
    data = _contents(file)
    try:
        return _opened(file, data)
    except ChatRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(file) from error
    except Exception as error:  # what Pillow raises over a broken file is of all kinds
        reason = type(error).__name__
        raise ChatRefused(f"the picture {file} cannot be read as PNG, JPEG, WebP or GIF ({reason})") from error


def _contents(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise ChatRefused(f"the picture {file} cannot be opened: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise ChatRefused(f"the picture {file} is larger than {MOST_BYTES // 10**6} MB; make it smaller")
    return data


def _opened(file: Path, data: bytes) -> tuple[Picture, Picture]:
    with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise _too_many_pixels(file)
        image.load()
        kind = Image.MIME[str(image.format)]
        ImageOps.exif_transpose(image, in_place=True)
        return Picture(file.name, kind, *image.size, data), _thumbnail(image)


def _too_many_pixels(file: Path) -> ChatRefused:
    return ChatRefused(f"the picture {file} has more than {MOST_PIXELS // 10**6} million pixels; make it smaller")


def _thumbnail(image: Image.Image) -> Picture:
    """Made of the image itself, which is small afterwards: a copy would take as much memory again."""
    see_through = image.mode in _SEE_THROUGH or "transparency" in image.info
    form, mode = ("PNG", "RGBA") if see_through else ("JPEG", "RGB")
    small = image.convert(mode) if image.mode in {"P", "PA"} else image  # colours by number cannot be mixed
    small.thumbnail(_SIZE)
    written = io.BytesIO()
    small.convert(mode).save(written, form)
    return Picture(f"thumbnail.{form.lower()}", Image.MIME[form], *small.size, written.getvalue())
