"""The written meaning is executed: every example of docs/formats/entitlement.md."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicator.entitlement.documents import KINDS
from syndicator.entitlement.values import HIDEABLE, OVERRIDABLE

DOC = Path(__file__).parents[2] / "docs/formats/entitlement.md"
TEXT = DOC.read_text()
(WORLD,) = re.findall(r"```yaml world\n(.*?)```", TEXT, re.DOTALL)
EXAMPLES = re.findall(
    r"^#+ ([^\n]*)\n(?:(?!^#).)*?```yaml\n(.*?)```\n```text\n(.*?)```",
    TEXT,
    re.DOTALL | re.MULTILINE,
)


@pytest.fixture(scope="module")
def goods(say):
    """The table of the format."""

    def watts(value, unit):
        return {"power": {"type": "number", "value": value, "unit": unit}}

    life = {"announce": "2026-09-01T00:00:00Z", "release": "2026-10-01T00:00:00Z"}
    made = [
        say.product("BELL", category="parts"),
        say.product("BIKE", category="bikes", specs=watts(250.0, "W")),
        say.product("CARGO", category="bikes/cargo", specs=watts(0.75, "kW")),
        say.product("NEXT", category="bikes", lifecycle=life),
        say.product(
            "OLD",
            category="bikes",
            brand="Other",
            lifecycle={"end_of_life": "2026-01-01T00:00:00Z"},
        ),
    ]
    for product in made:
        assert f"| {product.sku} | {product.category} | {product.brand} |" in TEXT
    return say.catalog(*made)


def test_every_example_is_found():
    assert TEXT.count("```yaml") == len(EXAMPLES) + 1
    assert len(EXAMPLES) >= 7


@pytest.mark.parametrize(("title", "rules", "held"), EXAMPLES, ids=lambda text: text[:24])
def test_an_example_gives_what_it_says(say, goods, title, rules, held):
    for line in held.strip().splitlines():
        name, at, skus = re.fullmatch(r"(\w+)(?: \[(.*?)\])?: (.*)", line).groups()
        instant = datetime.fromisoformat(at).astimezone(UTC) if at else say.NOW
        expected = set() if skus == "-" else set(skus.split())
        found = say.held(goods, WORLD + "---\n" + rules, name, instant)
        assert set(found) == expected, (title, line)


def test_every_kind_and_key_of_manifests_is_documented(repository):
    text = (repository / "docs/formats/manifests.md").read_text()
    for kind, shape in KINDS.items():
        assert f"kind: {kind}" in text, kind
        for key in shape.__struct_encode_fields__:
            assert re.search(rf"\b{key}\b", text), f"{kind}.{key}"


def test_every_field_that_can_be_hidden_or_owned_is_documented(repository):
    hideable = (repository / "docs/formats/manifests.md").read_text()
    assert {name for name in HIDEABLE if f"`{name}`" not in hideable} == set()
    (owned,) = re.findall(r"may own `([^`]*)`", TEXT)
    assert set(owned.split()) == OVERRIDABLE
