"""What follows from the options: which of them show, and which values are chosen together."""

from __future__ import annotations

from typing import TypeAlias

from syndicator.configurator.fields import Fields, Record
from syndicator.configurator.formulas import Among, Some
from syndicator.configurator.lowering import Lowering
from syndicator.configurator.model import Auxiliary, Option, Role, Rule
from syndicator.configurator.rules import condition

Draft: TypeAlias = tuple[Option, Record, str]
"""An option with its record and the path of that."""


def visibility(
    fields: Fields, lowering: Lowering, drafts: list[Draft]
) -> tuple[list[Auxiliary], list[Rule]]:
    """Return who tells that options show, and the rules of those that do not.

    A hidden option has its `hidden` value, so that nothing invisible is ever bought.
    """
    auxiliaries, rules = [], []
    for index, (option, record, path) in enumerate(drafts):
        if "visible" not in record:
            continue
        when = condition(fields, lowering, record["visible"], f"{path}.visible")
        hidden = fields.place([value.id for value in option.values], record, "hidden", path)
        if hidden is None and record.get("hidden") is None:
            fields.note(
                "no-hidden-value", "a conditional option names its value while hidden", path,
                expected="hidden:", fix="add for example `hidden: none`",
            )  # fmt: skip
        if when is None or hidden is None:
            continue
        origin = fields.at(f"{path}.visible")
        source = f"visible: {record['visible']}"
        auxiliaries.append(
            Auxiliary(f"visible-{option.id}", Role.VISIBLE, when, index, origin=origin)
        )
        formula = Some((when, Among(index, frozenset((hidden,)))))
        rules.append(Rule(f"visible-{option.id}", formula, {}, source, origin))
    return auxiliaries, rules


def combinations(fields: Fields, top: Record, lowering: Lowering) -> list[Auxiliary]:
    """Return who tells that values are chosen together, with the price and parts of that."""
    found: dict[str, Auxiliary] = {}
    for raw, path in fields.items(top, "combinations", ""):
        record = fields.record(raw, path, ("id", "when", "label", "price", "parts"))
        name = fields.identifier(record, path, found)
        when = condition(fields, lowering, record.get("when"), f"{path}.when")
        if name and when is not None:
            found[name] = Auxiliary(
                id=name,
                role=Role.COMBINATION,
                when=when,
                label=fields.text(record, "label", path),
                price=fields.prices(record, "price", path),
                parts=fields.parts(record, path),
                origin=fields.at(path),
            )
    return list(found.values())
