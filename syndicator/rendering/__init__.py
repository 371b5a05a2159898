"""Products seen through editions: documents, HTML fragments, JSON-LD. Pure."""

from syndicator.rendering.document import render, render_bytes
from syndicator.rendering.drawn import draw
from syndicator.rendering.finished import Facts, Finished, Keeping, finish_all
from syndicator.rendering.fragment import (
    inline_look,
    linked_look,
    render_element,
    render_fragment,
)
from syndicator.rendering.jsonld import describe
from syndicator.rendering.sharing import Renderer
from syndicator.rendering.view import App, Rules, Shelf, View, content_key, media_key, shelve

__all__ = [
    "App",
    "Facts",
    "Finished",
    "Keeping",
    "Renderer",
    "Rules",
    "Shelf",
    "View",
    "content_key",
    "describe",
    "draw",
    "finish_all",
    "inline_look",
    "linked_look",
    "media_key",
    "render",
    "render_bytes",
    "render_element",
    "render_fragment",
    "shelve",
]
