"""Rich text as a tree of nodes, which a page builds without parsing HTML.

The form is `docs/formats/document.md`, "Rich text". Input is the output of
`syndicator.catalog.richtext.sanitise`: balanced, safe, only listed tags and attributes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from html.parser import HTMLParser
from typing import TypeAlias

Node: TypeAlias = "str | list[object]"
Tree: TypeAlias = list[Node]

_VOID = frozenset({"br", "hr", "img"})


def grow(html: str, source: Callable[[str], str]) -> Tree:
    """Return the tree of sanitised HTML; `source` gives the public key of a picture's path.

    Cost: one pass over the text; plain paragraphs are remembered.
    """
    return _Grower(source).grow(html) if "<img" in html else _grow_plain(html)


@lru_cache(maxsize=4096)
def _grow_plain(html: str) -> Tree:
    return _Grower(str).grow(html)


class _Grower(HTMLParser):
    """Keeps the path of open elements; each element is the list that will be its node."""

    def __init__(self, source: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=True)
        self.source = source
        self.open: list[list[object]] = [[]]

    def grow(self, html: str) -> Tree:
        self.feed(html)
        self.close()
        return [node for node in self.open[0] if not _is_blank(node)]  # type: ignore[misc]  # nodes only

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "img":
            known["src"] = self.source(known.get("src", ""))
        node: list[object] = [tag, known] if known else [tag]
        self.open[-1].append(node)
        if tag not in _VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if len(self.open) > 1 and self.open[-1][0] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        here = self.open[-1]
        if here and isinstance(here[-1], str) and (len(here) > 1 or here is self.open[0]):
            here[-1] += data
        else:
            here.append(data)


def _is_blank(node: object) -> bool:
    """Recognise the white space between blocks, which shows nothing."""
    return isinstance(node, str) and not node.strip()
