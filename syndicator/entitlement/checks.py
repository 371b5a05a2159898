"""Whether selectors ask for what the catalog has: fields, types, units, names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from syndicator.catalog.model import Catalog, Family, SpecType
from syndicator.entitlement.advice import advise
from syndicator.entitlement.compiler import Compiler, in_unit
from syndicator.entitlement.index import Index, SpecIndex
from syndicator.entitlement.names import suggest
from syndicator.entitlement.rules import Manifests, NamedSelector, ProductRule
from syndicator.entitlement.selector import (
    MAX_DEPTH,
    Comparison,
    Quantity,
    Selector,
    Value,
    names,
    walk,
)
from syndicator.errors import Problem, Severity

TEXTS = ("sku", "brand", "mpn", "gtin", "model", "family", "category", "title")
"""Fields that hold text and have no key."""
KEYED = {
    "spec": "the key of a spec, such as spec.weight",
    "extra": "a key, such as extra.customs_code",
    "price": "the id of a price list, such as price.eur-retail",
    "lifecycle": "announce, release or end_of_life",
    "variant": "group",
}
"""Fields that need a key after a dot, and what the key is."""
INSTANTS = ("announce", "release", "end_of_life")
EQUALITY = frozenset({"=", "!=", "in"})
RELATIONS = frozenset({"=", "!=", "<", "<=", ">", ">=", "in"})


def check_selectors(manifests: Manifests, catalog: Catalog) -> list[Problem]:
    """Return what the selectors of manifests ask for in vain.

    Unknown fields, specs, price lists, families and categories are errors, as are values of the
    wrong type or unit: a forbid that matches nothing because of a typing mistake would show what
    must not be shown. Unknown brands, SKUs and the like are warnings, for they may come later,
    and so is what does nothing: rules that select nothing, partners that nothing is granted to.

    Cost: one pass over the catalog for each field in use, then linear in the selectors.
    """
    check = _Check(catalog, manifests)
    owners: list[tuple[str, ProductRule | NamedSelector]] = [
        *(("selector", one) for one in manifests.selectors.values()),
        *(("grant", one) for one in manifests.grants.values()),
        *(("forbid", one) for one in manifests.forbids.values()),
        *(("delegation", one) for one in manifests.delegations.values()),
    ]
    problems = [problem for _, owner in owners for problem in check.owner(owner)]
    if not any(problem.severity is Severity.ERROR for problem in problems):
        problems += check.nothing(owner for _, owner in owners)
    problems += advise(manifests, catalog)
    return sorted(problems, key=lambda p: (p.origin.file, p.origin.line or 0, p.message))


def check_selector(asked: NamedSelector, manifests: Manifests, catalog: Catalog) -> list[Problem]:
    """Return what one selector asks for in vain, the named selectors that it uses included."""
    named, known, waiting = manifests.selectors, {asked.id: asked}, [asked]
    problems: list[Problem] = []
    while waiting:
        for used in names(waiting.pop().selector):
            if used.name not in named:
                problems.append(
                    Problem(
                        "unknown-selector",
                        f"there is no selector {used.name!r}, at column {used.column}",
                        asked.written,
                        expected="the id of a selector",
                        found=repr(used.name),
                        fix=suggest(used.name, named),
                    )
                )
            elif used.name not in known:
                known[used.name] = named[used.name]
                waiting.append(named[used.name])
    if not problems and not _computable({name: one.selector for name, one in known.items()}):
        problems.append(
            Problem("selector-cycle", "selectors use each other", asked.written, found=asked.text)
        )
    check = _Check(catalog, manifests)
    return problems + [problem for one in known.values() for problem in check.owner(one)]


@dataclass(frozen=True, slots=True)
class _Complaint:
    """What is wrong with one comparison, before it is known whose it is."""

    code: str
    message: str
    expected: str = ""
    found: str = ""
    fix: str = ""
    severity: Severity = Severity.ERROR


@dataclass
class _Check:
    catalog: Catalog
    manifests: Manifests
    told: dict[Comparison, tuple[_Complaint, ...]] = field(default_factory=dict)

    def owner(self, owner: ProductRule | NamedSelector) -> Iterator[Problem]:
        """Yield the problems of one rule's selector."""
        for node in walk(owner.selector):
            if not isinstance(node, Comparison):
                continue
            if node not in self.told:
                self.told[node] = tuple(self.comparison(node))
            for each in self.told[node]:
                yield Problem(
                    each.code,
                    f"{each.message}, at column {node.column}",
                    owner.written,
                    "products",
                    each.expected,
                    each.found,
                    each.fix,
                    each.severity,
                )

    def nothing(self, owners: Iterable[ProductRule | NamedSelector]) -> Iterator[Problem]:
        """Warn of rules that select no product at any time."""
        named = {name: one.selector for name, one in self.manifests.selectors.items()}
        asked = list(owners)
        used = (name.name for one in asked for name in names(one.selector))
        # Circles, depth and names that nobody declares are told where manifests are read.
        if not _computable(named) or not set(used) <= named.keys():
            return
        compiler = Compiler(self._index, named, _SOME_TIME)
        for owner in asked:
            if isinstance(owner, ProductRule) and not owner.about_products:
                continue
            # What a price selects changes with time, so that nothing now says nothing.
            if not compiler.lists(owner.selector) and not compiler.products(owner.selector):
                yield Problem(
                    "selects-nothing",
                    "the selector matches no product of the catalog",
                    owner.written,
                    "products",
                    "at least one product",
                    owner.text,
                    severity=Severity.WARNING,
                )

    def comparison(self, node: Comparison) -> Iterator[_Complaint]:
        """Yield what is wrong with one comparison."""
        complaint = self._field(node)
        if complaint is not None:
            yield complaint
            return
        checks: dict[str, Callable[[Comparison], Iterator[_Complaint]]] = {
            "spec": self._spec,
            "price": self._price,
            "lifecycle": self._lifecycle,
        }
        yield from checks.get(node.field, self._text)(node)

    def _field(self, node: Comparison) -> _Complaint | None:
        known = (*TEXTS, *KEYED)
        if node.field not in known:
            return _Complaint(
                "unknown-field",
                f"products have no field {node.field!r}",
                "one of " + ", ".join(known),
                repr(node.path),
                suggest(node.field, known),
            )
        if (node.field in KEYED) == bool(node.key):
            return None
        return _Complaint(
            "unknown-field",
            f"{node.field!r} needs a key" if node.field in KEYED else f"{node.field!r} has no keys",
            KEYED.get(node.field, node.field),
            repr(node.path),
        )

    def _text(self, node: Comparison) -> Iterator[_Complaint]:
        allowed = EQUALITY | {"under"} if node.field == "category" else EQUALITY
        wrong = list(_operator(node, allowed))
        yield from wrong
        for value in () if wrong else node.values:
            if not isinstance(value, str):
                yield _mistyped(node, "a quoted text", value)
            else:
                yield from self._known(node, value)

    def _known(self, node: Comparison, value: str) -> Iterator[_Complaint]:
        """Complain of a value that no product has."""
        if node.field == "variant" and node.key != "group":
            yield _unknown("field", f"variant.{node.key}", ("variant.group",))
        elif node.field == "category" and value.strip("/") not in self._categories:
            yield _unknown("category", value, self._categories)
        elif node.field == "family" and value not in self._families:
            yield _unknown("family", value, self._families)
        else:
            yield from self._expected(node, value)

    def _expected(self, node: Comparison, value: str) -> Iterator[_Complaint]:
        """Warn of a value that no product has yet."""
        if node.field in {"sku", "brand"}:
            known: Collection[str] = (
                self.catalog.products if node.field == "sku" else self._index.text("brand")
            )
            if value not in known:
                yield _unknown(node.field, value, known, Severity.WARNING)
        elif node.field == "extra" and not self._index.text("extra", node.key):
            yield _unknown("extra field", node.key, self._extras, Severity.WARNING)

    def _price(self, node: Comparison) -> Iterator[_Complaint]:
        yield from _operator(node, RELATIONS)
        lists = set(self.manifests.price_lists) | self._priced
        if node.key not in lists:
            yield _unknown("price list", node.key, lists)
            return
        manifest = self.manifests.price_lists.get(node.key)
        for value in node.values:
            if not isinstance(value, Quantity):
                yield _mistyped(node, "an amount", value)
            elif manifest is not None and value.unit not in {"", manifest.currency}:
                yield _Complaint(
                    "wrong-unit",
                    f"prices of {node.key!r} are in {manifest.currency}",
                    f"an amount in {manifest.currency}",
                    str(value),
                )

    def _lifecycle(self, node: Comparison) -> Iterator[_Complaint]:
        if node.key not in INSTANTS:
            yield _unknown("field", node.path, [f"lifecycle.{each}" for each in INSTANTS])
            return
        yield from _operator(node, RELATIONS)
        for value in node.values:
            if not isinstance(value, datetime):
                yield _mistyped(node, "a date such as 2026-01-31", value)

    def _spec(self, node: Comparison) -> Iterator[_Complaint]:
        spec = self._index.spec(node.key)
        kinds = self._kinds(node.key, spec)
        if not kinds:
            yield _unknown("spec", node.key, self._spec_keys)
            return
        measured = kinds & {SpecType.NUMBER, SpecType.RANGE}
        yield from _operator(node, RELATIONS if measured else EQUALITY)
        for value in node.values:
            yield from self._spec_value(node, value, kinds)

    def _spec_value(
        self, node: Comparison, value: Value, kinds: set[SpecType]
    ) -> Iterator[_Complaint]:
        measured = bool(kinds & {SpecType.NUMBER, SpecType.RANGE})
        if isinstance(value, Quantity) and measured:
            units = self._units(node.key)
            if all(in_unit(value, unit) is None for unit in units):
                yield _Complaint(
                    "wrong-unit",
                    f"spec {node.key!r} is not measured in {value.unit!r}",
                    "a number in " + " or ".join(sorted(units)) if any(units) else "a bare number",
                    str(value),
                )
        elif isinstance(value, bool) and SpecType.BOOLEAN in kinds:
            return
        elif isinstance(value, str) and kinds - {
            SpecType.NUMBER,
            SpecType.RANGE,
            SpecType.BOOLEAN,
        }:
            if node.operator in {"<", "<=", ">", ">="}:
                yield _mistyped(node, "a number", value)
            elif kinds == {SpecType.CHOICE} and value not in (codes := self._codes(node.key)):
                yield _unknown("code", value, codes, Severity.WARNING)
        else:
            yield _mistyped(node, " or ".join(sorted(_SAID[kind] for kind in kinds)), value)

    # --- what the catalog knows, gathered when it is first needed -------------------------

    @cached_property
    def _index(self) -> Index:
        return Index(tuple(self.catalog.products.values()))

    @cached_property
    def _categories(self) -> frozenset[str]:
        known = set(self.catalog.categories) | set(self._index.text("category"))
        parents = {path[:at] for path in known for at, c in enumerate(path) if c == "/"}
        return frozenset(known | parents)

    @cached_property
    def _families(self) -> frozenset[str]:
        return frozenset(self.catalog.families) | frozenset(self._index.text("family"))

    @cached_property
    def _priced(self) -> frozenset[str]:
        products = self.catalog.products.values()
        return frozenset(price.list for product in products for price in product.prices)

    @cached_property
    def _extras(self) -> frozenset[str]:
        return frozenset(key for p in self.catalog.products.values() for key in p.extra)

    @cached_property
    def _spec_keys(self) -> frozenset[str]:
        defined = {spec.key for family in self._defined for spec in family.specs}
        return frozenset(defined | {k for p in self.catalog.products.values() for k in p.specs})

    @property
    def _defined(self) -> Collection[Family]:
        return self.catalog.families.values()

    def _kinds(self, key: str, spec: SpecIndex) -> set[SpecType]:
        """Return the types of a spec key: those defined, and those of guessed values."""
        kinds = {each.type for family in self._defined for each in family.specs if each.key == key}
        if spec.lows and not kinds & {SpecType.NUMBER, SpecType.RANGE}:
            kinds.add(SpecType.NUMBER)
        if spec.flags:
            kinds.add(SpecType.BOOLEAN)
        if spec.words and not kinds & {SpecType.TEXT, SpecType.CHOICE, SpecType.LIST}:
            kinds.add(SpecType.TEXT)
        return kinds

    def _units(self, key: str) -> set[str]:
        measured = {SpecType.NUMBER, SpecType.RANGE}
        defined = {
            each.unit
            for family in self._defined
            for each in family.specs
            if each.key == key and each.type in measured
        }
        return defined | set(self._index.spec(key).lows)

    def _codes(self, key: str) -> set[str]:
        return {
            code
            for family in self._defined
            for each in family.specs
            if each.key == key
            for code in each.choices
        }


