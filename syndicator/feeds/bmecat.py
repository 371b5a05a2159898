"""BMEcat 2005.1: a partner's assortment as a catalog for purchasing systems (T_NEW_CATALOG).

Order and limits of elements are those of the standard's XSD. What a product lacks is left out; a
product that the standard cannot carry is told as a problem. Prices are recommendations: `nrp`
where they hold the tax or nobody says, `net_list` where they do not; without one, `on_request`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from html import escape

from syndicator.catalog.codes import LANGUAGES, UNITS
from syndicator.feeds.demands import DEMANDS
from syndicator.feeds.item import absolute, image_type, pictures, public_gtin
from syndicator.feeds.model import Channel, Document, Feed, FeedFormat, FeedInput
from syndicator.feeds.selection import left_out, reasons
from syndicator.feeds.text import clean, line, plain, truncate

NAMESPACE = "http://www.bmecat.org/bmecat/2005.1"
ADDRESS_LIMIT = 255
ROOT = "1"
"""Group of everything; the groups of categories are numbered on from it."""

_LANGUAGES = {locale: code for code, locale in reversed(LANGUAGES.items())}
_CODES = {symbol: code for code, symbol in reversed(UNITS.items()) if symbol}
_MIME_TYPES = frozenset({"image/jpeg", "image/gif", "application/pdf"})
"""Types that the standard has a name for; of others only the address is told."""
_REFERENCES = {
    "accessory": "accessories",
    "spare_part": "sparepart",
    "successor": "followup",
    "alternative": "similar",
    "part": "consists_of",
}
_STATUS = {"announced": "new_product", "discontinued": "old_product"}

Groups = dict[tuple[str, ...], tuple[str, str]]
"""Number and label of each category, by its codes from the root."""


def bmecat(channel: Channel, source: FeedInput, _now: datetime) -> Feed:
    """Return a partner's edition as BMEcat 2005.1, in the edition's language.

    Cost: linear in the edition's text; the whole feed is held in memory.
    """
    documents, problems = [], []
    for document in source.documents:
        has = {"title": line(document.get("title", ""))}.get
        if lacking := reasons(DEMANDS[FeedFormat.BMECAT], document["sku"], has):
            problems.append(left_out(channel, source, document["sku"], lacking))
        else:
            documents.append(document)
    groups = _groups(documents)
    body = [
        *_group_system(source, groups),
        *(_product(document, source) for document in documents),
        *(_membership(document, groups) for document in documents if document.get("category")),
    ]
    content = f"{_header(channel, source)}<T_NEW_CATALOG>\n{''.join(body)}</T_NEW_CATALOG>\n"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    data = f'{head}<BMECAT xmlns="{NAMESPACE}" version="2005.1">\n{content}</BMECAT>\n'
    return Feed(data.encode(), "application/xml", tuple(problems))


# --- elements ----------------------------------------------------------------------------


def _tag(name: str, content: str, **attributes: str) -> str:
    """Return an element with content that is XML already; nothing for empty content."""
    told = "".join(f' {key}="{escape(clean(value))}"' for key, value in attributes.items())
    return f"<{name}{told}>{content}</{name}>\n" if content else ""


def _text(name: str, words: str, limit: int = 0, **attributes: str) -> str:
    """Return an element with words on one line, cut to the standard's limit."""
    told = line(words)
    return _tag(name, escape(truncate(told, limit) if limit else told, quote=False), **attributes)


def _exact(name: str, words: str, limit: int) -> str:
    """Return an element that may not be cut: nothing where it is too long."""
    told = line(words)
    return _tag(name, escape(told, quote=False)) if len(told) <= limit else ""


# --- header and groups -------------------------------------------------------------------


