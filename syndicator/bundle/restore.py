"""Take a release for what should be live: how a rollback becomes an ordinary publish."""

from __future__ import annotations

from syndicator.bundle import keys, trees
from syndicator.bundle.content import PartnerEntry
from syndicator.bundle.keys import Fetch
from syndicator.bundle.pack import Build, PackedEdition, Piece
from syndicator.bundle.pages import Page, documents_of
from syndicator.bundle.release import EditionRecord, Release, media_of
from syndicator.canonical import Namer
from syndicator.entitlement.model import Edition


def build_of(release: Release, current: Release, fetch: Fetch, namer: Namer) -> Build:
    """Return the build that shows again what `release` showed.

    Objects of editions that differ from `current` are read, so that publishing writes them anew:
    garbage collection may be about to delete them. Cost: the objects of the differing editions.

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
    media = media_of(record, fetch)
    if current is not None and current.head == record.head:
        return PackedEdition(edition, record.head, (), (), media)

    def load(reference: keys.Reference) -> bytes:
        key = keys.public_object(reference[0])
        if key not in objects:
            data = fetch(key, reference[1])
            objects[key] = Piece(reference, len(data), lambda: data)
        return objects[key].make()

    pages = tuple(_page(ref, load(ref)) for ref in trees.page_references(record.head, load))
    ours = {keys.public_object(page.reference[0]) for page in pages}
    every = (keys.public_object(name) for name, _ in trees.node_references(record.head, load))
    return PackedEdition(
        edition, record.head, pages, tuple(k for k in every if k not in ours), media
    )


def _page(reference: keys.Reference, data: bytes) -> Page:
    pairs = tuple(documents_of(data))
    return Page(
        skus=tuple(sku for sku, _ in pairs),
        documents=tuple(document for _, document in pairs),
        reference=reference,
        size=len(data),
        lookup=(),
        serial=-1,
    )
