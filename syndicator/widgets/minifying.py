"""The only place that knows the minifier, which is optional.

Without it the source is published as it was written: larger, equally correct.
"""

from __future__ import annotations

from pathlib import PurePosixPath

try:
    import minify as _minify
except ImportError:  # pragma: no cover  it has no wheel for some platforms
    _minify = None

MEDIA_TYPES = {".js": "application/javascript", ".css": "text/css", ".json": "application/json"}


def minified(name: str, data: bytes) -> bytes:
    """Return a smaller file of the same meaning, or the file itself.

    Text that the minifier refuses is published unchanged: the browser is the judge of syntax.
    """
    media_type = MEDIA_TYPES.get(PurePosixPath(name).suffix)
    if _minify is None or media_type is None:
        return data
    try:
        return str(_minify.string(media_type, data.decode())).encode()
    except (UnicodeDecodeError, _minify.MinifyError):
        return data
