"""Products of the rows of an export, made by its mapping now or kept from before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import msgspec

from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.held import At, Bytes
from syndicator.catalog.implied import implied_categories, implied_families
from syndicator.catalog.intake import build_product
from syndicator.catalog.mapping import REQUIRED, Compiled, Faults, problems_of
from syndicator.catalog.model import Product, SpecDefinition, SpecValue
from syndicator.catalog.parts import Parts
from syndicator.catalog.portions import NAMELESS, Kept, Portion
from syndicator.catalog.shapes import Place
from syndicator.errors import Problem, Severity
from syndicator.sources import jsonl

Row: TypeAlias = dict[str, Any]
Columns: TypeAlias = tuple[str, ...]


class Written(NamedTuple):
    """A row as it was read, with its line and the digest of its content."""

    line: int
    data: bytes | Row | Problem
    digest: bytes


class _Unnamed(msgspec.Struct, array_like=True):
    """The columns of a portion's rows that no rule names: which there are, and who fills them."""

    columns: list[Columns] = []
    rows: list[int] = []
    """How many rows fill just these."""
    of: list[int] = []
    """Which of them the row of each product fills."""

    def count(self, columns: Columns, *, accepted: bool) -> None:
        """Note a row that fills just these columns."""
        if columns not in self.columns:
            self.columns.append(columns)
            self.rows.append(0)
        which = self.columns.index(columns)
        self.rows[which] += 1
        if accepted:
            self.of.append(which)


_UNNAMED = msgspec.msgpack.Decoder(_Unnamed)


class Maker:
    """Makes products of the rows of one source, by its mapping.

    Rows that were read before in the same `context` are taken from what is `kept`.
    """

    def __init__(
        self,
        mapping: Compiled,
        vocabulary: Vocabulary,
        kept: Kept | None = None,
        context: bytes = b"",
    ) -> None:
        self.mapping, self.vocabulary, self.context = mapping, vocabulary, context
        self.kept = kept or Kept()
        self._direct = mapping.product_maker(vocabulary)
        self._digest = hashlib.sha256(context)

    def digest(self, data: Bytes) -> bytes:
        """Return what tells content of this source from all other."""
        found = self._digest.copy()
        found.update(data)
        return found.digest()[:16]

    def known(self, key: bytes, label: str, first: int) -> Portion | None:
        """Return what was made of the same content before, at the place where it is now."""
        portion = self.kept.portion(key, label, first)
        if portion is not None:
            told = _UNNAMED.decode(portion.told)
            for columns, rows in zip(told.columns, told.rows, strict=True):
                self.mapping.count(columns, rows)
        return portion

    def portion(self, rows: Sequence[Written], label: str, first: int, key: bytes) -> Portion:
        """Return what rows give: products, made now or before, and problems."""
        portion = Portion(label, first, strict=False, key=key, records=len(rows))
        told = _Unnamed()
        for row in rows:
            if not self._again(row, portion, told):
                self._make(row, portion, told)
        portion.told = msgspec.msgpack.encode(told)
        return portion

    def _again(self, row: Written, portion: Portion, told: _Unnamed) -> bool:
        """Take a row from what is kept, if it is there."""
        found = self.kept.row(row.digest)
        if found is None:
            return False
        before, at = found
        unnamed = _UNNAMED.decode(before.told)
        columns = unnamed.columns[unnamed.of[at]]
        self.mapping.count(columns)
        told.count(columns, accepted=True)
        portion.add(before.held(at), At(portion.file, row.line), row.digest)
        return True

    def _make(self, row: Written, portion: Portion, told: _Unnamed) -> None:
        """Make a product of a row, or the problems that it has."""
        place, problems = At(portion.file, row.line), portion.problems
        data: Row | Problem | bytes = row.data
        if isinstance(data, bytes):
            data = jsonl.parse_line(data, place.file, place.line)
        if isinstance(data, Problem):
            problems.append(data)
            return
        before, columns = len(problems), list[str]()
        product = self._product(data, place, problems, columns)
        told.count(tuple(columns), accepted=product is not None)
        if product is not None:
            sound = len(problems) == before
            portion.add(product, place, row.digest if sound else NAMELESS)

    def take(self, row: Row, place: At, problems: list[Problem]) -> Product | None:
        """Return the product of a row, or nothing and its problems."""
        return self._product(row, place, problems, [])

    def _product(
        self, row: Row, place: At, problems: list[Problem], columns: list[str]
    ) -> Product | None:
        """Return the product of a row, and in `columns` those that no rule names."""
        faults: Faults = []
        specs = self.mapping.specs(row, faults, columns)
        self.mapping.count(tuple(columns))
        product = None if faults else self._direct(row, specs)
        return product or self._slowly(row, specs, faults, place, problems)

    def settle(self, portions: Sequence[Portion], parts: Parts) -> None:
        """Give `parts` what products imply, and what the next reading needs to know of rows."""
        locale = self.vocabulary.locales[0]
        facts = [portion.facts for portion in portions]
        parts.categories |= implied_categories(facts, parts.categories, locale)
        told: dict[str, SpecDefinition] = {}
        if any(one.specs for one in facts):
            told = self.kept.definitions.get(self.context, {}) | self.mapping.columns.definitions()
            parts.families |= implied_families(facts, parts.families, told, locale)
            if self.mapping.ambiguous():  # the next reading may meet columns in another order
                for portion in portions:
                    portion.key, portion.digests = b"", b""
        parts.definitions.setdefault(self.context, {}).update(told)

    def _slowly(
        self,
        row: dict[str, Any],
        specs: dict[str, SpecValue],
        faults: Faults,
        place: Place,
        problems: list[Problem],
    ) -> Product | None:
        """Return the product of an unusual row, or nothing, with all that is wrong in it."""
        applied = self.mapping.apply(row, specs, faults)
        if self.mapping.required is not REQUIRED:  # a supplement's row is no whole product
            applied.record = dict.fromkeys(REQUIRED, "-") | applied.record
        wrong = problems_of(applied, place)
        refused = any(fault.severity is Severity.ERROR for fault in wrong)
        product, more = build_product(applied.record, self.vocabulary, place, applied.typed)
        problems += [*wrong, *more]
        return None if refused else product
