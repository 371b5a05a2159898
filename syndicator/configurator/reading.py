"""A rule file becomes a model, or problems that name every mistake in it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from syndicator.configurator.auxiliaries import Draft, combinations, visibility
from syndicator.configurator.fields import Fields, Record, spelled
from syndicator.configurator.lowering import Lowering
from syndicator.configurator.model import (
    Display,
    Group,
    Model,
    Option,
    Value,
)
from syndicator.configurator.rules import read_rule
from syndicator.errors import Problem
from syndicator.located import Located

MAX_VALUES = 1024
MAX_OPTIONS = 5000
_TOP = ("configurator", "id", "title", "base", "groups", "options", "rules", "combinations")
_OPTION = (
    "id", "label", "help", "display", "group", "default", "values", "range", "each", "visible",
    "hidden",
)  # fmt: skip
_VALUE = ("id", "label", "help", "attributes", "price", "parts", "sku", "picture", "color")
_EACH = ("attributes", "price", "parts", "sku")


def table_names(document: Located) -> tuple[str, ...]:
    """Return the files of combinations that the rules name, relative to the rule file."""
    rules = document.data.get("rules") if isinstance(document.data, dict) else None
    named = (
        [rule.get("table") for rule in rules or () if isinstance(rule, dict)]
        if isinstance(rules, list)
        else []
    )
    return tuple(dict.fromkeys(name for name in named if isinstance(name, str)))


def parse_model(
    document: Located, tables: Mapping[str, bytes], *, locale: str = "en"
) -> tuple[Model, list[Problem]]:
    """Return the model of a rule file and everything that is wrong with it.

    `tables` holds the bytes of each file in `table_names(document)`; `locale` is the one of bare
    texts. With problems the model holds what could be read: do not compile it.
    Cost: linear in the file, tables included.
    """
    fields = Fields(document, locale)
    top = fields.record(document.data, "", _TOP)
    if top.get("configurator") != 1:
        fields.note(
            "bad-format", "this is not a rule file", "configurator", expected="configurator: 1"
        )
    name = fields.identifier(top, "")
    groups = _groups(fields, top)
    drafts = _options(fields, top, {group.id for group in groups})
    options = tuple(option for option, _, _ in drafts)
    lowering = Lowering(options)
    auxiliaries, rules = visibility(fields, lowering, drafts)
    for raw, path in fields.items(top, "rules", ""):
        if (rule := read_rule(fields, lowering, options, raw, path, tables)) is not None:
            rules.append(rule)
    auxiliaries += combinations(fields, top, lowering)
    base = fields.record(top.get("base") or {}, "base", ("price", "parts"))
    model = Model(
        id=name,
        options=options,
        title=fields.text(top, "title", ""),
        groups=groups,
        rules=tuple(rules),
        auxiliaries=tuple(auxiliaries),
        base_price=fields.prices(base, "price", "base"),
        base_parts=fields.parts(base, "base"),
        origin=document.origin,
    )
    _check_prices(fields, model)
    return model, fields.problems


def _groups(fields: Fields, top: Record) -> tuple[Group, ...]:
    found: dict[str, Group] = {}
    for raw, path in fields.items(top, "groups", ""):
        record = fields.record(raw, path, ("id", "label"))
        if name := fields.identifier(record, path, found):
            found[name] = Group(name, fields.text(record, "label", path))
    return tuple(found.values())


# --- options -----------------------------------------------------------------------------


def _options(fields: Fields, top: Record, groups: set[str]) -> list[Draft]:
    found: dict[str, Draft] = {}
    raws = fields.items(top, "options", "")
    if not raws or len(raws) > MAX_OPTIONS:
        fields.note(
            "no-options", "a configurator has options", "options", expected=f"1 to {MAX_OPTIONS}"
        )
    for raw, path in raws[:MAX_OPTIONS]:
        record = fields.record(raw, path, _OPTION)
        name = fields.identifier(record, path, found)
        values = _values(fields, record, path)
        if not name or not values:
            continue
        found[name] = (_option(fields, record, path, name, values, groups), record, path)
    return list(found.values())


def _option(
    fields: Fields,
    record: Record,
    path: str,
    name: str,
    values: tuple[Value, ...],
    groups: set[str],
) -> Option:
    group = fields.string(record, "group", path)
    if group and group not in groups:
        fields.note(
            "unknown-group", f"there is no group {group!r}", f"{path}.group",
            expected=", ".join(sorted(groups)),
        )  # fmt: skip
    return Option(
        id=name,
        values=values,
        label=fields.text(record, "label", path),
        help=fields.text(record, "help", path),
        display=_display(fields, record, path, values),
        group=group,
        default=fields.place([value.id for value in values], record, "default", path),
        origin=fields.at(path),
    )


def _display(fields: Fields, record: Record, path: str, values: tuple[Value, ...]) -> Display:
    wanted = fields.string(record, "display", path)
    if not wanted:
        if [value.id for value in values] == ["no", "yes"]:
            return Display.TOGGLE
        return Display.RADIO if values[0].number is None else Display.STEPPER
    if wanted not in set(Display):
        known = ", ".join(Display)
        fields.note(
            "unknown-display", "unknown display", f"{path}.display", expected=known, found=wanted
        )
        return Display.RADIO
    display = Display(wanted)
    if display in {Display.STEPPER, Display.SLIDER} and values[0].number is None:
        fields.note(
            "unknown-display", f"a {wanted} needs a range", f"{path}.display", expected="range:"
        )
    return display


def _values(fields: Fields, record: Record, path: str) -> tuple[Value, ...]:
    if "range" in record:
        if "values" in record:
            fields.note("two-kinds", "an option has values or a range, not both", f"{path}.values")
        return _range(fields, record, path)
    if "values" not in record and record.get("display") == Display.TOGGLE:
        each = _each(fields, record, path)
        return (Value("no"), replace(each, id="yes"))
    found: dict[str, Value] = {}
    raws = fields.items(record, "values", path)
    if not raws or len(raws) > MAX_VALUES:
        fields.note(
            "no-values", "an option has values", f"{path}.values", expected=f"1 to {MAX_VALUES}"
        )
    for raw, where in raws[:MAX_VALUES]:
        one = fields.record(raw, where, _VALUE)
        if name := fields.identifier(one, where, found):
            found[name] = _value(fields, one, where, name)
    return tuple(found.values())


def _value(fields: Fields, record: Record, path: str, name: str) -> Value:
    return Value(
        id=name,
        label=fields.text(record, "label", path),
        help=fields.text(record, "help", path),
        attributes=fields.numbers(record, "attributes", path),
        price=fields.prices(record, "price", path),
        parts=fields.parts(record, path),
        sku=fields.string(record, "sku", path),
        picture=fields.string(record, "picture", path),
        color=fields.string(record, "color", path),
    )


def _each(fields: Fields, record: Record, path: str) -> Value:
    where = f"{path}.each"
    each = fields.record(record.get("each") or {}, where, _EACH)
    return _value(fields, each, where, "1")


def _range(fields: Fields, record: Record, path: str) -> tuple[Value, ...]:
    """Return the values of `range: {from, to, step}`; `each` is what one unit costs and brings."""
    where = f"{path}.range"
    span = fields.record(record["range"], where, ("from", "to", "step"))
    numbers = [fields.number(span.get(key, 1), f"{where}.{key}") for key in ("from", "to", "step")]
    low, high, step = numbers
    if low is None or high is None or step is None:
        return ()
    if step <= 0 or high < low or (high - low) / step >= MAX_VALUES:
        fields.note(
            "bad-range", "the range has no or too many values", where,
            expected=f"1 to {MAX_VALUES} values", found=f"{low}..{high} step {step}",
        )  # fmt: skip
        return ()
    each = _each(fields, record, path)
    count = int((high - low) / step) + 1
    return tuple(_times(each, low + step * place) for place in range(count))


def _times(each: Value, number: Fraction) -> Value:
    """Return the value of a quantity: `number` times what one unit costs and brings."""
    units = int(number)
    return Value(
        id=spelled(number),
        number=number,
        attributes={key: one * number for key, one in each.attributes.items()},
        price={key: one * number.numerator / number.denominator for key, one in each.price.items()},
        parts=tuple((sku, quantity * units) for sku, quantity in each.parts if units > 0),
        sku=each.sku if number else "",
    )


def _check_prices(fields: Fields, model: Model) -> None:
    """A price list that only some places name is nearly always a slip of the pen."""
    lists = set(model.base_price)
    if not lists:
        return
    for index, option in enumerate(model.options):
        named = {name for value in option.values for name in value.price}
        for name in sorted(named - lists):
            fields.note(
                "unknown-price-list", f"the base has no price in {name!r}",
                f"options[{index}]", expected=", ".join(sorted(lists)), found=name,
            )  # fmt: skip
