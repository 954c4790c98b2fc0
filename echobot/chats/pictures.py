"""A poster's file as chats need it: the picture alone, without what a camera or a program noted beside it.

Whatever is in the file, the worst that comes of it is a sentence about it.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, ImageSequence

from echobot.errors import ChatRefused

MOST_BYTES = 10_000_000
MOST_PIXELS = 25_000_000  # 100 MB in memory while its thumbnail is made, twice that if it has to be turned

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")  # Pillow knows forty more, which nobody's browser shows
_OF_THE_PICTURE = frozenset(
    {"icc_profile", "transparency", "duration", "loop", "background", "disposal", "default_image"}
)
_QUALITY: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": "keep"},  # the file's own tables: nobody sees that it was drawn anew
    "MPO": {"quality": 95},
    "WEBP": {"quality": 90},
}
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
        if image.width * image.height > MOST_PIXELS or _pixels(image) > MOST_PIXELS:
            raise _too_many_pixels(file)
        image.load()
        form = _form(image)
        if _frames(image) == 1:
            ImageOps.exif_transpose(image, in_place=True)
        return Picture(file.name, Image.MIME[form], *image.size, _drawn(image, form)), _thumbnail(image)


def _frames(image: Image.Image) -> int:
    return int(getattr(image, "n_frames", 1)) if _form(image) == image.format else 1


def _pixels(image: Image.Image) -> int:
    """Of all pictures that move one after the other."""
    return image.width * image.height * _frames(image)


def _form(image: Image.Image) -> str:
    """A telephone puts several pictures into one JPEG; others see the first."""
    return "JPEG" if image.format == "MPO" else str(image.format)


def _drawn(image: Image.Image, form: str) -> bytes:
    """The picture drawn anew, so that nothing else of the file is left: no place, no names, no earlier version."""
    image.info = {name: image.info[name] for name in _OF_THE_PICTURE & image.info.keys()}
    how: dict[str, Any] = {"comment": b""}  # which each frame of a GIF brings back
    if "icc_profile" in image.info:
        how["icc_profile"] = image.info["icc_profile"]
    if _frames(image) > 1:
        how |= {"save_all": True, "duration": _durations(image), "loop": image.info.get("loop", 1)}
    written = io.BytesIO()
    image.save(written, form, **_QUALITY.get(str(image.format), {}), **how)
    image.seek(0)
    return written.getvalue()


def _durations(image: Image.Image) -> list[int]:
    """Of each frame, in milliseconds."""
    durations = []
    for frame in ImageSequence.Iterator(image):
        frame.load()
        durations.append(int(frame.info.get("duration", 0)))
    image.seek(0)
    return durations


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
