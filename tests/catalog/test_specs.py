"""Specs: what is written becomes a typed value in the unit of its definition, or is refused."""

# ruff: noqa: E501  cases stand in rows

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.catalog.model import (
    Choice,
    Flag,
    Number,
    Series,
    Span,
    SpecDefinition,
    SpecType,
    SpecValue,
    Text,
    Words,
)
from syndicator.catalog.specs import parse_spec, quantity
from syndicator.catalog.units import convert, symbol
from syndicator.catalog.values import FieldError


def words(value: object, _path: str) -> Text:
    """Return text as the intake does, without its checks."""
    return value if isinstance(value, dict) else {"en": str(value)}


def define(kind: str, unit: str = "", **choices: Text) -> SpecDefinition:
    """Return a definition."""
    return SpecDefinition(
        key="k", type=SpecType(kind), label={"en": "K"}, unit=unit, choices=choices
    )


TYPED: dict[str, tuple[object, SpecDefinition | None, SpecValue]] = {
    "a number in its unit": ("250 W", define("number", "W"), Number(value=250.0, unit="W")),
    "a bare number": (250, define("number", "W"), Number(value=250.0, unit="W")),
    "another unit": ("0.25 kW", define("number", "W"), Number(value=250.0, unit="W")),
    "inches": ('17"', define("number", "cm"), Number(value=43.18, unit="cm")),
    "a decimal comma": ("2,5 kg", define("number", "kg"), Number(value=2.5, unit="kg")),
    "grouped digits": ("12 500 km", define("number", "km"), Number(value=12500.0, unit="km")),
    "a temperature": ("68 °F", define("number", "°C"), Number(value=20.0, unit="°C")),
    "a range": ("165..190 cm", define("range", "cm"), Span(low=165.0, high=190.0, unit="cm")),
    "a range with a dash": ("1,65\u20131,9 m", define("range", "cm"), Span(low=165.0, high=190.0, unit="cm")),
    "a range as a list": ([165, "1.9 m"], define("range", "cm"), Span(low=165.0, high=190.0, unit="cm")),
    "a negative range": ("-10..40 °C", define("range", "°C"), Span(low=-10.0, high=40.0, unit="°C")),
    "yes": ("Ja", define("boolean"), Flag(value=True)),
    "false": (False, define("boolean"), Flag(value=False)),
    "a choice": ("S", define("choice", S={"en": "Small"}), Choice(codes=("S",))),
    "choices": (["S", "M"], define("choice", S={}, M={}), Choice(codes=("S", "M"))),
    "text": ({"en": "Discs", "de": "Scheiben"}, define("text"), Words(text={"en": "Discs", "de": "Scheiben"})),
    "a list": (["a", 2], define("list"), Series(items=({"en": "a"}, {"en": "2"}))),
    "a guessed number": ("250 W", None, Number(value=250.0, unit="W")),
    "a guessed text": ("250 things", None, Words(text={"en": "250 things"})),
    "a guessed flag": (True, None, Flag(value=True)),
    "a guessed range": ("165..190 cm", None, Span(low=165.0, high=190.0, unit="cm")),
    "typed text of an export for a number": (
        Words(text={"en": "2 kg"}), define("number", "g"), Number(value=2000.0, unit="g"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TYPED)
def test_a_written_value_gets_its_type(name: str) -> None:
    """Each notation, by example."""
    written, definition, expected = TYPED[name]
    assert parse_spec(written, definition, words, "specs.k") == expected


REFUSED: dict[str, tuple[object, SpecDefinition, str]] = {
    "a word for a number": ("heavy", define("number", "kg"), "number"),
    "a flag for a number": (True, define("number", "kg"), "number"),
    "a unit of something else": ("250 kg", define("number", "W"), "unit"),
    "an unknown unit": ("250 blips", define("number", "W"), "unit"),
    "a range backwards": ("190..165 cm", define("range", "cm"), "range"),
    "half a range": ("165..", define("range", "cm"), "range"),
    "an unknown choice": ("XL", define("choice", S={}), "choice"),
    "no choice": ([], define("choice", S={}), "choice"),
    "perhaps": ("perhaps", define("boolean"), "boolean"),
    "an endless number": (math.inf, define("number"), "number"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_by_name(name: str) -> None:
    """Each refusal has its code."""
    written, definition, code = REFUSED[name]
    with pytest.raises(FieldError) as caught:
        parse_spec(written, definition, words, "specs.k")
    assert caught.value.code == code


SPELLINGS = {
    "KILOGRAM": "kg", "Kg": "kg", "lbs": "lb", '"': "in", "INCH": "in", "Nm": "Nm", "MB": "MB", "mAh": "mAh",
    "m2": "m²", "watt": "W", "HOUR": "h", "celsius": "°C", " mm ": "mm", "blip": "blip",
}  # fmt: skip


@pytest.mark.parametrize("written", SPELLINGS)
def test_spellings_of_units_become_symbols(written: str) -> None:
    """Exports and people call one unit many things; an unknown one stays as it is."""
    assert symbol(written) == SPELLINGS[written]


def test_newton_metres_are_no_nanometres() -> None:
    """A torque is not a length, whatever a parser of units thinks."""
    assert convert(1.0, "Nm", "m") is None
    assert convert(1.0, "Nm", "J") == 1.0


UNITS = ["mm", "cm", "m", "km", "in", "ft"]


@given(st.floats(-1e9, 1e9), st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_conversion_there_and_back_is_where_it_was(value: float, one: str, other: str) -> None:
    """Twelve digits outlive two conversions."""
    there = convert(value, one, other)
    assert there is not None
    back = convert(there, other, one)
    assert back is not None
    assert math.isclose(back, value, rel_tol=1e-9, abs_tol=1e-9)


ANY: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
)


@given(
    ANY | st.lists(ANY, max_size=3),
    st.sampled_from(list(SpecType)),
    st.sampled_from(["", "kg", "W"]),
)
def test_any_value_is_typed_or_refused(value: object, kind: SpecType, unit: str) -> None:
    """No value raises anything but a refusal, and no number is infinite."""
    try:
        found = parse_spec(value, define(kind.value, unit), words, "k")
    except FieldError:
        return
    if isinstance(found, Number):
        assert math.isfinite(found.value)


@given(st.text("0123456789.,- eE+kgW", max_size=15))
def test_a_quantity_is_read_or_refused(text: str) -> None:
    """Text of digits and signs never breaks the parser."""
    try:
        value, _ = quantity(text, "kg")
    except FieldError:
        return
    assert math.isfinite(value)
