"""The releases that a target keeps, and the way back to any of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from syndicator.bundle import Build, Plan, Release, diff, keys, parse_release
from syndicator.bundle.restore import build_of
from syndicator.canonical import Namer
from syndicator.errors import UsageError, VerificationError
from syndicator.targets.apply import publish
from syndicator.targets.deliver import Feeds
from syndicator.targets.port import Target
from syndicator.targets.reading import Live, fetcher, read_live, read_ref
from syndicator.targets.report import Report


class _Told(msgspec.Struct):
    generation: int
    created: str
    inputs: str


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
    """Return the kept releases, newest first. Cost: a listing, and one request for each.

    Raises:
        VerificationError: A release is damaged.
    """
    ref = read_ref(target)
    return [_info(target, key, ref.release if ref else "") for key in release_keys(target)[:limit]]


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
    return parse_release(key, data, fetcher(target))


def lineage(target: Target, live: Release) -> Iterator[Release]:
    """Yield the live release and its ancestors as far as they are kept."""
    yield live
    key = live.parent
    while key and target.read(key) is not None:
        release = stored_release(target, key)
        yield release
        key = release.parent


def find_release(target: Target, generation: int, live: Release) -> Release:
    """Return the committed release with this generation.

    Raises:
        UsageError: It was never committed, or is no longer kept.
    """
    for release in lineage(target, live):
        if release.generation == generation:
            return release
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
    fetch = fetcher(target)
    old = find_release(target, generation, live.release)
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


def _info(target: Target, key: str, live: str) -> ReleaseInfo:
    data = target.read(key)
    try:
        told = msgspec.json.decode(data or b"", type=_Told)
    except msgspec.DecodeError as error:
        raise VerificationError(f"{key}: damaged: {error}") from error
    return ReleaseInfo(told.generation, told.created, key, told.inputs, key == live)
