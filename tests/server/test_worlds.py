"""A day to come can be looked at before anything of it is public."""

from __future__ import annotations

import re

import pytest

from syndicator.errors import InvalidInputError, Origin, Problem
from syndicator.server import create_app
from syndicator.targets import MemoryTarget
from tests.server.published_site import GERMAN, NOW, release

COMING = GERMAN | {"NV-9": {"title": "Under embargo"}}


@pytest.fixture
def rehearsals():
    return []


@pytest.fixture
def client(published, rehearsals):
    def rehearse(now):
        rehearsals.append(now and now.isoformat())
        store = MemoryTarget()
        editions = {"de": COMING if now is None or now.year > 2026 else GERMAN}
        release(store, editions, now or NOW)
        return store

    return create_app(published.site(rehearse=rehearse), open_preview=True).test_client()


def test_a_product_under_embargo_is_seen_on_its_day_only(client):
    assert "Under embargo" in client.get("/preview/velohaus/NV-9?date=2027-01-01").text
    assert (
        "does not hold NV-9 on 2026-12-31"
        in client.get("/preview/velohaus/NV-9?date=2026-12-31").text
    )
    assert "does not hold NV-9" in client.get("/preview/velohaus/NV-9").text


def test_the_frame_of_another_day_leaves_the_public_zone_alone(client, published):
    frame = client.get("/preview/velohaus/NV-9?date=2027-01-01&page=1").text
    root = re.search(r'src="(/rehearsal/[0-9a-f]{32}/)"', frame)[1]
    head = client.get(root + published.head("de")[1:])
    assert head.json["count"] == 3
    assert head.headers["Cache-Control"] == "no-store"
    assert client.get(published.head("de")).json["count"] == 2


@pytest.mark.parametrize("path", ["/rehearsal/{}/e/x.json", "/rehearsal/{}/../private/refs/live"])
def test_a_rehearsal_cannot_be_guessed(client, path):
    client.get("/preview/velohaus?date=2027-01-01")
    assert client.get(path.format("0" * 32)).status_code == 404


def test_one_day_is_rehearsed_once(client, rehearsals):
    for _ in range(3):
        client.get("/preview/velohaus?date=2027-01-01")
    assert rehearsals == ["2027-01-01T00:00:00+00:00"]


def test_days_stand_side_by_side(client):
    page = client.get("/preview/_side?sku=NV-9&show=velohaus:de&show=velohaus:de@2027-01-01").text
    assert page.count("<iframe") == 2
    assert page.count("Does not hold NV-9") == 1


def test_a_workspace_that_cannot_be_published_is_told(published):
    def refuse(_now):
        raise InvalidInputError([Problem("x", "the price is missing", Origin("content/a.yaml", 3))])

    app = create_app(published.site(rehearse=refuse), open_preview=True)
    answer = app.test_client().get("/preview/velohaus?date=2027-01-01")
    assert answer.status_code == 503
    assert "content/a.yaml:3: the price is missing" in answer.text


def test_what_would_be_published_is_shown_before_it_is(client, rehearsals):
    for _ in range(2):
        page = client.get("/preview/_changes?to=draft").text
        assert "From release 1 to what would be published now" in page
        assert '<span class="kind">gained</span> Under embargo' in page
        assert '<span class="kind">lost</span> Fjord 7 in English' in page
    assert rehearsals == [None, None], "looked at anew each time"


def test_a_server_that_knows_only_the_present_has_no_draft(published):
    app = create_app(published.site(), open_preview=True)
    assert app.test_client().get("/preview/_changes?to=draft").status_code == 404
