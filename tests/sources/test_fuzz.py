"""Broken inputs for every parser: whatever the bytes, the answer is a catalog and problems.

The suite runs a sample; `make fuzz` runs the campaign of `tests/sources/fuzz.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.fixtures import FILES
from tests.sources.fuzz import Parser, attack, parsers

SAMPLE = 40
NAMES = (
    *FILES,
    *("akeneo products", "akeneo attributes", "akeneo families"),
    *("mapping", "rich text", "svg", "picture"),
    *("http", "parquet", "parquet types", "settings", "manifests", "partner rows"),
    *("channels", "targets", "widget", "pdf", "rules", "rule table"),
    *("rules sxfm", "rules uvl", "rules coom", "rules cnf", "first contact"),
)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Parser]:
    """Every parser by name."""
    return parsers(tmp_path_factory.mktemp("fuzz"))


def test_every_parser_is_attacked(known: Mapping[str, Parser]) -> None:
    """The campaign has them all, and each of them makes something of its own sound inputs."""
    assert tuple(known) == NAMES
    for parser in known.values():
        for seed in parser.seeds:
            assert parser.run(seed) != 0, (parser.name, seed)


@pytest.mark.parametrize("name", NAMES)
def test_no_input_breaks_the_reading(known: Mapping[str, Parser], name: str) -> None:
    """Every broken input gives a catalog, counts that add up, and problems that can be told."""
    outcome = attack(known[name], seed=0, inputs=SAMPLE, seconds=20)
    assert outcome.failures == 0


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(NAMES), data=st.binary(max_size=300))
def test_noise_breaks_nothing(known: Mapping[str, Parser], name: str, data: bytes) -> None:
    """Bytes without any sense are one problem or none."""
    known[name].run(data)
