"""Health tells the truth, and no failure shows more than one plain line."""

from __future__ import annotations

import pytest

from syndicator.errors import TargetError
from syndicator.server import Site, create_app
from syndicator.targets import blob
from syndicator.targets.reference import LIVE
from tests.server.published_site import NAMER


def test_health_tells_the_live_generation(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (
        200,
        {"delivered": 1, "generation": 1, "status": "ok"},
    )
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("live", [None, b"", b"{}", b"[]", b'{"generation":"x"}'])
def test_health_is_bad_without_a_release(published, live):
    if live is None:
        published.target.delete([LIVE])
    else:
        published.target.write([blob(LIVE, live)])
    answer = create_app(published.site()).test_client().get("/healthz")
    assert (answer.status_code, answer.json["generation"]) == (503, None)


def test_health_is_bad_while_the_target_is_away():
    app = create_app(Site(Broken(TargetError("away")), NAMER))
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json["status"]) == (503, "target unreachable")


class Broken:
    def __init__(self, error):
        self.error = error

    def read(self, _key):
        raise self.error


def test_an_unreachable_target_is_a_503_without_its_details(published, caplog):
    app = create_app(Site(Broken(TargetError("bucket s3://secret refused")), NAMER))
    answer = app.test_client().get(published.page("de"))
    assert answer.status_code == 503
    assert b"secret" not in answer.data
    assert answer.headers["Retry-After"] == "5"
    assert "s3://secret" in caplog.text


def test_a_fault_of_ours_is_one_line_and_logged(published, caplog):
    app = create_app(Site(Broken(RuntimeError("boom /root/secret")), NAMER))
    answer = app.test_client().get(published.page("de"))
    assert (answer.status_code, answer.data) == (500, b"Something went wrong here\n")
    assert "boom /root/secret" in caplog.text


def test_the_root_leads_people_at_this_machine_to_the_preview(client, guarded):
    assert client.get("/").headers["Location"] == "/preview/"
    assert guarded.get("/").data == b"Not found\n"
