"""Where the widgets that come with Syndicator lie."""

from __future__ import annotations

from pathlib import Path


def built_in_folder() -> Path:
    """Return the folder of the built-in widgets, in a wheel or in a clone."""
    inside = Path(__file__).resolve().parent.parent / "_widgets"
    return inside if inside.is_dir() else inside.parent.parent / "widgets"
