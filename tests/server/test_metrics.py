"""The server counts what it answers, without telling whom or what."""

from __future__ import annotations

from syndicator.feeds import feed_key
from tests.server.published_site import NAMER


def test_answers_are_counted_by_part_and_status(client, published):
    for _ in range(2):
        client.get(published.head("de"))
    client.get("/o/00/none.json")
    client.get(f"/feeds/velohaus/atom.atom?key={feed_key(NAMER, 'velohaus', 'atom')}")
    text = client.get("/metrics").text
    assert 'syndicator_answers_total{part="heads",status="200"} 2.0' in text
    assert 'syndicator_answers_total{part="objects",status="404"} 1.0' in text
    assert 'syndicator_answers_total{part="feeds",status="200"} 1.0' in text
    assert 'syndicator_answer_seconds_count{part="heads"} 2.0' in text
    assert "syndicator_live_generation 1.0" in text
    assert "syndicator_delivered_generation 1.0" in text


def test_no_name_becomes_a_label(client, published):
    for path in (
        published.page("de"),
        "/preview/velohaus/NV-1",
        "/feeds/velohaus/atom.atom",
        "/x/y",
    ):
        client.get(path)
    text = client.get("/metrics").text
    for secret in ("velohaus", "NV-1", published.page("de"), "/x"):
        assert secret not in text


def test_metrics_are_closed_like_the_preview(guarded, published):
    assert guarded.get("/metrics").status_code == 404
    key = published.site().preview_key()
    assert guarded.get("/metrics", headers={"Authorization": f"Bearer {key}"}).status_code == 200
