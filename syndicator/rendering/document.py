"""One product, seen through one edition, as the document that readers show.

The shape is `docs/formats/document.md`. Whatever is outside the edition's assortment is never
asked for here: relations and variants go through `View.find`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from syndicator import canonical
from syndicator.catalog.model import Contact, Media, Product, RelationType, Support, Text
from syndicator.catalog.richtext import plain, sanitise
from syndicator.rendering.commerce import render_lifecycle, render_price
from syndicator.rendering.configurator import render_configurator
from syndicator.rendering.richtree import Tree, grow
from syndicator.rendering.specs import render_specs
from syndicator.rendering.view import View, Words


def render(product: Product, view: View) -> dict[str, Any]:
    """Return the document of `product` in `view`; absent means nothing to show."""
    product = _overridden(product, view)
    words = Words(view)
    document: dict[str, Any] = {"sku": product.sku, "brand": product.brand}
    document |= {key: getattr(product, key) for key in _IDENTIFIERS if view.shows(key)}
    for key, part in _PARTS.items():
        if view.shows(key):
            document[key] = part(product, view, words)
    document["lang"] = words.lang
    return {key: value for key, value in document.items() if value}


_IDENTIFIERS = ("gtin", "mpn", "model")


def _sections(product: Product, view: View) -> list[str]:
    """Return the aisle template of the product's family or brand; nothing for the usual order."""
    return list(view.shelf.catalog.aisle_of(product))


def render_bytes(product: Product, view: View) -> bytes:
    """Return the canonical bytes of the document."""
    return canonical.encode(render(product, view))


def _overridden(product: Product, view: View) -> Product:
    changes: dict[str, Any] = {}
    for override in view.overrides.get(product.sku, ()):
        current, value = (
            changes.get(override.field, getattr(product, override.field)),
            override.value,
        )
        merged = isinstance(current, dict) and isinstance(value, dict)
        changes[override.field] = {**current, **value} if merged else value  # type: ignore[dict-item]  # both are dicts
    return msgspec.structs.replace(product, **changes) if changes else product


def _rich(words: Words, view: View, text: Text, key: str = "") -> Tree:
    html = sanitise(words.pick(text, key), images=view.images)
    return grow(html, view.source)


def _category(product: Product, view: View, words: Words) -> list[dict[str, str]]:
    parts = product.category.split("/") if product.category else []
    paths = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    known = view.shelf.catalog.categories
    return [
        {"code": code, "label": words.pick(known[path].label) if path in known else code}
        for code, path in zip(parts, paths, strict=True)
    ]


def _media(product: Product, view: View, words: Words) -> list[dict[str, Any]]:
    shown = [media for media in product.media if view.shows_file(media.file or media.url)]
    shown.sort(key=lambda media: media.role != "hero")
    return [picture(media, view, words, product) for media in shown]


def picture(media: Media, view: View, words: Words, product: Product) -> dict[str, Any]:
    """Return the entry of one picture; its alternative text falls back to the title."""
    alt = words.pick(media.alt) or words.pick(product.title)
    entry: dict[str, Any] = {"role": media.role.value, "alt": alt}
    if media.url:
        return entry | {"src": media.url}
    asset = view.shelf.catalog.assets[media.file]
    entry |= {"src": view.source(media.file), "type": asset.media_type}
    facts: dict[str, Any] = {"width": asset.width, "height": asset.height, "color": asset.color}
    for key, names in (("sizes", asset.renditions), ("avif", asset.avif)):
        facts[key] = [
            {"src": view.source(name), "width": view.shelf.catalog.assets[name].width}
            for name in names
        ]
    return entry | {key: value for key, value in facts.items() if value}


def _features(product: Product, view: View, words: Words) -> list[dict[str, Any]]:
    entries = []
    for feature in product.features:
        entry: dict[str, Any] = {"title": words.pick(feature.title, "features")}
        if text := _rich(words, view, feature.text, "features"):
            entry["text"] = text
        if feature.image and view.shows_file(feature.image):
            media = next(
                (m for m in product.media if m.file == feature.image), Media(file=feature.image)
            )
            entry["image"] = picture(media, view, words, product)
        entries.append(entry)
    return entries


