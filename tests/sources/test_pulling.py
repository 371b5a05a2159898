"""Pictures of the web are brought home once, or stay where they are with a warning."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from syndicator.errors import Severity
from syndicator.sources import Reading, SourceSpec, read_catalog
from tests.sources.test_http import Site, answer, site

__all__ = ["site"]


def png() -> bytes:
    """Return a small picture."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    return out.getvalue()


def read(root: Path, site: Site, *names: str) -> Reading:
    """Read a catalog with one product that has pictures of the site."""
    urls = "|".join(f"http://{site.host}/{name}" for name in names)
    (root / "p.csv").write_text(f"id,name,pictures\nA,a,{urls}\n")
    (root / "m.yaml").write_text(
        "fields: {sku: id, title: name, brand: {constant: N}}\n"
        'media: [{column: pictures, split: "|"}]\n'
    )
    spec = SourceSpec("csv", "p.csv", "m.yaml", {"pull": "yes", "allow": site.host})
    return read_catalog(root, [spec], ("en",), {})


def test_a_picture_is_fetched_once_and_published_as_a_file(tmp_path: Path, site: Site) -> None:
    """The product has a file with its facts; the next reading asks nobody."""
    site.answers["/a.png"] = answer(200, png())
    reading = read(tmp_path, site, "a.png")
    assert reading.problems == []
    (media,) = reading.catalog.products["A"].media
    asset = reading.catalog.assets[media.file]
    assert (media.url, asset.width, asset.height) == ("", 40, 30)
    assert read(tmp_path, site, "a.png").catalog.products == reading.catalog.products
    assert len(site.asked) == 1


def test_what_cannot_be_had_stays_an_address(tmp_path: Path, site: Site) -> None:
    """Missing pictures and pages that call themselves pictures are warnings; the rest is there."""
    site.answers["/a.png"] = answer(200, png())
    site.answers["/gone.png"] = answer(404)
    site.answers["/page.png"] = answer(200, b"<html>no picture</html>")
    reading = read(tmp_path, site, "gone.png", "a.png", "page.png")
    media = reading.catalog.products["A"].media
    assert [bool(one.file) for one in media] == [False, True, False]
    assert [(p.code, p.severity) for p in reading.problems] == [
        ("http", Severity.WARNING),
        ("not-a-picture", Severity.WARNING),
    ]
