"""The artefact's bytes, both ways; docs/formats/configurator.md says what each byte means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

from syndicator.configurator.diagram import NONE, Diagram, Node
from syndicator.errors import VerificationError

MAGIC = b"CDD1"
ENGINE_ORDER = 1
"""Flag: the order was found by CUDD, so another engine may write other bytes."""

MAX_SIZE = 65_535
"""Values of one variable: more is damage, and would fill the memory."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What an artefact holds; `live` are the values of each variable that can be chosen."""

    fingerprint: str
    seed: int
    flags: int
    count: int
    sizes: tuple[int, ...]
    live: tuple[tuple[int, ...], ...]
    components: tuple[Diagram, ...]


def checksum(data: bytes) -> int:
    """Return the FNV-1a hash of the bytes, 32 bits (Fowler, Noll, Vo)."""
    result = 0x811C9DC5
    for byte in data:
        result = (result ^ byte) * 0x01000193 & 0xFFFFFFFF
    return result


def encode(contents: Contents) -> bytes:
    """Return the bytes of an artefact."""
    out = bytearray(MAGIC)
    out.append(contents.flags)
    out += bytes.fromhex(contents.fingerprint)
    number = contents.count.to_bytes((contents.count.bit_length() + 7) // 8, "big")
    _put(out, [contents.seed, len(number)])
    out += number
    _put(out, [len(contents.sizes), *contents.sizes])
    for size, live in zip(contents.sizes, contents.live, strict=True):
        dead = sorted(set(range(size)) - set(live))
        _put(out, [len(dead), *_gaps(dead)])
    _put(out, [len(contents.components)])
    for component in contents.components:
        _put_component(out, component)
    return bytes(out) + checksum(bytes(out)).to_bytes(4, "big")


def _put_component(out: bytearray, diagram: Diagram) -> None:
    counts = [0] * len(diagram.variables)
    for node in diagram.nodes:
        counts[node.level] += 1
    _put(out, [len(diagram.variables), *diagram.variables, *counts])
    rows = [
        [(value, child) for value, child in enumerate(node.children) if child != NONE]
        for node in diagram.nodes
    ]
    _put(out, [len(row) - 1 for row in rows])
    for row in rows:
        _put(out, _gaps([value for value, _ in row]))
    distinct = [list(dict.fromkeys(child for _, child in row)) for row in rows]
    for row, children in zip(rows, distinct, strict=True):
        _put(out, [children.index(child) for _, child in row])
    first = 0
    for children in distinct:
        before = first
        first = children[0]
        for child in children:
            _put(out, [_zigzag(child - before)])
            before = child


def _gaps(ascending: Sequence[int]) -> list[int]:
    """Return the first number, then the numbers left out between neighbours."""
    return [one - before - 1 for before, one in zip([-1, *ascending], ascending, strict=False)]


def _zigzag(number: int) -> int:
    return number * 2 if number >= 0 else -number * 2 - 1


def _put(out: bytearray, numbers: Iterable[int]) -> None:
    """Append LEB128 numbers: seven bits a byte, lowest first, the top bit says more follows."""
    for number in numbers:
        rest = number
        while rest > 0x7F:  # noqa: PLR2004  seven bits
            out.append(rest & 0x7F | 0x80)
            rest >>= 7
        out.append(rest)


class _Reader:
    """Reads the numbers of an artefact, never beyond its end."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self.at = at

    def number(self) -> int:
        result, shift = 0, 0
        while True:
            byte = self.bytes(1)[0]
            result |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:  # noqa: PLR2004  the top bit
                return result

    def numbers(self, count: int) -> list[int]:
        return [self.number() for _ in range(count)]

    def bytes(self, count: int) -> bytes:
        found = self._data[self.at : self.at + count]
        if len(found) < count:
            raise VerificationError("the configurator artefact is cut off")
        self.at += count
        return found


def decode(data: bytes) -> Contents:
    """Return what the bytes of an artefact say.

    Raises:
        VerificationError: They are no artefact, damaged or cut off.
    """
    if data[:4] != MAGIC:
        raise VerificationError("this is not a configurator artefact")
    if int.from_bytes(data[-4:], "big") != checksum(data[:-4]):
        raise VerificationError("the configurator artefact is damaged")
    reader = _Reader(data[:-4], 4)
    flags = reader.bytes(1)[0]
    fingerprint = reader.bytes(32).hex()
    seed = reader.number()
    count = int.from_bytes(reader.bytes(reader.number()), "big")
    sizes = tuple(reader.numbers(reader.number()))
    if max(sizes, default=0) > MAX_SIZE:
        raise VerificationError("the configurator artefact is damaged")
    live = tuple(_live(reader, size) for size in sizes)
    try:
        components = tuple(_component(reader, live) for _ in range(reader.number()))
    except IndexError as error:
        raise VerificationError("the configurator artefact is damaged") from error
    if not all(map(_sound, components)) or prod(one.count() for one in components) != count:
        raise VerificationError("the configurator artefact is damaged")
    return Contents(fingerprint, seed, flags, count, sizes, live, components)


def _sound(diagram: Diagram) -> bool:
    """Tell whether every node leads to nodes before it and below it."""
    levels = [len(diagram.variables), *(node.level for node in diagram.nodes)]
    return all(
        child == NONE or (0 <= child < number and levels[child] > node.level)
        for number, node in enumerate(diagram.nodes, 1)
        for child in node.children
    )


def _live(reader: _Reader, size: int) -> tuple[int, ...]:
    dead = set(_from_gaps(reader.numbers(reader.number())))
    return tuple(value for value in range(size) if value not in dead)


def _from_gaps(gaps: Iterable[int]) -> list[int]:
    found: list[int] = []
    at = -1
    for gap in gaps:
        at += gap + 1
        found.append(at)
    return found


def _component(reader: _Reader, live: Sequence[tuple[int, ...]]) -> Diagram:
    length = reader.number()
    variables = tuple(reader.numbers(length))
    counts = reader.numbers(length)
    levels = [level for level in range(length - 1, -1, -1) for _ in range(counts[level])]
    widths = [more + 1 for more in reader.numbers(len(levels))]
    values = [_from_gaps(reader.numbers(width)) for width in widths]
    choices = [reader.numbers(width) for width in widths]
    nodes = []
    first = 0
    for level, chosen, which in zip(levels, values, choices, strict=True):
        distinct = _targets(reader, max(which) + 1, first)
        first = distinct[0]
        children = [NONE] * len(live[variables[level]])
        for value, place in zip(chosen, which, strict=True):
            children[value] = distinct[place]
        nodes.append(Node(level, tuple(children)))
    return Diagram(variables, tuple(live[one] for one in variables), tuple(nodes), len(nodes))


def _targets(reader: _Reader, count: int, before: int) -> list[int]:
    """Return the distinct targets of a node, each written as a difference to the one before."""
    found = []
    for code in reader.numbers(count):
        before += -(code + 1 >> 1) if code & 1 else code >> 1
        found.append(before)
    return found
