"""Media types by the end of a key, and what a browser may do with each.

The list is short on purpose: what is not on it is served as bytes to save, never to open.
"""

from __future__ import annotations

MEDIA_TYPES = {
    "json": "application/json",
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "avif": "image/avif",
    "gif": "image/gif",
    "ico": "image/x-icon",
    "pdf": "application/pdf",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "vtt": "text/vtt; charset=utf-8",
    "glb": "model/gltf-binary",
    "woff2": "font/woff2",
    "wasm": "application/wasm",
    "atom": "application/atom+xml",
    "xml": "application/xml",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "jsonl": "application/jsonl",
}
UNKNOWN = "application/octet-stream"

TEXTUAL = frozenset(
    ["json", "js", "mjs", "css", "html", "txt", "svg", "vtt", "atom", "xml", "tsv", "jsonl"]
)
"""What compression pays for."""

SVG_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""An SVG that is opened by itself runs nothing and fetches nothing."""
HTML_POLICY = "sandbox allow-scripts allow-forms"
"""An app's page that is opened by itself has an origin of its own, never this server's."""


def extension(key: str) -> str:
    """Return what follows the last point of a key, in lowercase."""
    return key.rpartition("/")[2].rpartition(".")[2].lower()


def headers_of(key: str) -> dict[str, str]:
    """Return the headers that follow from what a key holds."""
    end = extension(key)
    headers = {"Content-Type": MEDIA_TYPES.get(end, UNKNOWN)}
    if end == "svg":
        headers["Content-Security-Policy"] = SVG_POLICY
    elif end == "html":
        headers["Content-Security-Policy"] = HTML_POLICY
    elif end not in MEDIA_TYPES:
        headers["Content-Disposition"] = "attachment"
    return headers
