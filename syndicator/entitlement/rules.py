"""What manifests mean once their names are resolved: partners, rules and their origins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias, TypeVar

from syndicator.catalog.model import Tax
from syndicator.entitlement.selector import Selector
from syndicator.entitlement.windows import ALWAYS, Window
from syndicator.errors import Origin

ScopeKind: TypeAlias = Literal["all", "program", "partner", "territory"]


class Scope(NamedTuple):
    """Whom a rule addresses: everybody, or one program, partner or territory."""

    kind: ScopeKind = "all"
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".rstrip()


EVERYBODY = Scope()
WHOLE = 100
"""The share of a rollout that reaches everybody."""
_NEARNESS: tuple[ScopeKind, ...] = ("all", "territory", "program", "partner")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule has: a name, whom it addresses, when it holds and where it is written."""

    kind: str
    id: str
    scope: Scope
    window: Window = ALWAYS
    origin: Origin = field(compare=False)

    @property
    def name(self) -> str:
        """The rule as people cite it."""
        return f"{self.kind} {self.id}"


R = TypeVar("R", bound=Rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRule(Rule):
    """A grant, a forbid or a delegation: permits or takes the products of a selector."""

    selector: Selector
    text: str = field(default="", compare=False)
    written: Origin = field(compare=False)
    """Where the selector stands."""
    early_access: bool = False
    distributor: str = ""
    """Only for a delegation: whose assortment bounds it."""
    widgets: frozenset[str] = frozenset()
    """What a forbid takes; which of the distributor's widgets a delegation passes on."""

    @property
    def about_products(self) -> bool:
        """Whether products were written; a forbid or delegation may be of widgets alone."""
        return bool(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPolicy(Rule):
    """Fields that the scope does not see."""

    hide: frozenset[str]
    spared: Scope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList(Rule):
    """A price list; without a declared scope only partners that name it have it."""

    currency: str
    assigned: bool = True
    """Whether `to` was written."""
    tax: Tax | None = None
    """Of prices that do not say themselves how they stand to tax."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetGrant(Rule):
    """A widget that the scope, or a share of it, may show; of one version or channel, if named."""

    widget: str
    version: str = ""
    channel: str = ""
    share: int = WHOLE
    """Partners in a hundred that the rule has come to."""

    @property
    def request(self) -> str:
        """What is asked of packaging; see `syndicator.entitlement.versions`."""
        return "@".join(filter(None, (self.widget, self.version or self.channel)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsWindow(Rule):
    """A licence for files: they may be shown in these countries while it is in effect."""

    files: tuple[str, ...]
    territories: frozenset[str] = frozenset()
    """Countries and names of territories; empty means everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerOverride(Rule):
    """One partner's own values for fields of one product, by field."""

    sku: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A tier and what it is part of."""

    id: str
    title: str = ""
    parent: str = ""
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Somebody who shows products; empty fields mean that nothing was declared."""

    id: str
    name: str = ""
    programs: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()
    territory: str = ""
    timezone: str = "UTC"
    price_list: str = ""
    currency: str = ""
    distributor: str = ""
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSelector:
    """A selector that rules use as `@id`."""

    id: str
    selector: Selector
    text: str = field(default="", compare=False)
    written: Origin = field(compare=False)
    """Where the selector stands."""
    origin: Origin = field(compare=False)


class Addressed:
    """The rules of a workspace by whom they address: found once, asked for every partner."""

    def __init__(self, manifests: Manifests) -> None:
        self.grants = by_scope(manifests.grants.values())
        self.forbids = by_scope(manifests.forbids.values())
        self.policies = by_scope(manifests.field_policies.values())
        self.widgets = by_scope(manifests.widget_grants.values())
        self.overrides = by_scope(manifests.overrides.values())
        self.delegations: dict[str, list[ProductRule]] = defaultdict(list)
        for rule in manifests.delegations.values():
            self.delegations[rule.distributor].append(rule)
        lists = manifests.price_lists.values()
        self.priced = {each.scope.name for each in lists if each.scope.kind == "partner"}
        """Partners that a price list addresses by name."""
        self.personal = self.priced | {scope.name for scope in self._scopes() if _named(scope)}
        """Partners that some rule names: their rights are nobody else's."""
        self.rolled_out = any(rule.share < WHOLE for rule in manifests.widget_grants.values())
        """Whether some widget reaches a share of its scope: then every partner may differ."""

    def _scopes(self) -> Iterator[Scope]:
        for rules in (self.grants, self.forbids, self.widgets, self.overrides):
            yield from rules
        for scope, policies in self.policies.items():
            yield scope
            yield from (rule.spared for rule in policies if rule.spared)
        yield from (rule.scope for rules in self.delegations.values() for rule in rules)


def _named(scope: Scope) -> bool:
    return scope.kind == "partner"


def by_scope(rules: Iterable[R]) -> dict[Scope, list[R]]:
    """Gather rules by the scope that they address."""
    found: dict[Scope, list[R]] = defaultdict(list)
    for rule in rules:
        found[rule.scope].append(rule)
    return found


@dataclass(frozen=True, kw_only=True)
class Manifests:
    """All valid manifests of a workspace. The order of files and documents is not kept.

    Every mapping is by id, sorted; two sets of manifests that say the same compare equal.
    """

    programs: Mapping[str, Program] = field(default_factory=dict)
    partners: Mapping[str, Partner] = field(default_factory=dict)
    territories: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Countries of each territory."""
    selectors: Mapping[str, NamedSelector] = field(default_factory=dict)
    grants: Mapping[str, ProductRule] = field(default_factory=dict)
    forbids: Mapping[str, ProductRule] = field(default_factory=dict)
    delegations: Mapping[str, ProductRule] = field(default_factory=dict)
    price_lists: Mapping[str, PriceList] = field(default_factory=dict)
    field_policies: Mapping[str, FieldPolicy] = field(default_factory=dict)
    overrides: Mapping[str, PartnerOverride] = field(default_factory=dict)
    widget_grants: Mapping[str, WidgetGrant] = field(default_factory=dict)
    rights_windows: Mapping[str, RightsWindow] = field(default_factory=dict)

    @cached_property
    def addressed(self) -> Addressed:
        """The rules by scope. Cost: one pass over the rules, at the first question."""
        return Addressed(self)

    def lineage(self, program: str) -> tuple[str, ...]:
        """Return the program and everything above it, nearest first; a cycle ends the walk."""
        line: dict[str, None] = {}
        while program and program not in line and program in self.programs:
            line[program] = None
            program = self.programs[program].parent
        return tuple(line)

    def scopes(self, partner: Partner) -> tuple[Scope, ...]:
        """Return every scope that holds for a partner."""
        found: dict[Scope, None] = {EVERYBODY: None}
        if partner.territory:
            found[Scope("territory", partner.territory)] = None
            for name, countries in self.territories.items():
                if partner.territory in countries:
                    found[Scope("territory", name)] = None
        for joined in partner.programs:
            for program in self.lineage(joined):
                found[Scope("program", program)] = None
        found[Scope("partner", partner.id)] = None
        return tuple(found)

    def countries(self, names: Iterable[str]) -> frozenset[str]:
        """Return the countries of names of territories and of countries."""
        return frozenset(code for name in names for code in self.territories.get(name, {name}))

    def nearer(self, one: Scope, other: Scope) -> bool:
        """Tell whether `one` addresses a partner more closely than `other`.

        A partner is nearer than a program, that than a territory, that than everybody; a program
        is nearer than the one it is part of, a country than a territory of several. Unrelated
        programs are equally near.
        """
        if one.kind != other.kind:
            return _NEARNESS.index(one.kind) > _NEARNESS.index(other.kind)
        if one.kind == "program":
            return one != other and other.name in self.lineage(one.name)
        return (
            one.kind == "territory"
            and (one.name not in self.territories)
            and (other.name in self.territories)
        )
