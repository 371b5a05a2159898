"""From a written record to a value of the product model: parse every field, name every fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from syndicator.catalog import records as written
from syndicator.catalog.fields import Vocabulary, parse_address, parse_sku
from syndicator.catalog.frame import Frame, parse_category, under
from syndicator.catalog.model import (
    Document,
    Feature,
    Lifecycle,
    Media,
    Price,
    Product,
    Relation,
    RelationType,
    Rights,
    SpecValue,
    Tax,
    Variant,
    Video,
)
from syndicator.catalog.shapes import Place, take
from syndicator.catalog.specs import parse_spec
from syndicator.catalog.values import (
    FieldError,
    parse_amount,
    parse_currency,
    parse_gtin,
    parse_tax_rate,
)
from syndicator.errors import Origin, Problem

_NOWHERE = Origin("")
INLINE = "#"
"""What stands for rules that are in the product's record itself."""


def build_product(
    data: object,
    vocabulary: Vocabulary,
    place: Place,
    typed: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[Product | None, list[Problem]]:
    """Return the product that a written record means, or every problem that it has.

    `place` gives the origin of a path in the record; `typed` are fields of the product that the
    record leaves out because they were parsed before. A record with a problem gives no product.
    """
    record, problems = take(data, written.ProductRecord, place)
    intake = Intake(vocabulary, place)
    if record is not None:
        product = intake.product(record, typed, _names(data))
        return (None, intake.problems) if intake.problems else (product, [])
    if rest := _rest(data, problems):  # what has the right shape may still be wrong
        intake.product(rest, {}, _names(data))
    return None, [*problems, *intake.problems]


def _names(data: object) -> Iterable[str]:
    """Return the keys of a record that was found to be one."""
    return data if isinstance(data, dict) else ()


def _rest(data: object, problems: list[Problem]) -> written.ProductRecord | None:
    """Return the record without the fields whose shape is wrong."""
    if not isinstance(data, dict):
        return None
    bad = {re.split(r"[.\[]", problem.path, maxsplit=1)[0] for problem in problems}
    good = {key: value for key, value in data.items() if key not in bad}
    stand_in = {"sku": "x", "brand": "x", "title": "x"}
    return take(stand_in | good, written.ProductRecord, lambda _: _NOWHERE)[0]


class Intake(Frame):
    """Makes values of the product model from records."""

    def product(
        self, record: written.ProductRecord, typed: Mapping[str, Any], names: Iterable[str]
    ) -> Product:
        """Return the product; only to be used where no problem was found.

        `names` are the fields that the record fills, `typed` those that were parsed before.
        """
        changes: dict[str, Any] = {
            "sku": self.checked("sku", record.sku, parse_sku),
            "brand": self.filled("brand", record.brand),
            "title": self.words("title", record.title),
        }
        for name in names:
            if name in _PARTS and (value := getattr(record, name)):
                changes[name] = _PARTS[name](self, value)
        changes |= typed
        specs = typed.get("specs") or record.specs
        if specs and (specs is record.specs or record.family in self.vocabulary.families):
            changes["specs"] = self.specs(record.family, specs)
        return Product(**changes)

    def specs(self, family: str, written_specs: Mapping[str, Any]) -> dict[str, SpecValue]:
        """Return typed specs by key, in the order written."""
        found: dict[str, SpecValue] = {}
        for key, value in written_specs.items():
            definition = self.vocabulary.definition(family, key)
            if definition is None and family in self.vocabulary.families:
                self.unknown_spec(family, key)
                continue
            path = f"specs.{key}"
            try:
                found[key] = parse_spec(value, definition, self.text, path)
            except FieldError as error:
                self.wrong(path, error)
        return found

    def unknown_spec(self, family: str, key: str) -> None:
        """Note a spec that the product's family does not define."""
        known = ", ".join(self.vocabulary.definitions[family])
        self.wrong(
            f"specs.{key}",
            FieldError("unknown-spec", f"the family {family} has no such spec", known, key),
        )

    def features(self, items: list[written.FeatureRecord]) -> tuple[Feature, ...]:
        """Return the selling points."""
        return tuple(
            Feature(
                title=self.words(f"features[{i}].title", item.title),
                text=self.text(item.text, f"features[{i}].text"),
                image=item.image,
            )
            for i, item in enumerate(items)
        )

    def media(self, items: list[written.MediaRecord]) -> tuple[Media, ...]:
        """Return the pictures."""
        found = []
        for i, item in enumerate(items):
            path = f"media[{i}]"
            self.one_place(path, item.file, item.url)
            alt, rights = self.text(item.alt, f"{path}.alt"), self.rights(item.rights, path)
            found.append(
                Media(file=item.file, url=item.url, role=item.role, alt=alt, rights=rights)
            )
        return tuple(found)

    def videos(self, items: list[written.VideoRecord]) -> tuple[Video, ...]:
        """Return the videos."""
        found = []
        for i, item in enumerate(items):
            url = self.checked(f"videos[{i}].url", item.url, parse_address)
            title = self.text(item.title, f"videos[{i}].title")
            found.append(Video(url=url or "", poster=item.poster, title=title))
        return tuple(found)

    def documents(self, items: list[written.DocumentRecord]) -> tuple[Document, ...]:
        """Return the files to read."""
        found = []
        for i, item in enumerate(items):
            path = f"documents[{i}]"
            self.one_place(path, item.file, item.url)
            found.append(
                Document(
                    file=item.file,
                    url=item.url,
                    type=item.type,
                    title=self.text(item.title, f"{path}.title"),
                    language=item.language,
                    version=item.version,
                    rights=self.rights(item.rights, path),
                )
            )
        return tuple(found)

    def rights(self, item: written.RightsRecord | None, path: str) -> Rights | None:
        """Return when and where something may be shown."""
        if item is None:
            return None
        return Rights(
            valid_from=self.instant(item.valid_from, f"{path}.rights.valid_from"),
            valid_until=self.instant(item.valid_until, f"{path}.rights.valid_until"),
            territories=self.territories(item.territories, f"{path}.rights"),
        )

    def relations(self, item: written.RelationsRecord) -> tuple[Relation, ...]:
        """Return the pointers to other products, by type in the order of the model."""
        found = []
        for kind in RelationType:
            for i, target in enumerate(getattr(item, kind.value)):
                row = target if isinstance(target, written.RelationRecord) else None
                sku = str(row.sku if row else target).strip()
                quantity = row.quantity if row else 1
                if quantity < 1:
                    error = FieldError(
                        "quantity", "the quantity is less than one", "one or more", quantity
                    )
                    self.wrong(f"relations.{kind.value}[{i}].quantity", error)
                found.append(Relation(type=kind, sku=sku, quantity=quantity))
        return tuple(found)

    def variant(self, item: written.VariantRecord) -> Variant:
        """Return the membership of a variant group."""
        axes = {
            axis: self.text(
                str(value) if isinstance(value, int | float) else value, f"variant.axes.{axis}"
            )
            for axis, value in item.axes.items()
        }
        return Variant(group=str(item.group), axes=axes)

    def prices(self, items: list[written.PriceRecord]) -> tuple[Price, ...]:
        """Return the prices of a record."""
        return tuple(
            price for i, item in enumerate(items) if (price := self.price(item, f"prices[{i}]"))
        )

    def price(self, item: written.PriceRecord, path: str) -> Price | None:
        """Return one price."""
        amount = self.checked(under(path, "amount"), item.amount, parse_amount)
        if item.currency:
            self.checked(under(path, "currency"), item.currency, parse_currency)
        if item.min_quantity < 1:
            error = FieldError(
                "quantity", "the quantity is less than one", "one or more", item.min_quantity
            )
            self.wrong(under(path, "min_quantity"), error)
        begin = self.instant(item.valid_from, under(path, "valid_from"))
        end = self.instant(item.valid_until, under(path, "valid_until"))
        if begin and end and begin >= end:
            self.wrong(
                path,
                FieldError("window", "the price ends before it starts", "valid_from < valid_until"),
            )
        if amount is None:
            return None
        return Price(
            list=item.list,
            amount=amount,
            currency=item.currency,
            min_quantity=item.min_quantity,
            valid_from=begin,
            valid_until=end,
            tax=self.tax(item.tax, under(path, "tax")),
        )

    def tax(self, item: written.TaxRecord | None, path: str) -> Tax | None:
        """Return how a price stands to tax."""
        if item is None:
            return None
        rate = None
        if item.rate is not None:
            rate = self.checked(under(path, "rate"), item.rate, parse_tax_rate)
        return Tax(included=item.included, rate=rate, kind=item.kind.strip())

    def lifecycle(self, item: written.LifecycleRecord) -> Lifecycle:
        """Return the instants of a product's life, which must be in order."""
        names = ("announce", "release", "end_of_life")
        instants = {name: self.instant(getattr(item, name), f"lifecycle.{name}") for name in names}
        given = [value for value in instants.values() if value]
        if given != sorted(given):
            error = FieldError(
                "window", "the instants are out of order", "announce ≤ release ≤ end_of_life"
            )
            self.wrong("lifecycle", error)
        return Lifecycle(**instants)


_NO_RELATIONS = written.RelationsRecord()
_NO_LIFE = written.LifecycleRecord()
_PARTS: dict[str, Callable[[Intake, Any], Any]] = {
    "gtin": lambda intake, value: intake.checked("gtin", value, parse_gtin),
    "mpn": lambda _, value: str(value).strip(),
    "model": lambda _, value: str(value).strip(),
    "family": lambda _, value: value.strip(),
    "category": lambda intake, value: intake.checked("category", value, parse_category),
    "summary": lambda intake, value: intake.text(value, "summary"),
    "description": lambda intake, value: intake.text(value, "description"),
    "highlights": lambda intake, items: tuple(
        intake.text(item, f"highlights[{i}]") for i, item in enumerate(items)
    ),
    "features": Intake.features,
    "media": Intake.media,
    "videos": Intake.videos,
    "documents": Intake.documents,
    "relations": lambda intake, item: () if item == _NO_RELATIONS else intake.relations(item),
    "variant": Intake.variant,
    "prices": Intake.prices,
    "lifecycle": lambda intake, item: Lifecycle() if item == _NO_LIFE else intake.lifecycle(item),
    "support": Intake.support,
    "configurator": lambda _, value: value.strip() if isinstance(value, str) else INLINE,
    "extra": lambda _, values: {key: _plain(value) for key, value in values.items()},
}
"""How each optional field of a product is parsed."""


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).strip()
