"""A document as HTML for a server-side include, with its JSON-LD."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from syndicator.rendering.jsonld import describe, script_safe

if TYPE_CHECKING:
    from jinja2 import Environment

_VOID = frozenset({"br", "hr", "img"})


def render_fragment(document: dict[str, Any], *, base_url: str, locale: str) -> bytes:
    """Return the HTML fragment that a partner's server includes in its page.

    It needs no script: the same words, pictures and tables as the embed shows, as plain semantic
    HTML, then JSON-LD. `base_url` is the root of the public zone, with its final slash.
    """
    template = _environment().get_template("fragment.html.j2")
    jsonld = Markup(script_safe(describe(document, base_url)))  # noqa: S704  safe by script_safe
    page = template.render(doc=document, base=base_url, locale=locale, jsonld=jsonld)
    return page.encode()


@cache
def _environment() -> Environment:
    from jinja2 import PackageLoader, StrictUndefined  # noqa: PLC0415  only servers need it
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("syndicator.rendering"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["rich"] = rich
    return environment


def rich(tree: Iterable[Any]) -> Markup:
    """Write a tree of rich text as HTML; every text and attribute is escaped."""
    return Markup("").join(_node(node) for node in tree)


def _node(node: Any) -> Markup:  # noqa: ANN401  a text or an element, see docs/formats/document.md
    if isinstance(node, str):
        return escape(node)
    tag, *rest = node
    attributes = rest.pop(0) if rest and isinstance(rest[0], dict) else {}
    written = Markup("").join(Markup(' {}="{}"').format(k, v) for k, v in attributes.items())
    opening = Markup("<{}{}>").format(tag, written)
    return opening if tag in _VOID else opening + rich(rest) + Markup("</{}>").format(tag)
