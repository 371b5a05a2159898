"""A document as the aisle itself: declarative shadow DOM, which the script adopts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from babel import Locale, UnknownLocaleError
from babel.units import format_unit
from markupsafe import Markup

from syndicator.rendering.fragment import rich
from syndicator.rendering.jsonld import describe, script_safe

if TYPE_CHECKING:
    from jinja2 import Environment

ORDER = ("hero", "text", "features", "configurator", "specs", "documents", "relations", "support")
"""What an aisle shows without a template of its family, as `aisle.js` says."""
_RIGHT_TO_LEFT = re.compile(r"(ar|dv|fa|he|ps|ur|yi)\b")
_MEGABYTE = 1_000_000


def render_element(
    document: dict[str, Any],
    *,
    base_url: str,
    locale: str,
    partner: str,
    words: Mapping[str, str],
    style: str = "",
    stylesheet: tuple[str, str] | None = None,
) -> bytes:
    """Return `<syndicator-aisle>` with its content drawn, then JSON-LD.

    A browser shows it before and without any script; the script adopts it without asking for
    anything. `base_url` is the root of the public zone with its final slash, `partner` the
    partner's handle, `words` the interface's words in `locale`. The look is `style`, the widget's
    own CSS, or `stylesheet`, its address and integrity, where pages allow no inline style.
    """
    address, integrity = stylesheet or ("", "")
    page = (
        _environment()
        .get_template("element.html.j2")
        .render(
            doc=document,
            order=ORDER,
            locale=locale,
            partner=partner,
            rtl=bool(_RIGHT_TO_LEFT.match(locale)),
            style=Markup(style.replace("</", "<\\/")),  # noqa: S704  cannot close its element
            stylesheet=address,
            integrity=integrity,
            say=_speaker(words),
            source=lambda src: _source(src, base_url),
            facts=lambda file: _facts(file, locale, _speaker(words)),
            jsonld=Markup(script_safe(describe(document, base_url))),  # noqa: S704  safe by script_safe
        )
    )
    return page.encode()


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


def _speaker(words: Mapping[str, str]) -> Callable[..., str]:
    """Return the function that says a word of the interface, as `product.js` does."""

    def say(word: str, **values: object) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), words.get(word, word))

    return say


def _source(src: str, base_url: str) -> str:
    """Return the absolute address of a file; empty for a scheme that is not the web's."""
    if "://" not in src:
        return base_url + src
    return src if src.startswith(("https://", "http://")) else ""


def _facts(file: Mapping[str, Any], locale: str, say: Callable[..., str]) -> str:
    language = file.get("language", "")
    told = [
        say(f"doc-{file['type']}") if file.get("title") else "",
        file.get("version", ""),
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
