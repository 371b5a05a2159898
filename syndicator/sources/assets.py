"""Files that products name: checked, made safe, and known by what a page needs to show them.

What is published of a picture has no hidden data and stands upright; of an SVG, only what shows.
Such copies, and smaller versions of large pictures, lie under `.syndicator/media/`, named by
content and made once. Facts are remembered by path, time and size, so an unchanged file is not
read again. Losing either costs time only.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from syndicator.catalog.model import Asset
from syndicator.catalog.parts import Files
from syndicator.sources.places import inside, replace_whole
from syndicator.sources.svg import sanitise_svg

if TYPE_CHECKING:
    from syndicator.sources.pictures import Rendition

MAX_BYTES = 256 * 1024 * 1024
CACHE = Path(".syndicator") / "assets.msgpack"
STORE = ".syndicator/media"
_VERSION = 3
"""Of what is remembered; another one is forgotten."""

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_SUFFIXES = {
    "image/avif": "avif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/webp": "webp",
}
_SVG_ROOT = re.compile(rb"<svg\b[^>]*>", re.DOTALL)
_SILENT = logging.NullHandler()
_BROKEN = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What pypdf raises on damaged files, beside its own errors: a huge offset overflows."""
_LENGTH = re.compile(r"\s*([0-9.]+)\s*(?:px)?\s*\Z")


class _Known(msgspec.Struct, array_like=True):
    """A remembered file: its time and size when it was read, its facts, its renditions."""

    mtime: int
    size: int
    asset: Asset
    renditions: tuple[Asset, ...] = ()


class _Memory(msgspec.Struct, array_like=True):
    """All remembered files by path."""

    version: int = _VERSION
    files: dict[str, _Known] = {}


def read_assets(root: Path, files: Iterable[tuple[str, Path]]) -> Files:
    """Return the facts of `files`: each a path from the workspace and the folder it may not leave.

    Cost: a stat for a known file; a new one is read once and, if a picture, decoded once.
    """
    known = _load(root)
    assets: dict[str, Asset] = {}
    faults: dict[str, tuple[str, str]] = {}
    fresh = False
    maker = _Maker(root, known.values())
    for name, home in files:
        try:
            if not inside(home, root / name):
                faults[name] = ("path-leaves", "the path leaves the workspace")
                continue
            stat = (root / name).stat()
            held = known.get(name)
            if held is None or not _holds(root, held, stat.st_mtime_ns, stat.st_size):
                held = known[name] = maker.read(name, stat.st_mtime_ns, stat.st_size)
                fresh = True
            assets[name] = held.asset
            assets |= {rendition.path: rendition for rendition in held.renditions}
        except FileNotFoundError:
            faults[name] = ("missing-file", "there is no such file")
        except (OSError, ValueError) as error:
            faults[name] = ("unreadable-file", f"the file cannot be used: {_told(error)}")
    if fresh:
        _save(root, known)
    return Files(assets, faults)


def _holds(root: Path, held: _Known, mtime: int, size: int) -> bool:
    """Tell whether what is remembered of a file is still so, its copies included."""
    copies = (asset.path for asset in (held.asset, *held.renditions))
    own = (path for path in copies if path.startswith(STORE))
    return (held.mtime, held.size) == (mtime, size) and all((root / path).exists() for path in own)


