"""Rights to pictures and documents: where and when a file may be shown.

A file is free unless its product states rights, or a rights window names it. Rights of a product
must hold; of the rights windows that name a file, one must hold: they are licences, and a second
one extends the first.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import translate

from pyroaring import BitMap

from syndicator.catalog.model import Product
from syndicator.catalog.model import Rights as StatedRights
from syndicator.entitlement.rules import Manifests, RightsWindow


@dataclass(frozen=True, slots=True)
class FileRights:
    """The files of a catalog that are not free, with what restricts them."""

    users: Mapping[str, BitMap]
    """Positions of the products that show each restricted file."""
    stated: Mapping[str, tuple[StatedRights, ...]]
    licences: Mapping[str, tuple[RightsWindow, ...]]
    countries: Mapping[str, frozenset[str]]
    """Countries of each rights window by id; empty means everywhere."""

    @classmethod
    def of(cls, products: Sequence[Product], manifests: Manifests) -> FileRights:
        """Gather the restricted files. Cost: one pass over the files of all products."""
        windows = _Patterns(manifests.rights_windows)
        users: defaultdict[str, list[int]] = defaultdict(list)
        stated: defaultdict[str, list[StatedRights]] = defaultdict(list)
        for at, product in enumerate(products):
            if not (product.media or product.documents or product.features or product.videos):
                continue
            for path, rights in _files(product):
                if rights is not None:
                    stated[path].append(rights)
                if rights is not None or windows.naming(path):
                    users[path].append(at)
        return cls(
            {path: BitMap(at) for path, at in users.items()},
            {path: tuple(rights) for path, rights in stated.items()},
            {path: found for path in users if (found := windows.naming(path))},
            {
                name: manifests.countries(window.territories)
                for name, window in manifests.rights_windows.items()
            },
        )

    def withheld(self, territory: str, zone: str, at: datetime) -> frozenset[str]:
        """Return the files that may not be shown in a territory at an instant.

        In an unknown territory only files without territorial limits may be shown.
        """
        return frozenset(path for path in self.users if not self._free(path, territory, zone, at))

    def _free(self, path: str, territory: str, zone: str, at: datetime) -> bool:
        windows = self.licences.get(path, ())
        licensed = not windows or any(
            window.window.holds(at, zone) and _inside(territory, self.countries[window.id])
            for window in windows
        )
        return licensed and all(_holds(each, territory, at) for each in self.stated.get(path, ()))

    def instants(self, zones: Iterable[str]) -> Iterator[datetime]:
        """Yield every instant at which a file may become free or withheld."""
        for rights in self.stated.values():
            for each in rights:
                yield from (at for at in (each.valid_from, each.valid_until) if at is not None)
        windows = {w.id: w for found in self.licences.values() for w in found}
        for zone in zones:
            for window in windows.values():
                yield from window.window.instants(zone)


class _Patterns:
    """Which rights windows name a path; a path is matched once."""

    def __init__(self, windows: Mapping[str, RightsWindow]) -> None:
        self.patterns = [
            (re.compile("|".join(translate(pattern) for pattern in window.files)), window)
            for window in windows.values()
        ]
        self.known: dict[str, tuple[RightsWindow, ...]] = {}

    def naming(self, path: str) -> tuple[RightsWindow, ...]:
        if not self.patterns:
            return ()
        if path not in self.known:
            self.known[path] = tuple(w for pattern, w in self.patterns if pattern.match(path))
        return self.known[path]


def _files(product: Product) -> Iterator[tuple[str, StatedRights | None]]:
    for picture in product.media:
        yield picture.file or picture.url, picture.rights
    for document in product.documents:
        yield document.file or document.url, document.rights
    for feature in product.features:
        if feature.image:
            yield feature.image, None
    for video in product.videos:
        yield video.url, None
        if video.poster:
            yield video.poster, None


def _holds(rights: StatedRights, territory: str, at: datetime) -> bool:
    begun = rights.valid_from is None or rights.valid_from <= at
    over = rights.valid_until is not None and at >= rights.valid_until
    return begun and not over and _inside(territory, frozenset(rights.territories))


def _inside(territory: str, countries: frozenset[str]) -> bool:
    return not countries or territory in countries
