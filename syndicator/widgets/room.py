"""How tall a product's aisle becomes: what a tag keeps free, so that nothing moves.

An estimate from the content, a little on the tall side: too little room moves the page, too much is
a gap. All lengths are CSS pixels at a text size of 16 pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil
from typing import Any, TypeAlias

Document: TypeAlias = Mapping[str, Any]

STACKED = (340, 735)
"""Widths between which pictures stand above the words; height is estimated at both ends."""
ASIDE = (737, 1370)
"""Widths between which they stand side by side; beyond, pictures grow no more."""
TURN = 800
"""Width of the window that turns from one to the other: the page has margins of its own."""
SIDE_BY_SIDE, BESIDE = 736, 992
"""Widths from which pictures stand beside the words, and headings beside their sections."""
LETTER = 8.6
"""Mean width of a letter: that of a broad typeface."""
LINE = 25
SPARE = 1.03
OFFER = 150
"""What a partner's own offer takes: promotion, price, stock, date and button."""
ROWS = 60
"""Rows of specs that are drawn at once."""


@dataclass(frozen=True, slots=True)
class Room:
    """Heights at the ends of both ranges of width."""

    stacked: tuple[int, int]
    aside: tuple[int, int]

    def style(self) -> str:
        """Return the height to reserve as CSS: all of it, at most one window.

        What follows one window below the beginning is out of sight, so more would help nobody.
        """
        low, high = sorted(self.aside)
        aside = f"clamp({low}px,{_line(ASIDE, self.aside)},{high}px)"
        switch = f"clamp(0px,({TURN}px - 100vw)*9999,9999px)"
        stacked = f"min({_line(STACKED, self.stacked)},{switch})"
        return f"min(max(900px,100vh),max({aside},{stacked}))"


def room(document: Document) -> Room:
    """Return the room that a product's aisle needs."""
    narrow, broad = STACKED, ASIDE
    return Room(
        (_roomy(document, narrow[0]), _roomy(document, narrow[1])),
        (_roomy(document, broad[0]), _roomy(document, broad[1])),
    )


def _line(widths: tuple[int, int], heights: tuple[int, int]) -> str:
    """Return the height between two widths as CSS of the window's width."""
    slope = (heights[1] - heights[0]) / (widths[1] - widths[0])
    return f"calc({heights[0]}px + (100vw - {widths[0]}px)*{slope:.3f})"


def _roomy(document: Document, width: int) -> int:
    return ceil(_height(document, width) * SPARE)


def _height(document: Document, width: int) -> float:
    gap = min(max(20, width * 0.04), 48)
    pieces = [_hero(document, width, gap), _text(document, width), _features(document, width, gap)]
    pieces += _sections(document, width)
    return sum(piece + gap for piece in pieces if piece) - gap


def _lines(text: str, width: float, size: float = 16) -> int:
    return ceil(len(text) * LETTER * size / 16 / width) if text else 0


def _hero(document: Document, width: int, gap: float) -> float:
    pictures = [one for one in document.get("media", ()) if one.get("role") != "swatch"]
    count = len(pictures) + len(document.get("videos", ()))
    beside = width > SIDE_BY_SIDE and count > 0
    shape = pictures[0] if pictures else {}
    upright = _upright(shape)
    share = (width - gap) * (5 if upright else 7) / 12 if beside else width
    lead = width - gap - share if beside else width
    title = min(17.6 + width * 0.024 + 9, 41.6)
    words = 24 + _lines(document.get("title", ""), lead, title * 1.1) * title * 1.2
    if summary := document.get("summary", ""):
        words += 16 + _lines(summary, lead, 18) * 27
    if points := document.get("highlights", ()):
        words += 33 + sum(6 + LINE * _lines(point, lead - 22) for point in points)
    words += 61 * (len(document.get("variants", ())) > 1) + 16 + OFFER
    if not count:
        return words
    ratio = shape.get("height", 3) / shape.get("width", 4) if shape.get("width") else 0.75
    tallest = 736 if upright else 576
    gallery = min((min(share, 544) if upright else share) * ratio, tallest)
    gallery += (78 if upright else 62) if count > 1 else 0
    return max(gallery, words) if beside else gallery + gap + words


