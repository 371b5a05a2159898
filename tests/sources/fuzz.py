"""A campaign of broken inputs against every parser: no exception gets out, whatever the bytes.

`python -m tests.sources.fuzz` runs it: for each parser inputs made from its fixtures by flipped
bytes, cuts, splices with other fixtures, tokens and values of other types, all from one seed, until
the count or the time is reached. An input that breaks a parser is kept beside the report.
"""

# ruff: noqa: E501  tokens stand in rows

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.sources.fuzz_beside import parsers_beside
from tests.sources.fuzzed import Parser, parsers_of_products

SLOW = 5.0
"""Seconds of processor time that no small input may take."""
TOKENS = re.compile(rb"\w+|\s+|[^\w\s]")
VALUES = (
    *(b"", b"0", b"-1", b"1e999", b"NaN", b"null", b"true", b"[]", b"{}", b"[[[[[[[[]]]]]]]]", b"''"),
    *(b"9" * 400, b"0x7", b"1.299,00 EUR", b"9.5205E+12", b"2026-02-30", b"31.12.2026", b"\xef\xbb\xbf"),
    *(b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\\u0000", b"\\ud800", b"\\", b"\xb2", b"\xc2\xb2", b"x" * 300),
    *(b'"', b"'", b"<", b">", b"&", b"]]>", b"<!--", b"-->", b"&a;", b"&#0;", b"&#x10ffff;", b"<![CDATA["),
    *(b"<!DOCTYPE a [<!ENTITY a 'b'>]>", b"{", b"}", b"[", b"]", b":", b",", b";", b"\t", b"\n", b"\r", b"|"),
    *(b"*a", b"&a ", b"- ", b"? ", b"!!python/object:os.system", b"<<: ", b"---\n", b"%YAML 9.9\n", b"..", b"/"),
    *(b"http://[", b"https://n.example/\n", b"=cmd|' /C calc'!A0", b"__proto__", b"sku", b"specs", b"title"),
)  # fmt: skip
SWAPS: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 1e308, 10**40, "", "x", "\ud7ff", "9.5205E+12", [], {}, [None], [[]],
    {"a": {"b": []}}, {"en": 1}, ["x"] * 30, {"sku": "A"}, "0" * 300,
)  # fmt: skip


# --- making inputs -----------------------------------------------------------------------


def broken(parser: Parser, chance: random.Random) -> bytes:
    """Return one input: a seed with a few changes; one in fifty is noise."""
    if chance.random() < 0.02:
        return chance.randbytes(chance.randrange(200))
    data = chance.choice(parser.seeds)
    if parser.tree and chance.random() < 0.5:
        data = _swapped(data, chance)
    for _ in range(chance.randrange(0 if parser.tree else 1, 5)):
        data = chance.choice(_CHANGES)(data, chance, parser)
    return data


def _flip(data: bytes, chance: random.Random, _: Parser) -> bytes:
    if not data:
        return b"\0"
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _cut(data: bytes, chance: random.Random, _: Parser) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _lose(data: bytes, chance: random.Random, _: Parser) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.randrange(1, 40) :]


def _repeat(data: bytes, chance: random.Random, _: Parser) -> bytes:
    at = chance.randrange(len(data) + 1)
    part = data[at : at + chance.randrange(1, 120)]
    return data[:at] + part * chance.randrange(2, 5) + data[at:]


def _splice(data: bytes, chance: random.Random, parser: Parser) -> bytes:
    other = chance.choice(parser.seeds)
    at, end = chance.randrange(len(data) + 1), chance.randrange(len(other) + 1)
    return data[:at] + other[end : end + 400]


def _put(data: bytes, chance: random.Random, _: Parser) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(VALUES) + data[at:]


def _retoken(data: bytes, chance: random.Random, _: Parser) -> bytes:
    """Replace, drop or double a word or sign, or let two change places."""
    tokens = TOKENS.findall(data) or [b""]
    at, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    kind = chance.randrange(4)
    if kind == 0:
        tokens[at] = chance.choice(VALUES)
    elif kind == 1:
        tokens[at] = b""
    elif kind == 2:
        tokens[at] *= 2
    else:
        tokens[at], tokens[other] = tokens[other], tokens[at]
    return b"".join(tokens)


_CHANGES = (_flip, _cut, _lose, _repeat, _splice, _put, _put, _retoken, _retoken, _retoken)


def _swapped(data: bytes, chance: random.Random) -> bytes:
    """Return JSON with one to three values of another type."""
    tree = json.loads(data)
    for _ in range(chance.randrange(1, 4)):
        places = list(_places(tree))
        if places:
            holder, key = chance.choice(places)
            holder[key] = chance.choice((*SWAPS, tree if chance.random() < 0.05 else None))
            tree = json.loads(json.dumps(tree, default=str)) if not _loops(tree) else {}
    return json.dumps(tree).encode()


def _loops(tree: object) -> bool:
    try:
        json.dumps(tree)
    except ValueError:
        return True
    return False


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    keys = tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        yield tree, key
        yield from _places(tree[key])


# --- the campaign ------------------------------------------------------------------------


def parsers(folder: Path) -> dict[str, Parser]:
    """Return every parser by name; those that read files do so in `folder`."""
    found = [*parsers_of_products(folder), *parsers_beside(folder)]
    return {parser.name: parser for parser in found}


@dataclass(slots=True)
class Outcome:
    """What one parser went through."""

    parser: str
    inputs: int = 0
    seconds: float = 0.0
    failures: int = 0


def attack(
    parser: Parser, seed: int, inputs: int, seconds: float, keep: Path | None = None
) -> Outcome:
    """Give a parser broken inputs until the count or the processor time is reached."""
    chance = random.Random(f"{parser.name} {seed}")  # noqa: S311  a seed, not a secret
    outcome = Outcome(parser.name)
    start = time.process_time()
    while outcome.inputs < inputs and outcome.seconds < seconds:
        data = broken(parser, chance)
        before = time.process_time()
        try:
            parser.run(data)
            assert time.process_time() - before < SLOW, "the input took too long"
        except Exception:
            outcome.failures += 1
            if keep is None:
                raise
            name = f"{parser.name.replace(' ', '-')}-{seed}-{outcome.inputs}"
            (keep / name).write_bytes(data)
            (keep / f"{name}.txt").write_text(traceback.format_exc())
        outcome.inputs += 1
        outcome.seconds = time.process_time() - start
    return outcome


def main() -> int:
    """Run the campaign and print a line for each parser; 1 if any input broke one."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--inputs", type=int, default=200_000, help="for each parser")
    options.add_argument("--seconds", type=float, default=1e9, help="processor time a parser")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--parser", action="append", help="only this one; can be repeated")
    options.add_argument("--keep", type=Path, default=Path("build/fuzz"))
    asked = options.parse_args()
    asked.keep.mkdir(parents=True, exist_ok=True)
    failures = 0
    memory = Path("/dev/shm")  # noqa: S108  files in memory, in a folder of our own
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        known = parsers(Path(folder))
        for name in asked.parser or known:
            outcome = attack(known[name], asked.seed, asked.inputs, asked.seconds, asked.keep)
            failures += outcome.failures
            rate = outcome.seconds / max(outcome.inputs, 1) * 1000
            told = f"{name:20} {outcome.inputs:>9,} inputs  {rate:6.2f} ms each"
            print(f"{told}  {outcome.failures} failures", flush=True)  # noqa: T201
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
