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
from syndicator.errors import VerificationError
from syndicator.settings import STATE, Settings
from syndicator.sources.places import asks_databases, is_address
from syndicator.targets.port import Target
from syndicator.targets.presigned import Signing
from syndicator.targets.profile import TargetProfile, open_target, parse_targets
from syndicator.targets.reference import LIVE, Ref, read_ref
from syndicator.widgets.places import built_in_folder

_FILE = "published.json"
_RACE = 50_000_000
"""Nanoseconds within which two saves of a file may carry the same time."""
_LENT = 86_400
"""Seconds for which the address of the live reference is signed."""
_OURS = 0o600
_IGNORED = frozenset({STATE, ".git", ".venv", "__pycache__", "node_modules"})


def read_target(settings: Settings) -> TargetProfile | None:
    """Return the profile that the settings publish to, None where it cannot be used."""
    from syndicator.sources.yamlfile import read_documents  # noqa: PLC0415  slow to import

    documents, _ = read_documents(settings.root, "publish/targets")
    profiles, problems = parse_targets(documents)
    return None if problems else profiles.get(settings.target)


class Memory(msgspec.Struct, frozen=True):
    """What the last publish of this machine left: its files, its outcome, its end."""

    files: str
    inputs: str
    facts: dict[str, Any]
    profile: TargetProfile
    generation: int
    until: datetime | None = None
    address: str = ""
    """Of a bucket: where the live reference can be read for a day without more credentials."""


def recall(settings: Settings, now: datetime) -> tuple[Memory, int] | None:
    """Return the memory of the last publish and what generation is live, if both still agree.

    Nothing where publishing now might change something.

    Cost: one stat for each file of the workspace, and one request for the live reference.

    Raises:
        TargetError: The target cannot be read.
    """
    memory = _memory(settings)
    if memory is None or (memory.until and now >= memory.until):
        return None
    if survey(settings, memory.profile) != memory.files:
        return None
    ref = _live(settings, memory)
    if ref is None or not ref.settles(memory.inputs) or ref.generation < memory.generation:
        return None
    return memory, ref.generation


def refuse_restored(settings: Settings, live: Ref | None) -> None:
    """Stop where the target shows an older release than this machine published there.

    Heads and objects of the lost releases may be there or not: comparing with what is live would
    leave some of them as they are. An empty target is no such case.

    Raises:
        VerificationError: The target went back.
    """
    memory = _memory(settings)
    if memory is None or live is None or memory.profile != read_target(settings):
        return
    if live.generation < memory.generation:
        raise VerificationError(
            f"the target went back from release {memory.generation} to {live.generation}: was it "
            "restored from a backup? Nothing was written; run `syndicator verify --repair`, "
            "then publish again"
        )


def forget(settings: Settings) -> None:
    """Forget the last publish, after somebody has looked at what the target holds."""
    (settings.root / STATE / _FILE).unlink(missing_ok=True)


def _memory(settings: Settings) -> Memory | None:
    try:
        return msgspec.json.decode((settings.root / STATE / _FILE).read_bytes(), type=Memory)
    except (OSError, msgspec.DecodeError):
        return None


def _live(settings: Settings, memory: Memory) -> Ref | None:
    proxies = {name for name in settings.environment if name.lower().endswith("_proxy")}
    if memory.address and not proxies:
        from syndicator.targets.presigned import read_presigned  # noqa: PLC0415  only for buckets

        if (data := read_presigned(memory.address)) is not None:
            return Ref.parse(data)
    target = open_target(memory.profile, settings.root)
    if memory.address:
        _keep(settings, msgspec.structs.replace(memory, address=_address(target)))
    return read_ref(target)


def remember(
    settings: Settings,
    files: str | None,
    target: Target,
    inputs: str,
    generation: int,
    until: datetime | None,
    facts: Mapping[str, Any],
) -> None:
    """Keep what a publish to `target` made of `files`, the survey from before it read them."""
    profile = read_target(settings)
    if profile is not None:
        address = _address(target) if files else ""
        known = Memory(files or "", inputs, dict(facts), profile, generation, until, address)
        _keep(settings, known)


def _keep(settings: Settings, memory: Memory) -> None:
    place = settings.root / STATE / _FILE
    fresh = place.with_suffix(".new")
    fresh.touch(_OURS)  # the address lets everybody read the live reference
    fresh.write_bytes(msgspec.json.encode(memory))
    fresh.replace(place)


def _address(target: Target) -> str:
    return target.address(LIVE, _LENT) if isinstance(target, Signing) else ""


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
    if profile.type == "s3":
        places.add(Path(settings.environment.get("HOME", root), ".aws"))
        told += [list(pair) for pair in sorted(settings.environment.items()) if "AWS_" in pair[0]]
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
