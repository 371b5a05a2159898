"""A mapping for data that nobody has described: proposed from names, types and samples.

What is proposed is text for a person: every line says what it was inferred from, and what is a
guess says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from syndicator.catalog.observation import (
    Column,
    Row,
    currency_of,
    is_amount,
    is_gtin,
    is_instant,
    observe,
)
from syndicator.catalog.units import CLDR_UNITS, symbol
from syndicator.catalog.values import CURRENCIES

_NAMES: dict[str, tuple[str, ...]] = {
    "sku": (
        *(
            "sku",
            "variant sku",
            "item number",
            "item no",
            "article number",
            "artikelnummer",
            "product code",
        ),
        *("product id", "item id", "article", "reference", "code", "id", "handle"),
    ),
    "brand": (
        "brand",
        "manufacturer",
        "vendor",
        "marke",
        "hersteller",
        "marque",
        "supplier",
        "maker",
    ),
    "mpn": (
        "mpn",
        "manufacturer part number",
        "part number",
        "part no",
        "model number",
        "hersteller nr",
    ),
    "gtin": ("gtin", "ean", "upc", "ean13", "barcode", "variant barcode", "isbn", "gtin14"),
    "model": ("model", "model name", "modell"),
    "family": ("family", "product family", "attribute set code", "product type"),
    "title": (
        *(
            "title",
            "product name",
            "name",
            "produktname",
            "bezeichnung",
            "nom",
            "label",
            "headline",
        ),
        *("item name", "designation"),
    ),
    "summary": ("summary", "short description", "kurzbeschreibung", "subtitle", "teaser"),
    "description": (
        *("description", "long description", "body html", "body", "beschreibung", "langtext"),
        *("product description", "details"),
    ),
    "highlights": ("highlights", "bullets", "bullet points", "features", "selling points"),
    "category": (
        "category",
        "categories",
        "product category",
        "kategorie",
        "google product category",
    ),
    "lifecycle.release": (
        "release date",
        "date released",
        "available from",
        "launch date",
        "published at",
    ),
    "lifecycle.end_of_life": ("end of life", "discontinued", "eol date", "end of sale"),
}
"""What columns for a field are called, the likeliest first; in words of lowercase letters."""
_PICTURE = re.compile(r"\b(image|images|img|picture|photo|bild|media|thumbnail)\b")
_PRICE = re.compile(r"\b(price|preis|prix|msrp|rrp|uvp|cost|amount)\b")
_UNIT = re.compile(r".*[\s_([-]([A-Za-z°%\"²³/]{1,4})[\])]?")
_FILE = re.compile(r".*\.(?:jpe?g|png|webp|gif|svg|avif)(?:\?.*)?", re.IGNORECASE | re.DOTALL)
_BOOLEANS = frozenset({"true", "false", "yes", "no", "ja", "nein", "oui", "non"})
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?")
_STEPS = (" > ", " / ", ">", "/")
_LISTS = ("\n", ",", "|", ";")
_MANY = 20
"""Columns with one prefix and one type that become one rule."""
_ALIKE = 0.75
_SHORT = 60
"""Characters of a value that can be one of a list."""


NO_BRAND = "no column says it"
SOME_BRANDS = "some rows say none"
GUESSED_CURRENCY = "THE CURRENCY IS A GUESS"
"""What comments say of lines that somebody has to look at."""


def propose(
    rows: Sequence[Row], locales: tuple[str, ...], constant_brand: str = "", currency: str = ""
) -> str:
    """Return the text of a mapping file for rows like these.

    Brand and currency, a code of ISO 4217, are used where the data says none. The file always
    parses and compiles, and names `sku`, `brand` and `title`; where the data has nothing for one
    of them, the line says so. Cost: linear in the sampled cells.
    """
    return _Proposal(observe(rows), locales, constant_brand, currency).text()


class _Proposal:
    """The mapping as it grows; a column is used once."""

    def __init__(
        self, columns: list[Column], locales: tuple[str, ...], brand: str, currency: str
    ) -> None:
        self.columns = {column.name: column for column in columns}
        self.locales, self.brand, self.currency = locales, brand, currency
        self.used: set[str] = set()

    def text(self) -> str:
        """Return the whole file."""
        lines = [
            "# Proposed from the data: read it, correct it, keep it with the workspace.",
            "# Columns that no line names are ignored and counted. See docs/formats/workspace.md.",
            "fields:",
            *self.fields(),
        ]
        for name, found in (
            ("media", self.media()),
            ("prices", self.prices()),
            ("specs", self.specs()),
        ):
            lines += [f"{name}:", *found] if found else []
        return "\n".join(lines) + "\n"

    def free(self) -> list[Column]:
        """Return the columns that no line names yet."""
        return [column for name, column in self.columns.items() if name not in self.used]

    def take(self, column: Column) -> Column:
        """Note that a line names the column."""
        self.used.add(column.name)
        return column

    # --- fields --------------------------------------------------------------------------

    def fields(self) -> list[str]:
        """Return the lines of the fields that were found, and of those that must be there."""
        found = {"gtin": self.gtin(), "sku": self.sku()}
        for name in _NAMES:
            if name not in found:
                found[name] = self.named(name)
        found["sku"] = found["sku"] or self.forced("sku")
        found["brand"] = found["brand"] or self.no_brand()
        found["title"] = found["title"] or self.forced("title")
        return [line for name in _NAMES if (line := found.get(name))]

    def sku(self) -> str:
        """Find the key: a column with a key's name whose values differ."""
        for word in _NAMES["sku"]:
            for column in self.free():
                if column.called(word) and column.unique():
                    return _line("sku", _quoted(self.take(column).name), column.note())
        return ""

    def gtin(self) -> str:
        """Find the column whose values are GTINs, whatever it is called."""
        named = [column for column in self.free() if any(map(column.called, _NAMES["gtin"]))]
        for column in named or [column for column in self.free() if column.like(is_gtin)]:
            if column.values:
                source = _quoted(self.take(column).name)
                rule = f"{{column: {source}, first: true, when_invalid: drop}}"
                return _line("gtin", rule, column.note())
        return ""

    def named(self, name: str) -> str:
        """Find the column that is called like a field, or one for each locale."""
        localized = self.localized(name) if name in {"title", "summary", "description"} else {}
        if localized:
            inner = ", ".join(
                f"{locale}: {_quoted(column)}" for locale, column in localized.items()
            )
            return _line(name, f"{{columns: {{{inner}}}}}", "# one column a language")
        for word in _NAMES[name]:
            for column in self.free():
                if column.called(word) and self.plausible(name, column):
                    return self.rule(name, self.take(column))
        return ""

    def plausible(self, name: str, column: Column) -> bool:
        """Tell whether the values of a column can be what its name says."""
        if name.startswith("lifecycle"):
            return column.like(is_instant)
        if name in {"title", "description", "summary"}:
            return not column.like(lambda value: bool(_NUMBER.fullmatch(value)))
        return bool(column.values)

    def rule(self, name: str, column: Column) -> str:
        """Return the line of a field for a column."""
        inner, note = "", column.note()
        if name == "category":
            steps, parts = column.separator(_STEPS), column.separator(_LISTS)
            inner += f", split: {_quoted(steps)}" if steps else ""
            inner += f", several: {_quoted(parts)}" if parts else ""
        if name == "brand" and column.share < 1:
            inner += f", default: {_quoted(self.brand or 'Brand')}"
            note += "" if self.brand else f"; {SOME_BRANDS}"
        if inner:
            return _line(name, f"{{column: {_quoted(column.name)}{inner}}}", note)
        return _line(name, _quoted(column.name), note)

    def localized(self, name: str) -> dict[str, str]:
        """Find columns such as `title_de` or `title-de_DE`, by locale."""
        found: dict[str, str] = {}
        for column in self.free():
            for word in _NAMES[name]:
                for locale in self.locales:
                    if _names(column.words, word, locale) and locale not in found:
                        found[locale] = self.take(column).name
        return found

    def forced(self, name: str) -> str:
        """Name the likeliest column for a field that must be there."""
        free = self.free() or list(self.columns.values())
        if not free:
            return _line(name, "missing", "# the data has no columns")
        column = self.take(max(free, key=lambda c: (c.share, len(set(c.values)))))
        return _line(
            name, _quoted(column.name), f"{column.note()}; a guess, no column is called so"
        )

    def no_brand(self) -> str:
        """Say the brand where no column does."""
        return _line("brand", f"{{constant: {_quoted(self.brand or 'Brand')}}}", f"# {NO_BRAND}")

    # --- lists ---------------------------------------------------------------------------

    def media(self) -> list[str]:
        """Return the lines of columns with pictures; the first is the hero."""
        lines: list[str] = []
        for column in self.free():
            if column.like(lambda v: bool(_FILE.fullmatch(v))) or (
                _PICTURE.search(column.words) and column.like(lambda v: v.startswith("http"))
            ):
                role = "gallery" if lines else "hero"
                split = column.separator(_LISTS)
                split = f", split: {_quoted(split)}" if split else ""
                rule = f"{{column: {_quoted(self.take(column).name)}, role: {role}{split}}}"
                lines.append(f"  - {rule}   {column.note()}")
        return lines

    def prices(self) -> list[str]:
        """Return the lines of columns with prices; a currency that is not written is a guess."""
        lines: list[str] = []
        for column in self.free():
            if not (_PRICE.search(column.words) and column.like(is_amount)):
                continue
            named = [word.upper() for word in column.words.split() if word.upper() in CURRENCIES]
            written = next((c for v in column.values[:20] if (c := currency_of(v))), "")
            known = written or (named[-1] if named else self.currency)
            currency, sure = known or "EUR", "" if known else f"; {GUESSED_CURRENCY}"
            parts = [
                f"list: {'retail' if not lines else _key(column.words)}",
                f"currency: {currency}",
            ]
            rule = f"{{{', '.join(parts)}, column: {_quoted(self.take(column).name)}}}"
            lines.append(f"  - {rule}   {column.note()}{sure}")
        return lines

    def specs(self) -> list[str]:
        """Return the lines of all other columns that say something, by their types."""
        lines: list[str] = []
        kinds = {column.name: self.kind(column) for column in self.free() if column.values}
        for prefix, kind in _prefixes({name: kind for name, (kind, _) in kinds.items()}):
            members = [name for name in kinds if name.startswith(prefix) and name not in self.used]
            self.used.update(members)
            note = f"# {len(members)} columns such as {members[0]}"
            lines.append(f"  - {{prefix: {_quoted(prefix)}, type: {kind}}}   {note}")
        for column in self.free():
            if column.values:
                kind, unit = kinds[column.name]
                inner = f", unit: {_quoted(unit)}" if unit else ""
                inner += ', split: "\\n"' if kind == "list" else ""
                rule = f"{{column: {_quoted(self.take(column).name)}, type: {kind}{inner}}}"
                lines.append(f"  - {rule}   {column.note()}")
        return lines

    def kind(self, column: Column) -> tuple[str, str]:
        """Return the type of a column, and the unit that its name ends with."""
        if column.like(lambda v: v.lower() in _BOOLEANS):
            return "boolean", ""
        if all(_NUMBER.fullmatch(value) for value in column.values):
            found = _UNIT.fullmatch(column.name)
            unit = symbol(found[1]) if found else ""
            return "number", unit if unit in CLDR_UNITS else ""
        return ("list" if _lists_lines(column) else "text"), ""


