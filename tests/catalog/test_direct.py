"""What is made of a row in one pass is what the long way makes of it, whatever is in the row."""

from __future__ import annotations

import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.held import At
from syndicator.catalog.mapping import Compiled, compile_mapping
from syndicator.errors import Origin, Problem
from syndicator.sources.maker import Maker

MAPPING = {
    "fields": {
        "sku": {"column": "id", "prefix": "X-"},
        "brand": {"column": "maker", "default": "Norrvind"},
        "title": {"columns": {"en": "name", "de": "name de"}},
        "summary": {"column": "short", "locale": "de"},
        "mpn": "part",
        "gtin": {"column": "ean", "first": True, "when_invalid": "drop"},
        "category": {"column": "path", "split": ">"},
        "family": {"column": "kind", "several": ","},
        "lifecycle.release": "since",
        "lifecycle.end_of_life": {"column": "until", "date_format": "%d/%m/%Y"},
        "extra.shelf": "shelf",
    },
    "media": [{"column": "pictures", "split": "|", "alt": "alt", "role": "hero"}],
    "documents": [{"column": "manual"}],
    "relations": [{"column": "fits", "type": "accessory"}],
    "prices": [{"list": "retail", "column": "price", "currency": "EUR", "scale": "0.01"}],
    "specs": [
        {"prefix": "n_", "type": "number", "unit": "mm"},
        {"prefix": "b_", "type": "boolean"},
        {"prefix": "l_", "type": "list"},
        {"prefix": "t_"},
    ],
}
COLUMNS = (
    *("id", "maker", "name", "name de", "short", "part", "ean", "path", "kind", "since", "until"),
    *("shelf", "pictures", "alt", "manual", "fits", "price", "n_a", "b_a", "l_a", "t_a", "other"),
)
TEXTS = (
    *("", " ", "a", " Sattel ", "A > B", "4006381333931", "2026-05-01", "31/12/2026", "9.5E+12"),
    *("https://a.example/b.jpg", "https://", "x.jpg|y.jpg", "12,5 cm", "1.299,00 EUR", "yes"),
    *("a,b", "\ud800", "a\tb"),
)
VALUES = st.one_of(
    st.sampled_from(TEXTS),
    st.none() | st.booleans() | st.integers(-2, 9) | st.sampled_from([0.0, 1.0, 2.5, 10**400]),
    st.lists(st.sampled_from(["", " ", "4006381333931", "x.jpg", None, 3]), max_size=2),
)
SOUND = {"id": "1", "maker": "N", "name": "Bell"}


@cache
def makers() -> tuple[Maker, Maker]:
    """Return a maker as it is, and one that goes the long way with every row."""
    compiled = [compile_mapping(json.loads(json.dumps(MAPPING)), "en", Origin)[0] for _ in "ab"]
    vocabulary = Vocabulary(("en", "de"), known_locales=frozenset({"en", "de"}))
    short, long = (Maker(one, vocabulary) for one in compiled if isinstance(one, Compiled))
    long._direct = lambda _row, _specs: None
    return short, long


def made(maker: Maker, row: dict[str, object]) -> tuple[object, list[Problem]]:
    """Return the product of a row with its problems."""
    problems: list[Problem] = []
    product = maker.take(dict(row), At("p.jsonl", 1), problems)
    return product and (product, repr(product), maker.mapping.ignored()), problems


@settings(deadline=None)  # the first conversion makes the registry of units
@given(st.dictionaries(st.sampled_from(COLUMNS), VALUES))
def test_both_ways_make_the_same(values: dict[str, object]) -> None:
    """Product, types of its values, problems and their order are equal."""
    short, long = makers()
    row = SOUND | values
    assert made(short, row) == made(long, row)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"ean": ["123", "4006381333931"], "price": 1299, "n_a": "12,5 cm", "l_a": "a,b"},
        {"pictures": "https://a.example/b.jpg|c.jpg", "alt": "Bell", "path": "A > B", "kind": "k"},
        {"since": "2026-05-01", "shelf": 3, "name de": "Glocke", "short": "ü", "other": 1},
    ],
)
def test_a_sound_row_goes_the_short_way(values: dict[str, object]) -> None:
    """The rows that exports are full of are made in one pass."""
    maker, _ = makers()
    row = SOUND | values
    specs = maker.mapping.specs(row, [], [])
    assert maker._direct(row, specs) is not None
