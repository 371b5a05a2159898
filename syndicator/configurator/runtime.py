"""The same answers as the browser's runtime, in Python: for tests, servers and explanations.

Everything is one dynamic programme over the diagram with a weight per slot (one value of one
variable): the least total through each slot, forward and backward.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, TypeVar

from syndicator import canonical
from syndicator.configurator.encoding import decode
from syndicator.configurator.passes import Changes, Pass, tally
from syndicator.errors import UsageError, VerificationError

CHANGE = 1 << 40
"""One change outweighs every sum of prices (the browser's constant)."""

Weight = Callable[[int], float]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Configuration:
    """A complete configuration: option to value, total in the smallest unit, parts."""

    values: Mapping[str, str]
    total: int
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """One choice of the shopper that would become another."""

    option: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Reason:
    """The shopper's choices that rule a value out; none at all where the rules alone do."""

    options: tuple[str, ...]
    cap: bool


class Runtime:
    """A loaded configurator; every method takes the shopper's choices, option to value."""

    def __init__(self, data: bytes, labels: bytes) -> None:
        """Load an artefact with its labels.

        Raises:
            VerificationError: They are damaged, or belong to different rules.
        """
        contents = decode(data)
        self._labels: dict[str, Any] = canonical.decode(labels)
        if self._labels["rules"] != contents.fingerprint:
            raise VerificationError("the labels belong to other rules than the artefact")
        self._options: list[dict[str, Any]] = self._labels["options"]
        self._index = {option["id"]: place for place, option in enumerate(self._options)}
        self._components = contents.components
        self._live = contents.live
        self.size = contents.count
        self.cap: float = inf
        self._base: int = self._labels["base"].get("price", 0)
        values = [option["values"] for option in self._options]
        self._prices = [[value.get("price", 0) for value in one] for one in values]
        self._masked = [[value.get("off", False) for value in one] for one in values]

    # --- questions ---------------------------------------------------------------------

    def bounds(self, choices: Mapping[str, str]) -> dict[str, dict[str, tuple[int, int]]]:
        """Return the exact least and greatest total of every value that is possible."""
        chosen = self._places(choices)
        least = self._through(self._weights(chosen, self._price))
        most = self._through(self._weights(chosen, lambda v, i: -self._prices[v][i]))
        return {
            option["id"]: {
                value["id"]: (int(self._base + low), int(self._base - high))
                for value, low, high in zip(option["values"], least[v], most[v], strict=True)
                if low < inf and self._base + low <= self.cap
            }
            for v, option in enumerate(self._options)
            if "aux" not in option
        }

    def possible(self, choices: Mapping[str, str], option: str, value: str) -> bool:
        """Tell whether a value fits all choices of other options, and the cap."""
        return self._fits(choices, option, value, capped=True)

    def changes(self, choices: Mapping[str, str]) -> dict[str, dict[str, int]]:
        """Return, for every value that can be had at all, the fewest choices that must change."""
        chosen = self._places(choices)
        sums = self._through(self._weights({}, lambda v, i: self._penalty(chosen, v, i)))
        return {
            option["id"]: {
                value["id"]: round(total / CHANGE)
                for value, total in zip(option["values"], sums[v], strict=True)
                if total < inf
            }
            for v, option in enumerate(self._options)
            if "aux" not in option
        }

    def why(self, choices: Mapping[str, str], option: str, value: str) -> Reason | None:
        """Return a smallest set of choices (and the cap) that rules a value out, if any does."""
        if self.possible(choices, option, value):
            return None
        others = [one for one in choices if one != option]
        if not self._fits({}, option, value, capped=False):
            return Reason((), cap=False)
        limits = [*others, *([None] if self.cap < inf else [])]

        def holds(some: Sequence[str | None]) -> bool:
            kept = {one: choices[one] for one in some if one is not None}
            return self._fits(kept, option, value, capped=None in some)

        found = smallest(limits, holds)
        return Reason(tuple(one for one in found if one is not None), None in found)

    def how(
        self, choices: Mapping[str, str], option: str, value: str
    ) -> tuple[tuple[Change, ...], int] | None:
        """Return the fewest changes that allow a value within the cap, and the total.

        Of equally many the cheapest; None where nothing does.
        """
        chosen = self._places(choices)
        wanted = self._places({option: value})
        found = self._solve(self._weights(wanted, lambda v, i: self._penalty(chosen, v, i)))
        if found is not None and self._configuration(found).total > self.cap:
            found = self._within(self._weights(wanted, self._price), chosen)
        if found is None:
            return None
        changes = tuple(
            Change(one, before, self._id(v, found[v]))
            for one, before in choices.items()
            for v in (self._index[one],)
            if one != option and found[v] != chosen[v]
        )
        return changes, self._configuration(found).total

    def complete(self, choices: Mapping[str, str]) -> Configuration | None:
        """Return the configuration to show: the choices, most defaults, then the cheapest."""
        found = self._solve(self._weights(self._places(choices), self._leaving))
        shown = None if found is None else self._configuration(found)
        return self.cheapest(choices) if shown and shown.total > self.cap else shown

    def cheapest(self, choices: Mapping[str, str]) -> Configuration | None:
        """Return the cheapest configuration with the choices."""
        found = self._solve(self._weights(self._places(choices), self._price))
        return None if found is None else self._configuration(found)

    def count(self, choices: Mapping[str, str]) -> int:
        """Return how many configurations have the choices; exact."""
        weights = self._weights(self._places(choices), lambda _v, _i: 0)
        total = int(
            all(weights[v][one[0]] < inf for v, one in enumerate(self._live) if len(one) == 1)
        )
        for diagram in self._components:
            total *= tally(diagram, weights)
        return total

    # --- weights -----------------------------------------------------------------------

    def _price(self, variable: int, place: int) -> float:
        return float(self._prices[variable][place])

    def _penalty(self, chosen: Mapping[int, int], variable: int, place: int) -> float:
        change = variable in chosen and chosen[variable] != place
        return CHANGE * change + self._price(variable, place)

    def _leaving(self, variable: int, place: int) -> float:
        usual = self._options[variable].get("default")
        return CHANGE * (usual is not None and usual != place) + self._price(variable, place)

    def _places(self, choices: Mapping[str, str]) -> dict[int, int]:
        found = {}
        for option, value in choices.items():
            v = self._index.get(option)
            ids = [] if v is None else [one["id"] for one in self._options[v]["values"]]
            if v is None or value not in ids:
                raise UsageError(f"there is no value {option}={value}")
            found[v] = ids.index(value)
        return found

    def _id(self, variable: int, place: int) -> str:
        return str(self._options[variable]["values"][place]["id"])

    def _weights(
        self, chosen: Mapping[int, int], weigh: Callable[[int, int], float]
    ) -> list[list[float]]:
        """Return a weight for each slot; infinite where masked or ruled out by a choice."""
        return [
            [
                inf if masked or chosen.get(v, i) != i else weigh(v, i)
                for i, masked in enumerate(masks)
            ]
            for v, masks in enumerate(self._masked)
        ]

    def _fits(self, choices: Mapping[str, str], option: str, value: str, *, capped: bool) -> bool:
        chosen = self._places({**choices, option: value})
        total = self._base + self._least(self._weights(chosen, self._price))
        return total < inf and not (capped and total > self.cap)

    # --- the dynamic programme ---------------------------------------------------------

    def _least(self, weights: Sequence[Sequence[float]]) -> float:
        core = sum(weights[v][one[0]] for v, one in enumerate(self._live) if len(one) == 1)
        return core + sum(Pass(diagram, weights).total for diagram in self._components)

    def _through(self, weights: Sequence[Sequence[float]]) -> list[list[float]]:
        result = [[inf] * len(one) for one in weights]
        total = self._least(weights)
        if total == inf:
            return result
        for v, one in enumerate(self._live):
            if len(one) == 1:
                result[v][one[0]] = total
        for diagram in self._components:
            run = Pass(diagram, weights)
            for level, sums in enumerate(run.through()):
                for value, found in zip(diagram.values[level], sums, strict=True):
                    result[diagram.variables[level]][value] = found + total - run.total
        return result

    def _solve(self, weights: Sequence[Sequence[float]]) -> dict[int, int] | None:
        if self._least(weights) == inf:
            return None
        found = {v: one[0] for v, one in enumerate(self._live) if len(one) == 1}
        for diagram in self._components:
            found.update(Pass(diagram, weights).best())
        return found

    def _within(
        self, weights: Sequence[Sequence[float]], chosen: Mapping[int, int]
    ) -> dict[int, int] | None:
        """Return the cheapest assignment with as few changes as the cap allows."""
        found = {v: one[0] for v, one in enumerate(self._live) if len(one) == 1}
        core = sum(weights[v][value] for v, value in found.items())
        tables = [Changes(diagram, weights, chosen) for diagram in self._components]
        after = [0.0] * (len(chosen) + 1)
        rests = [after]
        for table in reversed(tables):
            rests.append(table.totals(rests[-1]))
        room = self.cap - self._base - core
        left = next((k for k, total in enumerate(rests[-1]) if total <= room), None)
        if left is None:
            return None
        for table, rest in zip(tables, reversed(rests[:-1]), strict=True):
            left = table.take(found, left, rest)
        return found

    def _configuration(self, found: Mapping[int, int]) -> Configuration:
        parts: dict[str, int] = dict(self._labels["base"].get("parts", {}))
        total = self._base
        values = {}
        for v, option in enumerate(self._options):
            value = option["values"][found[v]]
            total += value.get("price", 0)
            for sku, quantity in value.get("parts", {}).items():
                parts[sku] = parts.get(sku, 0) + quantity
            if "aux" not in option:
                values[option["id"]] = value["id"]
        return Configuration(values, total, parts)


def smallest(constraints: Sequence[_T], holds: Callable[[Sequence[_T]], bool]) -> list[_T]:
    """Return a smallest subset that cannot hold together (QuickXplain, Junker 2004).

    All of `constraints` together must not hold; no proper subset of the answer fails.
    """

    def explain(background: Sequence[_T], fresh: bool, rest: Sequence[_T]) -> list[_T]:
        if fresh and not holds(background):
            return []
        if len(rest) < 2:  # noqa: PLR2004  one cannot be halved
            return list(rest)
        half = len(rest) // 2
        left, right = rest[:half], rest[half:]
        second = explain([*background, *left], bool(left), right)
        return [*explain([*background, *second], bool(second), left), *second]

    return explain([], False, constraints)