def _videos(product: Product, view: View, words: Words) -> list[dict[str, Any]]:
    entries = []
    for video in product.videos:
        if not view.shows_file(video.url):
            continue
        entry = {"src": video.url, "title": words.pick(video.title) or words.pick(product.title)}
        if video.poster and view.shows_file(video.poster):
            entry["poster"] = view.source(video.poster)
        entries.append(entry)
    return entries


def _documents(product: Product, view: View, words: Words) -> list[dict[str, Any]]:
    entries = []
    for document in product.documents:
        path = document.file or document.url
        if not view.shows_file(path):
            continue
        entry: dict[str, Any] = {"type": document.type.value, "title": words.pick(document.title)}
        entry |= {"language": document.language, "version": document.version}
        if document.url:
            entry["src"] = document.url
        else:
            asset = view.shelf.catalog.assets[document.file]
            entry |= {"src": view.source(document.file), "size": asset.size, "pages": asset.pages}
        entries.append({key: value for key, value in entry.items() if value})
    return entries


def _relations(product: Product, view: View, words: Words) -> dict[str, list[dict[str, Any]]]:
    relations: dict[str, list[dict[str, Any]]] = {}
    for relation in product.relations:
        other = view.find(relation.sku)
        if other is None:
            continue
        card = _card(other, view, words)
        if relation.type is RelationType.PART:
            card["quantity"] = relation.quantity
        relations.setdefault(relation.type.value, []).append(card)
    return relations


def _card(product: Product, view: View, words: Words) -> dict[str, Any]:
    """Return how another product's document shows this one: never with its price."""
    other = _overridden(product, view)
    card: dict[str, Any] = {"sku": other.sku, "title": words.pick(other.title)}
    if pictures := _media(other, view, words):
        card["image"] = pictures[0]
    return card


def _variants(product: Product, view: View, words: Words) -> list[dict[str, Any]]:
    if product.variant is None:
        return []
    entries = []
    for sku in view.group(product):
        other = view.find(sku)
        if other is None or other.variant is None:
            continue
        axes = other.variant.axes.items()
        entry: dict[str, Any] = {
            "sku": sku,
            "title": words.pick(_overridden(other, view).title),
            "axes": [{"axis": axis, "value": words.pick(value)} for axis, value in axes],
        }
        entries.append(entry | ({"current": True} if sku == product.sku else {}))
    return entries if len(entries) > 1 else []


def contacts_in(territory: str, contacts: Iterable[Contact]) -> list[Contact]:
    """Return whom a shopper of a territory asks: its own contacts first, then those of all.

    Contacts of other territories are left out; an unknown territory has those of all only.
    """
    near = [contact for contact in contacts if territory and territory in contact.territories]
    return near + [contact for contact in contacts if not contact.territories]


def _support(product: Product, view: View, words: Words) -> dict[str, Any]:
    own, brand = product.support or Support(), view.shelf.catalog.support
    contacts = []
    for contact in contacts_in(view.edition.territory, own.contacts or brand.contacts):
        entry = {"name": words.pick(contact.name), "hours": words.pick(contact.hours)}
        entry |= {"phone": contact.phone, "email": contact.email, "url": contact.url}
        contacts.append({key: value for key, value in entry.items() if value})
    questions = [
        {"question": words.pick(item.question), "answer": _rich(words, view, item.answer)}
        for item in (*own.questions, *brand.questions)
        if words.pick(item.question)
    ]
    support: dict[str, Any] = {"contacts": contacts, "questions": questions}
    return {key: value for key, value in support.items() if value}


_Part = Callable[[Product, View, Words], Any]

_PARTS: dict[str, _Part] = {
    "title": lambda product, _, words: words.pick(product.title, "title"),
    "summary": lambda product, _, words: plain(words.pick(product.summary, "summary")),
    "description": lambda product, view, words: _rich(
        words, view, product.description, "description"
    ),
    "highlights": lambda product, _, words: [
        plain(line) for text in product.highlights if (line := words.pick(text, "highlights"))
    ],
    "features": _features,
    "category": _category,
    "media": _media,
    "videos": _videos,
    "specs": render_specs,
    "documents": _documents,
    "relations": _relations,
    "variants": _variants,
    "price": render_price,
    "lifecycle": render_lifecycle,
    "support": _support,
    "configurator": render_configurator,
    "sections": lambda product, view, _: _sections(product, view),
}
"""The parts of a document by key, which is also the name by which a field policy hides one."""
