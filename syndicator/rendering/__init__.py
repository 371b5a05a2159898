"""Products seen through editions: documents, HTML fragments, JSON-LD. Pure."""

from syndicator.rendering.document import render, render_bytes
from syndicator.rendering.view import Shelf, View, media_key, shelve

__all__ = ["Shelf", "View", "media_key", "render", "render_bytes", "shelve"]
