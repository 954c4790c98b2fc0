"""Where the knowledge is that echobot comes with."""

from __future__ import annotations

from pathlib import Path


def shipped_folder() -> Path:
    """Inside the installed package, or beside it in the repository."""
    package = Path(__file__).parent
    installed = package / "shipped"
    return installed if installed.is_dir() else package.parent / "knowledge"
