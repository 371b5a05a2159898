"""Two releases side by side: what a partner's shoppers see differently."""

from __future__ import annotations

import html
import re

from syndicator.server.changes import mark
from tests.server.published_site import GERMAN


def changed(client, query=""):
    return client.get(f"/preview/_changes{query}").text


def test_a_changed_word_is_marked_in_its_sentence(client, published):
    published.publish(de=GERMAN | {"NV/2": {"title": "Keld & Söhne"}})
    page = changed(client)
    assert "From release 1 to release 2" in page
    assert "Keld &amp; <del>Co</del><ins>Söhne</ins>" in page
    assert "NV-1" not in page, "what did not change is not shown"


def test_products_that_came_and_went_are_told(client, published):
    published.publish(de={"NV-1": GERMAN["NV-1"], "NV-3": {"title": "New one"}})
    page = changed(client)
    assert '<span class="kind">gained</span> New one' in page
    assert '<span class="kind">lost</span> Keld &amp; Co' in page


def test_any_two_releases_can_be_compared(client, published):
    published.publish(de={"NV-1": {"title": "Second"}})
    published.publish(de={"NV-1": {"title": "Third"}})
    assert "<del>Second</del><ins>Third</ins>" in changed(client)
    assert "<ins>Third</ins>" in changed(client, "?from=1&to=3")
    assert "<del>Second</del>" not in changed(client, "?from=1&to=3")
    assert "Nothing that a partner can see" in changed(client, "?from=3&to=3")


def test_the_first_release_is_all_gain(client):
    page = changed(client)
    assert page.count("gained</span>") == 3
    assert "the first that is kept" in page


def test_a_change_that_several_editions_share_is_told_once(client, published):
    for title in ("One name", "Another name"):
        published.publish(de={"NV-1": {"title": title}}, en={"NV-1": {"title": title}})
    page = changed(client)
    assert page.count("<article") == 1
    assert "velohaus de, velohaus en" in page


def test_pictures_are_shown_before_and_after(client, published):
    def with_picture(src):
        return {"NV-1": {"title": "T", "media": [{"src": src, "alt": "<x>"}]}}

    published.publish(de=with_picture("m/aa/1.png"))
    published.publish(de=with_picture("https://a.example/2.png"))
    page = changed(client)
    assert '<del><img src="/m/aa/1.png" alt="&lt;x&gt;"' in page
    assert '<ins><img src="https://a.example/2.png"' in page


def test_of_a_long_field_the_lines_that_differ_are_shown(client, published):
    """A spec reads as it does in the table; a thousand others are not repeated."""

    def with_specs(weight, gears="8"):
        items = [{"key": f"k{n}", "label": f"Other {n}", "text": "same"} for n in range(50)]
        items.insert(25, {"key": "weight", "label": "Weight", "text": weight})
        items.insert(40, {"key": "gears", "label": "Gears", "text": "Many", "value": gears})
        return {"NV-1": {"title": "T", "specs": [{"group": "G", "items": items}]}}

    published.publish(de=with_specs("14 kg"))
    published.publish(de=with_specs("15 kg"))
    page = changed(client)
    assert "<dd>Weight: <del>14 </del><ins>15 </ins>kg</dd>" in page
    assert "Other" not in page
    frame = re.search(r'<iframe[^>]* src="([^"]+)"', page)[1]
    assert 'sections="specs"' in client.get(html.unescape(frame)).text
    published.publish(de=with_specs("15 kg", gears="9"))
    assert "&#34;value&#34;: <del>&#34;8&#34;</del><ins>&#34;9&#34;</ins>" in changed(client)


def test_marks_keep_every_word_of_both_texts():
    before, after = "a quiet bike\nwith two wheels", "a very quiet bike\nwith three wheels"
    pieces = list(mark(before, after))
    assert "".join(text for kind, text in pieces if kind != "new") == before
    assert "".join(text for kind, text in pieces if kind != "gone") == after


def test_a_change_is_seen_in_the_aisle_before_and_after(client, published):
    """Two frames, each reading the release it shows, with the changed fields marked."""
    published.publish(de=GERMAN | {"NV/2": {"title": "Keld & Söhne", "summary": "New"}})
    frames = re.findall(r'<iframe[^>]* src="([^"]+)"', changed(client))
    before, after = (client.get(html.unescape(address)) for address in frames)
    for side, page in (("before", before), ("after", after)):
        assert f'class="{side} changed-brand changed-summary changed-title"' in page.text
        assert "unsafe" not in page.headers["Content-Security-Policy"]
    roots = [
        re.search(r' src="(/rehearsal/[0-9a-f]{32}/)"', page.text)[1] for page in (before, after)
    ]
    heads = [client.get(root + published.head("de")[1:]).json for root in roots]
    assert [head["generation"] for head in heads] == [1, 2]
    page = client.get(roots[0] + published.page("de")[1:])
    assert page.status_code == 200, "objects are the same for all"
    assert client.get(roots[0] + "e/" + "0" * 32 + ".json").status_code == 404


def test_what_came_has_no_before(client, published):
    published.publish(de=GERMAN | {"NV-3": {"title": "New one"}})
    page = changed(client)
    assert page.count("<iframe") == 1
    assert "Nothing to see" in page
