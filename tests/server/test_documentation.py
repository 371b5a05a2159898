"""What the server answers and what feeds there are stands in the documentation."""

from __future__ import annotations

import pytest

from syndicator.feeds import FeedFormat
from syndicator.server import create_app

SILENT = {"/", "/<path:key>", "/preview/_static/<path:filename>"}
"""The lead to the preview, the public zone (documented by its folders) and the preview's look."""


def test_every_address_is_documented(repository, published):
    text = (repository / "docs" / "serving.md").read_text("utf-8")
    rules = {rule.rule for rule in create_app(published.site()).url_map.iter_rules()}
    for rule in rules - SILENT:
        fixed = rule.split("<")[0]
        assert f"`{fixed}" in text, f"{rule} is not in docs/serving.md"


@pytest.mark.parametrize("zone", ["/o/", "/m/", "/w/<widget>/<fingerprint>/", "/e/", "/p/"])
def test_every_folder_of_the_public_zone_is_documented(repository, zone):
    assert f"`{zone}`" in (repository / "docs" / "serving.md").read_text("utf-8")


@pytest.mark.parametrize("form", FeedFormat)
def test_every_format_is_documented(repository, form):
    formats = repository / "docs" / "formats"
    assert f"| `{form.value}` |" in (formats / "feeds.md").read_text("utf-8")
    profile = (formats / "workspace.md").read_text("utf-8")
    line = next(line for line in profile.splitlines() if line.startswith("format: google "))
    assert form.value in line.replace(";", " ").split()


def test_the_problems_of_feeds_are_documented(repository):
    text = (repository / "docs" / "formats" / "feeds.md").read_text("utf-8")
    for code in ("feed-item-left-out", "feed-item-doubtful"):
        assert f"`{code}`" in text
