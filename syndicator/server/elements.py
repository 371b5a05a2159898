"""The aisle drawn by the server: declarative shadow DOM that the published script adopts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syndicator import canonical
from syndicator.rendering import inline_look, linked_look, render_element
from syndicator.server.site import Site

_ENTRY = "public/w/aisle/latest/aisle.js"
_PINNED = re.compile(rb'"":"\.\./([0-9a-f]+)/"')
"""Where the current entry names its own immutable folder; see `syndicator.widgets.package`."""


def draw_element(
    site: Site,
    document: Mapping[str, Any],
    handle: str,
    locale: str,
    *,
    root: str,
    linked: bool,
    cart: bool = False,
) -> bytes | None:
    """Return the element of a document, or None where the aisle is not published.

    The look is inline, or with `linked` a stylesheet with its hash, for policies that allow no
    inline style. Both come from the published files, like the words of the interface. With `cart`
    the element carries the attribute of that name.
    """
    folder = _folder(site)
    style = site.reader.read(f"public/{folder}aisle.css") if folder else None
    if style is None:
        return None
    address = f"{root}{folder}aisle.css"
    return render_element(
        document,
        base_url=root,
        locale=locale,
        partner=handle,
        words=interface_words(site, locale),
        look=linked_look(address, canonical.integrity(style))
        if linked
        else inline_look(style.decode()),
        cart=cart,
    )


def _folder(site: Site) -> str:
    """Return the immutable folder of the current aisle; empty where none is published."""
    entry = site.reader.read(_ENTRY)
    pinned = entry and _PINNED.search(entry)
    return f"w/aisle/{pinned[1].decode()}/" if pinned else ""


def interface_words(site: Site, locale: str) -> Mapping[str, str]:
    """Return the aisle's words in the nearest language, or in English; none without an aisle."""
    folder = _folder(site)
    for language in (locale.split("-", maxsplit=1)[0], "en"):
        data = site.reader.read(f"public/{folder}words.{language}.json") if folder else None
        if data is not None:
            words: Mapping[str, str] = canonical.decode(data)
            return words
    return {}