_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def _computable(named: Mapping[str, Selector]) -> bool:
    """Tell whether named selectors mean something: all declared, no circle, not too deep."""
    known: set[str] = set()
    rest = dict(named)
    for _ in range(MAX_DEPTH):
        ready = [n for n, tree in rest.items() if {u.name for u in names(tree)} <= known]
        known.update(ready)
        for name in ready:
            del rest[name]
        if not (ready and rest):
            break
    return not rest


_SAID = {
    SpecType.NUMBER: "a number",
    SpecType.RANGE: "a number",
    SpecType.TEXT: "a quoted text",
    SpecType.BOOLEAN: "true or false",
    SpecType.CHOICE: "a quoted code",
    SpecType.LIST: "a quoted text",
}


def _operator(node: Comparison, allowed: Collection[str]) -> Iterator[_Complaint]:
    if node.operator not in allowed:
        yield _Complaint(
            "wrong-operator",
            f"{node.path!r} cannot be compared with {node.operator!r}",
            "one of " + " ".join(sorted(allowed)),
            repr(node.operator),
        )


def _mistyped(node: Comparison, expected: str, value: Value) -> _Complaint:
    found = repr(value) if isinstance(value, str) else str(value)
    return _Complaint(
        "wrong-type", f"{node.path!r} is compared with the wrong type", expected, found
    )


def _unknown(
    what: str, name: str, known: Collection[str], severity: Severity = Severity.ERROR
) -> _Complaint:
    return _Complaint(
        f"unknown-{what.replace(' ', '-')}",
        f"no product has {what} {name!r}",
        f"a known {what}",
        repr(name),
        suggest(name, known),
        severity,
    )
