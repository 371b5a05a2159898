"""Target profiles: what they say, and what is wrong with them."""

from __future__ import annotations

import pytest

from syndicator.sources.yamlfile import load_documents
from syndicator.targets import parse_targets


@pytest.mark.parametrize("address", ["http://[", "http://[::1", "ftp://a.example", "a.example"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    """Whatever stands there, the profile is refused with its place."""
    text = f"kind: target\nid: a\ntype: directory\npath: b\nbase_url: '{address}'\n"
    documents, _ = load_documents("publish/targets/a.yaml", text.encode())
    profiles, problems = parse_targets(documents)
    assert profiles == {}
    assert [(one.code, one.path, one.origin.line) for one in problems] == [
        ("bad-value", "base_url", 5)
    ]


@pytest.mark.parametrize("kind", ["[directory]", "{a: b}", "7", "~"])
def test_a_type_that_is_no_word_is_told(kind: str) -> None:
    """A list or a map where a word belongs is one problem."""
    documents, _ = load_documents("t.yaml", f"kind: target\nid: a\ntype: {kind}\n".encode())
    profiles, problems = parse_targets(documents)
    assert profiles == {}
    assert [one.code for one in problems] == ["unknown-type"]
