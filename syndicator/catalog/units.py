"""Units of measure: what a written unit is called here, and how one becomes another.

A unit is kept as its symbol (`kg`, `mm`, `Wh`). Spellings of exports become symbols through
`symbol`; conversion is Pint's, asked once for each pair of units.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pint import UnitRegistry

CLDR_UNITS = {
    "mm": "length-millimeter",
    "cm": "length-centimeter",
    "m": "length-meter",
    "km": "length-kilometer",
    "in": "length-inch",
    "ft": "length-foot",
    "mg": "mass-milligram",
    "g": "mass-gram",
    "kg": "mass-kilogram",
    "t": "mass-tonne",
    "lb": "mass-pound",
    "oz": "mass-ounce",
    "ml": "volume-milliliter",
    "l": "volume-liter",
    "W": "power-watt",
    "kW": "power-kilowatt",
    "kWh": "energy-kilowatt-hour",
    "J": "energy-joule",
    "V": "electric-volt",
    "A": "electric-ampere",
    "mA": "electric-milliampere",
    "ohm": "electric-ohm",
    "Hz": "frequency-hertz",
    "kHz": "frequency-kilohertz",
    "MHz": "frequency-megahertz",
    "GHz": "frequency-gigahertz",
    "B": "digital-byte",
    "kB": "digital-kilobyte",
    "MB": "digital-megabyte",
    "GB": "digital-gigabyte",
    "TB": "digital-terabyte",
    "Mbit": "digital-megabit",
    "Gbit": "digital-gigabit",
    "°C": "temperature-celsius",
    "°F": "temperature-fahrenheit",
    "K": "temperature-kelvin",
    "°": "angle-degree",
    "bar": "pressure-bar",
    "hPa": "pressure-hectopascal",
    "kPa": "pressure-kilopascal",
    "psi": "pressure-pound-force-per-square-inch",
    "N": "force-newton",
    "Nm": "torque-newton-meter",
    "lm": "light-lumen",
    "lx": "light-lux",
    "cd": "light-candela",
    "ms": "duration-millisecond",
    "s": "duration-second",
    "min": "duration-minute",
    "h": "duration-hour",
    "d": "duration-day",
    "km/h": "speed-kilometer-per-hour",
    "m/s": "speed-meter-per-second",
    "m²": "area-square-meter",
    "cm²": "area-square-centimeter",
    "m³": "volume-cubic-meter",
    "cm³": "volume-cubic-centimeter",
}
"""Symbols that CLDR can write in every locale, with its name for them."""

_SPELLINGS = {
    '"': "in",
    "″": "in",
    "inch": "in",
    "inches": "in",
    "zoll": "in",
    "millimeter": "mm",
    "millimetre": "mm",
    "centimeter": "cm",
    "centimetre": "cm",
    "meter": "m",
    "metre": "m",
    "kilometer": "km",
    "foot": "ft",
    "feet": "ft",
    "gram": "g",
    "gramm": "g",
    "milligram": "mg",
    "kilogram": "kg",
    "kilograms": "kg",
    "kgs": "kg",
    "ton": "t",
    "pound": "lb",
    "pounds": "lb",
    "lbs": "lb",
    "ounce": "oz",
    "liter": "l",
    "litre": "l",
    "milliliter": "ml",
    "millilitre": "ml",
    "watt": "W",
    "watts": "W",
    "kilowatt": "kW",
    "watt_hour": "Wh",
    "kilowatt_hour": "kWh",
    "volt": "V",
    "volts": "V",
    "ampere": "A",
    "amp": "A",
    "hertz": "Hz",
    "kilohertz": "kHz",
    "megahertz": "MHz",
    "gigahertz": "GHz",
    "byte": "B",
    "kilobyte": "kB",
    "kb": "kB",
    "megabyte": "MB",
    "gigabyte": "GB",
    "terabyte": "TB",
    "celsius": "°C",
    "fahrenheit": "°F",
    "kelvin": "K",
    "degree": "°",
    "degrees": "°",
    "percent": "%",
    "decibel": "dB",
    "lumen": "lm",
    "millisecond": "ms",
    "second": "s",
    "sec": "s",
    "minute": "min",
    "minutes": "min",
    "hour": "h",
    "hours": "h",
    "hrs": "h",
    "day": "d",
    "days": "d",
    "newton_meter": "Nm",
    "n m": "Nm",
    "n·m": "Nm",
    "kph": "km/h",
    "kmh": "km/h",
    "m2": "m²",
    "cm2": "cm²",
    "m3": "m³",
    "cm3": "cm³",
    "cc": "cm³",
    "square_meter": "m²",
    "cubic_meter": "m³",
}

_PINT_NAMES = {
    "in": "inch",
    "°C": "degC",
    "°F": "degF",
    "°": "degree",
    "%": "percent",
    "ohm": "ohm",
    "Nm": "newton*meter",
    "km/h": "kilometer/hour",
    "m²": "meter**2",
    "cm²": "centimeter**2",
    "m³": "meter**3",
    "cm³": "centimeter**3",
    "h": "hour",
    "d": "day",
    "l": "liter",
    "ml": "milliliter",
    "t": "metric_ton",
    "B": "byte",
    "kB": "kilobyte",
    "MB": "megabyte",
    "GB": "gigabyte",
    "TB": "terabyte",
    "Mbit": "megabit",
    "Gbit": "gigabit",
    "lb": "pound",
    "oz": "ounce",
    "ft": "foot",
}
"""What Pint calls the symbols that it would read as something else, or not at all."""

_SYMBOLS_BY_CASE = {known.lower(): known for known in CLDR_UNITS if known not in {"K", "Mbit", "B"}}


@lru_cache(maxsize=4096)
def symbol(written: str) -> str:
    """Return the symbol for a unit as people and exports write it; unknown ones stay as they are.

    `KILOGRAM`, `kgs` and `Kg` are `kg`; `"` is `in`.
    """
    text = written.strip()
    if text in CLDR_UNITS:
        return text
    lowered = text.lower()
    return _SPELLINGS.get(lowered) or _SYMBOLS_BY_CASE.get(lowered, text)


def convert(value: float, source: str, target: str) -> float | None:
    """Return `value` of the unit `source` in the unit `target`; None where they do not compare.

    Exact decimal factors stay exact where floats can (1 in is 25.4 mm): results are rounded to
    twelve significant digits, far below any product's tolerance.
    """
    if source == target:
        return value
    line = _line_between(source, target)
    if line is None:
        return None
    return float(f"{value * line[0] + line[1]:.12g}")


@lru_cache(maxsize=4096)
def _line_between(source: str, target: str) -> tuple[float, float] | None:
    """Return slope and offset from one unit to another; offsets are for temperatures only."""
    units = _units()
    try:
        zero = units.Quantity(0.0, _PINT_NAMES.get(source, source)).to(
            _PINT_NAMES.get(target, target)
        )
        one = units.Quantity(1.0, _PINT_NAMES.get(source, source)).to(
            _PINT_NAMES.get(target, target)
        )
    except Exception:  # noqa: BLE001  Pint raises a dozen kinds for words that are no units
        return None
    return float(one.magnitude - zero.magnitude), float(zero.magnitude)


@lru_cache(maxsize=1)
def _units() -> UnitRegistry[float]:
    """Make Pint's registry at the first conversion: it costs a third of a second."""
    from pint import UnitRegistry  # noqa: PLC0415  see above

    return UnitRegistry(cache_folder=None)
