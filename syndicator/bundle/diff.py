"""What would change: the difference between what is live and what the workspace says.

Only the pages that differ are read and compared, product by product.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from syndicator import canonical
from syndicator.bundle import keys, trees
from syndicator.bundle.keys import Fetch, Reference
from syndicator.bundle.pack import Build, PackedEdition
from syndicator.bundle.pages import documents_of
from syndicator.bundle.plan import Delta, EditionPlan, Plan
from syndicator.bundle.release import EditionRecord, Release, media_of, media_reference
from syndicator.bundle.trees import Node
from syndicator.bundle.withdrawal import Withdrawal, withdrawal

NOTHING = Delta((), (), ())

Pair = tuple[str | None, str | None]
"""An edition that somebody saw, and the one that takes its place."""


def diff(previous: Release | None, build: Build, fetch: Fetch) -> Plan:
    """Return the plan that makes `build` live after `previous`.

    `fetch` returns the verified bytes of what is stored.
    Cost: reads the trees and pages of changed editions only, and only where they differ.
    """
    comparison = _Comparison(previous, build, fetch)
    editions = tuple(comparison.editions())
    partners = comparison.partners()
    changed = [plan.edition for plan in editions if plan.flips]
    return Plan(
        parent=previous.key if previous else "",
        generation=previous.generation + 1 if previous else 1,
        editions=editions,
        partners=partners,
        objects=comparison.new_objects(changed),
        media=comparison.new_media(),
        files=_unequal(build.files, previous.files if previous else {}),
        aliases=_unequal(
            build.aliases,
            {key: alias.source for key, alias in previous.aliases.items()} if previous else {},
        ),
        namer=build.namer,
        withdrawn=comparison.withdrawn(),
    )


@dataclass(slots=True)
class _Comparison:
    """The state of one diff: what was loaded and which pairs of editions were compared."""

    previous: Release | None
    build: Build
    fetch: Fetch
    _deltas: dict[Pair, Delta] = field(default_factory=dict)
    _moves: set[Pair] = field(default_factory=set)
    """What follows what for some partner."""
    _gone: dict[Pair, set[Reference]] = field(default_factory=dict)
    """The pages that only the former edition of a pair leads to."""
    _read: dict[str, bytes] = field(default_factory=dict)

    def editions(self) -> Iterator[EditionPlan]:
        """Yield every edition, new, changed, gone or the same."""
        before = self.previous.editions if self.previous else {}
        for key in sorted(before.keys() | self.build.editions.keys()):
            old, new = before.get(key), self.build.editions.get(key)
            if new is None:
                assert old is not None  # noqa: S101  the key came from one of both
                yield EditionPlan(
                    key, "gone", old.locale, old.partners, self.delta(key, None), base=key
                )
                continue
            base = key if old else self._predecessor(new)
            yield self._judged(new, old, base)

    def _judged(
        self, new: PackedEdition, old: EditionRecord | None, base: str | None
    ) -> EditionPlan:
        edition = new.edition
        if old is not None and old.head == new.head:
            same = old.partners == edition.partners and old.price_list == edition.price_list
            status = "same" if same and self._same_media(new, old) else "members"
            delta = NOTHING
        else:
            status = "changed" if old else "new"
            delta = self.delta(base, edition.id)
        content = canonical.fingerprint(canonical.encode(new.head))
        was = self.previous.editions[base].head if self.previous and base else {}
        widgets = _versions(was.get("widgets", {}), new.head.get("widgets", {}))
        return EditionPlan(
            edition.id, status, edition.locale, edition.partners, delta, base, content, widgets
        )

    def _same_media(self, new: PackedEdition, old: EditionRecord) -> bool:
        return media_reference(new.media, self.build.namer) == old.media

    def _predecessor(self, new: PackedEdition) -> str | None:
        """Return the edition that this one's partners saw before, in the same locale."""
        for partner in new.edition.partners:
            record = self.previous.partners.get(partner) if self.previous else None
            if record and (found := record.editions.get(new.edition.locale)):
                return found
        return None

    def partners(self) -> dict[str, Delta]:
        """Return what changes for each partner that is touched at all, over all its locales."""
        before = self.previous.partners if self.previous else {}
        touched: dict[str, Delta] = {}
        unions: dict[tuple[Pair, ...], Delta] = {}
        for partner in sorted(before.keys() | self.build.partners.keys()):
            old, new = before.get(partner), self.build.partners.get(partner)
            pairs = _pairs(old.editions if old else {}, new.editions if new else {})
            if pairs not in unions:
                self._moves.update(pairs)
                unions[pairs] = Delta.union(self.delta(*pair) for pair in pairs)
            if unions[pairs] or _entry(old) != _entry(new):
                touched[partner] = unions[pairs]
        return touched

    def withdrawn(self) -> Withdrawal:
        """Return what partners lose, and what that leaves behind; ask for `partners` before."""
        if self.previous is None:
            return Withdrawal()
        losing = [(old, new) for old, new in self._moves if self.delta(old, new).lost]
        return withdrawal(
            self.previous,
            self.build,
            {sku for pair in losing for sku in self.delta(*pair).lost},
            [(old, self._gone[old, new]) for old, new in losing if old is not None],
            self._load,
            self.fetch,
        )

    def delta(self, old: str | None, new: str | None) -> Delta:
        """Return what a reader of edition `old` sees differently in edition `new`."""
        known = self._deltas.get((old, new))
        if known is None:
            record = self.previous.editions.get(old) if self.previous and old else None
            packed = self.build.editions.get(new) if new else None
            known = self._deltas[old, new] = self._compare(record, packed)
        return known

    def _compare(self, old: EditionRecord | None, new: PackedEdition | None) -> Delta:
        if old is not None and new is not None and _same_tree(old.head, new.head):
            return NOTHING
        if old is None:
            return Delta(
                tuple(sku for page in new.pages for sku in page.skus) if new else (), (), ()
            )
        gone, come = trees.differing_pages(old.head, new.head if new else {}, self._load)
        self._gone[old.edition, new.edition.id if new else None] = set(gone)
        before = dict(pair for ref in gone for pair in documents_of(self._load(ref)))
        after = {
            document.sku: document.data()
            for page in (new.pages if new else ())
            if page.reference in come
            for document in page.documents
        }
        return Delta(
            tuple(sku for sku in after if sku not in before),
            tuple(sku for sku in before if sku not in after),
            tuple(sku for sku in after if sku in before and before[sku] != after[sku]),
        )

    def new_objects(self, changed: list[str]) -> tuple[str, ...]:
        """Return the keys of the objects that the target does not hold yet."""
        wanted: dict[str, None] = {}
        for key in changed:
            packed = self.build.editions[key]
            wanted.update(dict.fromkeys(self._new_in(packed, self._base(packed))))
        kept = self.build.editions.keys() - set(changed)
        for key in kept if wanted else ():
            for there in self.build.editions[key].object_keys():
                wanted.pop(there, None)
        return tuple(wanted)

    def _new_in(self, packed: PackedEdition, base: EditionRecord | None) -> Iterator[str]:
        """Yield the objects of one edition that its base does not lead to."""
        if base is None:
            yield from packed.object_keys()
            return
        pages = trees.differing_pages(base.head, packed.head, self._load)[1]
        nodes = trees.differing_nodes(base.head, packed.head, self._load)
        yield from (keys.public_object(name) for name, _ in (*sorted(pages), *nodes))

    def _base(self, packed: PackedEdition) -> EditionRecord | None:
        """Return the edition that a packed one was, or whose place it takes."""
        before = self.previous.editions if self.previous else {}
        return before.get(packed.edition.id) or before.get(self._predecessor(packed) or "")

    def new_media(self) -> tuple[str, ...]:
        """Return the keys of pictures and files that no live edition shows yet."""
        sets = {edition.media for edition in self.build.editions.values()}
        listed = {
            record.media: record
            for record in (self.previous.editions.values() if self.previous else ())
        }
        if all(media_reference(media, self.build.namer) in listed for media in sets):
            return ()
        there = frozenset[str]().union(
            *(media_of(record, self.fetch) for record in listed.values())
        )
        return tuple(sorted(frozenset[str]().union(*sets) - there))

    def _load(self, reference: Reference) -> bytes:
        key = keys.public_object(reference[0])
        if (piece := self.build.objects.get(key)) is not None:
            return piece.make()
        if key not in self._read:
            self._read[key] = self.fetch(key, reference[1])
        return self._read[key]


def _pairs(was: Mapping[str, str], now: Mapping[str, str]) -> tuple[Pair, ...]:
    """Return what follows what for one partner, locale by locale."""
    return tuple((was.get(locale), now.get(locale)) for locale in sorted(was.keys() | now.keys()))


def _versions(
    before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[tuple[str, str, str], ...]:
    """Return which widgets have another version."""
    pairs = [(one, before.get(one, ""), after.get(one, "")) for one in sorted({**before, **after})]
    return tuple((one, old, new) for one, old, new in pairs if old != new)


def _same_tree(old: Node, new: Node) -> bool:
    """Tell whether two heads lead to the same pages, whatever their names."""
    return all(old.get(part) == new.get(part) for part in ("pages", "tables", "count"))


def _entry(entry: object) -> object:
    if entry is None:
        return None
    return [getattr(entry, name) for name in ("brand", "default", "editions", "feeds")]


def _unequal(new: Mapping[str, str], old: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(key for key, value in new.items() if old.get(key) != value))
