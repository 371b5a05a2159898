"""Workspaces to measure and to test with: real product data, twenty partners by brand."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
PARTNERS = 20
BRANDS_EACH = 6
"""Brands that a partner carries: the most frequent ones, in overlapping runs."""

_SETTINGS = """\
[workspace]
id = "{id}"
name = "{name}"
locales = {locales}

[[sources]]
format = "{format}"
path = "{path}"
mapping = "{mapping}"
{options}
[publish]
target = "local"
"""
_TARGET = """\
kind: target
id: local
type: directory
path: build/site
base_url: http://127.0.0.1:8080/
"""
_CHANNELS = """\
kind: channel
id: changes
format: atom
partners: all
---
kind: channel
id: google
format: google
partners: [partner-01]
link: "https://shop.example/p/{sku}"
"""


def icecat(folder: Path, data: Path = SHARED, records: int | None = None) -> Path:
    """Make a workspace over the Icecat products, or their first `records`; return `folder`."""
    source = data / "icecat" / "products.jsonl"
    if records is not None:
        first = source.read_bytes().splitlines(keepends=True)[:records]
        source = folder / "products.jsonl"
        folder.mkdir(parents=True, exist_ok=True)
        source.write_bytes(b"".join(first))
    lines = source.read_bytes().splitlines()
    counts = Counter(json.loads(line)["supplier"] for line in lines)
    _settings(folder, "icecat", "Icecat", ["en"], "jsonl", source)
    brands = [brand for brand, _ in counts.most_common(PARTNERS + BRANDS_EACH)]
    write_partners(
        folder, ["en"], [_brands(brands[start : start + BRANDS_EACH]) for start in range(PARTNERS)]
    )
    return folder


def akeneo(folder: Path, data: Path = SHARED) -> Path:
    """Make a workspace over the Akeneo export in three locales; return `folder`."""
    locales = ["en-US", "de-DE", "fr-FR"]
    _settings(folder, "akeneo", "Akeneo", locales, "akeneo", data / "akeneo")
    write_partners(folder, locales, ["all", 'family = "clothing"'])
    return folder


def _settings(
    folder: Path, name: str, title: str, locales: list[str], kind: str, source: Path
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    options = 'options = { channel = "ecommerce" }\n' if kind == "akeneo" else ""
    text = _SETTINGS.format(
        id=name,
        name=title,
        locales=json.dumps(locales),
        format=kind,
        path=source,
        mapping=ROOT / "mappings" / f"{name}.yaml",
        options=options,
    )
    (folder / "syndicator.toml").write_text(text)


def _brands(brands: list[str]) -> str:
    return f"brand in {json.dumps(brands, ensure_ascii=False)}"


def write_partners(folder: Path, locales: list[str], selectors: list[str]) -> None:
    """Write one partner and one grant for each selector, a price list, a target and channels."""
    for path, words in {"targets/local.yaml": _TARGET, "channels/feeds.yaml": _CHANNELS}.items():
        profile = folder / "publish" / path
        profile.parent.mkdir(parents=True, exist_ok=True)
        profile.write_text(words)
    documents = ["kind: price-list\nid: retail\ncurrency: USD\nto: all"]
    for number, selector in enumerate(selectors, 1):
        partner = f"partner-{number:02}"
        documents.append(
            f"kind: partner\nid: {partner}\nname: Partner {number}\nlocales: {json.dumps(locales)}"
        )
        documents.append(
            f"kind: grant\nid: {partner}-range\nto: {{partner: {partner}}}\nproducts: {selector}"
        )
    place = folder / "manifests" / "partners.yaml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("\n---\n".join(documents) + "\n")
