"""Words for feeds: legal in XML, plain where a format wants plain, no longer than it allows.

Rich text comes as the tree of docs/formats/document.md, so nothing here parses HTML.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Any

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write: control characters, surrogates, two non-characters."""

_BLOCKS = frozenset(
    """blockquote br caption dd div dl dt h3 h4 h5 h6 hr li ol p pre table tbody td tfoot th thead
    tr ul""".split()  # noqa: SIM905  a list of forty quoted words hides the words
)
_VOID = frozenset({"br", "hr", "img"})
_TRAILING = " \n.,;:-\u2013"


def clean(text: str) -> str:
    """Return `text` with everything removed that XML 1.0 cannot carry, and Unix line ends."""
    if text.isprintable():  # one pass in C, true for nearly every text of one line
        return text
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: str) -> str:
    """Return `text` cleaned, on one line, with single spaces."""
    return " ".join(clean(text).split())


def plain(tree: Sequence[Any]) -> str:
    """Return the words of rich text: a line a block, no tags."""
    lines = (line(part) for part in "".join(_words(tree)).split("\0"))
    return "\n".join(part for part in lines if part)


def html(tree: Sequence[Any], source: Callable[[str], str]) -> str:
    """Return rich text as HTML; `source` makes the address of a picture absolute.

    Texts and values of attributes are escaped; tags and names of attributes are those of the
    tree, which the publisher sanitised.
    """
    return "".join(_markup(node, source) for node in tree)


def truncate(text: str, limit: int) -> str:
    """Return `text` in at most `limit` code points, cut after a whole word and marked with `…`.

    A single word that is longer than the limit is cut inside, but not before a combining mark.
    """
    if len(text) <= limit:
        return text
    head = text[:limit]
    cut = max(head.rfind(" "), head.rfind("\n"))
    if cut <= 0:
        cut = limit - 1
        while cut > 1 and _joins(text[cut]):
            cut -= 1
    return text[:cut].rstrip(_TRAILING) + "…"


def _joins(character: str) -> bool:
    """Tell whether the character belongs to the one before it."""
    return unicodedata.category(character) in {"Mn", "Me", "Mc", "Cf"}


def _split(node: Sequence[Any]) -> tuple[str, dict[str, str], Sequence[Any]]:
    """Return tag, attributes and children of an element."""
    has_attributes = len(node) > 1 and isinstance(node[1], dict)
    return node[0], node[1] if has_attributes else {}, node[2 if has_attributes else 1 :]


def _words(tree: Sequence[Any]) -> Iterator[str]:
    """Yield the texts of a tree; NUL, which no text holds after cleaning, parts the blocks."""
    for node in tree:
        if isinstance(node, str):
            yield node.replace("\0", "")
            continue
        tag, _, children = _split(node)
        edge = "\0" if tag in _BLOCKS else ""
        yield edge
        yield from _words(children)
        yield edge


def _markup(node: Any, source: Callable[[str], str]) -> str:  # noqa: ANN401  a node of the tree
    """Return one node as HTML."""
    if isinstance(node, str):
        return escape(clean(node), quote=False)
    tag, attributes, children = _split(node)
    values = {**attributes, "src": source(attributes["src"])} if "src" in attributes else attributes
    told = "".join(f' {name}="{escape(clean(value))}"' for name, value in values.items())
    if tag in _VOID:
        return f"<{tag}{told}>"
    return f"<{tag}{told}>{html(children, source)}</{tag}>"
