"""Pictures for tests, drawn when they are needed."""

from pathlib import Path
from typing import Any

from PIL import Image


def drawn(file: Path, size: tuple[int, int] = (1000, 500), mode: str = "RGB", **more: Any) -> str:
    """A picture of one colour in a file of the kind that its ending says; returns its path."""
    Image.new(mode, size, "teal").save(file, **more)
    return str(file)
