"""A file that did not change is not parsed again, whatever its format and wherever it lies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from syndicator.catalog.mapping import Compiled
from syndicator.sources import Reading, SourceSpec, drafts, read_catalog, workspace
from tests.sources.test_formats import ICECAT
from tests.sources.test_http import Site, answer, site
from tests.sources.test_kept_rows import told
from tests.sources.test_memory import save
from tests.sources.test_pulling import png
from tests.sources.test_reading import GOOD, SVG, content

__all__ = ["site"]

SECOND = """
sku: B
brand: Norrvind
gtin: "4006381333931"
title: {en: Bell}
relations:
  accessory: [A, Z-9]
"""
YAML = content(**{"content/products/b.yaml": SECOND, "content/products/c.yaml": "sku: C\n"})
BIKE = ICECAT.replace('ID="42"', 'ID="43"').replace("Motor", "Engine").replace("Bikes", "Trikes")
XML = {"p/a.xml": ICECAT, "p/b.xml": BIKE, "p/c.xml": "<ICECAT-interface>"}
KINDS = {
    "yaml": (SourceSpec("yaml", "content"), YAML, "content/products/a.yaml", GOOD, workspace),
    "icecat": (SourceSpec("icecat", "p"), XML, "p/a.xml", ICECAT, drafts),
}


def read(root: Path, *sources: SourceSpec) -> Reading:
    """Read a workspace."""
    return read_catalog(root, sources, ("en", "de"), {})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("edit", ["changed", "removed", "broken"])
def test_only_an_edited_file_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, edit: str
) -> None:
    """What is said equals a reading from nothing: places of fields, problems of other files."""
    source, files, name, good, module = KINDS[kind]
    for place, text in files.items():
        save(tmp_path / place, text if isinstance(text, str) else text.decode())
    read(tmp_path, source)
    if edit == "removed":
        (tmp_path / name).unlink()
    else:
        save(tmp_path / name, good.replace("Fjord", "Fjell") if edit == "changed" else "{", 50)
    made: list[object] = []
    real = module._portion
    monkeypatch.setattr(module, "_portion", lambda *told: made.append(told) or real(*told))
    again = told(read(tmp_path, source))
    assert len(made) == (edit != "removed")
    (tmp_path / ".syndicator" / "catalog.msgpack").unlink()
    assert told(read(tmp_path, source)) == again
    assert len(made) > 1


def test_a_link_is_looked_at_each_time(tmp_path: Path) -> None:
    """A file that was kept does not vouch for a link to the same bytes outside."""
    for place, text in YAML.items():
        save(tmp_path / "w" / place, text if isinstance(text, str) else text.decode())
    read(tmp_path / "w", SourceSpec("yaml", "content"))
    inner, outer = tmp_path / "w/content/products/b.yaml", tmp_path / "b.yaml"
    inner.rename(outer)
    inner.symlink_to(outer)
    codes = [one.code for one in read(tmp_path / "w", SourceSpec("yaml", "content")).problems]
    assert "path-leaves" in codes


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count the rows that are made since the last question."""
    found: list[object] = []
    real = Compiled.specs

    def counted(self: Compiled, *told: object) -> object:
        found.append(told)
        return real(self, *told)  # type: ignore[arg-type]

    def count() -> int:
        told, found[:] = len(found), []
        return told

    monkeypatch.setattr(Compiled, "specs", counted)
    return count


def test_rows_of_the_web_are_kept(tmp_path: Path, site: Site, made: Callable[[], int]) -> None:
    """The server is asked each time; rows that are as they were are not made again."""
    save(tmp_path / "m.yaml", "fields: {sku: id, title: name, brand: {constant: N}}\n")
    url = f"http://{site.host}/p.jsonl"
    spec = SourceSpec("jsonl", url, "m.yaml", {"allow": site.host})
    rows = [b'{"id": "%d", "name": "n"}\n' % number for number in range(5)]
    site.answers["/p.jsonl"] = answer(200, b"".join(rows))
    first = read(tmp_path, spec)
    assert made() == 5
    site.answers["/p.jsonl"] = answer(200, b"".join([*rows[:4], b'{"id": "9", "name": "n"}\n']))
    assert set(read(tmp_path, spec).catalog.products) == {*"0123", "9"}
    assert (made(), len(site.asked)) == (1, 2)
    assert len(first.catalog.products) == 5


def test_rows_whose_pictures_are_pulled_are_kept(
    tmp_path: Path, site: Site, made: Callable[[], int]
) -> None:
    """A product with a fetched picture is not made again, and its file is known again."""
    site.answers["/a.png"] = answer(200, png())
    save(
        tmp_path / "m.yaml",
        "fields: {sku: id, title: name, brand: {constant: N}}\nmedia: [{column: picture}]\n",
    )
    row = f"A,a,http://{site.host}/a.png\n"
    save(tmp_path / "p.csv", f"id,name,picture\n{row}B,b,\n")
    spec = SourceSpec("csv", "p.csv", "m.yaml", {"pull": "yes", "allow": site.host})
    read(tmp_path, spec)
    assert made() == 2
    save(tmp_path / "p.csv", f"id,name,picture\n{row}B,c,\n", 50)
    again = told(read(tmp_path, spec))
    assert (made(), len(site.asked)) == (1, 1)
    (tmp_path / ".syndicator" / "catalog.msgpack").unlink()
    assert told(read(tmp_path, spec)) == again
    assert told(read(tmp_path, spec)) == again


def test_rows_that_give_fields_to_others_are_kept(tmp_path: Path, made: Callable[[], int]) -> None:
    """An edited price list of the ERP makes one row anew, and the product has its new price."""
    save(tmp_path / "content/products/a.yaml", GOOD.replace("family: bike\n", ""))
    save(tmp_path / "content/media/a.svg", SVG)
    save(tmp_path / "content/categories.yaml", "- {path: bikes, label: {en: Bikes}}")
    save(tmp_path / "m.yaml", "fields: {sku: id, mpn: part}\n")
    save(tmp_path / "p.csv", "id,part\nA,1\nB,2\nC,3\n")
    sources = (
        SourceSpec("yaml", "content"),
        SourceSpec("csv", "p.csv", "m.yaml", {"merge": "mpn"}),
    )
    read(tmp_path, *sources)
    assert made() == 3
    save(tmp_path / "p.csv", "id,part\nA,7\nB,2\nC,3\n", 50)
    again = read(tmp_path, *sources)
    assert (made(), again.catalog.products["A"].mpn) == (1, "7")
    (tmp_path / ".syndicator" / "catalog.msgpack").unlink()
    assert told(read(tmp_path, *sources)) == told(again)
    assert told(read(tmp_path, *sources)) == told(again)
