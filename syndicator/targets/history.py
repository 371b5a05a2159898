"""The releases that a target keeps, and the way back to any of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from syndicator.bundle import Build, Plan, Release, diff, keys
from syndicator.bundle.restore import build_of
from syndicator.canonical import Namer
from syndicator.errors import UsageError, VerificationError
from syndicator.targets.apply import publish
from syndicator.targets.comparing import differences
from syndicator.targets.delivery import Feeds
from syndicator.targets.port import Target
from syndicator.targets.reading import (
    Live,
    parsed_release,
    read_all,
    read_live,
)
from syndicator.targets.reference import read_ref
from syndicator.targets.report import Report


class _Told(msgspec.Struct):
    """What a release says of itself, without the records that it names."""

    generation: int
    created: str
    inputs: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A committed release that is kept, as far as its own document tells."""

    key: str
    generation: int
    created: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """One line of the history."""

    generation: int
    created: str
    key: str
    inputs: str
    live: bool

    def as_json(self) -> dict[str, object]:
        """Return plain data for `--json`."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Rollback:
    """A way back that was decided and can be shown before it is taken."""

    live: Live
    build: Build
    plan: Plan


def releases(target: Target, limit: int | None = None) -> list[ReleaseInfo]:
    """Return the kept releases, newest first.

    Cost: a listing, and one request for each, several at a time.

    Raises:
        VerificationError: A release is damaged.
    """
    ref = read_ref(target)
    live, found = ref.release if ref else "", dict.fromkeys(release_keys(target)[:limit])
    told = (
        (key, _told(key, data)) for key, data in zip(found, read_all(target, found), strict=True)
    )
    return [
        ReleaseInfo(one.generation, one.created, key, one.inputs, key == live) for key, one in told
    ]


def release_keys(target: Target) -> list[str]:
    """Return the keys of all stored releases, newest first, also of those never committed."""
    found = [entry.key for entry in target.list(keys.RELEASES)]
    numbered = [(keys.release_generation(key) or 0, key) for key in found]
    return [key for _, key in sorted(numbered, reverse=True)]


def stored_release(target: Target, key: str) -> Release:
    """Return the release under `key`, its records verified; its name vouches for itself.

    Raises:
        VerificationError: It is missing or damaged.
    """
    data = target.read(key)
    if data is None:
        raise VerificationError(f"{key}: missing")
    return parsed_release(target, key, data, {})


def lineage(target: Target, live: Release, oldest: int = 0) -> list[Ancestor]:
    """Return the live release and its ancestors as far as they are kept, newest first.

    None is older than generation `oldest`. Cost: a listing, and one request for each release,
    several at a time; records are not read.

    Raises:
        VerificationError: A release on the way is damaged.
    """
    numbered = ((key, keys.release_generation(key) or 0) for key in release_keys(target))
    wanted = {key: n for key, n in numbered if oldest <= n <= live.generation}
    there = dict(zip(wanted, read_all(target, wanted), strict=True))
    found: list[Ancestor] = []
    key = live.key
    while (data := there.get(key)) is not None:
        told = _told(key, data)
        found.append(Ancestor(key, told.generation, told.created, data))
        key = told.parent
    return found


def read_ancestors(target: Target, ancestors: Iterable[Ancestor]) -> Iterator[Release]:
    """Yield whole releases; records that one shares with the one before are read once.

    Raises:
        VerificationError: A record is missing or damaged.
    """
    known: dict[str, bytes] = {}
    for one in ancestors:
        yield parsed_release(target, one.key, one.data, known)


def find_release(target: Target, generation: int, live: Release) -> Release:
    """Return the committed release with this generation.

    Raises:
        UsageError: It was never committed, or is no longer kept.
    """
    if generation == live.generation:
        return live
    for one in lineage(target, live, generation):
        if one.generation == generation:
            return parsed_release(target, one.key, one.data, {})
    raise UsageError(
        f"release {generation} is not kept; `syndicator releases` lists those that are"
    )


def plan_rollback(target: Target, namer: Namer, generation: int) -> Rollback:
    """Decide how to show again what release `generation` showed.

    Raises:
        UsageError: There is no such release.
        VerificationError: Something it needs is missing or damaged.
    """
    live = read_live(target)
    if live is None:
        raise UsageError("nothing was published yet, so there is nothing to go back to")
    old = find_release(target, generation, live.release)
    fetch = differences(target, live.release, old)
    build = build_of(old, live.release, fetch, namer)
    return Rollback(live, build, diff(live.release, build, fetch))


def roll_back(
    target: Target, way: Rollback, *, now: datetime, nonce: str, feeds: Feeds | None = None
) -> Report:
    """Take the way back: a new release with the old content, delivered.

    Raises:
        ConflictError: Somebody published since it was decided.
        TargetError: The target cannot be written; calling again is safe.
    """

    def asset(key: str) -> bytes:
        data = target.read(key)
        if data is None:
            raise VerificationError(f"{key}: missing, so its release cannot come back")
        return data

    return publish(
        target,
        way.build,
        now=now,
        nonce=nonce,
        asset=asset,
        live=way.live,
        plan=way.plan,
        reviewed=True,
        feeds=feeds,
    )


def _told(key: str, data: bytes | None) -> _Told:
    try:
        return msgspec.json.decode(data or b"", type=_Told)
    except msgspec.DecodeError as error:
        raise VerificationError(f"{key}: damaged: {error}") from error
