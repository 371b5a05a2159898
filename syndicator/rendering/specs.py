"""The spec table of a document: grouped, labelled, formatted for the reader's locale."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from syndicator.catalog.model import (
    Choice,
    Flag,
    Number,
    Product,
    Series,
    Span,
    SpecDefinition,
    SpecType,
    SpecValue,
)
from syndicator.catalog.model import Words as Prose
from syndicator.catalog.numbers import format_number
from syndicator.rendering.view import Heading, View, Words

_YES_NO = {
    "ar": ("نعم", "لا"),
    "da": ("Ja", "Nej"),
    "de": ("Ja", "Nein"),
    "en": ("Yes", "No"),
    "es": ("Sí", "No"),
    "fr": ("Oui", "Non"),
    "it": ("Sì", "No"),
    "nl": ("Ja", "Nee"),
    "pl": ("Tak", "Nie"),
    "pt": ("Sim", "Não"),
    "sv": ("Ja", "Nej"),
}
"""Babel does not expose CLDR's yes and no, so the languages that we support say their own."""

_ARABIC = frozenset({"ar", "fa", "ps", "ur"})
"""Languages of the Arabic script, whose comma is its own."""


def render_specs(product: Product, view: View, words: Words) -> list[dict[str, Any]]:
    """Return the groups of the spec table in the order of the family; unknown specs go last."""
    definitions = view.shelf.definitions.get(product.family, {})
    order = [key for key in definitions if key in product.specs]
    order += [key for key in product.specs if key not in definitions]
    headings = view.shelf.headings.setdefault((view.chain, product.family), {})
    groups: dict[str, list[dict[str, Any]]] = {}
    for key in order:
        if not view.shows(f"spec.{key}"):
            continue
        if (heading := headings.get(key)) is None:
            heading = headings[key] = _heading(key, definitions.get(key) or _guess(key), words)
        groups.setdefault(heading.group, []).append(_item(heading, product.specs[key], words))
    return [{"group": group, "items": items} for group, items in groups.items()]


def _guess(key: str) -> SpecDefinition:
    """Describe a spec that no family defines: its key is its label."""
    label = key.replace("_", " ").strip().capitalize()
    return SpecDefinition(key=key, type=SpecType.TEXT, label={"und": label})


def _heading(key: str, definition: SpecDefinition, words: Words) -> Heading:
    label = words.pick(definition.label) or next(iter(definition.label.values()), key)
    return Heading(key, definition, words.pick(definition.group), label)


def _item(heading: Heading, value: SpecValue, words: Words) -> dict[str, Any]:
    item: dict[str, Any] = {"key": heading.key, "label": heading.label}
    if type(value) is Prose:
        item["text"] = words.pick(value.text)
        return item
    item["text"] = _text(heading.definition, value, words)
    if (comparable := _comparable(value)) is not None:
        item["value"] = comparable
    if isinstance(value, Number | Span) and value.unit:
        item["unit"] = value.unit
    return item


def _text(definition: SpecDefinition, value: SpecValue, words: Words) -> str:
    locale = words.view.edition.locale
    match value:
        case Number():
            return format_number(value.value, value.unit, locale)
        case Span():
            low, high = (
                format_number(value.low, "", locale),
                format_number(value.high, value.unit, locale),
            )
            return f"{low}\u2013{high}"
        case Flag():
            return yes_no(value.value, locale)
        case Choice():
            return _listed((_choice(definition, code, words) for code in value.codes), locale)
        case Series():
            return _listed(filter(None, map(words.pick, value.items)), locale)
        case Prose():
            return words.pick(value.text)


def _listed(parts: Iterable[str], locale: str) -> str:
    """Return names one after another, with the comma of the script."""
    return ("، " if locale.partition("-")[0] in _ARABIC else ", ").join(parts)


def _choice(definition: SpecDefinition, code: str, words: Words) -> str:
    return words.pick(definition.choices.get(code, {})) or code


def _comparable(value: SpecValue) -> Any:  # noqa: ANN401  a JSON value
    match value:
        case Number() | Flag():
            return value.value
        case Span():
            return [value.low, value.high]
        case Choice():
            return list(value.codes)
        case _:
            return None


def yes_no(value: bool, locale: str) -> str:
    """Return yes or no in the language of `locale`; English where it is not known."""
    yes, no = _YES_NO.get(locale.partition("-")[0], _YES_NO["en"])
    return yes if value else no
