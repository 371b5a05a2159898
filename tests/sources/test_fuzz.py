"""Broken exports of every format: whatever the bytes, reading ends with a catalog and problems.

`SYNDICATOR_FUZZ` sets how many inputs each format gets; the default is small.
"""

# ruff: noqa: E501  pieces stand in rows

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

from syndicator.sources import SourceSpec, read_catalog
from tests.sources.test_formats import BMECAT, ETIM, GOOGLE, GOOGLE_TABLE, ICECAT, MAGENTO, SHOPIFY
from tests.sources.test_reading import GOOD, MAPPING

COUNT = int(os.environ.get("SYNDICATOR_FUZZ", "40"))
SEEDS: dict[str, tuple[str, str]] = {
    "yaml": ("p.yaml", GOOD),
    "jsonl": ("p.jsonl", '{"id": "A", "name": "x", "ean": ["4006381333931"], "price": 5, "weight": "2 kg"}\n'),
    "csv": ("p.csv", 'id;name;price;weight\nA;"Saddle; soft";"1.299,00";2,5 kg\nB;Bell;9,50;100 g\n'),
    "shopify": ("p.csv", SHOPIFY),
    "magento": ("p.csv", MAGENTO),
    "google": ("p.xml", GOOGLE),
    "google table": ("p.tsv", GOOGLE_TABLE),
    "bmecat": ("p.xml", BMECAT),
    "icecat": ("p.xml", ICECAT),
    "etim": ("p.json", json.dumps(ETIM)),
}  # fmt: skip
PIECES = [
    b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b'"', b"'", b"<", b">", b"&", b"]]>", b"<!--", b"{", b"}", b"[", b"]",
    b":", b",", b";", b"\t", b"\n", b"\r", b"\\u0000", b"\\ud800", b"1e999", b"-1", b"NaN", b"null", b"true", b"&a;",
    b"<!ENTITY a 'b'>", b"*a", b"&a ", b"- ", b"|", b"9" * 400, b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"0x7", b"", b"..",
]  # fmt: skip


def broken(seed: bytes, chance: random.Random) -> bytes:
    """Return a seed with some bytes changed, cut, repeated or put in."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        at, end = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
        kind = chance.randrange(5)
        if kind == 0:
            data[at:at] = chance.choice(PIECES)
        elif kind == 1 and at < len(data):
            data[at] = chance.randrange(256)
        elif kind == 2:
            del data[at : min(end, at + chance.randint(1, 40))]
        elif kind == 3:
            data[at:at] = data[at : min(end, at + 200)]
        else:
            del data[max(at, 1) :]
        if not data:
            data += chance.choice(PIECES)
    return bytes(data)


@pytest.mark.parametrize("name", SEEDS)
def test_no_export_breaks_the_reading(tmp_path: Path, name: str) -> None:
    """Every broken input gives a catalog, and problems that are JSON."""
    chance = random.Random(name)  # noqa: S311  a seed, not a secret
    file, seed = SEEDS[name]
    (tmp_path / "m.yaml").write_text(MAPPING)
    spec = SourceSpec(name.split(maxsplit=1)[0], file, "m.yaml", {"brand": "N"})
    for _ in range(COUNT):
        data = broken(seed.encode(), chance)
        (tmp_path / file).write_bytes(data)
        reading = read_catalog(tmp_path, [spec], ("en", "de"), {})
        json.dumps([problem.as_json() for problem in reading.problems]).encode()
        (count,) = reading.counts
        assert count.accepted + count.refused == count.records, data
