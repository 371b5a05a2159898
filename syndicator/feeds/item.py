"""One product as every product feed tells it: checked, plain, absolute, within the limits.

The limits are those of Google's product data specification, which Meta and the other readers of
the same fields share or exceed. What a product lacks stays empty here; whether that keeps it out
is for each format to say (`selection`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from urllib.parse import quote, urljoin, urlsplit

from babel.numbers import get_currency_precision

from syndicator.feeds.model import Document, utc
from syndicator.feeds.text import line, plain, truncate

ID_LIMIT = 50
TITLE_LIMIT = 150
DESCRIPTION_LIMIT = 5000
BRAND_LIMIT = 70
TYPE_LIMIT = 750
HIGHLIGHT_LIMIT = 150
HIGHLIGHTS = range(2, 101)
"""How many highlights an item may have, if it has any."""
DETAIL_LIMITS = (140, 140, 1000)
"""Longest section, name and value of a detail."""
DETAILS = 1000
IMAGES = 10
"""How many pictures an item may have beside the main one."""

UNREAD_IMAGES = frozenset({"image/svg+xml", "image/avif"})
"""Picture types that the readers of product feeds do not take."""

_IMAGE_TYPES = {"svg": "image/svg+xml", "avif": "image/avif", "jpg": "image/jpeg"}
_IMAGE_TYPES |= {name: f"image/{name}" for name in ("jpeg", "png", "webp", "gif")}

_AXES = {"colour": "color", "color": "color", "size": "size", "material": "material"}


@dataclass(frozen=True, slots=True)
class Item:
    """The fields of a product feed; empty where a product has nothing to tell."""

    id: str
    title: str
    description: str
    link: str
    image: str
    availability: str
    """`in_stock`, `out_of_stock` or `preorder`."""
    available_from: datetime | None
    amount: str
    currency: str
    brand: str
    gtin: str
    mpn: str
    group: str
    product_type: str
    images: tuple[str, ...] = ()
    axes: tuple[tuple[str, str], ...] = ()
    highlights: tuple[str, ...] = ()
    details: tuple[tuple[str, str, str], ...] = ()
    readable: bool = True
    """Whether a picture is of a type that the readers of product feeds take."""
    foreign: bool = False
    """Whether title or description come from another locale than the edition's."""
    features: tuple[tuple[str, str, str], ...] = ()
    """Title, text and picture address of each selling point."""

    @property
    def price(self) -> str:
        """The price as `3499.00 EUR`; empty where there is none."""
        return f"{self.amount} {self.currency}" if self.amount else ""

    @property
    def dated(self) -> bool:
        """Whether a pre-order says when it ends."""
        return self.availability != "preorder" or self.available_from is not None

    @property
    def identified(self) -> bool:
        """Whether a GTIN, or a brand with an MPN, says which product this is everywhere."""
        return bool(self.gtin or (self.brand and self.mpn))


def item(document: Document, *, base_url: str, link: str, now: datetime, rich: bool) -> Item:
    """Return the item of one document; `link` is the channel's template.

    With `rich` it has the fields that repeat: highlights, details, features.

    Cost: linear in the document's text.
    """
    sku, gtin = document["sku"], document.get("gtin", "")
    fields = {"sku": sku, "gtin": gtin, "mpn": document.get("mpn", "")}
    availability, available_from = _availability(document.get("lifecycle", {}), now)
    amount, currency = _price(document.get("price"))
    images, readable = _images(document, base_url)
    return Item(
        id=line(sku),
        title=truncate(line(document.get("title", "")), TITLE_LIMIT),
        description=_description(document),
        link=fill(link, fields),
        image=images[0] if images else "",
        availability=availability,
        available_from=available_from,
        amount=amount,
        currency=currency,
        brand=truncate(line(document.get("brand", "")), BRAND_LIMIT),
        gtin=public_gtin(gtin),
        mpn=truncate(line(document.get("mpn", "")), BRAND_LIMIT),
        group=_group(document),
        product_type=_product_type(document),
        images=images[1 : IMAGES + 1],
        axes=_axes(document),
        highlights=_highlights(document) if rich else (),
        details=_details(document) if rich else (),
        readable=readable,
        foreign=not {"title", "description", "summary"}.isdisjoint(document.get("lang", {})),
        features=_features(document, base_url) if rich else (),
    )


def fill(template: str, fields: dict[str, str]) -> str:
    """Return the address of a template, or nothing where a value that it names is empty."""
    if any(f"{{{name}}}" in template and not value for name, value in fields.items()):
        return ""
    return template.format(**{name: quote(value, safe="") for name, value in fields.items()})


def public_gtin(gtin: str) -> str:
    """Return a 14-digit GTIN in the length of its kind, or nothing where it is not global.

    Numbers that GS1 keeps for use inside a company or for coupons identify nothing elsewhere
    (GS1 General Specifications, prefixes 02, 04, 2, 98 and 99).
    """
    if not gtin:
        return ""
    thirteen = gtin[1:]
    if gtin[0] != "0":
        return gtin
    if gtin.startswith("000000"):
        return gtin[6:]
    if thirteen.startswith(("02", "04", "2", "98", "99")):
        return ""
    return gtin[2:] if gtin.startswith("00") else thirteen


