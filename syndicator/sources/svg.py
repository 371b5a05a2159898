"""SVG from a manufacturer is a document that can act; what is published of it only shows.

Elements and attributes are those of a list. Scripts, event handlers, foreign content and
whatever would be loaded from elsewhere are left out.
"""

from __future__ import annotations

import re
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
MAX_DEPTH = 200

_ELEMENTS = frozenset(
    (
        *("svg", "g", "defs", "symbol", "use", "switch", "title", "desc", "a", "marker", "pattern"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan"),
        *("textPath", "image", "clipPath", "mask", "linearGradient", "radialGradient", "stop"),
        *("filter", "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite", "feFlood"),
        *("feConvolveMatrix", "feDiffuseLighting", "feDisplacementMap", "feDistantLight"),
        *("feDropShadow", "feFuncA", "feFuncB", "feFuncG", "feFuncR", "feGaussianBlur", "feMerge"),
        *("feMergeNode", "feMorphology", "feOffset", "fePointLight", "feSpecularLighting"),
        *("feSpotLight", "feTile", "feTurbulence", "style"),
    )
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*")
_OUTSIDE = re.compile(
    r"url\(\s*['\"]?\s*(?!#)|@import|@charset|@namespace|expression\(|javascript:|\\", re.IGNORECASE
)


class SvgError(ValueError):
    """The bytes are no SVG that could be published."""


def sanitise_svg(data: bytes) -> bytes:
    """Return SVG that only shows; `data` itself where nothing had to be left out.

    Raises:
        SvgError: The bytes do not parse, define entities, or are nested too deeply.
    """
    writer = _Writer()
    try:
        writer.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise SvgError(f"the SVG does not parse: {expat.ErrorString(error.code)}") from None
    except SvgError:
        raise
    except (ValueError, LookupError) as error:
        raise SvgError(f"the SVG cannot be decoded: {error}") from None
    if not writer.parts:
        raise SvgError("the file is no SVG")
    if not writer.changed:
        return data
    return "".join(writer.parts).encode()


class _Writer:
    """Writes what may stay; `skipping` counts the levels inside of something that may not."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.EntityDeclHandler = self.entity
        self.parser.ProcessingInstructionHandler = self.instruction
        self.parts: list[str] = []
        self.open: list[str] = []
        self.styles: list[str] = []
        self.skipping = 0
        self.changed = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) + self.skipping > MAX_DEPTH:
            raise SvgError("the SVG is nested too deeply")
        space, _, tag = name.rpartition(" ")
        if self.skipping or space != SVG or tag not in _ELEMENTS:
            self.skipping += 1
            self.changed = True
            return
        kept = [self.attribute(key, value) for key, value in attributes.items()]
        root = f' xmlns="{SVG}" xmlns:xlink="{XLINK}"' if not self.open else ""
        self.open.append(tag)
        if tag == "style":
            self.styles.append("")
        self.parts.append(f"<{tag}{root}{''.join(kept)}>")

    def attribute(self, name: str, value: str) -> str:
        """Return an attribute as it is written, or nothing where it may not stay."""
        space, _, key = name.rpartition(" ")
        named = _NAME.fullmatch(key) is not None and not key.lower().startswith("on")
        if key == "href" and space in {"", XLINK}:
            fine = value.strip().startswith("#") or _PICTURE.fullmatch(value.strip()) is not None
        else:
            fine = named and (not space or key in {"space", "lang"}) and not _OUTSIDE.search(value)
        if not fine:
            # names of drawing programs' own are dropped in silence: they do nothing
            self.changed = self.changed or not space or space in {SVG, XLINK}
            return ""
        prefix = {XLINK: "xlink:", "http://www.w3.org/XML/1998/namespace": "xml:"}.get(space, "")
        return f" {prefix}{key}={quoteattr(value)}"

    def end(self, _name: str) -> None:
        if self.skipping:
            self.skipping -= 1
            return
        tag = self.open.pop()
        if tag == "style":
            self.parts.append(self.style(self.styles.pop()))
        self.parts.append(f"</{tag}>")

    def style(self, text: str) -> str:
        """Return a style sheet that loads nothing, or an empty one."""
        if not _OUTSIDE.search(text):
            return escape(text)
        self.changed = True
        return ""

    def text(self, text: str) -> None:
        if self.skipping:
            return
        if self.styles:
            self.styles[-1] += text
        else:
            self.parts.append(escape(text))

    def instruction(self, _target: str, _data: str) -> None:
        self.changed = True

    def entity(self, *_declaration: object) -> None:
        raise SvgError("the SVG defines entities")
