"""What is published of a file only shows: no scripts, no hidden data, upright, in several sizes."""

# ruff: noqa: E501  attacks are as long as they are

from __future__ import annotations

import io
import logging
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from syndicator.sources import pictures
from syndicator.sources.assets import media_type, read_assets
from syndicator.sources.pictures import strip_jpeg, strip_png
from syndicator.sources.svg import SvgError, sanitise_svg

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 30">'
HOSTILE = {
    "a script": "<script>alert(1)</script>",
    "a handler": '<rect onclick="alert(1)" width="3"/>',
    "a handler on load": "</svg>",
    "a script address": '<a href="javascript:alert(1)"><rect/></a>',
    "an old script address": '<a xlink:href="javascript:alert(1)"><rect/></a>',
    "a foreign page": '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><script/></body></foreignObject>',
    "an animated address": '<a><animate attributeName="href" values="javascript:alert(1)"/></a>',
    "a set address": '<set attributeName="onmouseover" to="alert(1)"/>',
    "another's picture": '<image href="https://evil.example/a.png"/>',
    "another's drawing": '<use href="https://evil.example/a.svg#x"/>',
    "a page in a picture": '<image href="data:text/html;base64,PHNjcmlwdD4="/>',
    "another's font": "<style>@import url(https://evil.example/a.css);</style>",
    "another's paint": '<rect fill="url(https://evil.example/a.svg#x)"/>',
    "an escaped style": '<rect style="fill:\\75rl(https://evil.example)"/>',
    "an HTML element": '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>',
    "a style instruction": '<?xml-stylesheet href="https://evil.example/a.css"?>',
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_svg_loses_its_teeth(name: str) -> None:
    """Nothing that acts or loads is left, and the drawing beside it is."""
    head = HEAD.replace("<svg ", '<svg onload="alert(1)" ') if "load" in name else HEAD
    hostile = "" if "load" in name else HOSTILE[name]
    safe = sanitise_svg(f'{head}{hostile}<path d="M0 0"/></svg>'.encode()).decode()
    for word in ("alert", "javascript", "evil", "script", "text/html", "onload"):
        assert word not in safe
    assert '<path d="M0 0">' in safe


CLEAN = f"""{HEAD}<title>A &amp; B</title><defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/>
</linearGradient></defs><style>.a{{fill:url(#g)}}</style><g class="a"><use href="#g"/><text x="1">Hi &lt;</text>
<image href="data:image/png;base64,iVBORw0KGgo="/></g></svg>"""


def test_a_harmless_drawing_keeps_its_bytes() -> None:
    """Where nothing has to go, the file is published as it is."""
    assert sanitise_svg(CLEAN.encode()) == CLEAN.encode()


def test_a_mended_drawing_keeps_what_shows() -> None:
    """Gradients, text, inner links and embedded pictures outlive the mending, which is final."""
    once = sanitise_svg(CLEAN.replace("<title>", "<script/><title>").encode())
    for kept in (b"A &amp; B", b"linearGradient", b'href="#g"', b"Hi &lt;", b"data:image/png"):
        assert kept in once
    assert sanitise_svg(once) == once


@pytest.mark.parametrize(
    "data", [b"", b"<svg>", b'<!DOCTYPE x [<!ENTITY a "b">]><svg/>', b"\xff\xfe<"]
)
def test_what_is_no_drawing_is_refused(data: bytes) -> None:
    """Broken files and entities are errors, not empty pictures."""
    with pytest.raises(SvgError):
        sanitise_svg(data)


@given(st.binary(max_size=300) | st.text("<>svg /=\"'#!?ax:&;", max_size=80).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_no_bytes_break_the_sanitiser(data: bytes) -> None:
    """Whatever the bytes, there is an answer or a refusal."""
    try:
        safe = sanitise_svg(HEAD.encode() + data + b"</svg>")
    except SvgError:
        return
    assert sanitise_svg(safe) == safe


def photo(width: int = 60, height: int = 30, kind: str = "JPEG", **exif: int) -> bytes:
    """Return a picture, red on its left and blue on its right, with EXIF."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    held = Image.Exif()
    held[0x010E] = "a secret place"
    if "orientation" in exif:
        held[0x0112] = exif["orientation"]
    out = io.BytesIO()
    image.save(out, kind, exif=held)
    return out.getvalue()


def test_a_photo_is_published_without_its_exif(tmp_path: Path) -> None:
    """The copy has the same pixels and none of the hidden words; the file itself is untouched."""
    data = photo()
    (tmp_path / "a.jpg").write_bytes(data)
    asset = read_assets(tmp_path, [("a.jpg", tmp_path)]).assets["a.jpg"]
    published = (tmp_path / asset.path).read_bytes()
    assert b"secret" in data
    assert b"secret" not in published
    assert (asset.width, asset.height) == (60, 30)
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(published)) as after:
        assert before.tobytes() == after.tobytes()
    assert (tmp_path / "a.jpg").read_bytes() == data


def test_a_photo_taken_sideways_stands_upright(tmp_path: Path) -> None:
    """Orientation 6 is turned: what was left is on top."""
    (tmp_path / "a.jpg").write_bytes(photo(orientation=6))
    asset = read_assets(tmp_path, [("a.jpg", tmp_path)]).assets["a.jpg"]
    assert (asset.width, asset.height) == (30, 60)
    with Image.open(tmp_path / asset.path) as image:
        top, bottom = image.getpixel((15, 5)), image.getpixel((15, 55))
        assert isinstance(top, tuple)
        assert isinstance(bottom, tuple)
        assert (top[0] > 200, bottom[2] > 200) == (True, True)


def test_large_pictures_have_smaller_versions(tmp_path: Path) -> None:
    """WebP of each width below the picture's own, named by content and made once."""
    (tmp_path / "a.png").write_bytes(photo(800, 400, "PNG"))
    assets = read_assets(tmp_path, [("a.png", tmp_path)]).assets
    smaller = [assets[name] for name in assets["a.png"].renditions]
    assert [(a.width, a.height, a.media_type) for a in smaller] == [
        (320, 160, "image/webp"),
        (640, 320, "image/webp"),
    ]
    before = {asset.path: (tmp_path / asset.path).stat().st_mtime_ns for asset in smaller}
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes())
    again = read_assets(tmp_path, [("a.png", tmp_path), ("b.png", tmp_path)]).assets
    assert again["b.png"].renditions == again["a.png"].renditions
    assert {path: (tmp_path / path).stat().st_mtime_ns for path in before} == before


def test_photographs_have_avif_versions_where_they_are_smaller(tmp_path: Path) -> None:
    """Up to the full width, each with fewer bytes than what it stands for; made once a content."""
    scene = Image.new("RGB", (800, 600), "white")
    draw = ImageDraw.Draw(scene)
    for i in range(40):
        box = (i * 17, i * 11, i * 17 + 260 - i * 4, i * 11 + 180)
        draw.ellipse(box, outline=(i * 6, 90, 200), width=5, fill=(255 - i * 5, 200 - i * 3, i * 6))
    scene.save(tmp_path / "a.jpg", "JPEG", quality=90)
    assets = read_assets(tmp_path, [("a.jpg", tmp_path)]).assets
    picture = assets["a.jpg"]
    avif = [assets[name] for name in picture.avif]
    assert [(a.width, a.height, a.media_type) for a in avif] == [
        (320, 240, "image/avif"),
        (640, 480, "image/avif"),
        (800, 600, "image/avif"),
    ]
    stood_for = [*(assets[name].size for name in picture.renditions), picture.size]
    assert all(one.size < other for one, other in zip(avif, stood_for, strict=True))
    assert media_type((tmp_path / avif[0].path).read_bytes()) == "image/avif"
    encoded = mock.Mock(side_effect=AssertionError("made twice"))
    (tmp_path / "b.jpg").write_bytes((tmp_path / "a.jpg").read_bytes())
    with mock.patch.object(pictures, "renditions", encoded):
        again = read_assets(tmp_path, [("b.jpg", tmp_path)]).assets
    assert again["b.jpg"].avif == picture.avif


def test_pictures_that_avif_does_not_shrink_have_none(tmp_path: Path) -> None:
    """All widths or none: a page must not show an enlarged one on a dense screen."""
    (tmp_path / "a.png").write_bytes(photo(800, 400, "PNG"))
    assert read_assets(tmp_path, [("a.png", tmp_path)]).assets["a.png"].avif == ()


def test_lost_copies_are_made_again(tmp_path: Path) -> None:
    """Copies are a cache: without them the next reading is slower, not wrong."""
    (tmp_path / "a.png").write_bytes(photo(800, 400, "PNG"))
    first = read_assets(tmp_path, [("a.png", tmp_path)]).assets
    (tmp_path / first["a.png"].renditions[0]).unlink()
    assert read_assets(tmp_path, [("a.png", tmp_path)]).assets == first
    assert (tmp_path / first["a.png"].renditions[0]).is_file()


@pytest.mark.parametrize("cut", [10, 100, 400])
def test_a_broken_picture_is_a_fault(tmp_path: Path, cut: int) -> None:
    """A picture that ends too early is told, not published."""
    (tmp_path / "a.png").write_bytes(photo(300, 200, "PNG")[:cut])
    files = read_assets(tmp_path, [("a.png", tmp_path)])
    assert [code for code, _ in files.faults.values()] == ["unreadable-file"]


@pytest.mark.parametrize("start", [b"3", b"9" * 30], ids=["wrong offset", "huge offset"])
def test_a_broken_pdf_is_a_file_without_pages(
    start: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whoever reads it sees what is there; the library's own complaints reach no terminal."""
    data = b"%PDF-1.7\n1 0 obj<<>>endobj\nstartxref\n" + start + b"\n%%EOF\n"
    (tmp_path / "m.pdf").write_bytes(data)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # as in a run without a log
    asset = read_assets(tmp_path, [("m.pdf", tmp_path)]).assets["m.pdf"]
    assert (asset.media_type, asset.pages) == ("application/pdf", None)
    assert capsys.readouterr().err == ""


def test_types_are_those_of_the_bytes() -> None:
    """A name says nothing: a page that calls itself a picture is none."""
    assert media_type(b"<html><svg></svg></html>") == "image/svg+xml"  # and fails to be sanitised
    assert media_type(b"MZ\x90") == "application/octet-stream"
    assert media_type(b"%PDF-1.7") == "application/pdf"


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_bytes_break_the_strippers(data: bytes) -> None:
    """Segments and chunks of any length are walked to the end."""
    assert len(strip_jpeg(b"\xff\xd8" + data)) <= len(data) + 2
    assert len(strip_png(b"\x89PNG\r\n\x1a\n" + data)) <= len(data) + 8
