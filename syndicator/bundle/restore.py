"""Take a release for what should be live: how a rollback becomes an ordinary publish."""

from __future__ import annotations

from syndicator.bundle import keys, trees
from syndicator.bundle.content import PartnerEntry
from syndicator.bundle.keys import Fetch
from syndicator.bundle.pack import Build, PackedEdition
from syndicator.bundle.pages import Made, Page, PageFacts, Piece, documents_of
from syndicator.bundle.release import EditionRecord, Release, media_of
from syndicator.canonical import Namer
from syndicator.entitlement.model import Edition
from syndicator.rendering.finished import finish_all


def build_of(release: Release, current: Release, fetch: Fetch, namer: Namer) -> Build:
    """Return the build that shows again what `release` showed.

    Objects that `current` does not lead to are read, so that publishing writes them anew: garbage
    collection may be about to delete them. An edition's `pages` are only those. Cost: the tables
    of the differing editions, and the differing objects.

    Raises:
        VerificationError: An object of `release` is gone or damaged (of `fetch`).
    """
    objects: dict[str, Piece] = {}
    editions = {
        key: _packed(record, current.editions.get(key), fetch, objects)
        for key, record in release.editions.items()
    }
    partners = {
        partner: PartnerEntry(record.brand, record.default, record.editions, record.feeds)
        for partner, record in release.partners.items()
    }
    aliases = {key: alias.source for key, alias in release.aliases.items()}
    return Build(namer, editions, partners, objects, release.inputs, release.files, aliases)


def _packed(
    record: EditionRecord, current: EditionRecord | None, fetch: Fetch, objects: dict[str, Piece]
) -> PackedEdition:
    edition = Edition(
        id=record.edition,
        locale=record.locale,
        skus=(),
        partners=record.partners,
        price_list=record.price_list,
    )

    def load(reference: keys.Reference) -> bytes:
        key = keys.public_object(reference[0])
        return objects[key].make() if key in objects else fetch(key, reference[1])

    head = current.head if current is not None else {}
    come = trees.differing_pages(head, record.head, load)[1]
    nodes = trees.differing_nodes(head, record.head, load)
    for reference in (*come, *nodes):
        _keep(reference, load(reference), objects)
    pages = tuple(_page(objects[keys.public_object(name)]) for name, _ in come)
    names = tuple(keys.public_object(name) for name, _ in nodes)
    return PackedEdition(edition, record.head, pages, names, media_of(record, fetch))


def _keep(reference: keys.Reference, data: bytes, objects: dict[str, Piece]) -> None:
    objects[keys.public_object(reference[0])] = Made(reference, len(data), lambda: data)


def _page(piece: Piece) -> Page:
    documents = finish_all(dict(documents_of(piece.make())))
    facts = PageFacts(*piece.reference, piece.size)
    return Page(documents, facts, keys.public_object(facts.name))
