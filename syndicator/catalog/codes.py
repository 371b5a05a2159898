"""Codes of trade standards and what they are called here: languages and units of measure."""

from __future__ import annotations

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
