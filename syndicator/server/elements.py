"""The aisle drawn by the server: declarative shadow DOM that the published script adopts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syndicator import canonical
from syndicator.rendering import render_element
from syndicator.server.site import Site

_ENTRY = "public/w/aisle/latest/aisle.js"
_PINNED = re.compile(rb'"":"\.\./([0-9a-f]+)/"')
"""Where the current entry names its own immutable folder; see `syndicator.widgets.package`."""


def draw_element(
    site: Site, document: Mapping[str, Any], handle: str, locale: str, *, root: str, linked: bool
) -> bytes | None:
    """Return the element of a document, or None where the aisle is not published.

    The look is inline, or with `linked` a stylesheet with its hash, for policies that allow no
    inline style. Both come from the published files, like the words of the interface.
    """
    entry = site.reader.read(_ENTRY)
    pinned = entry and _PINNED.search(entry)
    if not pinned:
        return None
    folder = f"w/aisle/{pinned[1].decode()}/"
    style = site.reader.read(f"public/{folder}aisle.css")
    words = _words(site, folder, locale)
    if style is None or words is None:
        return None
    return render_element(
        dict(document),
        base_url=root,
        locale=locale,
        partner=handle,
        words=words,
        style="" if linked else style.decode(),
        stylesheet=(f"{root}{folder}aisle.css", canonical.integrity(style)) if linked else None,
    )


def _words(site: Site, folder: str, locale: str) -> Mapping[str, str] | None:
    """Return the interface's words in the nearest language, or in English."""
    for language in (locale.split("-", maxsplit=1)[0], "en"):
        data = site.reader.read(f"public/{folder}words.{language}.json")
        if data is not None:
            words: Mapping[str, str] = canonical.decode(data)
            return words
    return None
