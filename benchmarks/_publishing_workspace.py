"""The publishing workload as a real workspace: products in a file, rights as manifests."""

from __future__ import annotations

import json
import random
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import _workloads as workloads
from _publishing_workload import HOLDERS, Size

_TARGET = """\
kind: target
id: local
type: s3
bucket: {bucket}
endpoint_url: {endpoint}
base_url: http://127.0.0.1:8080/
"""


@dataclass(frozen=True)
class Place:
    """A workspace, and the product that most partners show."""

    folder: Path
    hero: str

    def set_price(self, cents: int) -> None:
        """Change the price of that product in its file."""
        path = self.folder / "products.jsonl"
        lines = path.read_bytes().splitlines()
        record = json.loads(lines[0])
        lines[0] = json.dumps({**record, "price": cents}).encode()
        path.write_bytes(b"\n".join(lines) + b"\n")


def make_workspace(folder: Path, data: Path, size: Size, bucket: str, endpoint: str) -> Place:
    """Make a workspace that publishes to a bucket: `size.rights` programs in two locales."""
    workloads.icecat(folder, data, size.products)
    settings = folder / "syndicator.toml"
    text = settings.read_text("utf-8")
    settings.write_text(re.sub(r"locales = .*", 'locales = ["en", "de"]', text))
    shutil.rmtree(folder / "publish/channels")
    profile = _TARGET.format(bucket=bucket, endpoint=endpoint)
    (folder / "publish/targets/local.yaml").write_text(profile)
    records = [json.loads(line) for line in (folder / "products.jsonl").read_bytes().splitlines()]
    hero = records[0]
    brands = sorted({record["supplier"] for record in records})
    (folder / "manifests/partners.yaml").write_text(_manifests(size, brands, hero["supplier"]))
    return Place(folder, f"IC-{hero['id']}")


def _manifests(size: Size, brands: list[str], popular: str) -> str:
    """Give each program a tenth to half of the brands; most have the one of the hero."""
    chance = random.Random(7)
    documents = ["kind: price-list\nid: retail\ncurrency: USD\nto: all"]
    for number in range(size.rights):
        chosen = set(chance.sample(brands, max(1, int(len(brands) * chance.uniform(0.1, 0.5)))))
        chosen = chosen | {popular} if number < size.rights * HOLDERS else chosen - {popular}
        name = f"range-{number:03}"
        selector = f"brand in {json.dumps(sorted(chosen), ensure_ascii=False)}"
        documents += [
            f"kind: program\nid: {name}",
            f"kind: grant\nid: {name}-range\nto: {{program: {name}}}\nproducts: {selector}",
        ]
        for member in range(size.partners // size.rights):
            partner = f"p{number:03}-{member:03}"
            documents.append(
                f"kind: partner\nid: {partner}\nname: {partner}\nlocales: [en, de]\n"
                f"programs: [{name}]"
            )
    return "\n---\n".join(documents) + "\n"
