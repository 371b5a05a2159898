"""Drawn pages: an edition's products as partners' servers include them, page by page.

They lie beside the pages of documents, under the same numbers, below one node of their own: so a
shopper's browser pays one reference in the head for what only servers read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from markupsafe import escape

from syndicator import canonical
from syndicator.bundle import trees
from syndicator.bundle.keys import Reference
from syndicator.bundle.pages import Page
from syndicator.bundle.trees import Node, Store


class _Drawn(msgspec.Struct):
    keys: list[str]


class _DrawnPage(msgspec.Struct):
    drawn: list[_Drawn]


_page = msgspec.json.Decoder(_DrawnPage)


def drawn_tree(
    pages: Sequence[Page], drawn: Mapping[str, bytes], look: Reference, store: Store
) -> Node:
    """Return the part of a head that names the edition's drawn products; nothing without any.

    `look` is the stylesheet's key below the public zone and its integrity.
    """
    if not drawn:
        return {}
    references = [store(encode(drawn[sku] for sku in page.skus)) for page in pages]
    node = {"format": 1, "look": list(look), **trees.page_tree(references, store)}
    return {"drawn": [list(store(canonical.encode(node)))]}


def encode(products: Iterable[bytes]) -> bytes:
    """Return canonical bytes of a drawn page; the products are canonical already."""
    return b'{"drawn":[' + b",".join(products) + b'],"format":1}'


def mark_of(sku: str) -> bytes:
    """Return the bytes that every drawn page holds that tells of a product, also as a relation."""
    return canonical.encode(f'data-sku="{escape(sku)}"')[1:-1]


def is_drawn(data: bytes) -> bool:
    """Tell a drawn page from a page of documents."""
    return data.startswith(b'{"drawn":[{')


def keys_drawn(data: bytes) -> Iterator[list[str]]:
    """Yield the lookup keys of each product of a stored drawn page.

    Raises:
        msgspec.DecodeError: The bytes are no drawn page.
    """
    for product in _page.decode(data).drawn:
        yield product.keys