def _upright(image: Document) -> bool:
    """Tell whether a picture gets an upright frame, as `view.js` does."""
    return bool(image.get("width")) and image.get("height", 0) > image["width"] * 1.15


def _text(document: Document, width: int) -> float:
    measure = min(width, 620)
    paragraphs = _paragraphs(document.get("description", ()))
    return sum(14 + LINE * _lines(words, measure) for words in paragraphs)


def _paragraphs(tree: Sequence[Any]) -> list[str]:
    """Return the words of each block of rich text; lists and quotes count by their items."""
    blocks: list[str] = []
    for node in tree:
        if isinstance(node, str):
            blocks.append(node)
        elif node[0] in {"ul", "ol", "dl", "table", "tbody", "blockquote"}:
            blocks += _paragraphs([one for one in node[1:] if not isinstance(one, dict)])
        else:
            blocks.append(_words(node))
    return blocks


def _words(node: Any) -> str:  # noqa: ANN401  a text or an element, see docs/formats/document.md
    if isinstance(node, str):
        return node
    return "".join(_words(one) for one in node[1:] if not isinstance(one, dict))


def _features(document: Document, width: int, gap: float) -> float:
    features = document.get("features", ())
    columns = max(1, int((width + gap) // (272 + gap)))
    share = (width - gap * (columns - 1)) / columns
    pictures = (feature["image"] for feature in features if feature.get("image"))
    first: Document = next(pictures, {})
    ratio = 4 / 3 if _upright(first) else 3 / 4
    heights = sorted((_feature(feature, share, ratio) for feature in features), reverse=True)
    return sum(height + gap for height in heights[::columns])


def _feature(feature: Document, width: float, ratio: float) -> float:
    picture = width * ratio + 16 if feature.get("image") else 0
    lines = sum(_lines(words, width) for words in _paragraphs(feature.get("text", ())))
    return picture + LINE * (1 + lines)


def _sections(document: Document, width: int) -> list[float]:
    beside = width > BESIDE
    inner = width - 240 if beside else width
    heading = 21 if beside else 61
    relations = document.get("relations", {})
    support = document.get("support", {})
    help_lines = [len(support.get("questions", ())) * 52, len(support.get("contacts", ())) * 130]
    bodies = [
        60 if document.get("configurator") else 0,
        _specs(document, inner),
        51 * len(document.get("documents", ())) * (1 if width > SIDE_BY_SIDE else 1.5),
        *(_cards(cards, inner) for cards in relations.values()),
        max(help_lines) if width > SIDE_BY_SIDE else sum(help_lines),
    ]
    return [heading + body for body in bodies if body]


def _specs(document: Document, width: float) -> float:
    groups = document.get("specs", ())
    count = sum(len(group["items"]) for group in groups)
    cells = list(chain.from_iterable(group["items"] for group in groups))[:ROWS]
    columns = 2 if width > SIDE_BY_SIDE - 240 and count <= ROWS and len(groups) > 1 else 1
    share = width / columns
    rows = sum(
        17 + LINE * max(_lines(one["label"], share * 0.38), _lines(one["text"], share * 0.55), 1)
        for one in cells
    )
    shown = rows + 60 * min(len(groups), ROWS)
    return (shown / columns * (1.25 if columns > 1 else 1)) + (62 if count > 12 else 0)  # noqa: PLR2004  as view.js


def _cards(cards: Sequence[Document], width: float) -> float:
    columns = max(1, int((width + 16) // 176))
    share = (width - 16 * (columns - 1)) / columns
    tallest = share + 8 + LINE * max(_lines(card.get("title", ""), share) for card in cards) + 24
    return ceil(len(cards) / columns) * (tallest + 24) - 24
