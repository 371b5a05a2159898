"""Read what distinguishes two states, several objects at a time, before they are compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from syndicator import canonical
from syndicator.bundle import Build, EditionRecord, PackedEdition, Piece, Release, keys, trees
from syndicator.bundle.keys import Fetch, Reference
from syndicator.bundle.release import media_reference
from syndicator.targets.port import Readable
from syndicator.targets.reading import fetch_all, fetcher, parallel

_Pair = tuple[trees.Node, trees.Node]


def differences(
    target: Readable,
    old: Release | None,
    new: Build | Release,
    known: Mapping[str, Piece] = MappingProxyType({}),
) -> Fetch:
    """Return how to read objects of `target` while `new` is compared with `old`.

    Where requests side by side pay, what the comparison needs is read first: the tables and
    lookups level by level, then the pages. `known` is as for `fetcher`. Cost: the requests that
    the comparison would send one after the other.

    Raises:
        VerificationError: An object on the way is missing or damaged.
    """
    plain = fetcher(target, known)
    if old is None or parallel(target) == 1:
        return plain
    here = {**known, **new.objects} if isinstance(new, Build) else known
    shelf = _Shelf(target, here)
    pairs = list(_pairs(old, new))
    level = [one for pair in pairs for one in _unshared(pair)]
    while level:
        shelf.read(level)
        level = [below for one in level for below in trees.nodes_below(shelf.node(one))]
    gone_and_come = (trees.differing_pages(*pair, shelf.load) for pair in pairs)
    shelf.read([page for pages in gone_and_come for some in pages for page in some])
    shelf.read(_media(old, new), private=True)

    def fetch(key: str, integrity: str) -> bytes:
        found = shelf.found.get((key, integrity))
        return plain(key, integrity) if found is None else found

    return fetch


class _Shelf:
    """Objects that were read, by key and integrity, beside those that need no reading."""

    def __init__(self, target: Readable, here: Mapping[str, Piece]) -> None:
        self.found: dict[tuple[str, str], bytes] = {}
        self._target, self._here = target, here

    def read(self, references: list[Reference], *, private: bool = False) -> None:
        """Read what is not at hand yet, several at a time."""
        place = keys.private_object if private else keys.public_object
        named = {place(name): integrity for name, integrity in references}
        wanted = {
            key: integrity
            for key, integrity in named.items()
            if (key, integrity) not in self.found and key not in self._here
        }
        for pair, data in zip(wanted.items(), fetch_all(self._target)(wanted), strict=True):
            self.found[pair] = data

    def load(self, reference: Reference) -> bytes:
        """Return what was read, or can be made."""
        key = keys.public_object(reference[0])
        piece = self._here.get(key)
        return self.found[key, reference[1]] if piece is None else piece.make()

    def node(self, reference: Reference) -> trees.Node:
        """Return a table or lookup."""
        node: trees.Node = canonical.decode(self.load(reference))
        return node


def _pairs(old: Release, new: Build | Release) -> Iterator[_Pair]:
    """Yield the heads before and after of every edition that differs."""
    for key, edition in new.editions.items():
        base = old.editions.get(key) or _predecessor(old, edition)
        if base is not None and base.head != edition.head:
            yield base.head, edition.head
    for key in old.editions.keys() - new.editions.keys():
        yield old.editions[key].head, {}


def _predecessor(old: Release, new: PackedEdition | EditionRecord) -> EditionRecord | None:
    """Return the edition that this one's first known partner saw before, in the same locale."""
    about = new.edition if isinstance(new, PackedEdition) else new
    for partner in about.partners:
        record = old.partners.get(partner)
        if record and (found := record.editions.get(about.locale)):
            return old.editions.get(found)
    return None


def _unshared(pair: _Pair) -> set[Reference]:
    return {*trees.nodes_below(pair[0])} ^ {*trees.nodes_below(pair[1])}


def _media(old: Release, new: Build | Release) -> list[Reference]:
    """Return the lists of pictures and files that a comparison reads."""
    listed = {record.media for record in old.editions.values() if record.media}
    if isinstance(new, Release):
        return [record.media for record in new.editions.values() if record.media]
    sets = {edition.media for edition in new.editions.values()}
    told = {media_reference(media, new.namer) for media in sets} - {None}
    return [] if told <= listed else list(listed)
