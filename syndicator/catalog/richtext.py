"""Rich text: Markdown or HTML in, safe HTML out, by the one policy of docs/formats/richtext.md.

The browser never gets a byte of a manufacturer's HTML that has not come through `sanitise`.
"""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Container, Iterable, Iterator
from functools import cache, lru_cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from syndicator.catalog.plainhtml import is_plain, spelled

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_GLOBAL = frozenset({"lang", "dir"})
POLICY: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            *(
                "p",
                "br",
                "hr",
                "strong",
                "em",
                "b",
                "i",
                "u",
                "s",
                "small",
                "sub",
                "sup",
                "mark",
                "code",
            ),
            *("pre", "blockquote", "ul", "li", "dl", "dt", "dd", "span", "del", "ins"),
            *("h1", "h2", "h3", "h4", "h5", "h6"),
            *("table", "caption", "thead", "tbody", "tfoot", "tr"),
        ),
        _GLOBAL,
    ),
    "a": _GLOBAL | {"href", "title"},
    "abbr": _GLOBAL | {"title"},
    "ol": _GLOBAL | {"start"},
    "td": _GLOBAL | {"colspan", "rowspan", "scope"},
    "th": _GLOBAL | {"colspan", "rowspan", "scope"},
    "img": _GLOBAL | {"src", "alt", "width", "height"},
}
"""Elements that stay, with the attributes that stay on them. All else loses its tag."""

DROPPED = frozenset(
    (
        *(
            "applet",
            "audio",
            "base",
            "button",
            "canvas",
            "embed",
            "form",
            "frame",
            "frameset",
            "head",
        ),
        *("iframe", "input", "link", "math", "meta", "noembed", "noframes", "noscript", "object"),
        *(
            "option",
            "plaintext",
            "script",
            "select",
            "style",
            "svg",
            "template",
            "textarea",
            "title",
        ),
        *("video", "xmp"),
    )
)
"""Elements that go with everything in them."""

_VALUES = {
    "lang": re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "start": re.compile(r"-?[0-9]{1,6}"),
    "colspan": re.compile(r"[0-9]{1,3}"),
    "rowspan": re.compile(r"[0-9]{1,3}"),
    "width": re.compile(r"[0-9]{1,5}"),
    "height": re.compile(r"[0-9]{1,5}"),
    "scope": re.compile(r"row|col|rowgroup|colgroup"),
    "href": re.compile(r"(?:https?://[^\s/]|mailto:[^\s]|tel:\+?[0-9])[^\x00-\x20<>\"\\^`{|}]*"),
}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_DEEPEST = 6

_TAG = re.compile(
    r"</?[a-zA-Z][a-zA-Z0-9]*(?:[\s/>]|$)|<!--|&(?:[a-zA-Z][a-zA-Z0-9]+|#[0-9]+|#[xX][0-9a-fA-F]+);"
)
_MARKUP = re.compile(
    r"[*`\[\\\n]|~~|(?<!\w)_|_(?!\w)|<[a-zA-Z/!?]|&[#a-zA-Z]|://|^(?:#|>|[-+]\s|[0-9]+[.)]\s|[-=_]{3})"
)
_BLOCK = re.compile(r"<(?:p|ul|ol|li|table|h[1-6]|br|pre|blockquote|d[ldt]|hr|img)\b")
_EMPTY = re.compile(r"<p>\s*</p>")
_PRE = re.compile(r"(<pre\b[^>]*>)\n+")
"""Parsers drop the line end after this tag, so it cannot be kept."""
_TIMES = re.compile(r"(?<=\d)\s?\*\s?(?=\d)")
_SOURCE = re.compile(
    r"""src\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))|!\[[^\]]*\]\(\s*<?([^\s)>]*)""", re.IGNORECASE
)
_INTRICATE = re.compile(r"<(?!/?(?:p|br|ul|ol|li|strong|em)\b)")
"""Paragraphs, lists and stress come out of one pass as out of two; all else is checked."""
_MAX_PASSES = 5
"""HTML parsers make trees that no HTML gives back, such as headings in headings. Cleaning is
repeated until nothing changes, so that what a browser builds from the result is what was cleaned;
two passes are the rule, and text that needs more than these loses its markup."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def sanitise(text: str, *, heading_level: int = 3, images: Container[str] = ()) -> str:
    """Return the safe HTML of rich text; headings start at `heading_level`.

    `images` holds the `src` values that pictures may have; every other picture is left out. Text
    that holds an HTML tag or character reference is HTML, all other text is Markdown. Sanitising
    the result again gives the same. Cost: an escape for text without markup, else about a
    millisecond a kilobyte the first time and a look-up after that.
    """
    text = _clean(text)
    if not text:
        return ""
    if not _MARKUP.search(text):
        return f"<p>{html.escape(text, quote=False)}</p>"
    held = frozenset(src for src in _sources(text) if src in images)
    return _sanitise(text, heading_level, held)


def plain(text: str) -> str:
    """Return the words of rich text without any markup, on one line; not escaped for HTML."""
    text = _clean(text)
    if not _MARKUP.search(text):
        return " ".join(text.split())
    return _plain(text)


def _clean(text: str) -> str:
    """Return text without control characters and with one kind of line end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    return _CONTROL.sub("", text).strip()


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    return _words_of(sanitise(text))


