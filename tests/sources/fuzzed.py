"""What campaigns of broken inputs attack: each parser with sound inputs to start from."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from syndicator.catalog.assembly import assemble
from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.mapping import compile_mapping
from syndicator.catalog.model import Asset
from syndicator.catalog.parts import Files, Parts
from syndicator.catalog.richtext import sanitise
from syndicator.errors import InvalidInputError, Problem
from syndicator.sources import SourceSpec, pictures
from syndicator.sources.reading import gatherer_of
from syndicator.sources.svg import sanitise_svg
from syndicator.sources.yamlfile import load_documents
from tests.sources import fixtures

LOCALES = ("en", "de")
MAPPED = frozenset({"csv", "jsonl", "parquet"})
"""Formats that mean nothing without a mapping."""
THERE = (".png", ".svg")
"""Files of these names are there, whoever names them."""


@dataclass(frozen=True, slots=True)
class Parser:
    """What takes bytes, and sound ones to start from."""

    name: str
    seeds: tuple[bytes, ...]
    run: Callable[[bytes], int | None]
    """Returns how many products came of it, where that is what comes of it."""
    tree: bool = False
    """Whether seeds are JSON, whose values can be swapped as values."""


def reading(folder: Path, kind: str, file: str, **options: str) -> Callable[[bytes], int]:
    """Return what reads bytes as one file of a source, and counts the products of the catalog."""
    for name, text in fixtures.AROUND.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    place = folder / file
    place.parent.mkdir(parents=True, exist_ok=True)
    path = file.partition("/")[0]
    mapping = "m.yaml" if kind in MAPPED else ""
    spec = SourceSpec(kind, path, mapping, {"brand": "N", **options})
    gather = gatherer_of(kind)

    def run(data: bytes) -> int:
        place.write_bytes(data)
        parts = Parts()
        vocabulary = Vocabulary(LOCALES, parts.families, frozenset(LOCALES))
        problems, count = gather(folder, spec, vocabulary, parts)
        files = Files(_There(), _Missing())
        assembled = assemble(parts, files, LOCALES, {})
        check([*problems, *assembled.problems])
        assert count.accepted + count.refused == count.records, count
        assert len(assembled.order) <= count.accepted
        return len(assembled.order)

    return run


class _Missing(dict[str, tuple[str, str]]):
    """Says of every file but some that it is not there."""

    def __contains__(self, name: object) -> bool:
        return not str(name).endswith(THERE)

    def __getitem__(self, _name: str) -> tuple[str, str]:
        return ("missing-file", "there is no such file")


class _There(dict[str, Asset]):
    """Knows a file that is there as a picture."""

    def __missing__(self, name: str) -> Asset:
        asset = self[name] = Asset(path=name, sha256="0" * 64, size=1, media_type="image/png")
        return asset


def check(problems: list[Problem]) -> None:
    """Every problem can be told: as JSON in UTF-8, and as a line."""
    for problem in problems:
        json.dumps(problem.as_json()).encode()
        assert problem.code
        assert problem.message
        assert len(str(problem)) < 20_000


def check_refusal(error: InvalidInputError) -> None:
    """Whatever is refused is refused for a reason that can be told."""
    assert error.problems
    check(list(error.problems))


def _mapping(data: bytes) -> None:
    documents, problems = load_documents("m.yaml", data)
    for document in documents:
        compiled, wrong = compile_mapping(document.data, "en", document.at)
        problems += wrong
        if compiled is not None:
            compiled.product_maker(Vocabulary(LOCALES, {}, frozenset(LOCALES)))
    check(problems)


def _rich(data: bytes) -> None:
    safe = sanitise(data.decode("utf-8", "replace"))
    assert "<script" not in safe.lower()


def _refusing(parse: Callable[[bytes], object]) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        try:
            parse(data)
        except ValueError:
            return

    return run


def _picture(data: bytes) -> None:
    kind = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    pictures.facts(pictures.upright(data, kind))


def parsers_of_products(folder: Path) -> list[Parser]:
    """Return the parsers; those that read files do so in `folder`."""
    found = [
        Parser(name, seeds, reading(folder_of(folder, name), kind, file, **options), tree)
        for name, (kind, file, seeds, tree, options) in fixtures.FILES.items()
    ]
    found += [
        Parser(f"akeneo {name}", (fixtures.AKENEO[name].encode(),), _akeneo(folder, name))
        for name in ("products", "attributes", "families")
    ]
    found += [
        Parser("mapping", (fixtures.MAPPING.encode(), fixtures.RULES), _mapping),
        Parser("rich text", fixtures.RICH, _rich),
        Parser("svg", fixtures.SVGS, _refusing(sanitise_svg)),
        Parser("picture", fixtures.pictures(), _refusing(_picture)),
    ]
    return found


def _akeneo(folder: Path, broken_one: str) -> Callable[[bytes], int]:
    """Return what reads a whole export of which one table is broken."""
    place = folder_of(folder, f"akeneo {broken_one}")
    for name, text in fixtures.AKENEO.items():
        (place / "pim").mkdir(exist_ok=True)
        (place / "pim" / f"{name}.csv").write_text(text)
    return reading(place, "akeneo", f"pim/{broken_one}.csv", channel="shop")


def folder_of(folder: Path, name: str) -> Path:
    """Make the folder of one parser."""
    place = folder / name.replace(" ", "-")
    place.mkdir()
    return place
