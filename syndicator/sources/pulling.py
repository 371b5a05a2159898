"""Pictures of the web, brought home: `options.pull` makes files of the addresses of a source.

A picture is fetched once and kept under `.syndicator/http/`. What cannot be had stays an
address, with a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import msgspec

from syndicator.catalog.assembly import Entry
from syndicator.catalog.model import Media
from syndicator.catalog.shapes import warn
from syndicator.errors import Origin, Problem
from syndicator.sources.assets import media_type
from syndicator.sources.places import relative
from syndicator.sources.spec import SourceSpec

PULL = "pull"
_LARGEST = 25 * 1024 * 1024
"""Bytes of one picture."""
_AT_ONCE = 8


def pull(
    root: Path, spec: SourceSpec, entries: list[Entry], environment: Mapping[str, str]
) -> tuple[list[Entry], list[Problem]]:
    """Return the entries with files where their pictures could be fetched, and warnings.

    Entries of a source without the option are returned as they are. Several pictures are
    fetched at once; the answer does not depend on which one comes first.
    """
    if not spec.options.get(PULL):
        return entries, []
    urls = {
        media.url: entry.place("")
        for entry in entries
        for media in entry.product.media
        if media.url
    }
    get = partial(_picture, root, spec.options, environment)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = dict(zip(urls, pool.map(get, urls), strict=True))
    files = {url: name for url, (name, _) in answers.items() if name}
    problems = [
        warn(problem.code, f"the picture stays an address: {problem.message}", urls[url], found=url)
        for url, (_, wrong) in answers.items()
        for problem in wrong
    ]
    return [_at_home(entry, files) for entry in entries], problems


def _picture(
    root: Path, options: Mapping[str, str], environment: Mapping[str, str], url: str
) -> tuple[str, list[Problem]]:
    """Return the file of a picture, from before or fetched now; only pictures count."""
    from syndicator.sources.http import Limits, copy_of, fetch  # noqa: PLC0415  slow to import

    limits = Limits(size=_LARGEST, silence=10, total=60, attempts=2)
    place: Path | None = copy_of(root, url)
    wrong: list[Problem] = []
    if place is None:
        place, wrong = fetch(root, url, options, environment, limits)
    if place is None:
        return "", wrong
    with place.open("rb") as file:
        kind = media_type(file.read(65536))
    if not kind.startswith("image/"):
        return "", [Problem("not-a-picture", f"it is no picture but {kind}", Origin(url))]
    return relative(root, place), wrong


def _at_home(entry: Entry, files: Mapping[str, str]) -> Entry:
    media = tuple(_filed(media, files) for media in entry.product.media)
    if media == entry.product.media:
        return entry
    return Entry(msgspec.structs.replace(entry.product, media=media), entry.place, entry.strict)


def _filed(media: Media, files: Mapping[str, str]) -> Media:
    name = files.get(media.url)
    return msgspec.structs.replace(media, file=name, url="") if name else media


def pulled_files(entries: Iterable[Entry], root: Path) -> dict[str, Path]:
    """Return the files of entries that were fetched; they may not leave the workspace."""
    home = relative(root, root / ".syndicator") + "/"
    named = (media.file for entry in entries for media in entry.product.media)
    return {name: root for name in named if name.startswith(home)}
