"""Tables and lookups: how a reader walks from a head to a page in few, small steps.

Both are trees of objects. A node holds either what is looked for (`pages`, `lookup`) or at most 64
references to nodes below (`tables` with `span`, `lookups`). Small editions have everything in the
head. Sizes are chosen so that nobody fetches more than 16 KB (brotli) beyond the product shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from syndicator import canonical
from syndicator.bundle.keys import Reference

FAN_OUT = 64
"""References in one node."""
_LEAF_KEYS = 512
"""Key hashes in one lookup, on average at most."""
_LEAVES = 32
"""Lookups that a head names itself; a further level costs a request, more of them cost bytes."""

Store = Callable[[bytes], Reference]
"""Keeps a node's bytes and returns its reference."""
Load = Callable[[Reference], bytes]
"""Returns the verified bytes behind a reference."""
Node = dict[str, Any]


def page_tree(references: Sequence[Reference], store: Store) -> Node:
    """Return the part of a head that names its pages: `pages`, or `tables` and `span`."""
    if len(references) <= FAN_OUT:
        return {"pages": [list(reference) for reference in references]}
    width = _width(len(references))
    nodes = [_stored({"pages": chunk}, store) for chunk in _chunks(references, width)]
    span = width
    while len(nodes) > FAN_OUT:
        nodes = [_stored({"span": span, "tables": chunk}, store) for chunk in _chunks(nodes, width)]
        span *= width
    return {"span": span, "tables": [list(node) for node in nodes]}


def page_references(node: Node, load: Load) -> Iterator[Reference]:
    """Yield the references of all pages below `node`, in catalog order."""
    for name, integrity in node.get("pages", ()):
        yield (name, integrity)
    for name, integrity in node.get("tables", ()):
        yield from page_references(canonical.decode(load((name, integrity))), load)


