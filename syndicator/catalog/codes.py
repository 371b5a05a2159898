"""Codes of trade standards and what they are called here: languages, units, classifications."""

# ruff: noqa: RUF012  msgspec gives every record its own copy of an empty default

from __future__ import annotations

import re
from dataclasses import dataclass, field

from syndicator.catalog.model import Record, Text
from syndicator.catalog.units import symbol

CODE = re.compile(r"E[CFVU]\d{6}|0173-1#\d{2}-[A-Z]{3}\d{3}#\d{3}")
"""A code of ETIM (class, feature, value, unit) or of ECLASS (IRDI): it says nothing by itself."""
LANGUAGES = {
    "deu": "de", "ger": "de", "eng": "en", "fra": "fr", "fre": "fr", "ita": "it", "spa": "es",
    "nld": "nl", "dut": "nl", "por": "pt", "pol": "pl", "swe": "sv", "dan": "da", "nor": "nb",
    "fin": "fi", "ces": "cs", "cze": "cs", "hun": "hu", "tur": "tr", "rus": "ru", "zho": "zh",
    "chi": "zh", "jpn": "ja", "kor": "ko", "ara": "ar",
}  # fmt: skip
"""ISO 639-2, both kinds, as BMEcat writes languages; of two kinds the terminological one first."""
UNITS = {
    "C62": "", "MMT": "mm", "CMT": "cm", "MTR": "m", "KMT": "km", "INH": "in", "FOT": "ft",
    "MGM": "mg", "GRM": "g", "KGM": "kg", "TNE": "t", "LBR": "lb", "ONZ": "oz", "LTR": "l",
    "MLT": "ml", "MTK": "m²", "CMK": "cm²", "MTQ": "m³", "CMQ": "cm³", "WTT": "W", "KWT": "kW",
    "WHR": "Wh", "KWH": "kWh", "JOU": "J", "VLT": "V", "AMP": "A", "4K": "mA", "AMH": "Ah",
    "E09": "mAh", "OHM": "ohm", "HTZ": "Hz", "KHZ": "kHz", "MHZ": "MHz", "A86": "GHz", "AD": "B",
    "2P": "kB", "4L": "MB", "E34": "GB", "E35": "TB", "CEL": "°C", "FAH": "°F", "KEL": "K",
    "DD": "°", "P1": "%", "C26": "ms", "SEC": "s", "MIN": "min", "HUR": "h", "DAY": "d",
    "BAR": "bar", "A97": "hPa", "KPA": "kPa", "NEW": "N", "NU": "Nm", "LUM": "lm", "LUX": "lx",
    "CDL": "cd", "2N": "dB", "KMH": "km/h", "MTS": "m/s", "RPM": "rpm",
}  # fmt: skip
"""UN/ECE Recommendation 20, as far as features of products use it."""


class CodesRecord(Record, frozen=True):
    """A file of names for the codes of a classification: ETIM's, ECLASS's, or one's own."""

    classes: dict[str, str | dict[str, str]] = {}
    features: dict[str, str | dict[str, str]] = {}
    values: dict[str, str | dict[str, str]] = {}
    units: dict[str, str] = {}


@dataclass(slots=True)
class Codes:
    """What codes mean; `unnamed` gathers those that were met and that nothing names."""

    record: CodesRecord = field(default_factory=CodesRecord)
    locale: str = "en"
    unnamed: dict[str, int] = field(default_factory=dict)

    def term(self, kind: str, code: str) -> Text:
        """Return the words of a class, feature or value by locale; none where it has no name."""
        words = getattr(self.record, kind).get(code)
        if words is None:
            if CODE.fullmatch(code):
                self.unnamed[code] = self.unnamed.get(code, 0) + 1
            return {}
        return {self.locale: words} if isinstance(words, str) else dict(words)

    def unit(self, code: str) -> str:
        """Return the symbol of a unit: as the file says, of UN/ECE, or as people write it."""
        if code in self.record.units:
            return self.record.units[code]
        if CODE.fullmatch(code):
            self.unnamed[code] = self.unnamed.get(code, 0) + 1
        return UNITS.get(code, symbol(code))
