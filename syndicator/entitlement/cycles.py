"""Names that lead round in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def find_cycles(edges: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return each cycle once, from its smallest name on. Cost: linear in names and edges."""
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in sorted(edges):
        found += _from(start, edges, done)
    return found


def _from(
    start: str, edges: Mapping[str, tuple[str, ...]], done: set[str]
) -> Iterator[tuple[str, ...]]:
    line: dict[str, Iterator[str]] = {}
    if start not in done:
        line[start] = iter(edges[start])
    while line:
        name = next(reversed(line))
        after = next(line[name], None)
        if after is None:
            done.add(name)
            del line[name]
        elif after in line:
            cycle = list(line)[list(line).index(after) :]
            low = cycle.index(min(cycle))
            yield (*cycle[low:], *cycle[:low])
        elif after in edges and after not in done:
            line[after] = iter(edges[after])
