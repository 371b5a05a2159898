"""Know without building that nothing changed: the files are as they were at the last publish.

What is remembered is a cache below `.syndicator/`. It is believed only while every file of the
workspace has the size and time that it had, no date in the rules has come, and the target still
names what was published from them; losing it costs a build.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from syndicator import __version__, canonical
from syndicator.settings import STATE, Settings
from syndicator.sources.places import asks_databases, is_address
from syndicator.sources.yamlfile import read_documents
from syndicator.targets.port import Target
from syndicator.targets.profile import TargetProfile, parse_targets
from syndicator.targets.reading import read_ref
from syndicator.widgets.finding import built_in_folder

_FILE = "published.json"
_RACE = 50_000_000
"""Nanoseconds within which two saves of a file may carry the same time."""
_IGNORED = frozenset({STATE, ".git", ".venv", "__pycache__", "node_modules"})


def read_target(settings: Settings) -> TargetProfile | None:
    """Return the profile that the settings publish to, None where it cannot be used."""
    documents, _ = read_documents(settings.root, "publish/targets")
    profiles, problems = parse_targets(documents)
    return None if problems else profiles.get(settings.target)


class Memory(msgspec.Struct, frozen=True):
    """What the last publish of this machine left: its files, its outcome, its end."""

    files: str
    inputs: str
    facts: dict[str, Any]
    until: datetime | None = None


def recall(
    settings: Settings, profile: TargetProfile, target: Target, now: datetime
) -> tuple[Memory, int] | None:
    """Return the memory of the last publish and what generation is live, if both still agree.

    Nothing where publishing now might change something.

    Cost: one stat for each file of the workspace, and one request for the live reference.

    Raises:
        TargetError: The target cannot be read.
    """
    try:
        memory = msgspec.json.decode((settings.root / STATE / _FILE).read_bytes(), type=Memory)
    except (OSError, msgspec.DecodeError):
        return None
    if (memory.until and now >= memory.until) or survey(settings, profile) != memory.files:
        return None
    ref = read_ref(target)
    settled = ref is not None and ref.inputs == memory.inputs and ref.delivered == ref.generation
    return (memory, ref.generation) if ref is not None and settled else None


def remember(
    settings: Settings,
    files: str | None,
    inputs: str,
    until: datetime | None,
    facts: Mapping[str, Any],
) -> None:
    """Keep what a publish made of `files`, the survey from before it read them."""
    if files is None:
        return
    place = settings.root / STATE / _FILE
    fresh = place.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(Memory(files, inputs, dict(facts), until)))
    fresh.replace(place)


def survey(settings: Settings, profile: TargetProfile) -> str | None:
    """Return a fingerprint of the times and sizes of all files that a build reads.

    None where a build reads more than files (addresses of the web, databases), and where a file
    was saved so lately that another save could not be told from it by time and size.
    """
    if any(is_address(source.path) for source in settings.sources) or asks_databases(settings.root):
        return None
    root = settings.root
    places = {root, built_in_folder()}
    for source in settings.sources:
        places |= {root / path for path in (source.path, source.mapping) if path}
    target = (root / profile.path).resolve() if profile.path else None
    told = [[__version__, settings.target, canonical.fingerprint(settings.secret)]]
    lately = time.time_ns() - _RACE
    for place in sorted(places):
        for path, at, size in _files(place, target):
            if at > lately:
                return None
            told.append([path, str(at), str(size)])
    return canonical.fingerprint(canonical.encode(told))


def _files(place: Path, target: Path | None) -> Iterator[tuple[str, int, int]]:
    """Yield path, time and size of each file, in order; what was published is left out."""
    if place.is_file():
        stat = place.stat()
        yield str(place), stat.st_mtime_ns, stat.st_size
        return
    for folder, names, files in os.walk(place):
        names[:] = sorted(
            name
            for name in names
            if name not in _IGNORED and Path(folder, name).resolve() != target
        )
        for name in sorted(files):
            path = Path(folder, name)
            stat = path.lstat()
            yield str(path), stat.st_mtime_ns, stat.st_size
