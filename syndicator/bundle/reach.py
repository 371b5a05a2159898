"""What a release leads to: every key that must stay as long as the release is kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from syndicator import canonical
from syndicator.bundle import keys, trees
from syndicator.bundle.keys import FetchAll
from syndicator.bundle.release import Release
from syndicator.bundle.trees import Node

COUNT = 10
"""Releases that a collection keeps, if it is told nothing else; the live one is among them."""
AGE = timedelta(days=30)
"""Younger releases are kept, too."""
GRACE = timedelta(hours=24)
"""Between marking and deleting; longer than the longest publish."""


def reachable(releases: Iterable[Release], fetch_all: FetchAll) -> set[str]:
    """Return every immutable key that these releases lead to, the releases included.

    Cost: reads each distinct table, lookup and list of media once, level by level; pages are not
    read.

    Raises:
        VerificationError: Something on the way is missing or damaged (of `fetch_all`).
    """
    found: set[str] = set()
    level: dict[str, str] = {}
    for release in releases:
        found.add(release.key)
        found.update(keys.private_object(name) for name, _ in release.records)
        found.update(release.files)
        for record in release.editions.values():
            level |= _below(record.head, found)
            if record.media:
                level[keys.private_object(record.media[0])] = record.media[1]
    while level:
        deeper: dict[str, str] = {}
        for data in fetch_all(level):
            node = canonical.decode(data)
            found.update(node.get("media", ()))
            deeper |= _below(node, found)
        found |= level.keys()
        level = {key: deeper[key] for key in deeper if key not in found}
    return found


class Dated(Protocol):
    """What retention asks of a release."""

    @property
    def generation(self) -> int:
        """Its number."""
        ...

    @property
    def created(self) -> str:
        """When it was made, RFC 3339."""
        ...


_R = TypeVar("_R", bound=Dated)


def kept(
    releases: Iterable[_R], live: int, *, count: int, age: timedelta, now: datetime
) -> list[_R]:
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


def _below(node: Node, found: set[str]) -> dict[str, str]:
    """Add the pages of a node to `found`; return the nodes below it, key to integrity."""
    found.update(keys.public_object(name) for name, _ in node.get("pages", ()))
    return {keys.public_object(name): integrity for name, integrity in trees.nodes_below(node)}
