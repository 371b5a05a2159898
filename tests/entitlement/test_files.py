"""Rights of pictures and documents: by territory, by date, by licence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.canonical import Namer
from syndicator.catalog.model import Asset
from syndicator.rendering.document import render
from syndicator.rendering.view import View, shelve

PARTNERS = """
kind: territory
id: dach
countries: [DE, AT, CH]
---
kind: partner
id: berlin
territory: DE
timezone: Europe/Berlin
---
kind: partner
id: tokyo
territory: JP
---
kind: partner
id: unknown
---
kind: grant
id: all
to: all
products: all
"""
STUDIO = """
---
kind: rights-window
id: studio
files: ["media/studio/*"]
territories: [dach]
until: 2026-07-01
"""
RENEWED = STUDIO.replace("id: studio", "id: renewed").replace("until", "from")
FILES = ("media/studio/a.svg", "media/own.svg", "manual.pdf")
STATED = {"valid_from": "2026-05-01T00:00:00Z", "territories": ["JP"]}


@pytest.fixture(scope="module")
def world(say):
    one = say.product(
        "A",
        media=[{"file": FILES[0], "role": "hero"}, {"file": FILES[1]}],
        documents=[{"file": FILES[2], "rights": STATED}],
        features=[{"title": {"en": "F"}, "image": FILES[0]}],
        description={"en": f"<p>x<img src='{FILES[0]}' alt='y'></p>"},
        videos=[{"url": "https://norrvind.example/v", "poster": FILES[0]}],
    )
    assets = {
        path: Asset(path=path, sha256=f"{number:064}", size=1, media_type="image/svg+xml")
        for number, path in enumerate(FILES)
    }
    return say.catalog(one, assets=assets)


def edition(say, world, text, partner, at=None):
    answer = say.resolve(world, say.manifests(text), at or say.NOW)
    (name,) = answer.partners[partner].values()
    return answer.editions[name]


def test_stated_rights_withhold_a_file_from_other_and_unknown_territories(say, world):
    assert edition(say, world, PARTNERS, "tokyo").withheld == set()
    assert edition(say, world, PARTNERS, "berlin").withheld == {"manual.pdf"}
    assert edition(say, world, PARTNERS, "unknown").withheld == {"manual.pdf"}
    april = datetime(2026, 4, 1, tzinfo=UTC)
    assert edition(say, world, PARTNERS, "tokyo", april).withheld == {"manual.pdf"}


def test_a_rights_window_frees_what_it_names_within_its_territories_and_time(say, world):
    text = PARTNERS + STUDIO
    assert FILES[0] not in edition(say, world, text, "berlin").withheld
    assert FILES[0] in edition(say, world, text, "tokyo").withheld
    assert FILES[1] not in edition(say, world, text, "tokyo").withheld
    before = datetime(2026, 6, 30, 21, 59, tzinfo=UTC)
    after = datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    assert FILES[0] not in edition(say, world, text, "berlin", before).withheld
    assert FILES[0] in edition(say, world, text, "berlin", after).withheld


def test_a_second_licence_extends_the_first(say, world):
    august = datetime(2026, 8, 1, tzinfo=UTC)
    text = PARTNERS + STUDIO + RENEWED
    assert FILES[0] not in edition(say, world, text, "berlin", august).withheld


def test_the_end_of_a_licence_is_the_next_change_only_if_it_is_the_last(say, world):
    ends = say.resolve(world, say.manifests(PARTNERS + STUDIO), say.NOW)
    assert ends.next_change == datetime(2026, 6, 30, 22, tzinfo=UTC)
    renewed = say.resolve(world, say.manifests(PARTNERS + STUDIO + RENEWED), say.NOW)
    assert renewed.next_change is None


def test_a_licence_for_files_that_nobody_shows_changes_nothing(say, world):
    text = PARTNERS.replace("products: all", 'products: sku = "B"') + STUDIO
    answer = say.resolve(world, say.manifests(text), say.NOW)
    assert answer.next_change is None
    assert {edition.withheld for edition in answer.editions.values()} == {frozenset()}


def test_an_unknown_territory_of_a_licence_is_told(say):
    (problem,) = say.problems(STUDIO.strip("-\n").replace("dach", "DACH"))
    assert (problem.code, problem.path) == ("unknown-territory", "territories")


def test_no_part_of_a_document_shows_a_withheld_file(say, world):
    shelf = shelve(world, Namer(b"0" * 32))
    shown = {}
    for partner in ("berlin", "tokyo"):
        one = edition(say, world, PARTNERS + STUDIO, partner)
        shown[partner] = str(render(world.products["A"], View(shelf, one, say.NOW)))
    key = shelf.sources[FILES[0]]
    assert shown["berlin"].count(key) >= 4
    assert key not in shown["tokyo"]


def test_an_explanation_of_pictures_names_what_withholds_them(say, world):
    read = say.manifests(PARTNERS + STUDIO)
    told = say.explain(world, read, "tokyo", "A", say.NOW, "media")
    (part,) = [part for part in told.parts if part.effect == "withholds"]
    assert part.name == "rights-window studio"
    assert part.reason == "media/studio/a.svg only in dach until 2026-07-01T00:00:00+00:00"
    there = say.explain(world, read, "berlin", "A", say.NOW, "media")
    assert [part.name for part in there.parts if part.effect == "withholds"] == ["manual.pdf"]