def _told(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


class _Maker:
    """Reads files and writes the copies that are published instead of them, once a content."""

    def __init__(self, root: Path, known: Iterable[_Known]) -> None:
        self.root = root
        self.made = {held.asset.sha256: held for held in known if held.renditions}

    def read(self, name: str, mtime: int, size: int) -> _Known:
        """Return the facts of a file.

        Raises:
            ValueError: The file cannot be published.
            OSError: It cannot be read.
        """
        path = self.root / name
        if not path.is_file():
            raise ValueError("it is not a file")
        if size > MAX_BYTES:
            raise ValueError(f"it is larger than {MAX_BYTES} bytes")
        data = path.read_bytes()
        kind = media_type(data)
        if kind == "image/svg+xml":
            safe = sanitise_svg(data)
            asset = self.asset(name, data, safe, kind)
            return _Known(mtime, size, msgspec.structs.replace(asset, **_svg_facts(safe)))
        if kind.startswith("image/"):
            return self.picture(name, data, kind, mtime)
        pages = _pages(data) if kind == "application/pdf" else None
        return _Known(
            mtime, size, msgspec.structs.replace(self.asset(name, data, data, kind), pages=pages)
        )

    def picture(self, name: str, data: bytes, kind: str, mtime: int) -> _Known:
        """Return the facts of a picture of pixels, with its smaller versions."""
        from syndicator.sources import pictures  # noqa: PLC0415  Pillow is slow to import

        safe = pictures.upright(data, kind)
        asset = self.asset(name, data, safe, kind)
        held = self.made.get(asset.sha256)
        if held and all((self.root / one.path).exists() for one in held.renditions):
            same = msgspec.structs.replace(held.asset, path=asset.path)
            return _Known(mtime, len(data), same, held.renditions)
        width, height, color = pictures.facts(safe)
        webp, avif = (
            [self.rendition(one, color) for one in made] for made in pictures.renditions(safe)
        )
        asset = msgspec.structs.replace(
            asset,
            width=width,
            height=height,
            color=color,
            renditions=tuple(one.path for one in webp),
            avif=tuple(one.path for one in avif),
        )
        known = self.made[asset.sha256] = _Known(mtime, len(data), asset, (*webp, *avif))
        return known

    def rendition(self, made: Rendition, color: str) -> Asset:
        """Return the facts of a version of a picture, after writing it."""
        asset = self.asset("", b"", made.data, made.media_type)
        return msgspec.structs.replace(asset, width=made.width, height=made.height, color=color)

    def asset(self, name: str, data: bytes, safe: bytes, kind: str) -> Asset:
        """Return what is published: the file itself, or a copy that differs from it."""
        sha256 = hashlib.sha256(safe).hexdigest()
        path = name
        if safe is not data and safe != data:
            path = f"{STORE}/{sha256[:2]}/{sha256}.{_SUFFIXES.get(kind, 'bin')}"
            self.keep(path, safe)
        return Asset(path=path, sha256=sha256, size=len(safe), media_type=kind)

    def keep(self, path: str, data: bytes) -> None:
        """Write a copy, whole or not at all."""
        place = self.root / path
        if place.exists():
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(place, data)


def media_type(data: bytes) -> str:
    """Return the type that bytes have, whatever their name says; unknown is octet-stream."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:12] in {b"ftypavif", b"ftypavis"}:
        return "image/avif"
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<") and _SVG_ROOT.search(data[:65536]):
        return "image/svg+xml"
    return "application/octet-stream"


def _svg_facts(data: bytes) -> dict[str, object]:
    root = _SVG_ROOT.search(data[:65536])
    found = dict(
        re.findall(
            r"""\b(width|height|viewBox)\s*=\s*["']([^"']*)["']""", root[0].decode() if root else ""
        )
    )
    box = re.split(r"[\s,]+", found.get("viewBox", "").strip())
    sizes = (_length(found.get("width", "")), _length(found.get("height", "")))
    if not all(sizes) and len(box) == 4:  # noqa: PLR2004  x, y, width, height
        sizes = (_length(box[2]), _length(box[3]))
    return {"width": sizes[0], "height": sizes[1]} if all(sizes) else {}


def _length(text: str) -> int | None:
    match = _LENGTH.match(text)
    return max(round(float(match[1])), 1) if match and match[1].strip(".") else None


def _pages(data: bytes) -> int | None:
    # pypdf is slow to import, and most workspaces have no new PDF in most runs.
    from pypdf import PdfReader  # noqa: PLC0415
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    # What pypdf has to say of a file goes to whoever set up a log, and not to people's terminals.
    logging.getLogger("pypdf").addHandler(_SILENT)
    try:
        return len(PdfReader(io.BytesIO(data)).pages) or None
    except (PyPdfError, *_BROKEN):
        return None  # a file to read stays one, even where its pages cannot be counted


def _load(root: Path) -> dict[str, _Known]:
    try:
        memory = msgspec.msgpack.decode((root / CACHE).read_bytes(), type=_Memory)
    except (OSError, msgspec.MsgspecError):
        return {}
    return memory.files if memory.version == _VERSION else {}


def _save(root: Path, known: dict[str, _Known]) -> None:
    path = root / CACHE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(path, msgspec.msgpack.encode(_Memory(files=known)))
    except OSError:
        return  # a read-only workspace is read all the same
