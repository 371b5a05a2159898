"""A document as servers include it without asking anybody: pieces that are joined by the root.

The form is docs/formats/published.md, "Drawn pages". It names no partner and no address of the
zone, so that partners share it, and first-party paths need no rewriting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from syndicator import canonical
from syndicator.rendering.fragment import render_element

_ROOT = "\0"
"""Stands for the root of the public zone: HTML knows no such character."""
_ROOT_IN_JSON = '"\\u0000'
"""How a JSON text begins with it; a backslash of the text itself would be doubled."""
_LOOK = _ROOT * 2
"""Stands for the stylesheet."""
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
"""The character where a document has it, written as JSON."""


def draw(document: bytes, *, locale: str, words: Mapping[str, str]) -> bytes:
    """Return canonical JSON of a document's lookup keys and of its HTML in pieces.

    `html[0]` is followed by the look; the other pieces are joined by the root. `document` is
    canonical JSON, `words` are the interface's words in `locale`. Cost: some two milliseconds.
    """
    told = canonical.decode(_NUL.sub(rb"\1", document))
    look = Markup(_LOOK)  # noqa: S704  a constant
    page = render_element(
        told, base_url=_ROOT, locale=locale, partner="", words=words, look=look
    ).decode()
    opening, _, rest = page.partition(_LOOK)
    shown, script, jsonld = rest.rpartition("<script ")
    rest = shown + script + jsonld.replace(_ROOT_IN_JSON, f'"{_ROOT}')
    return canonical.encode({"html": [opening, *rest.split(_ROOT)], "keys": _keys(told)})


def _keys(document: Mapping[str, Any]) -> list[str]:
    """Return the keys of docs/formats/published.md, "Head"."""
    gtin, brand, mpn = (document.get(name, "") for name in ("gtin", "brand", "mpn"))
    parts = {
        "sku": document["sku"].strip(),
        "gtin": gtin.strip(),
        "mpn": f"{brand.strip()}|{mpn.strip()}" if brand and mpn else "",
    }
    return [f"{name}:{value}".lower() for name, value in parts.items() if value]
