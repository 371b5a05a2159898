"""What a manifest file may say, kind by kind: the shape of each YAML document.

These records are the source of the JSON Schemas in `manifests/schemas/`. They hold what was
written; `rules` holds what it means after names were resolved.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

Id: TypeAlias = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9][a-z0-9._-]{0,63}$",
        description="lowercase letters, digits, '.', '_', '-'; at most 64",
    ),
]
Reference: TypeAlias = Annotated[str, Meta(min_length=1)]
SelectorText: TypeAlias = Annotated[
    str, Meta(description="which products, in the selector language: 'all', 'brand = \"X\"', …")
]
Label: TypeAlias = str | dict[str, str]


class Instant(str):
    """A date (`2026-01-01`, midnight in the partner's zone) or an RFC 3339 instant."""

    __slots__ = ()


def decode_instant(kind: type, value: object) -> object:
    """Accept what YAML and JSON readers make of a date; the text is checked by `windows`."""
    if kind is not Instant:
        raise NotImplementedError(kind)
    if isinstance(value, datetime | date):
        return Instant(value.isoformat())
    if isinstance(value, str):
        return Instant(value)
    raise ValueError("Expected a date or an RFC 3339 instant")


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every manifest has."""

    id: Id


class ScopeName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One program, partner or territory; exactly one key is given."""

    program: Reference = ""
    partner: Reference = ""
    territory: Reference = ""


Scope: TypeAlias = Literal["all"] | ScopeName


class Windowed(Manifest, frozen=True, kw_only=True):
    """A manifest that may hold for a time: from `from`, up to but without `until`."""

    from_: Instant | None = msgspec.field(name="from", default=None)
    until: Instant | None = None


class Program(Manifest, frozen=True, kw_only=True):
    """A tier; a partner belongs to one or several."""

    title: Label = ""
    parent: Reference = ""


class Partner(Manifest, frozen=True, kw_only=True):
    """Somebody who shows products."""

    name: str = ""
    programs: tuple[Reference, ...] = ()
    locales: tuple[Reference, ...] = ()
    territory: str = ""
    timezone: str = ""
    price_list: str = ""
    currency: str = ""
    distributor: str = ""


class PartnerTable(Manifest, frozen=True, kw_only=True):
    """Partners by the thousand, from a CSV file or an SQL query: one partner a row."""

    csv: Annotated[str, Meta(description="a file, relative to the workspace")] = ""
    sql: Annotated[
        str,
        Meta(description="an SQLAlchemy URL; ${NAME} is taken from the environment"),
    ] = ""
    query: Annotated[str, Meta(description="the statement to read; only with sql")] = ""
    columns: Annotated[
        dict[str, str],
        Meta(description="which column is which key of a partner; default: those of equal name"),
    ] = {}
    defaults: Annotated[
        dict[str, Any], Meta(description="keys of partners whose row says nothing about them")
    ] = {}


class Territory(Manifest, frozen=True, kw_only=True):
    """A name for several countries (ISO 3166-1), so that rules can address a region."""

    countries: Annotated[tuple[Reference, ...], Meta(min_length=1)]


class NamedSelector(Manifest, frozen=True, kw_only=True):
    """A selector that others use as `@id`."""

    products: SelectorText


class Grant(Windowed, frozen=True, kw_only=True):
    """Permits products to a scope."""

    to: Scope
    products: SelectorText
    early_access: bool = False


class Forbid(Windowed, frozen=True, kw_only=True):
    """Takes products, widgets or both from a scope; always wins."""

    to: Scope
    products: SelectorText = ""
    widgets: tuple[Reference, ...] = ()


class Delegation(Windowed, frozen=True, kw_only=True):
    """The products, widgets or both that a distributor passes on, of what it holds itself."""

    distributor: Reference
    to: Scope = "all"
    products: SelectorText = ""
    widgets: tuple[Reference, ...] = ()
    early_access: bool = False


class PriceTax(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the prices of a list that say nothing of it stand to tax."""

    included: bool
    rate: Annotated[str | int | float | None, Meta(description="percent, 0 to 100")] = None
    class_: str = msgspec.field(name="class", default="")


class PriceList(Windowed, frozen=True, kw_only=True):
    """A price list and whom it is for; the prices stand in `content/prices/<id>.csv`."""

    currency: Reference
    to: Scope | None = None
    tax: PriceTax | None = None


class FieldPolicy(Windowed, frozen=True, kw_only=True):
    """Fields of products that a scope does not see, `except` some."""

    to: Scope
    hide: Annotated[tuple[Reference, ...], Meta(min_length=1)]
    except_: Scope | None = msgspec.field(name="except", default=None)


class Override(Manifest, frozen=True, kw_only=True):
    """One partner's own words for fields of one product."""

    partner: Reference
    sku: Reference
    fields: Annotated[dict[str, Any], Meta(min_length=1)]


class WidgetGrant(Windowed, frozen=True, kw_only=True):
    """Permits a widget, for example a configurator, to a scope or to a share of it."""

    to: Scope
    widget: Reference
    version: Annotated[str, Meta(description="exactly this one, such as 1.2.0")] = ""
    channel: Annotated[str, Meta(description="the newest of 'stable', 'beta', …")] = ""
    share: Annotated[
        int, Meta(ge=0, le=100, description="partners of the scope in a hundred, by their names")
    ] = 100


class RightsWindow(Windowed, frozen=True, kw_only=True):
    """Where and when pictures and documents may be shown; files that none names are free."""

    files: Annotated[
        tuple[Reference, ...],
        Meta(min_length=1, description="paths or addresses; '*' stands for any characters"),
    ]
    territories: tuple[Reference, ...] = ()


KINDS: dict[str, type[Manifest]] = {
    "program": Program,
    "partner": Partner,
    "partner-table": PartnerTable,
    "territory": Territory,
    "selector": NamedSelector,
    "grant": Grant,
    "forbid": Forbid,
    "delegation": Delegation,
    "price-list": PriceList,
    "field-policy": FieldPolicy,
    "override": Override,
    "widget-grant": WidgetGrant,
    "rights-window": RightsWindow,
}
"""Every kind of manifest and the shape of its document."""
EITHER: dict[str, tuple[str, ...]] = {
    "forbid": ("products", "widgets"),
    "delegation": ("products", "widgets"),
}
"""Keys of which a document of a kind has at least one."""
