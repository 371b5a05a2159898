"""DIMACS CNF: clauses over numbered variables, which comments name, one by one or as values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from syndicator.configurator.formulas import Among, Formula, Not, Some
from syndicator.configurator.importing.features import FeatureModel
from syndicator.configurator.model import Model, Option, Rule, Value
from syndicator.errors import Origin, Problem

_NUMBER = re.compile(r"[0-9]{1,9}")
_NAMED = re.compile(r"c\s+(\d+)\$?\s+(\S+)\s*")
MAX_VARIABLES = 5000


def read_dimacs(text: str, file: str) -> tuple[Model, list[Problem]]:
    """Return the model of a CNF file and what is wrong with it.

    A comment `c 12 name` names a variable, which is a toggle; `c 12 option=value` makes it a value
    of an option, of which exactly one holds, by the clauses or not.
    """
    reader = _Reader(file)
    for number, line in enumerate(text.splitlines(), 1):
        reader.line(line.strip(), number)
    return reader.model()


def value_map(rows: Iterable[Sequence[str]]) -> str:
    """Return the comments that say what rows of variable, option and value do."""
    return "".join(f"c {variable} {option}={value}\n" for variable, option, value in rows)


class _Reader:
    """Collects names and clauses, then decides which variables are values of an option."""

    def __init__(self, file: str) -> None:
        self._notes = FeatureModel(file)
        self._file = file
        self._names: dict[int, str] = {}
        self._clauses: list[tuple[int, list[int]]] = []
        self._pending: list[int] = []
        self._count: int | None = None

    def line(self, line: str, number: int) -> None:
        named = _NAMED.fullmatch(line)
        if named:
            self._names[int(named[1])] = named[2]
        elif line.startswith("p"):
            self._header(line, number)
        elif line and not line.startswith(("c", "%")):
            self._numbers(line, number)

    def _header(self, line: str, number: int) -> None:
        words = line.split()
        if len(words) != 4 or words[1] != "cnf" or not _NUMBER.fullmatch(words[2]):  # noqa: PLR2004  p cnf V C
            self._notes.error("bad-format", "this is not `p cnf variables clauses`", number, line)
        elif int(words[2]) > MAX_VARIABLES:
            self._notes.error("too-large", f"more than {MAX_VARIABLES} variables", number, line)
        elif self._count is not None:
            self._notes.error("bad-format", "there is a second line `p cnf`", number, line)
        else:
            self._count = int(words[2])

    def _numbers(self, line: str, number: int) -> None:
        for word in line.split():
            if not re.fullmatch(r"-?\d{1,9}", word):
                self._notes.error("bad-line", "this is not a literal", number, word)
                return
            literal = int(word)
            if literal == 0:
                self._clauses.append((number, self._pending))
                self._pending = []
            elif self._count is None or abs(literal) > self._count:
                self._notes.error("bad-line", "the variable is not declared", number, word)
            else:
                self._pending.append(literal)

    def model(self) -> tuple[Model, list[Problem]]:
        if self._count is None:
            self._notes.error("bad-format", "there is no line `p cnf variables clauses`", 1)
        names = [self._names.get(one, f"x{one}") for one in range(1, (self._count or 0) + 1)]
        places: dict[str, tuple[int, int]] = {}
        options: list[Option] = []
        members: dict[str, list[str]] = {}
        for name in names:
            if "=" in name:
                members.setdefault(name.partition("=")[0], []).append(name)
        for option, held in members.items():
            places |= {name: (len(options), place) for place, name in enumerate(held)}
            ids = (name.partition("=")[2] for name in held)
            options.append(Option(option, tuple(map(Value, ids))))
        for name in names:
            if name not in places:
                places[name] = (len(options), 1)
                options.append(Option(name, (Value("no"), Value("yes"))))
        rules = tuple(
            Rule(
                f"line-{line}",
                Some(tuple(_literal(one, names, places) for one in clause)),
                {},
                " ".join(map(str, clause)),
                Origin(self._file, line),
            )
            for line, clause in self._clauses
        )
        model = Model("imported", tuple(options), rules=rules, origin=Origin(self._file))
        return model, self._notes.problems


def _literal(literal: int, names: list[str], places: Mapping[str, tuple[int, int]]) -> Formula:
    variable, value = places[names[abs(literal) - 1]]
    holds = Among(variable, frozenset((value,)))
    return holds if literal > 0 else Not(holds)
