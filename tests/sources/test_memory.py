"""A catalog is read again exactly if something that it depends on has changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from syndicator.sources import Reading, SourceSpec, read_catalog, reading
from tests.sources.test_reading import MAPPING, SVG, content

SOURCES = (SourceSpec("yaml", "content"), SourceSpec("csv", "p.csv", "m.yaml"))
PRODUCT = "sku: A\nbrand: N\ntitle: T\nmedia: [{file: content/media/a.svg}, {file: other/b.svg}]\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with two sources whose files are old enough to be remembered."""
    files = content(PRODUCT, **{"p.csv": "id,name\nB,b\n", "m.yaml": MAPPING, "other/b.svg": SVG})
    for name, text in files.items():
        save(tmp_path / name, text if isinstance(text, str) else text.decode())
    return tmp_path


def save(path: Path, text: str, age: int = 100) -> None:
    """Write a file as it would have been written `age` seconds ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    now = path.stat().st_mtime_ns - age * 10**9
    os.utime(path, ns=(now, now))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count how often sources were really read."""
    count = [0]
    real = reading._read

    def counted(*arguments: object) -> object:
        count[0] += 1
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "_read", counted)
    return lambda: count[0]


def read(root: Path, locales: tuple[str, ...] = ("en", "de")) -> Reading:
    """Read the workspace."""
    return read_catalog(root, SOURCES, locales, {})


def test_nothing_changed_is_nothing_read(root: Path, reads: Callable[[], int]) -> None:
    """The second answer equals the first and comes from memory, problems and counts included."""
    first = read(root)
    second = read(root)
    assert reads() == 1
    assert second.catalog == first.catalog
    assert (second.problems, second.counts) == (first.problems, first.counts)
    assert list(second.catalog.products) == list(first.catalog.products)


CHANGES: dict[str, Callable[[Path], object]] = {
    "an edited product": lambda root: save(root / "content/products/a.yaml", PRODUCT + "mpn: 1\n"),
    "an edit of the same size": lambda root: save(
        root / "content/products/a.yaml", PRODUCT.replace("brand: N", "brand: M"), 50
    ),
    "a new file": lambda root: save(
        root / "content/products/c.yaml", "sku: C\nbrand: N\ntitle: T\n"
    ),
    "a removed file": lambda root: (root / "content/products/a.yaml").unlink(),
    "an edited mapping": lambda root: save(root / "m.yaml", MAPPING.replace("Norrvind", "Other")),
    "an edited table": lambda root: save(root / "p.csv", "id,name\nB,c\n"),
    "a removed picture": lambda root: (root / "content/media/a.svg").unlink(),
    "a removed picture outside the source": lambda root: (root / "other/b.svg").unlink(),
    "a broken memory": lambda root: (root / ".syndicator/catalog.msgpack").write_bytes(b"x"),
    "a lost memory": lambda root: (root / ".syndicator/catalog.msgpack").unlink(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen(root: Path, reads: Callable[[], int], name: str) -> None:
    """Whatever an answer depends on, changing it means reading again, with a fresh answer."""
    read(root)
    CHANGES[name](root)
    again = read(root)
    assert reads() == 2
    if "memory" in name:
        assert again.problems == []
        return
    (root / ".syndicator" / "catalog.msgpack").unlink(missing_ok=True)
    assert read(root).catalog == again.catalog


def test_a_picture_that_was_missing_is_seen_when_it_comes(root: Path) -> None:
    """A file that products name and nobody had is a witness too."""
    (root / "other/b.svg").unlink()
    assert [problem.code for problem in read(root).problems] == ["missing-file"]
    save(root / "other/b.svg", SVG)
    assert read(root).problems == []


def test_other_settings_are_another_question(root: Path, reads: Callable[[], int]) -> None:
    """Locales decide what words are kept, so they are part of what is remembered."""
    read(root)
    read(root, ("en", "de", "fr"))
    assert reads() == 2


def test_a_file_of_this_moment_is_not_trusted(root: Path, reads: Callable[[], int]) -> None:
    """What changed within the tick of the file system is read again next time."""
    save(root / "p.csv", "id,name\nB,b\n", age=-5)
    read(root)
    read(root)
    assert reads() == 2
