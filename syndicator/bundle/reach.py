"""What a release leads to: every key that must stay as long as the release is kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from syndicator import canonical
from syndicator.bundle import keys, trees
from syndicator.bundle.keys import Fetch
from syndicator.bundle.release import Release, media_of
from syndicator.bundle.trees import Node


def reachable(releases: Iterable[Release], fetch: Fetch) -> set[str]:
    """Return every immutable key that these releases lead to, the releases included.

    Cost: reads each distinct table, lookup and list of media once; pages are not read.

    Raises:
        VerificationError: Something on the way is missing or damaged (of `fetch`).
    """
    found: set[str] = set()
    for release in releases:
        found.add(release.key)
        found.update(keys.private_object(name) for name, _ in release.records)
        found.update(release.files)
        for record in release.editions.values():
            _follow(record.head, fetch, found)
            if record.media and (key := keys.private_object(record.media[0])) not in found:
                found.update(media_of(record, fetch))
                found.add(key)
    return found


def kept(
    releases: Iterable[Release], live: int, *, count: int, age: timedelta, now: datetime
) -> list[Release]:
    """Return the live release, the `count` newest, and those younger than `age`."""
    newest = sorted(releases, key=lambda release: release.generation, reverse=True)
    oldest = now - age
    return [
        release
        for place, release in enumerate(newest)
        if place < count
        or release.generation == live
        or datetime.fromisoformat(release.created) > oldest
    ]


def _follow(node: Node, fetch: Fetch, found: set[str]) -> None:
    found.update(keys.public_object(name) for name, _ in node.get("pages", ()))
    for name, integrity in trees.nodes_below(node):
        if (key := keys.public_object(name)) not in found:
            _follow(canonical.decode(fetch(key, integrity)), fetch, found)
            found.add(key)
