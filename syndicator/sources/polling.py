"""Sources that nobody saves on this machine: asked again from time to time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from syndicator.errors import Problem
from syndicator.sources.http import Limits, copy_of, fetch
from syndicator.sources.places import is_address
from syndicator.sources.spec import SourceSpec

LIMITS = replace(Limits(), attempts=1)
"""The next poll is the next attempt."""


def poll(
    root: Path, sources: Sequence[SourceSpec], environment: Mapping[str, str]
) -> tuple[frozenset[str], list[Problem]]:
    """Ask every source over HTTP for a newer version; return the addresses that have one.

    The newer version is kept where reading the catalog finds it. Cost: one conditional request
    for each (ETag, Last-Modified); nothing is transferred where nothing changed.
    """
    changed: set[str] = set()
    problems: list[Problem] = []
    for source in sources:
        if not is_address(source.path):
            continue
        before = _version(root, source.path)
        _, wrong = fetch(root, source.path, source.options, environment, LIMITS)
        problems += wrong
        if _version(root, source.path) != before:
            changed.add(source.path)
    return frozenset(changed), problems


def _version(root: Path, url: str) -> tuple[int, int] | None:
    copy = copy_of(root, url)
    return (copy.stat().st_mtime_ns, copy.stat().st_size) if copy else None