def _lists_lines(column: Column) -> bool:
    """Tell whether cells hold several short values, one a line."""
    cells = [value.strip().split("\n") for value in column.values]
    short = all(len(line) <= _SHORT and "<" not in line for lines in cells for line in lines)
    return short and any(len(lines) > 1 for lines in cells)


def _prefixes(kinds: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the shortest prefixes that many columns of one type share, with that type.

    A few other types among texts are texts too, such as part numbers of digits.
    """
    groups: dict[str, list[str]] = {}
    for name, kind in kinds.items():
        for match in re.finditer(r"[_.:-]", name):
            groups.setdefault(name[: match.end()], []).append(kind)
    found: list[tuple[str, str]] = []
    for prefix, held in sorted(groups.items(), key=lambda item: len(item[0])):
        texts = held.count("text") >= _ALIKE * len(held)
        shared = len(held) >= _MANY and (texts or len(set(held)) == 1)
        if shared and not any(prefix.startswith(shorter) for shorter, _ in found):
            found.append((prefix, "text" if texts else held[0]))
    return found


def _names(words: str, field: str, locale: str) -> bool:
    """Tell whether a column's words are a field's and a locale's, and perhaps a channel's.

    `title de`, `title de de` and `title de de web` are.
    """
    language = locale.lower().split("-", maxsplit=1)[0]
    pattern = rf"{re.escape(field)} {re.escape(language)}(?: [a-z]{{2}})?(?: [a-z]+)?"
    return re.fullmatch(pattern, words) is not None


def _line(name: str, rule: str, note: str) -> str:
    return f"  {name}: {rule}   {note}"


def _key(words: str) -> str:
    return words.replace(" ", "-")


def _quoted(text: str) -> str:
    """Write text so that YAML reads it as itself, inside of braces too."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", text) and text.lower() not in {
        "true",
        "false",
        "null",
    }:
        return text
    return '"' + "".join(_escaped(sign) for sign in text) + '"'


def _escaped(sign: str) -> str:
    if sign == "\n":
        return "\\n"
    if sign in '"\\':
        return f"\\{sign}"
    if "\ud800" <= sign <= "\udfff":  # what a terminal made of bytes that are no text
        return "\ufffd"
    return sign if sign.isprintable() else f"\\U{ord(sign):08x}"