def _header(channel: Channel, source: FeedInput) -> str:
    updated = source.updated()
    generation = max((change.generation for change in source.changes), default=0)
    language = _LANGUAGES.get(source.locale.partition("-")[0], "eng")
    catalog = [
        _text("LANGUAGE", language),
        _text("CATALOG_ID", channel.id[:20]),
        _text("CATALOG_VERSION", f"{generation // 1000 % 1000}.{generation % 1000:03d}"),
        _text("CATALOG_NAME", source.title, 100),
        _text("GENERATION_DATE", updated.isoformat().replace("+00:00", "Z") if updated else ""),
    ]
    parts = [
        _text("GENERATOR_INFO", "Syndicator"),
        _tag("CATALOG", "".join(catalog)),
        _tag("BUYER", _text("BUYER_NAME", source.partner_name, 50)),
        _tag("SUPPLIER", _text("SUPPLIER_NAME", source.brand, 50)),
    ]
    return _tag("HEADER", "".join(parts))


def _path(document: Document) -> tuple[str, ...]:
    return tuple(part["code"] for part in document.get("category", ()))


def _groups(documents: Iterable[Document]) -> Groups:
    """Number the categories of an edition in the order of their paths, parents first."""
    labels: dict[tuple[str, ...], str] = {}
    for document in documents:
        path = _path(document)
        for end, part in enumerate(document.get("category", ()), 1):
            labels.setdefault(path[:end], part["label"])
    numbered = enumerate(sorted(labels), int(ROOT) + 1)
    return {path: (str(number), labels[path]) for number, path in numbered}


def _group_system(source: FeedInput, groups: Groups) -> Iterator[str]:
    """Yield the tree of groups; there is none without categories."""
    if not groups:
        return
    parents = {path[:-1] for path in groups}
    rows = [_structure("root", ROOT, source.brand, "0")]
    for path, (number, label) in groups.items():
        kind = "node" if path in parents else "leaf"
        rows.append(_structure(kind, number, label, groups.get(path[:-1], (ROOT, ""))[0]))
    yield _tag("CATALOG_GROUP_SYSTEM", _text("GROUP_SYSTEM_ID", ROOT) + "".join(rows))


def _structure(kind: str, number: str, label: str, parent: str) -> str:
    name = _text("GROUP_NAME", label or number, 50)
    parts = _text("GROUP_ID", number) + name + _text("PARENT_ID", parent)
    return _tag("CATALOG_STRUCTURE", parts, type=kind)


def _membership(document: Document, groups: Groups) -> str:
    group = _text("CATALOG_GROUP_ID", groups[_path(document)][0])
    return _tag("PRODUCT_TO_CATALOGGROUP_MAP", _text("PROD_ID", document["sku"]) + group)


# --- products ----------------------------------------------------------------------------


def _product(document: Document, source: FeedInput) -> str:
    parts = [
        _text("SUPPLIER_PID", document["sku"]),
        _details(document),
        _tag("PRODUCT_FEATURES", "".join(_features(document))),
        _tag("PRODUCT_ORDER_DETAILS", _text("ORDER_UNIT", "C62")),
        _tag("PRODUCT_PRICE_DETAILS", "".join(_prices(document))),
        _tag("MIME_INFO", "".join(_files(document, source.base_url))),
        *_references(document),
    ]
    return _tag("PRODUCT", "".join(parts), mode="new")


def _details(document: Document) -> str:
    words = plain(document.get("description", ())) or line(document.get("summary", ""))
    status = document.get("lifecycle", {}).get("status", "")
    parts = [
        _text("DESCRIPTION_SHORT", document["title"], 150),
        _tag("DESCRIPTION_LONG", escape(truncate(words, 64_000), quote=False)),
        _text("EAN", public_gtin(document.get("gtin", ""))),
        _exact("MANUFACTURER_PID", document.get("mpn", ""), 50),
        _text("MANUFACTURER_NAME", document["brand"], 50),
        _text("MANUFACTURER_TYPE_DESCR", document.get("model", ""), 50),
        _text("PRODUCT_STATUS", status, type=_STATUS[status]) if status in _STATUS else "",
    ]
    return _tag("PRODUCT_DETAILS", "".join(parts))


