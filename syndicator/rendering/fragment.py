"""A document as HTML for a page of the partner: plain, or as the aisle itself, already drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from syndicator.rendering.markup import write


def render_fragment(
    document: Mapping[str, Any], *, base_url: str, locale: str, words: Mapping[str, str]
) -> bytes:
    """Return what the embed shows as plain semantic HTML for the partner's own CSS, then JSON-LD.

    It needs no script and has no controls. `base_url` is the root of the public zone with its
    final slash, `words` the interface's words in `locale`.
    """
    page = write(document, base_url=base_url, locale=locale, words=words, plain=True)
    return page.encode()


def render_element(
    document: Mapping[str, Any],
    *,
    base_url: str,
    locale: str,
    partner: str,
    words: Mapping[str, str],
    look: Markup,
    cart: bool = False,
) -> bytes:
    """Return `<syndicator-aisle>` with its content in declarative shadow DOM, then JSON-LD.

    A browser shows it before and without any script; the script adopts it without asking for
    anything. `partner` is the partner's handle, or empty where an ancestor will name it; `look` is
    of `inline_look` or `linked_look`; with `cart` it shows the button for the cart; the rest as for
    `render_fragment`.
    """
    page = write(
        document,
        base_url=base_url,
        locale=locale,
        words=words,
        plain=False,
        partner=partner,
        look=look,
        cart=cart,
    )
    return page.encode()


def inline_look(style: str) -> Markup:
    """Return the widget's own CSS as an element that it cannot close."""
    return Markup("<style>") + Markup(style.replace("</", "<\\/")) + Markup("</style>")  # noqa: S704  cannot close its element


def linked_look(address: str, integrity: str) -> Markup:
    """Return the link to the widget's CSS, for pages whose policy allows no inline style."""
    link = '<link rel="stylesheet" href="{}" integrity="{}" crossorigin="anonymous">'
    return Markup(link).format(address, integrity)  # noqa: S704  a constant; its values are escaped