@lru_cache(maxsize=8192)
def _sanitise(text: str, heading_level: int, images: frozenset[str]) -> str:
    source = text if _TAG.search(text) else _from_markdown(text)
    if is_plain(source):
        return spelled(source)
    cleaner: _Cleaner | None = getattr(_LOCAL, "cleaner", None)
    if cleaner is None:
        cleaner = _LOCAL.cleaner = _Cleaner()
    if source is not text:
        return cleaner.clean_with(source, heading_level, images)
    before, cleaned = "", cleaner.clean_with(text, heading_level, images)
    if _BLOCK.search(cleaned) and not _INTRICATE.search(cleaned):
        return cleaned
    for _ in range(_MAX_PASSES):
        if cleaned == before:
            return cleaned
        source = cleaned if not cleaned or _BLOCK.search(cleaned) else _paragraphs(cleaned)
        before, cleaned = source, cleaner.clean_with(source, heading_level, images)
    return f"<p>{html.escape(_words_of(cleaned), quote=False)}</p>"


def _words_of(cleaned: str) -> str:
    """Return the words of sanitised HTML on one line."""
    reader = _Words()
    reader.feed(cleaned)
    reader.close()
    return " ".join("".join(reader.words).split())


def _sources(text: str) -> Iterator[str]:
    for groups in _SOURCE.findall(text) if "src" in text.lower() or "![" in text else ():
        yield html.unescape("".join(groups))


def _from_markdown(text: str) -> str:
    return str(_markdown().render(_TIMES.sub(" \u00d7 ", text))).strip()


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415  slow to import, and often not needed

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def _paragraphs(source: str) -> str:
    """Make paragraphs of inline HTML as exports write it: blank lines part, newlines break."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", source)]
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts if part)


class _Cleaner:
    """bleach with our policy. One per thread, because its parser keeps state."""

    def __init__(self) -> None:
        from bleach.sanitizer import Cleaner  # noqa: PLC0415  slow to import, often not needed

        self.images: frozenset[str] = frozenset()
        self.level = 3
        self.cleaner = Cleaner(
            tags=POLICY.keys() | DROPPED,
            attributes=self._keeps,
            protocols={"http", "https", "mailto", "tel"},
            strip=True,
            strip_comments=True,
            filters=[self._adjusted],  # type: ignore[list-item]  # any callable
        )
        walk: Any = self.cleaner.walker
        self.cleaner.walker = lambda tree: _without_dropped(walk(tree))  # type: ignore[assignment]  # any callable

    def clean_with(self, source: str, level: int, images: frozenset[str]) -> str:
        """Clean one text; `level` and `images` hold for this call."""
        self.level, self.images = level, images
        cleaned = str(self.cleaner.clean(source))
        return _EMPTY.sub("", _PRE.sub(r"\1", cleaned)).strip()

    def _keeps(self, tag: str, name: str, value: str) -> bool:
        if name not in POLICY.get(tag, ()):
            return False
        pattern = _VALUES.get(name)
        return pattern is None or pattern.fullmatch(html.unescape(value).strip()) is not None

    def _adjusted(self, source: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Re-level headings, mark links, leave out pictures that are not ours.

        References become the characters that they stand for, as browsers write them.
        """
        tokens = list(source)
        levels = [_HEADINGS[name] for token in tokens if (name := token.get("name")) in _HEADINGS]
        shift = self.level - min(levels, default=self.level)
        for token in tokens:
            name = token.get("name")
            if token["type"] == "Entity":
                yield {"type": "Characters", "data": html.unescape(f"&{name};")}
                continue
            if token.get("data") and token["type"] in {"StartTag", "EmptyTag"}:
                token["data"] = {key: _resolved(value) for key, value in token["data"].items()}
            if name in _HEADINGS:
                token["name"] = f"h{min(_HEADINGS[name] + shift, _DEEPEST)}"
            elif name == "a" and token["type"] == "StartTag" and (None, "href") in token["data"]:
                token["data"][None, "rel"] = "noopener nofollow"
            elif name == "img" and not self._is_ours(token):
                continue
            yield token

    def _is_ours(self, token: dict[str, Any]) -> bool:
        return html.unescape(token["data"].get((None, "src"), "")) in self.images


def _resolved(value: str) -> str:
    """Return an attribute's value with references resolved, as in `&copy;` but not in `&copy=1`."""
    return _REFERENCE.sub(lambda found: html.unescape(found[0]), value) if "&" in value else value


_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_LOCAL = threading.local()


def _without_dropped(tokens: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Leave out dropped elements with all that is in them, whatever their namespace."""
    depth = 0
    for token in tokens:
        kind = token["type"]
        if depth:
            depth += (kind == "StartTag") - (kind == "EndTag")
        elif kind == "StartTag" and token["name"].lower() in DROPPED:
            depth = 1
        elif kind != "EmptyTag" or token["name"].lower() not in DROPPED:
            yield token


class _Words(HTMLParser):
    """Gathers the text of sanitised HTML, with a space wherever a block or a line ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        self._part(tag)

    def _part(self, tag: str) -> None:
        if tag not in {
            "strong",
            "em",
            "b",
            "i",
            "u",
            "s",
            "sub",
            "sup",
            "span",
            "a",
            "mark",
            "code",
            "small",
        }:
            self.words.append(" ")