def lookup_tree(pages: Sequence[Sequence[Sequence[str]]], store: Store) -> Node:
    """Return the part of a head that finds pages: `lookup`, or `lookups`.

    `pages` holds for each page the key hashes of each of its products.
    """
    entries: dict[str, list[int]] = {}
    for number, products in enumerate(pages):
        alone = [number]
        here = {key: alone for product in products for key in product}
        if not entries.keys().isdisjoint(here):
            # Two products may share a hash: rare, so that whole pages are taken at once.
            here |= {key: [*entries[key], number] for key in entries.keys() & here.keys()}
        entries |= here
    bits = max(0, (len(entries) - 1) // _LEAF_KEYS).bit_length()
    if bits == 0:
        return {"lookup": entries}
    leaves = _leaves(entries, bits, store)
    if len(leaves) > _LEAVES:
        width = 1 << (bits // 2)
        leaves = [
            _stored({"lookups": leaves[at : at + width]}, store)
            for at in range(0, len(leaves), width)
        ]
    return {"lookups": [list(leaf) for leaf in leaves]}


def node_references(node: Node, load: Load) -> Iterator[Reference]:
    """Yield the references of every object below a head: tables, lookups, pages, drawn ones."""
    yield from (reference(one) for one in node.get("pages", ()))
    for below in nodes_below(node):
        yield below
        yield from node_references(canonical.decode(load(below)), load)


def nodes_below(node: Node) -> list[Reference]:
    """Return the references of the nodes that `node` names: tables, lookups, what is drawn."""
    return [reference(one) for kind in _KINDS for one in node.get(kind, ())]


def drawn_below(node: Node) -> list[Reference]:
    """Return the reference of what a head says is drawn for servers; none where nothing is."""
    return [reference(one) for one in node.get("drawn", ())]


def reference(told: Sequence[str]) -> Reference:
    """Return a reference as it stands in a node, as a value."""
    name, integrity = told
    return (name, integrity)


def differing_pages(
    old: Node, new: Node, load: Load
) -> tuple[dict[Reference, None], dict[Reference, None]]:
    """Return the pages that only the old head leads to, and those that only the new one does.

    Both are in catalog order. Tables that both name are not read.
    """
    shared = _named(old, "tables") & _named(new, "tables")
    gone, come = (
        dict.fromkeys(page_references(_without(node, shared), load)) for node in (old, new)
    )
    return (
        {reference: None for reference in gone if reference not in come},
        {reference: None for reference in come if reference not in gone},
    )


def differing_nodes(old: Node, new: Node, load: Load) -> list[Reference]:
    """Return the tables, lookups and drawn pages that only the new head leads to.

    Nodes that both heads name are not read, nor is what lies below them.
    """
    shared = {*nodes_below(old)} & {*nodes_below(new)}
    gone = set(_nodes(old, shared, load))
    return [found for found in _nodes(new, shared, load) if found not in gone]


def find(node: Node, key: str, load: Load) -> list[int]:
    """Return the pages that may hold the product with this key hash: what a reader does."""
    used = 0
    while (below := node.get("lookups")) is not None:
        bits = len(below).bit_length() - 1
        index = (int(key, 16) >> (32 - used - bits)) & (len(below) - 1)
        used += bits
        node = canonical.decode(load((below[index][0], below[index][1])))
    return list(node["lookup"].get(key, ()))


def lookup_entries(
    node: Node, load: Load, prefix: int = 0, used: int = 0
) -> Iterator[tuple[str, list[int]]]:
    """Yield every key hash below `node` that a reader would find, with its pages."""
    for key, numbers in node.get("lookup", {}).items():
        if int(key, 16) >> (32 - used) == prefix:
            yield key, numbers
    below = node.get("lookups", ())
    bits = max(len(below).bit_length() - 1, 0)
    for index, (name, integrity) in enumerate(below):
        inner = canonical.decode(load((name, integrity)))
        yield from lookup_entries(inner, load, prefix << bits | index, used + bits)


def page_at(node: Node, number: int, load: Load) -> Reference:
    """Return the reference of page `number` below a head: what a reader does."""
    while (below := node.get("tables")) is not None:
        index, number = divmod(number, node["span"])
        node = canonical.decode(load((below[index][0], below[index][1])))
    name, integrity = node["pages"][number]
    return (name, integrity)


_KINDS = ("tables", "lookups", "drawn")


def _named(node: Node, kind: str) -> set[Reference]:
    return {(name, integrity) for name, integrity in node.get(kind, ())}


def _without(node: Node, tables: set[Reference]) -> Node:
    left = [reference for reference in node.get("tables", ()) if tuple(reference) not in tables]
    return {"pages": node.get("pages", ()), "tables": left}


def _nodes(node: Node, shared: set[Reference], load: Load) -> Iterator[Reference]:
    """Yield what lies below a head, but no page of documents."""
    drawn = drawn_below(node)
    for below in nodes_below(node):
        if below not in shared:
            yield below
            inner = canonical.decode(load(below))
            walk = node_references(inner, load) if below in drawn else _nodes(inner, shared, load)
            yield from walk


def _leaves(entries: dict[str, list[int]], bits: int, store: Store) -> list[Reference]:
    leaves: list[dict[str, list[int]]] = [{} for _ in range(1 << bits)]
    digits = -(-bits // 4)
    by_prefix = {
        format(prefix, f"0{digits}x"): leaves[prefix >> (4 * digits - bits)]
        for prefix in range(16**digits)
    }
    for key, numbers in entries.items():
        by_prefix[key[:digits]][key] = numbers
    return [_stored({"lookup": leaf}, store) for leaf in leaves]


def _width(count: int) -> int:
    """Return how many references each table holds, so that the whole way down weighs least.

    That is the root of `count` for as many levels as are needed, as a power of two.
    """
    levels = 1
    while FAN_OUT**levels < count:
        levels += 1
    width = 1 << (int(count ** (1 / levels)).bit_length() - 1)
    return width if FAN_OUT * width ** (levels - 1) >= count else 2 * width


def _chunks(references: Sequence[Reference], width: int) -> Iterator[list[Reference]]:
    for at in range(0, len(references), width):
        yield list(references[at : at + width])


def _stored(node: Node, store: Store) -> Reference:
    return store(canonical.encode({"format": 1, **node}))
