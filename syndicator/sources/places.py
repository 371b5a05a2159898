"""Paths of the workspace: what may be read, and what it is called in messages."""

from __future__ import annotations

import os
import threading
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


def replace_whole(path: Path, data: bytes) -> None:
    """Write a file so that readers see the old or the new one, whole, whoever else writes it."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        fresh.write_bytes(data)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def is_address(path: str) -> bool:
    """Tell whether a source's path is an address of the web."""
    return path.startswith(("http://", "https://"))


def asks_databases(root: Path) -> bool:
    """Tell whether partners come from a database, which only a build can ask for news."""
    manifests = (root / "manifests").rglob("*.yaml")
    return any(b"sql:" in path.read_bytes() for path in manifests if path.is_file())