def _features(document: Document) -> Iterator[str]:
    """Yield the specs; numbers are bare with a code of their unit, as far as there is one."""
    items = [item for group in document.get("specs", ()) for item in group["items"]]
    for number, item in enumerate(items, 1):
        values, kind = _values(item)
        if not (line(item["label"]) and any(map(line, values))):
            continue
        unit = item.get("unit", "")
        long = line(values[0]) if len(values) == 1 and len(line(values[0])) > 60 else ""  # noqa: PLR2004  the limit of FVALUE
        parts = [
            _text("FNAME", item["label"], 60),
            *(_text("FVALUE", value, 60) for value in values),
            _text("FUNIT", _CODES.get(unit, unit), 20),
            _text("FORDER", str(number)),
            _text("FVALUE_DETAILS", long, 250),
            _text("FVALUE_TYPE", kind),
        ]
        yield _tag("FEATURE", "".join(parts))


def _values(item: Document) -> tuple[Sequence[str], str]:
    """Return the values of a spec, and the kind of several."""
    value = item.get("value")
    if isinstance(value, bool):
        return (str(value).lower(),), ""
    if isinstance(value, int | float):
        return (_number(value),), ""
    if isinstance(value, list) and value and all(isinstance(end, int | float) for end in value):
        return [_number(end) for end in value], "range"
    return (item["text"],), ""


def _number(value: float) -> str:
    """Return a number as XSD's decimal, which knows no exponent."""
    return f"{Decimal(repr(value)):f}".removesuffix(".0")


def _prices(document: Document) -> Iterator[str]:
    price = document.get("price")
    if price is None:
        yield '<PRODUCT_PRICE price_type="on_request"/>\n'
        return
    for one in (price, *price.get("breaks", ())):
        tax = one.get("tax", {})
        rate = f"{(Decimal(tax['rate']) / 100).normalize():f}" if "rate" in tax else ""
        parts = [
            _text("PRICE_AMOUNT", one["amount"]),
            _text("PRICE_CURRENCY", one["currency"]),
            _text("TAX", rate),
            _text("LOWER_BOUND", str(one.get("from", 1))),
        ]
        kind = "nrp" if tax.get("included", True) else "net_list"
        yield _tag("PRODUCT_PRICE", "".join(parts), price_type=kind)


def _files(document: Document, base_url: str) -> Iterator[str]:
    """Yield pictures, then documents, by their addresses."""
    for number, entry in enumerate(pictures(document)):
        purpose = "detail" if number else "normal"
        yield _file(image_type(entry), absolute(base_url, entry["src"]), entry["alt"], purpose)
    for entry in document.get("documents", ()):
        purpose = "data_sheet" if entry["type"] == "datasheet" else "others"
        kind = "application/pdf" if entry["src"].endswith(".pdf") else ""
        yield _file(kind, absolute(base_url, entry["src"]), entry.get("title", ""), purpose)


def _file(kind: str, address: str, words: str, purpose: str) -> str:
    """Return a file; nothing where its address is longer than the standard takes."""
    if not (source := _exact("MIME_SOURCE", address, ADDRESS_LIMIT)):
        return ""
    told = _text("MIME_TYPE", kind) if kind in _MIME_TYPES else ""
    described = _text("MIME_DESCR", words, 250) + _text("MIME_ALT", words, 80)
    return _tag("MIME", told + source + described + _text("MIME_PURPOSE", purpose))


def _references(document: Document) -> Iterator[str]:
    for relation, cards in document.get("relations", {}).items():
        for card in cards:
            quantity = {"quantity": str(card.get("quantity", 1))} if relation == "part" else {}
            target = _exact("PROD_ID_TO", card["sku"], 80)
            yield _tag("PRODUCT_REFERENCE", target, type=_REFERENCES[relation], **quantity)