def _description(document: Document) -> str:
    """Return description, else summary, else highlights, as plain text."""
    for key in ("description", "summary"):
        if words := plain(document.get(key, "")):
            return truncate(words, DESCRIPTION_LIMIT)
    return truncate(
        " ".join(line(text) for text in document.get("highlights", ())), DESCRIPTION_LIMIT
    )


def _availability(lifecycle: Document, now: datetime) -> tuple[str, datetime | None]:
    """Return the availability, and the date of a pre-order where it is known.

    The manufacturer does not know a partner's stock: a product on sale counts as in stock.
    """
    status = lifecycle.get("status", "available")
    if status == "discontinued":
        return "out_of_stock", None
    if status != "announced":
        return "in_stock", None
    if "release" not in lifecycle:
        return "preorder", None
    release = utc(datetime.fromisoformat(lifecycle["release"]))
    return ("preorder", release) if release > now else ("in_stock", None)


def _price(price: Document | None) -> tuple[str, str]:
    """Return amount and currency with at least the digits of the currency, or two empty texts."""
    if price is None:
        return "", ""
    try:
        amount = Decimal(price["amount"])
        digits = int(get_currency_precision(price["currency"]))
    except InvalidOperation:
        return "", ""
    if not amount.is_finite() or amount <= 0:
        return "", ""
    places = max(digits, -int(amount.normalize().as_tuple().exponent))
    return f"{amount:.{places}f}", price["currency"]


def _images(document: Document, base_url: str) -> tuple[tuple[str, ...], bool]:
    """Return the addresses of the pictures, the hero first, and whether feeds can read them.

    Pictures of a type that feeds do not read are left out where there are others.
    """
    media = pictures(document)
    readable = [entry for entry in media if image_type(entry) not in UNREAD_IMAGES]
    chosen = readable or media
    addresses = dict.fromkeys(absolute(base_url, entry["src"]) for entry in chosen)
    return tuple(addresses), bool(readable)


def pictures(document: Document) -> list[Document]:
    """Return the pictures that show the product, the hero first."""
    media = [entry for entry in document.get("media", ()) if entry.get("role") != "swatch"]
    return sorted(media, key=lambda entry: entry.get("role") != "hero")


def image_type(entry: Document) -> str:
    """Return the media type of a picture: as told, else by its address, else empty."""
    if told := entry.get("type"):
        return str(told)
    return _IMAGE_TYPES.get(urlsplit(entry["src"]).path.rpartition(".")[2].lower(), "")


def absolute(base_url: str, src: str) -> str:
    """Return the absolute address of a `src` of a document, safe to stand in XML and tables."""
    return quote(urljoin(base_url, src), safe=":/?#[]@!$&'()*+,;=%~")


def _group(document: Document) -> str:
    """Return what the variants of one product share: the lowest SKU among them."""
    skus = [variant["sku"] for variant in document.get("variants", ())]
    return truncate(line(min(skus)), ID_LIMIT) if len(skus) > 1 else ""


def _axes(document: Document) -> tuple[tuple[str, str], ...]:
    """Return this variant's values on the axes that product feeds know."""
    own = [v for v in document.get("variants", ()) if v["sku"] == document["sku"]]
    axes = own[0].get("axes", ()) if own else ()
    known = ((_AXES.get(axis["axis"].lower()), line(axis["value"])) for axis in axes)
    return tuple((name, value[:100]) for name, value in known if name and value)


def _product_type(document: Document) -> str:
    """Return the category as the labels from the root, joined by ` > `."""
    labels = [line(part["label"]) for part in document.get("category", ())]
    while len(" > ".join(labels)) > TYPE_LIMIT:
        labels.pop()
    return " > ".join(labels)


def _features(document: Document, base_url: str) -> tuple[tuple[str, str, str], ...]:
    """Return the selling points that have a title and a text."""
    rows = (
        (
            truncate(line(feature["title"]), DETAIL_LIMITS[0]),
            truncate(plain(feature.get("text", ())), DETAIL_LIMITS[2]),
            absolute(base_url, feature["image"]["src"]) if "image" in feature else "",
        )
        for feature in document.get("features", ())
    )
    return tuple(row for row in rows if row[0] and row[1])


def _highlights(document: Document) -> tuple[str, ...]:
    """Return the selling points; none where there are fewer than a feed may have."""
    texts = [truncate(line(text), HIGHLIGHT_LIMIT) for text in document.get("highlights", ())]
    texts = [text for text in texts if text][: HIGHLIGHTS.stop - 1]
    return tuple(texts) if len(texts) >= HIGHLIGHTS.start else ()


def _details(document: Document) -> tuple[tuple[str, str, str], ...]:
    """Return the specs as section, name and value."""
    rows = (
        (group.get("group", ""), spec["label"], spec["text"])
        for group in document.get("specs", ())
        for spec in group["items"]
    )
    cut = (
        tuple(truncate(line(text), limit) for text, limit in zip(row, DETAIL_LIMITS, strict=True))
        for row in rows
    )
    return tuple((row[0], row[1], row[2]) for row in cut if row[1] and row[2])[:DETAILS]
