"""What a reading depends on: files, each with time and size, and the code that read them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import syndicator
from syndicator.sources.spec import SourceSpec

Stamp = tuple[int, int] | None
"""Time and size of a file; None if there is none."""


def witnesses_of(
    root: Path, sources: Sequence[SourceSpec], named: Sequence[str]
) -> dict[str, Stamp]:
    """Return the stamps of every file of sources, of mappings, and of files that products name."""
    found: dict[str, Stamp] = {}
    for spec in sources:
        for path in (spec.mapping, spec.local or spec.path):
            if path:
                found |= dict(_tree(str(root / path), path))
    for name in named:
        if name not in found:
            found[name] = _stamp(str(root / name))
    return found


def _tree(place: str, name: str) -> Iterator[tuple[str, Stamp]]:
    """Yield the stamps of a file, or of everything below a folder; links are not followed."""
    if not os.path.isdir(place):  # noqa: PTH112  text: this runs for every file
        yield name, _stamp(place)
        return
    pending = [(place, name)]
    while pending:
        folder, inner = pending.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append((entry.path, f"{inner}/{entry.name}"))
                elif (stamp := _stamp(entry.path)) and entry.is_symlink():
                    yield f"{inner}/{entry.name}", (stamp[0], ~stamp[1])  # no file like another
                else:
                    yield f"{inner}/{entry.name}", stamp


def _stamp(path: str) -> Stamp:
    try:
        stat = os.stat(path)  # noqa: PTH116  see above
    except OSError:
        return None
    return (stat.st_mtime_ns, stat.st_size)


def code_stamps() -> Iterator[tuple[str, Stamp]]:
    """Yield the stamps of the code that reads, so that another version reads anew."""
    home = Path(syndicator.__file__).parent
    yield "syndicator " + syndicator.__version__, None
    for package in ("catalog", "sources"):
        for path in sorted((home / package).glob("*.py")):
            yield f"syndicator/{package}/{path.name}", _stamp(str(path))
