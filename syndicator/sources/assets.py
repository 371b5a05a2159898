"""Facts of the files that products name: identity, type, size, what a page needs to lay them out.

Facts are remembered under `.syndicator/` by path, time and size, so an unchanged file is not
read again. Losing the memory costs time only.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from collections.abc import Iterable
from pathlib import Path

import msgspec
from PIL import Image, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from syndicator.catalog.assembly import Files
from syndicator.catalog.model import Asset
from syndicator.sources.places import inside

MAX_BYTES = 256 * 1024 * 1024
MAX_PIXELS = 120_000_000
CACHE = Path(".syndicator") / "assets.msgpack"

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_SVG_ROOT = re.compile(rb"<svg\b[^>]*>", re.DOTALL)
_LENGTH = re.compile(r"\s*([0-9.]+)\s*(?:px)?\s*\Z")


class _Known(msgspec.Struct, array_like=True):
    """A remembered file: its time and size when it was read, and its facts."""

    mtime: int
    size: int
    asset: Asset


def read_assets(root: Path, files: Iterable[tuple[str, Path]]) -> Files:
    """Return the facts of `files`: each a path from the workspace and the folder it may not leave.

    Cost: a stat for a known file; a new one is read once and, if a picture, decoded once.
    """
    known = _load(root)
    assets: dict[str, Asset] = {}
    faults: dict[str, tuple[str, str]] = {}
    fresh = False
    for name, home in files:
        path = root / name
        try:
            if not inside(home, path):
                faults[name] = ("path-leaves", "the path leaves the workspace")
                continue
            stat = path.stat()
            held = known.get(name)
            if held is None or (held.mtime, held.size) != (stat.st_mtime_ns, stat.st_size):
                held = known[name] = _Known(
                    stat.st_mtime_ns, stat.st_size, _read(name, path, stat.st_size)
                )
                fresh = True
            assets[name] = held.asset
        except FileNotFoundError:
            faults[name] = ("missing-file", "there is no such file")
        except (OSError, ValueError) as error:
            faults[name] = ("unreadable-file", f"the file cannot be used: {_told(error)}")
    if fresh:
        _save(root, known)
    return Files(assets, faults)


def _told(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _read(name: str, path: Path, size: int) -> Asset:
    if not path.is_file():
        raise ValueError("it is not a file")
    if size > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES} bytes")
    data = path.read_bytes()
    asset = Asset(
        path=name,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        media_type=media_type(data),
    )
    if asset.media_type == "image/svg+xml":
        return msgspec.structs.replace(asset, **_svg_facts(data))
    if asset.media_type.startswith("image/"):
        return msgspec.structs.replace(asset, **_picture_facts(data))
    if asset.media_type == "application/pdf":
        return msgspec.structs.replace(asset, pages=_pages(data))
    return asset


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


def _picture_facts(data: bytes) -> dict[str, object]:
    """Return size as it is shown (EXIF orientation applied) and the mean colour."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data)) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise ValueError(f"the picture has more than {MAX_PIXELS} pixels")
                turned = image.getexif().get(0x0112, 1) >= 5  # noqa: PLR2004  5 to 8 lie on their side
                size = (image.height, image.width) if turned else (image.width, image.height)
                image.draft("RGB", (64, 64))
                red, green, blue = _mean(image)
        except (
            UnidentifiedImageError,
            Image.DecompressionBombError,
            Image.DecompressionBombWarning,
        ) as error:
            raise ValueError(f"the picture cannot be decoded ({type(error).__name__})") from None
        except (
            SyntaxError,
            EOFError,
            KeyError,
            IndexError,
            TypeError,
        ) as error:  # Pillow, on broken files
            raise ValueError(f"the picture is broken ({type(error).__name__})") from None
    return {"width": size[0], "height": size[1], "color": f"#{red:02x}{green:02x}{blue:02x}"}


def _mean(image: Image.Image) -> tuple[int, int, int]:
    """Return the mean colour on white, which is what shows under a transparent picture."""
    small = image.convert("RGBA")
    small.thumbnail((64, 64))
    ground = Image.new("RGBA", small.size, "white")
    ground.alpha_composite(small)
    pixel = ground.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(pixel, tuple)  # noqa: S101  RGB pixels are
    return int(pixel[0]), int(pixel[1]), int(pixel[2])


def _pages(data: bytes) -> int | None:
    try:
        return len(PdfReader(io.BytesIO(data)).pages) or None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # a file to read stays one, even where its pages cannot be counted


def _load(root: Path) -> dict[str, _Known]:
    try:
        return msgspec.msgpack.decode((root / CACHE).read_bytes(), type=dict[str, _Known])
    except (OSError, msgspec.MsgspecError):
        return {}


def _save(root: Path, known: dict[str, _Known]) -> None:
    path = root / CACHE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(msgspec.msgpack.encode(known))
        fresh.replace(path)
    except OSError:
        return  # a read-only workspace is read all the same
