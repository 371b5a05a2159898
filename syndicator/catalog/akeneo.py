"""Akeneo's CSV export: families, models, options, locales and channels become our records.

Columns are `attribute`, with `-locale` and `-channel` where the attribute has values for each,
`-unit` for quantities and `-CURRENCY` for prices. A product takes what it does not say itself
from its model, and that from its parent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from syndicator.catalog.columns import Applied, slug
from syndicator.catalog.model import Category, Family, SpecDefinition, SpecType, Text
from syndicator.catalog.rules import FieldRule, MappingRecord
from syndicator.catalog.units import symbol
from syndicator.catalog.values import (
    FieldError,
    parse_gtin,
    parse_loose_amount,
    parse_loose_instant,
)
from syndicator.errors import Severity

Row = Mapping[str, str]

_TYPES = {
    "pim_catalog_text": SpecType.TEXT,
    "pim_catalog_textarea": SpecType.TEXT,
    "pim_catalog_number": SpecType.NUMBER,
    "pim_catalog_metric": SpecType.NUMBER,
    "pim_catalog_boolean": SpecType.BOOLEAN,
    "pim_catalog_simpleselect": SpecType.CHOICE,
    "pim_catalog_multiselect": SpecType.CHOICE,
    "pim_catalog_date": SpecType.TEXT,
}
"""Attribute types that can be specs; files, pictures, prices and identifiers are not."""
_TEXTS = frozenset({"title", "summary", "description"})
_SYSTEM = frozenset(
    {"categories", "enabled", "family", "family_variant", "groups", "parent", "sku"}
)
_MAX_MODELS = 3


@dataclass(frozen=True)
class Export:
    """The tables of an export by name, each a list of rows, with what the source declares."""

    tables: Mapping[str, Sequence[Row]]
    rules: MappingRecord
    channel: str
    locales: tuple[str, ...]
    """Of the workspace; `en_US` of the export is `en-US` or `en` of these."""

    @cached_property
    def locale_of(self) -> dict[str, str]:
        """The export's locales by the workspace's."""
        codes = [row["code"] for row in self.tables.get("locales", ())]
        nearest = {
            own: max(codes, key=lambda code: _nearness(code, own)) for own in self.locales if codes
        }
        return {own: code for own, code in nearest.items() if _nearness(code, own)}

    @cached_property
    def attributes(self) -> dict[str, Row]:
        """Attributes by code."""
        return {row["code"]: row for row in self.tables.get("attributes", ())}

    @cached_property
    def options(self) -> dict[str, dict[str, Text]]:
        """Labels of options by attribute and code."""
        found: dict[str, dict[str, Text]] = {}
        for row in self.tables.get("attribute_options", ()):
            found.setdefault(row["attribute"], {})[row["code"]] = self.label(row)
        return found

    @cached_property
    def models(self) -> dict[str, Row]:
        """Product models by code."""
        return {row["code"]: row for row in self.tables.get("product_models", ())}

    @cached_property
    def paths(self) -> dict[str, tuple[str, ...]]:
        """Codes from the root of its tree to each category; a cycle ends where it closes."""
        parents = {row["code"]: row.get("parent", "") for row in self.tables.get("categories", ())}
        found: dict[str, tuple[str, ...]] = {}
        for code, parent in parents.items():
            path, at = [code], parent
            while at and at not in path:
                path.append(at)
                at = parents.get(at, "")
            found[code] = tuple(reversed(path))
        return found

    @cached_property
    def labels(self) -> dict[str, Text]:
        """Labels of categories by code."""
        return {row["code"]: self.label(row) for row in self.tables.get("categories", ())}

    @cached_property
    def tree(self) -> str:
        """The category tree of the channel."""
        rows = self.tables.get("channels", ())
        return next((row.get("tree", "") for row in rows if row["code"] == self.channel), "")

    @cached_property
    def taken(self) -> frozenset[str]:
        """Attributes that rules name, which are no specs then."""
        rules = self.rules
        named = {rule if isinstance(rule, str) else rule.column for rule in rules.fields.values()}
        named |= {rule.column for rule in (*rules.media, *rules.documents)}
        named |= {price.column for price in rules.prices}
        return frozenset(named | set(rules.ignore))

    def reads(self, column: str) -> bool:
        """Tell whether a column of products is read, or left out because a rule says so."""
        code = column.split("-", maxsplit=1)[0]
        named = code in _SYSTEM or code in self.taken or code in self._spec_keys
        return named or code in {rule.column for rule in self.rules.relations}

    @cached_property
    def _spec_keys(self) -> frozenset[str]:
        return frozenset(spec.key for specs in self._definitions.values() for spec in specs)

    def label(self, row: Row) -> Text:
        """Return the labels of a row in the workspace's locales; its code where there are none."""
        found = {
            own: words
            for own, code in self.locale_of.items()
            if (words := row.get(f"label-{code}", ""))
        }
        return found or {self.locales[0]: row["code"].replace("_", " ").capitalize()}

    # --- what families and categories become ---------------------------------------------

    def families(self) -> Iterable[Family]:
        """Yield the families with the definitions of their specs."""
        groups = {row["code"]: self.label(row) for row in self.tables.get("attribute_groups", ())}
        for row in self.tables.get("families", ()):
            codes = [
                code for code in row.get("attributes", "").split(",") if code in self.attributes
            ]
            needed = set(row.get(f"requirements-{self.channel}", "").split(","))
            specs = tuple(
                self.definition(code, groups, required=code in needed)
                for code in codes
                if code not in self.taken and self.attributes[code]["type"] in _TYPES
            )
            yield Family(code=row["code"], label=self.label(row), specs=specs)

    def definition(
        self, code: str, groups: Mapping[str, Text], *, required: bool
    ) -> SpecDefinition:
        """Return the spec definition of an attribute."""
        row = self.attributes[code]
        return SpecDefinition(
            key=code,
            type=_TYPES[row["type"]],
            label=self.label(row),
            unit=symbol(row.get("default_metric_unit", "")),
            group=groups.get(row.get("group", ""), {}),
            choices=self.options.get(code, {}),
            required=required,
        )

    def categories(self) -> Iterable[Category]:
        """Yield the categories of the channel's tree, without its root."""
        for code, path in self.paths.items():
            if len(path) > 1 and (not self.tree or path[0] == self.tree):
                yield Category(path=_category(path), label=self.labels[code])

    # --- what products become ------------------------------------------------------------

    def apply(self, row: Row) -> Applied:
        """Return the written record of a product row, completed from its models."""
        full, model = self.inherited(row)
        applied = Applied()
        record = applied.record
        for name, rule in self.rules.fields.items():
            self._field(
                name, FieldRule(column=rule) if isinstance(rule, str) else rule, full, applied
            )
        record["family"] = full.get("family", "") or (self._family_of(model) if model else "")
        self._category_of(full, record)
        self._lists(full, applied)
        record["specs"] = self._specs(full, record["family"])
        if model:
            record["variant"] = {"group": row["parent"], "axes": self._axes(full, model)}
        return applied

    def inherited(self, row: Row) -> tuple[dict[str, str], Row | None]:
        """Return the row with the values of its models, and its nearest model."""
        full = {key: value for key, value in row.items() if value}
        nearest = model = self.models.get(row.get("parent", ""))
        for _ in range(_MAX_MODELS):
            if model is None:
                break
            for key, value in model.items():
                if value and key != "code":
                    full.setdefault(key, value)
            model = self.models.get(model.get("parent", ""))
        return full, nearest

    def value(self, row: Row, attribute: str) -> str:
        """Return an attribute's value for the channel, whatever its locale."""
        for column in (attribute, f"{attribute}-{self.channel}"):
            if value := row.get(column):
                return value
        return next(iter(self.words(row, attribute).values()), "")

    def words(self, row: Row, attribute: str) -> Text:
        """Return an attribute's words by locale; what has no locale is of the default one."""
        found: Text = {}
        for own, code in self.locale_of.items():
            value = row.get(f"{attribute}-{code}-{self.channel}") or row.get(f"{attribute}-{code}")
            if value:
                found[own] = value.replace("\\n", "\n")
        plain = row.get(attribute) or row.get(f"{attribute}-{self.channel}")
        return found or ({self.locales[0]: plain.replace("\\n", "\n")} if plain else {})

    def _field(self, name: str, rule: FieldRule, row: Row, applied: Applied) -> None:
        record = applied.record
        if name in _TEXTS:
            words = self.words(row, rule.column)
            if words or rule.default:
                record[name] = words or {self.locales[0]: rule.default}
            return
        text = self._scalar(rule, row)
        if not text:
            return
        try:
            if name == "gtin":
                record["gtin"] = parse_gtin(text)
            elif name.startswith("lifecycle."):
                instant = parse_loose_instant(text, rule.date_format).isoformat()
                record.setdefault("lifecycle", {})[name.partition(".")[2]] = instant
            else:
                record[name] = rule.prefix + text
        except FieldError as error:
            severity = Severity.WARNING if rule.when_invalid == "drop" else Severity.ERROR
            applied.faults.append((name, error, severity))

    def _scalar(self, rule: FieldRule, row: Row) -> str:
        if rule.under and (label := self._label_under(row, rule.under)):
            return label
        value = self.value(row, rule.column) if rule.column else ""
        options = self.options.get(rule.column, {})
        if value in options:
            value = next(iter(options[value].values()), value)
        return value or rule.constant or rule.default

    def _label_under(self, row: Row, root: str) -> str:
        for code in row.get("categories", "").split(","):
            path = self.paths.get(code, ())
            if root in path[:-1]:
                return next(iter(self.labels[path[path.index(root) + 1]].values()), code)
        return ""

    def _family_of(self, model: Row) -> str:
        variants = {row["code"]: row["family"] for row in self.tables.get("family_variants", ())}
        return variants.get(model.get("family_variant", ""), "")

    def _category_of(self, row: Row, record: dict[str, Any]) -> None:
        paths = [self.paths.get(code, ()) for code in row.get("categories", "").split(",")]
        ours = [path for path in paths if len(path) > 1 and (not self.tree or path[0] == self.tree)]
        if ours:
            record["category"] = _category(max(ours, key=len))

    def _lists(self, row: Row, applied: Applied) -> None:
        record = applied.record
        for media in self.rules.media:
            if value := self.value(row, media.column):
                entry = {"file": media.folder + value, "role": media.role.value}
                record.setdefault("media", []).append(entry)
        for document in self.rules.documents:
            if value := self.value(row, document.column):
                record.setdefault("documents", []).append({"file": document.folder + value})
        for relation in self.rules.relations:
            if targets := row.get(f"{relation.column}-products"):
                skus = [sku.strip() for sku in targets.split(",") if sku.strip()]
                relations = record.setdefault("relations", {})
                relations.setdefault(relation.type.value, []).extend(skus)
        self._prices(row, applied)

    def _prices(self, row: Row, applied: Applied) -> None:
        for price in self.rules.prices:
            column = f"{price.column}-{price.currency}"
            if not (value := row.get(column)):
                continue
            try:
                amount, _ = parse_loose_amount(value, price.decimal)
            except FieldError as error:
                applied.faults.append((column, error, Severity.ERROR))
                continue
            entry = {"list": price.list, "amount": str(amount), "currency": price.currency}
            applied.record.setdefault("prices", []).append(entry)

    def _specs(self, row: Row, family: str) -> dict[str, Any]:
        specs: dict[str, Any] = {}
        for definition in self._definitions.get(family, ()):
            key = definition.key
            if definition.type is SpecType.TEXT:
                if words := self.words(row, key):
                    specs[key] = words
            elif value := self.value(row, key):
                unit = row.get(f"{key}-unit", "")
                many = definition.type is SpecType.CHOICE
                specs[key] = value.split(",") if many else f"{value} {unit}".strip()
        return specs

    @cached_property
    def _definitions(self) -> dict[str, tuple[SpecDefinition, ...]]:
        return {family.code: family.specs for family in self.families()}

    def _axes(self, row: Row, model: Row) -> dict[str, Text]:
        """Return the product's words on each axis of its family variant."""
        code = row.get("family_variant", "") or model.get("family_variant", "")
        variant = next((v for v in self.tables.get("family_variants", ()) if v["code"] == code), {})
        named = [variant.get(f"variant-axes_{level}", "") for level in (1, 2)]
        axes = [axis for level in named for axis in level.split(",") if axis]
        return {axis: words for axis in axes if (words := self._axis(row, axis))}

    def _axis(self, row: Row, axis: str) -> Text:
        value = self.value(row, axis)
        return self.options.get(axis, {}).get(value) or ({self.locales[0]: value} if value else {})


def _nearness(code: str, own: str) -> int:
    """Tell how well a locale of the export serves one of the workspace; 0 is not at all.

    A bare language is best served where it is at home: `de` by `de_DE`, `en` by `en_US`.
    """
    language, _, territory = code.partition("_")
    if code.replace("_", "-") == own:
        return 3
    if language != own:
        return 0
    return 2 if territory.lower() == language or code == "en_US" else 1


def _category(path: tuple[str, ...]) -> str:
    return "/".join(slug(code).replace("_", "-") for code in path[1:])
