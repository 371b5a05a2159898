"""Orders of variables to try: FORCE from seeded starts (Aloul, Markov, Sakallah 2003).

A good order keeps variables of one rule close together. Spans only preselect: the compiler
measures the diagrams themselves.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

ROUNDS = 60


def components(variables: Sequence[int], scopes: Sequence[frozenset[int]]) -> list[list[int]]:
    """Return the groups of variables that rules connect, each in the given order."""
    parent = {variable: variable for variable in variables}

    def root(variable: int) -> int:
        while parent[variable] != variable:
            parent[variable] = parent[parent[variable]]
            variable = parent[variable]
        return variable

    for scope in scopes:
        present = sorted(scope & parent.keys())
        for other in present[1:]:
            parent[root(other)] = root(present[0])
    groups: dict[int, list[int]] = {}
    for variable in variables:
        groups.setdefault(root(variable), []).append(variable)
    return list(groups.values())


def candidates(
    variables: Sequence[int], scopes: Sequence[frozenset[int]], *, seed: int, starts: int, keep: int
) -> list[tuple[int, ...]]:
    """Return up to `keep` orders: FORCE from the model's and a chain, the model's, then others.

    Deterministic for a seed. Cost: starts * ROUNDS * total size of the scopes.
    """
    randomness = random.Random(seed)  # noqa: S311  repeatable starts, no secret
    useful = [tuple(sorted(scope)) for scope in scopes if len(scope) > 1]
    first = _force(tuple(variables), useful)
    found: dict[tuple[int, ...], int] = {}
    for _ in range(starts):
        start = [*variables]
        randomness.shuffle(start)
        order = _force(tuple(start), useful)
        found[order] = span(order, useful)
    best = sorted(found, key=lambda order: (found[order], order))
    chain = _force(_chain(variables, useful), useful)
    return list(dict.fromkeys((first, chain, tuple(variables), *best)))[:keep]


def span(order: Sequence[int], scopes: Sequence[Sequence[int]]) -> int:
    """Return the sum over the scopes of the distance between their first and last variable."""
    at = {variable: place for place, variable in enumerate(order)}
    return sum(max(at[one] for one in scope) - min(at[one] for one in scope) for scope in scopes)


def _chain(variables: Sequence[int], scopes: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Walk away from a variable at the rim, nearest first (Cuthill, McKee 1969).

    Rules that follow a hidden line of neighbours, as those of vehicles do, come out in line.
    """
    near: dict[int, set[int]] = {variable: set() for variable in variables}
    for scope in scopes:
        for variable in scope:
            near[variable].update(scope)
    order = _walk(variables[0], near)
    rim = _walk(order[-1], near)
    return tuple(_walk(rim[-1], near))


def _walk(start: int, near: dict[int, set[int]]) -> list[int]:
    """Return the variables by distance from the start; those out of reach come last."""
    order = [start]
    seen = {start}
    for one in (*order, *near):
        queue = [one] if one == start or one not in seen else []
        seen.update(queue)
        order += [one] if queue and one != start else []
        for current in queue:
            fresh = sorted(near[current] - seen, key=lambda v: (len(near[v]), v))
            seen.update(fresh)
            queue += fresh
            order += fresh
    return order


def _force(order: tuple[int, ...], scopes: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Move each variable to the mean centre of its scopes until the span stops falling."""
    touching: dict[int, list[int]] = {variable: [] for variable in order}
    for number, scope in enumerate(scopes):
        for variable in scope:
            touching[variable].append(number)
    best, least = order, span(order, scopes)
    for _ in range(ROUNDS):
        at = {variable: place for place, variable in enumerate(order)}
        centres = [sum(at[one] for one in scope) / len(scope) for scope in scopes]
        pull = {
            variable: sum(centres[one] for one in mine) / len(mine) if mine else at[variable]
            for variable, mine in touching.items()
        }
        order = tuple(sorted(order, key=lambda one: (pull[one], at[one])))
        length = span(order, scopes)
        if length >= least:
            break
        best, least = order, length
    return best
