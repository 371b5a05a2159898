"""Pictures on their way to the public: no hidden data, upright, and smaller ones beside them."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError, features

MAX_PIXELS = 120_000_000
WIDTHS = (320, 640, 1280)
"""Of the WebP renditions; only those narrower than the picture are made."""
WIDEST = 1920
"""Of the AVIF renditions."""
_QUALITY = 80
_AVIF_QUALITY = 60
"""Looks like WebP's 80, in a fifth fewer bytes; see docs/adr/avif.md."""
_AVIF_SPEED = 8
_WORTH = 0.95
"""Share of the bytes that an AVIF version may have of what it stands for; the narrowest, which is
the cheapest to make, is asked first."""
_HAS_AVIF = features.check("avif")
_ORIENTATION = 0x0112
_SIDEWAYS = 5
"""From this EXIF orientation on, width and height change places."""
_JPEG_HIDDEN = frozenset(
    {0xE1, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xED, 0xEF, 0xFE}
)
"""Segments of EXIF, XMP, IPTC, comments and makers; colour profiles (E2) and Adobe's (EE) stay."""
_PNG_HIDDEN = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Rendition:
    """A version of a picture: its size in pixels, its bytes and their type."""

    width: int
    height: int
    data: bytes
    media_type: str


@contextmanager
def opened(data: bytes) -> Iterator[Image.Image]:
    """Open a picture; every way in which Pillow fails on broken files is a ValueError.

    Raises:
        ValueError: The picture is broken, too large, or no picture.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of broken EXIF, which is dropped anyway
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data)) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise ValueError(f"the picture has more than {MAX_PIXELS} pixels")
                yield image
        except UnidentifiedImageError:
            raise ValueError("the picture cannot be decoded") from None
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise ValueError(f"the picture has more than {MAX_PIXELS} pixels") from None
        except (
            OSError,
            RuntimeError,
            SyntaxError,
            EOFError,
            KeyError,
            IndexError,
            TypeError,
            struct.error,
        ) as error:
            raise ValueError(f"the picture is broken ({type(error).__name__})") from None


def upright(data: bytes, media_type: str) -> bytes:
    """Return a picture without hidden data, turned as its EXIF says; the same bytes if it is so.

    A picture that stands upright is not encoded again: hidden parts are cut out.

    Raises:
        ValueError: The picture cannot be decoded.
    """
    with opened(data) as image:
        turned = image.getexif().get(_ORIENTATION, 1) != 1
        if turned:
            return _encoded(ImageOps.exif_transpose(image), image.format or "JPEG")
    if media_type == "image/jpeg":
        return strip_jpeg(data)
    return strip_png(data) if media_type == "image/png" else data


def _encoded(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    profile = image.info.get("icc_profile")
    image.info.clear()
    image.save(out, kind, quality=90, icc_profile=profile)
    return out.getvalue()


def strip_jpeg(data: bytes) -> bytes:
    """Return a JPEG without its hidden segments; anything unexpected leaves the rest as it is."""
    parts, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004  every segment starts so
        marker = data[at + 1]
        if marker == 0xDA:  # noqa: PLR2004  the picture itself
            break
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker not in _JPEG_HIDDEN:
            parts.append(data[at:end])
        at = end
    return b"".join([*parts, data[at:]])


def strip_png(data: bytes) -> bytes:
    """Return a PNG without its hidden chunks."""
    parts, at = [_PNG_HEAD], len(_PNG_HEAD)
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] not in _PNG_HIDDEN:
            parts.append(data[at:end])
        at = end
    return b"".join(parts)


def facts(data: bytes) -> tuple[int, int, str]:
    """Return width, height and mean colour on white, as `#rrggbb`.

    Raises:
        ValueError: The picture cannot be decoded.
    """
    with opened(data) as image:
        width, height = image.size
        if image.getexif().get(_ORIENTATION, 1) >= _SIDEWAYS:
            width, height = height, width
        image.draft("RGB", (64, 64))
        return width, height, _mean(image)


def _mean(image: Image.Image) -> str:
    """Mix the picture with white, which is what shows under a transparent one."""
    small = image.convert("RGBA").resize((32, 32), Image.Resampling.BOX)
    ground = Image.new("RGBA", small.size, "white")
    ground.alpha_composite(small)
    pixels = ground.convert("RGB").resize((1, 1), Image.Resampling.BOX).tobytes()
    return f"#{pixels[0]:02x}{pixels[1]:02x}{pixels[2]:02x}"


def renditions(data: bytes) -> tuple[list[Rendition], list[Rendition]]:
    """Return the smaller WebP versions and the AVIF versions, each from the narrowest.

    AVIF versions end with the full width, at most `WIDEST`, so that a page can use them alone.
    There are none if one of them saves next to nothing of what it stands for, or if this Pillow
    cannot write them. Animated pictures have neither.
    Cost: one decode, and an encode a width; AVIF takes about twice the time of WebP.

    Raises:
        ValueError: The picture cannot be decoded.
    """
    with opened(data) as image:
        if getattr(image, "is_animated", False) or image.width <= WIDTHS[0]:
            return [], []
        whole = ImageOps.exif_transpose(image)
        mode = "RGBA" if whole.has_transparency_data else "RGB"
        whole = whole.convert(mode)
        sizes = [_resized(whole, width) for width in WIDTHS if width < whole.width]
        webp = [_rendition(size, "WEBP", quality=_QUALITY, method=4) for size in sizes]
        if not _HAS_AVIF:
            return webp, []
        return webp, _avif(whole, sizes, [len(one.data) for one in webp] + [len(data)])


def _avif(whole: Image.Image, sizes: list[Image.Image], limits: list[int]) -> list[Rendition]:
    """Return the AVIF versions; none at all if one is not worth it against its limit."""
    made: list[Rendition] = []
    for image, limit in zip(
        (*sizes, _resized(whole, min(whole.width, WIDEST))), limits, strict=True
    ):
        # One thread: how libavif cuts a picture into tiles depends on their number.
        one = _rendition(image, "AVIF", quality=_AVIF_QUALITY, speed=_AVIF_SPEED, max_threads=1)
        if len(one.data) > limit * _WORTH:
            return []
        made.append(one)
    return made


def _resized(image: Image.Image, width: int) -> Image.Image:
    if width == image.width:
        return image
    height = max(round(image.height * width / image.width), 1)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _rendition(image: Image.Image, kind: str, **options: int) -> Rendition:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return Rendition(image.width, image.height, out.getvalue(), f"image/{kind.lower()}")
