"""The only place that knows the minifier, which is optional.

Without it the source is published as it was written: larger, equally correct. tdewolff-minify
2.24.12 can move a destructuring declaration before the one that it reads (tdewolff/minify#958),
so a script that declares by destructuring is published as it is.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

try:
    import minify as _minify
except ImportError:  # pragma: no cover  it has no wheel for some platforms
    _minify = None

DESTRUCTURES = re.compile(rb"(?<!\()\b(?:const|let|var)\s*[\[{]")
"""A declaration by destructuring; the head of a `for` is safe, since nothing precedes it."""

MEDIA_TYPES = {".js": "application/javascript", ".css": "text/css", ".json": "application/json"}


def minified(name: str, data: bytes) -> bytes:
    """Return a smaller file of the same meaning, or the file itself.

    Text that the minifier refuses is published unchanged: the browser is the judge of syntax.
    """
    media_type = MEDIA_TYPES.get(PurePosixPath(name).suffix)
    if _minify is None or media_type is None:
        return data
    if name.endswith(".js") and DESTRUCTURES.search(data):
        return data
    try:
        return str(_minify.string(media_type, data.decode())).encode()
    except (UnicodeDecodeError, _minify.MinifyError):
        return data
