"""The configurator model: options, values, rules, prices and parts, as compiled and labelled.

Rules are formulas over indices. After the options come *auxiliary* variables, each a yes/no
that is a function of the options: whether an option is visible, whether a combination (with
its own price or parts) is chosen. They make visibility and combination prices as exact as
everything else, and they never change the number of configurations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from syndicator.canonical import encode, fingerprint
from syndicator.catalog.model import Text
from syndicator.configurator.formulas import Formula, plain
from syndicator.errors import Origin

NOWHERE = Origin("")


class Display(StrEnum):
    """How an option is shown."""

    RADIO = "radio"
    SELECT = "select"
    SWATCH = "swatch"
    TOGGLE = "toggle"
    STEPPER = "stepper"
    SLIDER = "slider"


@dataclass(frozen=True, slots=True)
class Value:
    """One choice of an option; `sku` is the product that it sells, `parts` what it is made of."""

    id: str
    label: Text = field(default_factory=dict)
    help: Text = field(default_factory=dict)
    number: Fraction | None = None
    """What the value counts as in arithmetic, where the option is a quantity."""
    attributes: Mapping[str, Fraction] = field(default_factory=dict)
    price: Mapping[str, Decimal] = field(default_factory=dict)
    parts: tuple[tuple[str, int], ...] = ()
    sku: str = ""
    picture: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose: exactly one of its values."""

    id: str
    values: tuple[Value, ...]
    label: Text = field(default_factory=dict)
    help: Text = field(default_factory=dict)
    display: Display = Display.RADIO
    group: str = ""
    default: int | None = None
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Rule:
    """A formula that every configuration satisfies, with its words and its place."""

    id: str
    formula: Formula
    text: Text = field(default_factory=dict)
    source: str = ""
    """The rule as written, for explanations to the person who wrote it."""
    origin: Origin = NOWHERE


class Role(StrEnum):
    """What an auxiliary variable tells."""

    VISIBLE = "visible"
    COMBINATION = "combination"


@dataclass(frozen=True, slots=True)
class Auxiliary:
    """A yes/no that is a function of the options: it is 1 exactly where `when` holds."""

    id: str
    role: Role
    when: Formula
    option: int | None = None
    """VISIBLE: the option that is hidden where this is 0."""
    label: Text = field(default_factory=dict)
    price: Mapping[str, Decimal] = field(default_factory=dict)
    parts: tuple[tuple[str, int], ...] = ()
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Group:
    """A heading over several options."""

    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class Model:
    """A whole configurator, validated; variables are the options, then the auxiliaries."""

    id: str
    options: tuple[Option, ...]
    title: Text = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    rules: tuple[Rule, ...] = ()
    auxiliaries: tuple[Auxiliary, ...] = ()
    base_price: Mapping[str, Decimal] = field(default_factory=dict)
    base_parts: tuple[tuple[str, int], ...] = ()
    origin: Origin = NOWHERE

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of values of each variable."""
        return (*(len(option.values) for option in self.options), *(2 for _ in self.auxiliaries))

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of everything that decides which configurations are valid, hexadecimal.

        Words, pictures, prices and parts are not in it: they change without a new diagram.
        """
        options = [[option.id, [value.id for value in option.values]] for option in self.options]
        rules = [plain(rule.formula) for rule in self.rules]
        auxiliaries = [[one.id, plain(one.when)] for one in self.auxiliaries]
        return fingerprint(b"configurator 1", encode([options, rules, auxiliaries]))

    def pictures(self) -> dict[str, Origin]:
        """Return every picture that a value names, with the place of its option."""
        return {
            value.picture: option.origin
            for option in self.options
            for value in option.values
            if value.picture
        }

    def skus(self) -> frozenset[str]:
        """Return every SKU that the model names, as a sold value or as a part."""
        parts = [*self.base_parts]
        for option in self.options:
            for value in option.values:
                parts += [*value.parts, (value.sku, 1)]
        for one in self.auxiliaries:
            parts += one.parts
        return frozenset(sku for sku, _ in parts if sku)
