"""What the readers of fixed formats fill: records on their way to the catalog, with places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from syndicator.catalog.codes import Codes, CodesRecord
from syndicator.catalog.columns import slug
from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.held import At, packed
from syndicator.catalog.implied import implied_categories, implied_families
from syndicator.catalog.intake import build_product
from syndicator.catalog.model import (
    Category,
    Family,
    SpecDefinition,
    SpecType,
    SpecValue,
    Text,
)
from syndicator.catalog.parts import Parts
from syndicator.catalog.portions import Portion
from syndicator.catalog.shapes import take, warn
from syndicator.catalog.values import FieldError, parse_gtin
from syndicator.errors import Origin, Problem
from syndicator.sources.digests import context_of, digest_of
from syndicator.sources.merging import keep
from syndicator.sources.places import listed, named
from syndicator.sources.spec import Count, SourceSpec
from syndicator.sources.workspace import missing_source
from syndicator.sources.yamlfile import read_file


@dataclass(slots=True)
class Drafts:
    """Records of one source, and what the source says about their specs and categories.

    `options` are the source's: `brand` where the format has none, `currency`, `list` (the price
    list's id, default `retail`).
    """

    locales: tuple[str, ...]
    options: Mapping[str, str]
    records: list[tuple[dict[str, Any], Origin]] = field(default_factory=list)
    definitions: dict[str, SpecDefinition] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    families: dict[str, Text] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    refused: int = 0
    codes: Codes = field(default_factory=Codes)

    @property
    def locale(self) -> str:
        """The locale of words that say none."""
        return self.options.get("locale", self.locales[0])

    @property
    def price_list(self) -> str:
        """The price list of prices that say none."""
        return self.options.get("list", "retail")

    def add(self, record: dict[str, Any], origin: Origin) -> None:
        """Take a record; empty values are left out, and the brand option fills a gap."""
        kept = {key: value for key, value in record.items() if value not in (None, "", [], {})}
        if "brand" not in kept and (brand := self.options.get("brand")):
            kept["brand"] = brand
        self.records.append((kept, origin))

    def gtin(self, value: str, origin: Origin) -> str:
        """Return a GTIN, or nothing and a warning where it is none."""
        if not value:
            return ""
        try:
            return parse_gtin(value)
        except FieldError as error:
            self.problems.append(
                warn(error.code, error.message, origin, path="gtin", found=error.found)
            )
            return ""

    def spec(
        self,
        specs: dict[str, SpecValue],
        name: str,
        value: SpecValue,
        label: Text | None = None,
        group: Text | None = None,
    ) -> None:
        """Put a spec under the key of its name, and remember what the name is."""
        key = slug(name)
        specs.setdefault(key, value)
        if key not in self.definitions:
            kind = SpecType(str(type(value).__struct_config__.tag))
            shown = label or {self.locale: name.replace("_", " ").strip()}
            unit = getattr(value, "unit", "")
            self.definitions[key] = SpecDefinition(
                key=key, type=kind, label=shown, unit=unit, group=group or {}
            )

    def category(self, names: list[str]) -> str:
        """Return the path of a category by the names of its nodes, and remember these."""
        path = ""
        for name in names:
            if not name.strip():
                continue
            step = slug(name).replace("_", "-")
            path = f"{path}/{step}" if path else step
            self.categories.setdefault(path, Category(path=path, label={self.locale: name.strip()}))
        return path


CODED = frozenset({"bmecat", "etim"})
"""Formats that write codes where others write words."""
NAMED = 12
"""Codes that a warning names."""
Reader = Callable[[Path, str, Drafts], None]
"""Reads one file, called by its label, into drafts; what is wrong goes to their problems."""
Gather = Callable[[Path, SourceSpec, Vocabulary, Parts], tuple[list[Problem], Count]]


class _Told(msgspec.Struct, array_like=True):
    """What a file says beside its products; of what several files say, the first is believed."""

    definitions: dict[str, SpecDefinition] = {}
    categories: dict[str, Category] = {}
    families: dict[str, Text] = {}
    unnamed: dict[str, int] = {}
    """Codes without a name, and how often they were met."""

    def take(self, other: _Told) -> None:
        """Hear what the next file says."""
        self.definitions = other.definitions | self.definitions
        self.categories = other.categories | self.categories
        self.families = other.families | self.families
        for code, met in other.unnamed.items():
            self.unnamed[code] = self.unnamed.get(code, 0) + met


_TOLD = msgspec.msgpack.Decoder(_Told)


def gatherer(read: Reader, suffixes: tuple[str, ...]) -> Gather:
    """Return what reads a source with `read`: one file, or every file of a folder with a suffix.

    A file that is as it was when it was last read is not parsed.
    """

    def gather(
        root: Path, spec: SourceSpec, vocabulary: Vocabulary, parts: Parts
    ) -> tuple[list[Problem], Count]:
        place = spec.place(root)
        if not place.exists():
            return [missing_source(spec)], Count(spec.path, 0, 0, 0)
        codes, problems = _codes(root, spec, vocabulary.locales[0])
        context = context_of(spec, vocabulary, codes.record)
        portions = []
        for path in listed(place, suffixes) if place.is_dir() else [place]:
            label = named(spec.path, place, path)
            key = digest_of(context, label, path)
            portion = parts.kept.portion(key, label, 0) if key else None
            if portion is None:
                own = Codes(codes.record, codes.locale)
                drafts = Drafts(vocabulary.locales, spec.options, codes=own)
                read(path, label, drafts)
                portion = _portion(drafts, vocabulary, label, key)
            portions.append(portion)
        return _settle(portions, problems, spec, vocabulary, parts)

    return gather


def _codes(root: Path, spec: SourceSpec, locale: str) -> tuple[Codes, list[Problem]]:
    """Read the names of codes, where the source has a file of them."""
    if not spec.mapping or spec.format not in CODED:
        return Codes(locale=locale), []
    documents, problems = read_file(root, root / spec.mapping, outside=True)
    if not documents:
        return Codes(locale=locale), problems
    record, wrong = take(documents[0].data, CodesRecord, documents[0].at)
    return Codes(record or CodesRecord(), locale), [*problems, *wrong]


def _unnamed(codes: Mapping[str, int], spec: SourceSpec) -> list[Problem]:
    """Say once which codes have no name, so that no shopper reads them unnoticed."""
    if not codes:
        return []
    met = sorted(codes, key=lambda code: -codes[code])
    message = f"{len(met)} codes have no name and are shown as they are"
    fix = "Name them in a file of classes, features, values and units; see sources.md"
    found = ", ".join(met[:NAMED]) + (" …" if len(met) > NAMED else "")
    return [warn("unnamed-code", message, Origin(spec.path), path="mapping", found=found, fix=fix)]


def settle(
    drafts: Drafts, spec: SourceSpec, vocabulary: Vocabulary, parts: Parts
) -> tuple[list[Problem], Count]:
    """Make products of drafts and give them to `parts`, with what families they imply."""
    files: dict[str, Drafts] = {}
    for record, origin in drafts.records:
        own = files.setdefault(origin.file, Drafts(drafts.locales, drafts.options))
        own.records.append((record, origin))
    portions = [_portion(own, vocabulary, file, b"") for file, own in files.items()]
    drafts.records = []
    return _settle(
        [_portion(drafts, vocabulary, spec.path, b""), *portions], [], spec, vocabulary, parts
    )


def _portion(drafts: Drafts, vocabulary: Vocabulary, file: str, key: bytes) -> Portion:
    """Return the products of drafts, and all that is wrong with the others."""
    records = len(drafts.records) + drafts.refused
    portion = Portion(file, strict=False, key=key, records=records, problems=drafts.problems)
    for record, origin in drafts.records:
        place = At(origin.file, origin.line)
        product, wrong = build_product(record, vocabulary, place)
        portion.problems += wrong
        if product is None:
            portion.refused.append(str(record.get("sku", "")))
        else:
            portion.add(product, place)
    told = _Told(drafts.definitions, drafts.categories, drafts.families, drafts.codes.unnamed)
    portion.told = packed(told)
    return portion


def _settle(
    portions: Sequence[Portion],
    problems: list[Problem],
    spec: SourceSpec,
    vocabulary: Vocabulary,
    parts: Parts,
) -> tuple[list[Problem], Count]:
    """Give `parts` the products of files, and the categories and families that they imply."""
    told = _Told()
    for portion in portions:
        keep(portion, spec, parts)
        problems += portion.problems
        told.take(_TOLD.decode(portion.told))
    problems += _unnamed(told.unnamed, spec)
    locale = spec.options.get("locale", vocabulary.locales[0])
    facts = [portion.facts for portion in portions]
    parts.categories |= {
        path: one for path, one in told.categories.items() if path not in parts.categories
    }
    parts.categories |= implied_categories(facts, parts.categories, locale)
    families = implied_families(facts, parts.families, told.definitions, locale)
    for code, family in families.items():
        label = told.families.get(code, family.label)
        parts.families[code] = Family(code=code, label=label, specs=family.specs)
    records, accepted = sum(one.records for one in portions), sum(map(len, portions))
    return problems, Count(spec.path, records, accepted, records - accepted)
