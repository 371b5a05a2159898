"""The JSON beside the artefact: words, pictures, prices and parts for one kind of partner.

A value (or combination) that names a SKU outside `allowed_skus` is masked: it keeps its place,
because the diagram counts places, and loses everything that could name it. The runtime drops
its edges, which gives the same answers as compiling without it. Such parts of the base are left
out of the bill of materials: every configuration needs them, and nobody here may name them.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from decimal import Decimal

from syndicator.canonical import encode
from syndicator.catalog.model import Text, pick
from syndicator.configurator.formulas import scope
from syndicator.configurator.model import Display, Model, Option, Role, Value


def labels(
    model: Model,
    chain: tuple[str, ...],
    price_list: str,
    allowed_skus: Container[str] | None = None,
    *,
    currency: str = "",
    pictures: Callable[[str], str] | None = None,
) -> bytes:
    """Return the labels of a model in a locale chain, with the prices of one list ("": none).

    `allowed_skus` holds every SKU that may be named (None: all); see `Model.skus`. `pictures` turns
    a picture's path into the address where it is published; without it pictures are left out.
    """
    digits = _digits(model, price_list)
    writer = _Writer(chain, price_list, digits, allowed_skus, pictures)
    masked = writer.masked(model)
    options = [
        writer.option(option, {value for which, value in masked if which == index})
        for index, option in enumerate(model.options)
    ]
    auxiliaries = [
        writer.auxiliary(model, place, (len(model.options) + place, 1) in masked)
        for place in range(len(model.auxiliaries))
    ]
    hidden = {index for index, _ in masked}
    result = {
        "format": 1,
        "id": model.id,
        "rules": model.fingerprint,
        "lang": chain[0] if chain else "",
        "title": writer.words(model.title),
        "currency": currency if price_list else "",
        "digits": digits,
        "base": writer.filled(
            price=writer.price(model.base_price),
            parts=writer.parts(part for part in model.base_parts if writer.may([part[0]])),
        ),
        "groups": [{"id": one.id, "label": writer.words(one.label)} for one in model.groups],
        "options": [*options, *auxiliaries],
        "texts": [
            {"text": writer.words(rule.text), "options": sorted(scope(rule.formula))}
            for rule in model.rules
            if rule.text and not scope(rule.formula) & hidden
        ],
    }
    return encode(result)


def _digits(model: Model, price_list: str) -> int:
    """Return the decimals that all prices of the list need, at least two where there are any."""
    amounts = [model.base_price.get(price_list)]
    for option in model.options:
        amounts += [value.price.get(price_list) for value in option.values]
    amounts += [one.price.get(price_list) for one in model.auxiliaries]
    exponents = [
        -int(amount.normalize().as_tuple().exponent) for amount in amounts if amount is not None
    ]
    return max(2, *exponents) if exponents else 2


class _Writer:
    """Writes the parts of the labels with one locale chain, price list and permission."""

    def __init__(
        self,
        chain: tuple[str, ...],
        price_list: str,
        digits: int,
        allowed: Container[str] | None,
        pictures: Callable[[str], str] | None,
    ) -> None:
        self._pictures = pictures
        self._chain = chain
        self._list = price_list
        self._scale = Decimal(10) ** digits
        self._allowed = allowed

    def words(self, text: Text) -> str:
        return pick(text, self._chain)[0]

    def filled(self, **fields: object) -> dict[str, object]:
        """Return the fields that say something."""
        return {key: value for key, value in fields.items() if value not in ("", None, {}, 0)}

    def price(self, prices: Mapping[str, Decimal]) -> int:
        """Return an amount in the smallest units of the list's prices."""
        return int(prices.get(self._list, Decimal(0)) * self._scale)

    def parts(self, parts: Iterable[tuple[str, int]]) -> dict[str, int]:
        total: dict[str, int] = {}
        for sku, quantity in parts:
            total[sku] = total.get(sku, 0) + quantity
        return total

    def masked(self, model: Model) -> set[tuple[int, int]]:
        """Return variable and value of everything that names a SKU outside the permission."""
        if self._allowed is None:
            return set()
        found = {
            (index, place)
            for index, option in enumerate(model.options)
            for place, value in enumerate(option.values)
            if not self.may([value.sku, *(sku for sku, _ in value.parts)])
        }
        for place, one in enumerate(model.auxiliaries):
            if not self.may(sku for sku, _ in one.parts):
                found.add((len(model.options) + place, 1))
        return found

    def may(self, skus: Iterable[str]) -> bool:
        """Tell whether all of these may be named."""
        return self._allowed is None or all(not sku or sku in self._allowed for sku in skus)

    def option(self, option: Option, masked: set[int]) -> dict[str, object]:
        default = option.default if option.default not in masked else None
        return {
            "id": option.id,
            "label": self.words(option.label) or option.id,
            "display": option.display.value,
            "values": [
                {"id": f"-{place}", "off": True} if place in masked else self._value(option, value)
                for place, value in enumerate(option.values)
            ],
            **self.filled(help=self.words(option.help), group=option.group),
            **({} if default is None else {"default": default}),
        }

    def _value(self, option: Option, value: Value) -> dict[str, object]:
        named = self.words(value.label)
        plain = "" if option.display is Display.TOGGLE and not named else named or value.id
        return {
            "id": value.id,
            **self.filled(
                label=plain,
                help=self.words(value.help),
                price=self.price(value.price),
                parts=self.parts(value.parts),
                sku=value.sku,
                picture=self._pictures(value.picture) if self._pictures and value.picture else "",
                color=value.color,
            ),
        }

    def auxiliary(self, model: Model, place: int, masked: bool) -> dict[str, object]:
        one = model.auxiliaries[place]
        off: dict[str, object] = {"id": "no"}
        on = {
            "id": "yes",
            **self.filled(price=self.price(one.price), parts=self.parts(one.parts)),
        }
        shown: Sequence[object] = (off, {"id": "-1", "off": True} if masked else on)
        aux = (
            model.options[one.option].id
            if one.role is Role.VISIBLE and one.option is not None
            else ""
        )
        return {
            "id": f"#{place if masked else one.id}",
            "aux": one.role.value,
            "values": list(shown),
            **self.filled(of=aux, label="" if masked else self.words(one.label)),
        }
