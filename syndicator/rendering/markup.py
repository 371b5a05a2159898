"""What the template of a product stands on: its environment, rich text, words and addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from babel import Locale, UnknownLocaleError
from babel.units import format_unit
from markupsafe import Markup, escape

from syndicator.rendering.jsonld import describe, script_safe

if TYPE_CHECKING:
    from jinja2 import Environment

Say = Callable[..., str]
"""Says a word of the interface, with values for what stands in braces."""

ORDER = ("hero", "text", "features", "configurator", "specs", "documents", "relations", "support")
"""What an aisle shows without a template of its family or brand, as `aisle.js` says."""
_RIGHT_TO_LEFT = re.compile(r"(ar|dv|fa|he|ps|ur|yi)\b")
_MEGABYTE = 1_000_000
_VOID = frozenset({"br", "hr", "img"})


def write(
    document: Mapping[str, Any],
    *,
    base_url: str,
    locale: str,
    words: Mapping[str, str],
    **form: object,
) -> str:
    """Return a document as HTML with its JSON-LD; `form` is what the template asks beyond it."""
    say = _speaker(words)
    return (
        _environment()
        .get_template("product.html.j2")
        .render(
            doc=document,
            order=ORDER,
            locale=locale,
            rtl=bool(_RIGHT_TO_LEFT.match(locale)),
            say=say,
            source=partial(_source, base_url),
            facts=partial(_facts, locale, say),
            jsonld=Markup(script_safe(describe(document, base_url))),  # noqa: S704  safe by script_safe
            **form,
        )
    )


@cache
def _environment() -> Environment:
    from jinja2 import PackageLoader, StrictUndefined  # noqa: PLC0415  only servers need it
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("syndicator.rendering"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["rich"] = rich
    environment.filters["dialled"] = lambda phone: re.sub(r"[^+\d]", "", phone)
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


def _speaker(words: Mapping[str, str]) -> Say:
    """Return the function that says a word of the interface, as `view.js` does."""

    def say(word: str, **values: object) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), words.get(word, word))

    return say


def _source(base_url: str, src: str) -> str:
    """Return the absolute address of a file; empty for a scheme that is not the web's."""
    if "://" not in src:
        return base_url + src
    return src if src.startswith(("https://", "http://")) else ""


def _facts(locale: str, say: Say, file: Mapping[str, Any]) -> str:
    language = file.get("language", "")
    told = [
        say(f"doc-{file['type']}") if file.get("title") else "",
        # Its own direction: `2026-02` keeps its order among Arabic words.
        f"\u2066{file['version']}\u2069" if file.get("version") else "",
        _language(locale, language) if language else "",
        say("pages", count=file["pages"]) if "pages" in file else "",
        _size(file["size"], locale) if "size" in file else "",
    ]
    return " · ".join(filter(None, told))


def _language(locale: str, language: str) -> str:
    try:
        return str(Locale.parse(locale, sep="-").languages.get(language, language))
    except (ValueError, UnknownLocaleError):
        return language


def _size(size: int, locale: str) -> str:
    mega = size >= _MEGABYTE
    value = round(size / _MEGABYTE, 1) if mega else round(size / 1000)
    unit = "digital-megabyte" if mega else "digital-kilobyte"
    written: str = format_unit(value, unit, length="short", locale=locale.replace("-", "_"))
    return written
