"""Manifest documents to manifests: every problem at once, near names suggested."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from syndicator.catalog.model import Tax
from syndicator.catalog.values import FieldError, parse_tax_rate
from syndicator.entitlement import documents as doc
from syndicator.entitlement import selector as tree
from syndicator.entitlement.grammar import Mistake, parse_selector
from syndicator.entitlement.references import check_references
from syndicator.entitlement.rules import (
    EVERYBODY,
    FieldPolicy,
    Manifests,
    NamedSelector,
    Partner,
    PartnerOverride,
    PriceList,
    ProductRule,
    Program,
    RightsWindow,
    Scope,
    WidgetGrant,
)
from syndicator.entitlement.shape import read_shape
from syndicator.entitlement.values import override_values, published
from syndicator.entitlement.windows import Bound, Window, read_bound
from syndicator.errors import Problem
from syndicator.located import Located

T = TypeVar("T")


def parse_manifests(
    documents: Iterable[Located], catalog_locales: Sequence[str]
) -> tuple[Manifests, list[Problem]]:
    """Read manifests and tell everything that is wrong with them.

    Manifests with problems are left out of the result; a result with problems of severity
    `error` must not be published, for a forbid may be among what was left out.

    Args:
        documents: The documents of all files, in any order.
        catalog_locales: Locales that partners may ask for: the workspace's, and those that have
            a fallback. The first is the default of partners that name none.

    Cost: linear in the documents; equal selector texts are parsed once.
    """
    reader = _Reader(catalog_locales)
    for document in documents:
        reader.take(document)
    manifests = reader.manifests()
    reader.problems += check_references(manifests, catalog_locales, reader.places)
    return manifests, sorted(reader.problems, key=_order)


def _order(problem: Problem) -> tuple[str, int, str, str]:
    return (problem.origin.file, problem.origin.line or 0, problem.path, problem.message)


@dataclass(slots=True)
class _Reader:
    locales: Sequence[str]
    problems: list[Problem] = field(default_factory=list)
    found: dict[tuple[str, str], Any] = field(default_factory=dict)
    places: dict[tuple[str, str], Located] = field(default_factory=dict)
    parsed: dict[str, tree.Selector | Mistake] = field(default_factory=dict)

    def take(self, document: Located) -> None:
        """Read one document into `found`, or into `problems`."""
        shape, problems = read_shape(document)
        self.problems += problems
        if shape is None:
            return
        kind, record = shape
        key = (kind, record.id)
        if (before := self.places.get(key)) is not None:
            self._problem(
                document,
                "id",
                "duplicate-id",
                f"there are two manifests {kind} {record.id!r}",
                found=f"also at {before.at('id')}",
                fix="Give one of them another id.",
            )
            return
        self.places[key] = document
        count = len(self.problems)
        value = getattr(self, "_" + kind.replace("-", "_"))(record, document)
        if len(self.problems) == count:
            self.found[key] = value

    def manifests(self) -> Manifests:
        """Return what was read, sorted, so that the order of files leaves no trace."""
        return Manifests(
            programs=self._all("program"),
            partners=self._all("partner"),
            territories=self._all("territory"),
            selectors=self._all("selector"),
            grants=self._all("grant"),
            forbids=self._all("forbid"),
            delegations=self._all("delegation"),
            price_lists=self._all("price-list"),
            field_policies=self._all("field-policy"),
            overrides=self._all("override"),
            widget_grants=self._all("widget-grant"),
            rights_windows=self._all("rights-window"),
        )

    def _all(self, kind: str) -> dict[str, Any]:
        return {name: value for (of, name), value in sorted(self.found.items()) if of == kind}

    def _program(self, record: doc.Program, document: Located) -> Program:
        title = record.title if isinstance(record.title, str) else ""
        if isinstance(record.title, dict):
            title = record.title.get(self.locales[0], "") if self.locales else ""
        return Program(id=record.id, title=title, parent=record.parent, origin=document.at("id"))

    def _partner(self, record: doc.Partner, document: Located) -> Partner:
        return Partner(
            id=record.id,
            name=record.name or record.id,
            programs=tuple(sorted(set(record.programs))),
            locales=tuple(dict.fromkeys(record.locales)) or tuple(self.locales[:1]),
            territory=record.territory,
            timezone=record.timezone or "UTC",
            price_list=record.price_list,
            currency=record.currency,
            distributor=record.distributor,
            origin=document.at("id"),
        )

    def _partner_table(self, record: doc.PartnerTable, document: Located) -> None:
        # `sources.partners` replaces tables by their partners before manifests are read.
        self._problem(
            document,
            "kind",
            "unread-table",
            f"the partners of table {record.id!r} were not read",
        )

    def _territory(self, record: doc.Territory, _: Located) -> frozenset[str]:
        return frozenset(record.countries)

    def _selector(self, record: doc.NamedSelector, document: Located) -> NamedSelector:
        return NamedSelector(
            id=record.id,
            selector=self._products(record.products, document),
            text=record.products,
            written=document.at("products"),
            origin=document.at("id"),
        )

    def _grant(self, record: doc.Grant, document: Located) -> ProductRule:
        return self._rule("grant", record, document, early_access=record.early_access)

    def _forbid(self, record: doc.Forbid, document: Located) -> ProductRule:
        return self._rule("forbid", record, document, widgets=frozenset(record.widgets))

    def _delegation(self, record: doc.Delegation, document: Located) -> ProductRule:
        return self._rule(
            "delegation",
            record,
            document,
            early_access=record.early_access,
            distributor=record.distributor,
            widgets=frozenset(record.widgets),
        )

    def _rule(
        self,
        kind: str,
        record: doc.Grant | doc.Forbid | doc.Delegation,
        document: Located,
        **more: Any,  # noqa: ANN401  the few fields in which the three kinds differ
    ) -> ProductRule:
        return ProductRule(
            kind=kind,
            id=record.id,
            scope=self._scope(record.to, document),
            window=self._window(record, document),
            selector=self._products(record.products, document),
            text=record.products,
            written=document.at("products"),
            origin=document.at("id"),
            **more,
        )

    def _price_list(self, record: doc.PriceList, document: Located) -> PriceList:
        return PriceList(
            kind="price-list",
            id=record.id,
            scope=self._scope(record.to or "all", document),
            assigned=record.to is not None,
            window=self._window(record, document),
            currency=record.currency,
            tax=self._tax(record.tax, document),
            origin=document.at("id"),
        )

    def _tax(self, record: doc.PriceTax | None, document: Located) -> Tax | None:
        if record is None:
            return None
        rate = None
        if record.rate is not None:
            try:
                rate = parse_tax_rate(record.rate)
            except FieldError as error:
                place = "tax.rate"
                self._problem(
                    *(document, place, error.code, error.message),
                    expected=error.expected,
                    found=error.found,
                )
        return Tax(included=record.included, rate=rate, kind=record.class_.strip())

    def _field_policy(self, record: doc.FieldPolicy, document: Located) -> FieldPolicy:
        spared = None if record.except_ is None else self._scope(record.except_, document, "except")
        return FieldPolicy(
            kind="field-policy",
            id=record.id,
            scope=self._scope(record.to, document),
            window=self._window(record, document),
            hide=frozenset(published(name) for name in record.hide),
            spared=spared,
            origin=document.at("id"),
        )

    def _override(self, record: doc.Override, document: Located) -> PartnerOverride:
        values, problems = override_values(record.fields, self.locales, document)
        self.problems += problems
        return PartnerOverride(
            kind="override",
            id=record.id,
            scope=Scope("partner", record.partner),
            sku=record.sku,
            fields=values,
            origin=document.at("id"),
        )

    def _widget_grant(self, record: doc.WidgetGrant, document: Located) -> WidgetGrant:
        if record.version and record.channel:
            message = "a widget is granted in a version or from a channel, not both"
            self._problem(document, "channel", "two-kinds", message)
        return WidgetGrant(
            kind="widget-grant",
            id=record.id,
            scope=self._scope(record.to, document),
            window=self._window(record, document),
            widget=record.widget,
            version=record.version,
            channel=record.channel,
            share=record.share,
            origin=document.at("id"),
        )

    def _rights_window(self, record: doc.RightsWindow, document: Located) -> RightsWindow:
        return RightsWindow(
            kind="rights-window",
            id=record.id,
            scope=EVERYBODY,
            window=self._window(record, document),
            files=tuple(sorted(record.files)),
            territories=frozenset(record.territories),
            origin=document.at("id"),
        )

    def _scope(self, to: doc.Scope, document: Located, key: str = "to") -> Scope:
        if isinstance(to, str):
            return EVERYBODY
        targets = (
            Scope("program", to.program),
            Scope("partner", to.partner),
            Scope("territory", to.territory),
        )
        named = [scope for scope in targets if scope.name]
        if len(named) == 1:
            return named[0]
        self._problem(
            document,
            key,
            "scope",
            "a scope names one program, partner or territory, or is 'all'",
            expected="exactly one of program, partner, territory",
            found=f"{len(named)} of them",
            fix="Write one rule for each.",
        )
        return Scope("partner", "")

    def _window(self, record: doc.Windowed, document: Located) -> Window:
        start = self._bound(record.from_, "from", document)
        end = self._bound(record.until, "until", document)
        window = Window(start, end)
        opens, closes = window.bounds("UTC")
        if opens is not None and closes is not None and closes <= opens:
            self._problem(
                document,
                "until",
                "empty-window",
                "the window ends before it begins",
                expected=f"later than {record.from_}",
                found=str(record.until),
            )
        return window

    def _bound(self, text: doc.Instant | None, key: str, document: Located) -> Bound | None:
        if text is None:
            return None
        try:
            return read_bound(text)
        except ValueError as error:
            offset = str(error) if "offset" in str(error) else ""
            self._problem(
                document,
                key,
                "bad-instant",
                offset or "there is no such date or instant",
                expected="a date like 2026-01-31, or an instant like 2026-01-31T09:00:00+01:00",
                found=text,
            )
            return None

    def _products(self, text: str, document: Located) -> tree.Selector:
        if "products" not in document.data and document.data.get("widgets"):
            return tree.NOTHING
        if text not in self.parsed:
            self.parsed[text] = parse_selector(text)
        found = self.parsed[text]
        if isinstance(found, Mistake):
            self._problem(
                document,
                "products",
                "selector",
                f"{found.message}, at {found.place}",
                expected=found.expected,
                found=found.found,
                fix=found.fix,
            )
            return tree.Everything()
        return found

    def _problem(
        self,
        document: Located,
        path: str,
        code: str,
        message: str,
        *,
        expected: str = "",
        found: str = "",
        fix: str = "",
    ) -> None:
        place = document.at(path)
        self.problems.append(Problem(code, message, place, path, expected, found, fix))
