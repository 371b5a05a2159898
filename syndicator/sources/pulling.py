"""Pictures of the web, brought home: `options.pull` makes files of the addresses of a source.

A picture is fetched once and kept under `.syndicator/http/`. What cannot be had stays an
address, with a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import msgspec

from syndicator.catalog.model import Media, Product
from syndicator.catalog.portions import Portion
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
    root: Path, spec: SourceSpec, portions: Sequence[Portion], environment: Mapping[str, str]
) -> list[Problem]:
    """Give products files where their pictures could be fetched; return warnings of the others.

    Several pictures are fetched at once; the answer does not depend on which one comes first.
    """
    urls: dict[str, Origin] = {}
    telling: list[tuple[Portion, int, Product]] = []
    for portion in portions:
        for row in range(len(portion)):
            product = portion.product(row)
            if named := [media.url for media in product.media if media.url]:
                telling.append((portion, row, product))
                urls |= dict.fromkeys(named, portion.place(row)(""))
    get = partial(_picture, root, spec.options, environment)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = dict(zip(urls, pool.map(get, urls), strict=True))
    files = {url: name for url, (name, _) in answers.items() if name}
    for portion, row, product in telling:
        media = tuple(_filed(one, files) for one in product.media)
        if media != product.media:
            portion.mended[row] = msgspec.structs.replace(product, media=media)
    return [
        warn(problem.code, f"the picture stays an address: {problem.message}", urls[url], found=url)
        for url, (_, wrong) in answers.items()
        for problem in wrong
    ]


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


def _filed(media: Media, files: Mapping[str, str]) -> Media:
    name = files.get(media.url)
    return msgspec.structs.replace(media, file=name, url="") if name else media


def pulled_files(products: Iterable[Product], root: Path) -> dict[str, Path]:
    """Return the files of products that were fetched; they may not leave the workspace."""
    home = relative(root, root / ".syndicator") + "/"
    named = (media.file for product in products for media in product.media)
    return {name: root for name in named if name.startswith(home)}
