"""What docs/embed.md says about the aisle is what its files say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.widgets import built_in_folder

AISLE = built_in_folder() / "aisle"
SCRIPTS = "\n".join(path.read_text("utf-8") for path in sorted(AISLE.glob("*.js")))
LOOK = "\n".join(path.read_text("utf-8") for path in sorted(AISLE.glob("*.css")))


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs/embed.md").read_text("utf-8")


def cells(page: str, heading: str) -> Iterator[str]:
    """Yield the names in the first column of the table that begins with `heading`."""
    table = page.partition(f"| {heading} |")[2].partition("\n\n")[0]
    for row in table.splitlines()[2:]:
        yield from re.findall(r"`([^`]+)`", row.split("|")[1])


def test_every_element_is_documented(page: str) -> None:
    """The table of elements is the list that the entry defines."""
    defined = re.search(r'const NAMES = "([^"]+)"', SCRIPTS)
    assert defined
    assert set(cells(page, "element")) == {f"syndicator-{name}" for name in defined[1].split()}


def test_every_custom_property_is_documented(page: str) -> None:
    """Partners can set what the look reads, and nothing else is promised."""
    assert set(cells(page, "property")) == set(re.findall(r"var\((--syndicator-[\w-]+)", LOOK))


def test_every_reason_is_documented(page: str) -> None:
    """The two tables of reasons are those that the scripts give, and the two of any defect."""
    thrown = re.findall(r'Failure\("([\w-]+)"', SCRIPTS)
    thrown += re.findall(r'Failure\([^()]*\? "([\w-]+)" : "([\w-]+)"', SCRIPTS)[0]
    told = {*cells(page, "`missing`, reason"), *cells(page, "`error`, reason")}
    assert told == {*thrown, "render"}


def test_every_part_is_documented(page: str) -> None:
    """Each name for `::part` exists; sections are parts by their own name."""
    listed = page.partition("Parts are `")[2].partition("`")[0].split()
    found = set(" ".join(re.findall(r'part: "([\w ]+)"', SCRIPTS)).split())
    found |= set(re.findall(r'part\.add\("(\w+)"', SCRIPTS)) | {"section"}
    assert sorted(set(listed)) == sorted(found)


def test_every_attribute_that_is_watched_is_documented(page: str) -> None:
    """Nothing that the element reads is a secret."""
    watched = re.search(r'observedAttributes = "([^"]+)"', SCRIPTS)
    assert watched
    read = set(re.findall(r'[gh](?:et|as)Attribute\("([\w-]+)"\)', SCRIPTS)) | set(
        watched[1].split()
    )
    assert read - {"aria-label"} <= {
        *cells(page, "attribute"),
        "skus",
        "endpoint",
        "consent",
        "category",
    }
