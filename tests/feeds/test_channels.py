"""Channel profiles become values, or problems that a person can mend."""

from __future__ import annotations

import pytest

from syndicator.errors import Origin
from syndicator.feeds import FeedFormat, parse_channels
from syndicator.located import Located

GOOD = {
    "kind": "channel",
    "id": "google",
    "format": "google",
    "partners": ["velohaus", "velohaus", "stadtrad"],
    "locale": "de",
    "link": "https://velohaus.example/p/{sku}?g={gtin}",
}


def located(data: object, line: int = 1) -> Located:
    return Located(
        data, Origin("publish/channels/x.yaml", line), {"id": line + 1, "link": line + 5}
    )


def test_a_profile_becomes_a_channel_that_knows_its_place():
    (channel,), problems = parse_channels([located(GOOD)])
    assert problems == []
    assert channel.format is FeedFormat.GOOGLE
    assert channel.partners == ("velohaus", "stadtrad")
    assert str(channel.origin) == "publish/channels/x.yaml:2"
    assert channel.serves("stadtrad")
    assert not channel.serves("nordhandel")


def test_all_serves_every_partner():
    (channel,), _ = parse_channels([located({**GOOD, "partners": "all"})])
    assert channel.serves("anybody")


def test_the_order_of_files_does_not_matter():
    one, two = located(GOOD), located({**GOOD, "id": "atom", "format": "atom"})
    assert parse_channels([one, two])[0] == parse_channels([two, one])[0]


CASES = {
    "not a mapping": ([1], "wrong-type", ""),
    "another kind": ({**GOOD, "kind": "target"}, "invalid-value", "kind"),
    "unknown key": ({**GOOD, "partner": "x"}, "unknown-key", "partner"),
    "no id": ({k: v for k, v in GOOD.items() if k != "id"}, "missing-key", "id"),
    "id with a slash": ({**GOOD, "id": "a/../b"}, "invalid-value", "id"),
    "unknown format": ({**GOOD, "format": "gopher"}, "invalid-value", "format"),
    "format of a wrong type": ({**GOOD, "format": ["atom"]}, "invalid-value", "format"),
    "no partners": ({**GOOD, "partners": []}, "invalid-value", "partners"),
    "partner with a slash": ({**GOOD, "partners": ["../x"]}, "invalid-value", "partners"),
    "bad locale": ({**GOOD, "locale": "deutsch!"}, "invalid-value", "locale"),
    "no link": ({k: v for k, v in GOOD.items() if k != "link"}, "missing-key", "link"),
    "script link": ({**GOOD, "link": "javascript:alert({sku})"}, "invalid-value", "link"),
    "link with a space": ({**GOOD, "link": "https://a.example/ {sku}"}, "invalid-value", "link"),
    "unknown placeholder": ({**GOOD, "link": "https://a.example/{id}"}, "invalid-value", "link"),
    "reaching placeholder": (
        {**GOOD, "link": "https://a.example/{sku.__class__}"},
        "invalid-value",
        "link",
    ),
    "formatted placeholder": (
        {**GOOD, "link": "https://a.example/{sku!r:>9}"},
        "invalid-value",
        "link",
    ),
    "unbalanced brace": ({**GOOD, "link": "https://a.example/{sku"}, "invalid-value", "link"),
}


@pytest.mark.parametrize(("data", "code", "path"), CASES.values(), ids=CASES)
def test_a_wrong_profile_is_told_with_its_place(data, code, path):
    channels, problems = parse_channels([located(data)])
    assert channels == ()
    assert [(problem.code, problem.path) for problem in problems] == [(code, path)]
    assert problems[0].origin.file == "publish/channels/x.yaml"
    assert problems[0].expected


def test_all_problems_of_a_profile_are_told_at_once():
    _, problems = parse_channels([located({"kind": "channel", "format": "x", "more": 1})])
    assert {problem.path for problem in problems} == {"id", "format", "partners", "more"}


def test_a_second_channel_of_the_same_id_is_refused_and_the_first_stays():
    channels, problems = parse_channels([located(GOOD), located({**GOOD, "locale": "en"}, 10)])
    assert [channel.locale for channel in channels] == ["de"]
    assert [problem.code for problem in problems] == ["duplicate-id"]
    assert "x.yaml:2" in problems[0].found
