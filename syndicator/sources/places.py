"""Paths of the workspace: what may be read, and what it is called in messages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def inside(root: Path, path: Path) -> bool:
    """Tell whether `path`, with all links followed, lies in `root`."""
    return path.resolve().is_relative_to(root.resolve())


def relative(root: Path, path: Path) -> str:
    """Return the name of `path` in messages and as a key: slash-separated, from `root`."""
    return Path(os.path.relpath(path, root)).as_posix()


def named(spec_path: str, place: Path, path: Path) -> str:
    """Return the name of a source's file, as the settings spell the source's path."""
    return spec_path if path == place else f"{spec_path.rstrip('/')}/{relative(place, path)}"


def listed(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """Yield the files below `folder` with one of `suffixes`, in sorted order, hidden ones left out.

    Folders that are links are not entered, so a cycle of links ends.
    """
    for place, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            if name.endswith(suffixes) and not name.startswith("."):
                yield Path(place, name)
