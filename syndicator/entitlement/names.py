"""Near names: what a person probably meant by a word that nobody knows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

FEW = 8
"""So many known names are listed in full; more would bury the message."""
LIKELY = 4_000
"""Comparing costs about 10 us a pair: in a larger set only names that look alike are compared."""


def nearest(word: str, known: Collection[str]) -> str:
    """Return the known name closest to `word`, or nothing where none is close.

    Cost: at most `LIKELY` comparisons, whatever the size of `known`.
    """
    folded = {name.casefold(): name for name in _likely(word, known)}
    found = get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def suggest(word: str, known: Collection[str]) -> str:
    """Return what to do about an unknown word: the near name, or the few that exist."""
    if near := nearest(word, known):
        return f"Did you mean {near!r}?"
    if 0 < len(known) <= FEW:
        return f"Known: {', '.join(sorted(known))}."
    return ""


def _likely(word: str, known: Collection[str]) -> Iterable[str]:
    if len(known) <= LIKELY:
        return known
    start, end = word[:3].casefold(), word[-3:].casefold()
    alike = (
        name
        for name in known
        if name[:3].casefold() == start
        or (abs(len(name) - len(word)) <= 1 and name[-3:].casefold() == end)
    )
    return [name for _, name in zip(range(LIKELY), alike, strict=False)]
