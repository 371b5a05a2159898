"""HTML that is safe as it stands: paragraphs and lists of text, without a single attribute.

Most descriptions of shops are of this kind, and to see it takes one pass of a regular expression.
What is recognised consists of words, of references to four signs, and of tags that stand in this
file, each closed where it must be; cleaning it gives it back (`tests/catalog/test_richtext.py`).
Everything else is for the sanitiser.
"""

from __future__ import annotations

import re

# No alternative begins like another and nothing is given back, so the cost is linear.
_WORDS = (
    r"(?:[^<>&\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]++"
    r"|&(?:amp|lt|gt|quot);)++"
)
_STRESSED = "|".join(f"<{tag}>{_WORDS}</{tag}>" for tag in ("strong", "em", "b", "i"))
_LINE = rf"(?:{_WORDS}|<br>|{_STRESSED})*+"
_ITEMS = rf"\s*+(?:<li>{_LINE}</li>\s*+)++"
_PLAIN = re.compile(
    rf"(?:<p>(?!\s*</p>){_LINE}</p>\s*+|<ul>{_ITEMS}</ul>\s*+|<ol>{_ITEMS}</ol>\s*+)++"
)


def is_plain(text: str) -> bool:
    """Tell whether text is HTML of paragraphs, lists, stress and line breaks, and nothing else."""
    return _PLAIN.fullmatch(text) is not None


def spelled(text: str) -> str:
    """Return plain HTML as browsers write it."""
    return text.replace("&quot;", '"').strip()
