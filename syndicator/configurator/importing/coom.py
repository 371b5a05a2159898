"""COOM, the product language of denkbares: products, structures, enumerations, behaviours.

A structure is flattened: `frame.bag` becomes the option `frame_bag`. Mapped are enumerations with
numeric attributes, `Bool`, numbers of up to 1024 values, `require`, `condition`, `combinations`
and `default`. Features that may occur several times or not at all, wide numbers, functions such
as `sum` and `count`, and every rule that speaks of them are listed as left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from syndicator.configurator.expressions import ExpressionError, parse
from syndicator.configurator.formulas import Every, Formula, Table, implies
from syndicator.configurator.importing.features import FeatureModel
from syndicator.configurator.lowering import Lowering
from syndicator.configurator.model import Display, Model, Option, Value
from syndicator.errors import Origin, Problem

MAX_VALUES = 1024
MAX_DEPTH = 12
MAX_OPTIONS = 5000
_TOKEN = re.compile(r'"[^"]*"|//.*|-\*-|&&|\|\||!=|<=|>=|->|[{}(),=<>!+*/-]|[^\s{}(),=<>!+*/"&|-]+')
_BLOCK = re.compile(r"(product|structure|enumeration|behavior)\s*(\w*)\s*\{")
_FEATURE = re.compile(
    r"(?:(?P<count>\d+(?:\.\.(?:\d+|\*))?)\s+)?(?:(?P<num>num(?:\s*\.#+)?)(?:\s*/\s*\w+)?"
    r"(?:\s+(?P<low>-?\d+)\s*-\s*(?P<high>\d+))?|(?P<type>\w+))\s+(?P<name>\w+)"
)
_WORDS = {"&&": " and ", "||": " or ", "!": " not "}


@dataclass(slots=True)
class _Block:
    """One `{...}` of the file: its lines without comments."""

    kind: str
    name: str
    line: int
    lines: list[tuple[int, str]] = field(default_factory=list)


def read_coom(text: str, file: str) -> tuple[Model, list[Problem]]:
    """Return the model of a COOM file and what is wrong or left out."""
    reader = _Reader(FeatureModel(file))
    blocks = list(_blocks(text))
    for block in blocks:
        if block.kind == "enumeration":
            reader.enumeration(block)
        elif block.kind == "structure":
            reader.structures[block.name] = block
    for block in blocks:
        if block.kind == "product":
            reader.features(block, "", 0)
    for block in blocks:
        if block.kind == "behavior":
            reader.behaviour(block)
    name = file.rpartition("/")[2].partition(".")[0]
    return reader.finish(name)


def _blocks(text: str) -> Iterator[_Block]:
    """Yield the blocks; a block on one line is taken apart."""
    block: _Block | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = re.sub(r"//.*", "", raw).strip()
        if block is None and (match := _BLOCK.match(line)):
            block = _Block(match[1], match[2], number)
            line = line[match.end() :].strip()
        if block is None:
            continue
        closed = line.endswith("}")
        body = line.removesuffix("}").strip()
        if body:
            block.lines.append((number, body))
        if closed:
            yield block
            block = None


class _Reader:
    """Collects enumerations and structures, flattens the product, then reads behaviours."""

    def __init__(self, notes: FeatureModel) -> None:
        self._notes = notes
        self._enumerations: dict[str, tuple[Value, ...]] = {"Bool": (Value("False"), Value("True"))}
        self.structures: dict[str, _Block] = {}
        self._options: dict[str, Option] = {}
        self._places: dict[str, list[str]] = {"": [""]}
        """The prefixes under which each structure stands."""
        self._within: list[str] = []
        """The structures that are being flattened."""

    # --- declarations ------------------------------------------------------------------

    def enumeration(self, block: _Block) -> None:
        attributes: list[tuple[str, bool]] = []
        values: list[Value] = []
        for number, line in block.lines:
            if line.startswith("attribute"):
                words = line.split()
                attributes.append((words[-1], len(words) > 2 and words[1].startswith("num")))  # noqa: PLR2004  attribute type name
            elif "=" in line:
                name, _, rest = line.partition("=")
                values.append(self._value(name.strip(), rest, attributes, number))
            else:
                values += [Value(word) for word in line.split()]
        self._enumerations[block.name] = tuple(values)

    def _value(
        self, name: str, rest: str, attributes: list[tuple[str, bool]], number: int
    ) -> Value:
        cells = re.findall(r'"[^"]*"|[^\s(),]+', rest)
        found: dict[str, Fraction] = {}
        for (attribute, numeric), cell in zip(attributes, cells, strict=False):
            if re.fullmatch(r"-?\d+(\.\d+)?", cell) and numeric:
                found[attribute] = Fraction(cell)
            elif number and not cell.startswith('"'):
                self._notes.unmapped(f"the attribute {attribute} of {name}", number, cell)
        return Value(name, attributes=found)

    def features(self, block: _Block, prefix: str, depth: int) -> None:
        """Add the features of a product or structure as options."""
        for number, line in block.lines:
            match = _FEATURE.fullmatch(line)
            if match is None:
                self._notes.error("bad-line", "this is no feature", number, line)
            elif match["count"] not in {None, "1", "1..1"}:
                self._notes.unmapped(f"the cardinality of {match['name']}", number, line)
            else:
                self._feature(match, f"{prefix}{match['name']}", number, depth)

    def _feature(self, match: re.Match[str], path: str, number: int, depth: int) -> None:
        kind = match["type"]
        if match["num"]:
            self._number(match, path, number)
        elif self._enumerations.get(kind):
            self._option(path, self._enumerations[kind], Display.RADIO, number)
        elif kind in self._within:
            self._notes.error("recursion", f"the structure {kind} holds itself", number, path)
        elif kind in self.structures and depth < MAX_DEPTH and len(self._options) < MAX_OPTIONS:
            self._within.append(kind)
            self._places.setdefault(kind, []).append(f"{path}_")
            self.features(self.structures[kind], f"{path}_", depth + 1)
            self._within.pop()
        else:
            self._notes.unmapped(f"the feature {path} of an unknown type", number, kind)

    def _number(self, match: re.Match[str], path: str, number: int) -> None:
        low, high = int(match["low"] or 0), int(match["high"] or MAX_VALUES + 1)
        if "#" in match["num"]:
            self._notes.unmapped(f"the decimals of {path}", number, match[0])
        elif high - low >= MAX_VALUES or high < low:
            self._notes.unmapped(f"the number {path}", number, match[0])
        else:
            values = tuple(Value(str(one), number=Fraction(one)) for one in range(low, high + 1))
            self._option(path, values, Display.STEPPER, number)

    def _option(self, path: str, values: tuple[Value, ...], display: Display, number: int) -> None:
        origin = Origin(self._notes.file, number)
        if path in self._options:
            self._notes.error("duplicate-id", "the feature is declared twice", number, path)
        self._options[path] = Option(path, values, {"en": path}, display=display, origin=origin)

    # --- behaviours --------------------------------------------------------------------

    def behaviour(self, block: _Block) -> None:
        """Read a behaviour once for each place where its structure stands."""
        for prefix in self._places.get(block.name, []):
            _Behaviour(self._notes, self._options, prefix).read(block)

    def finish(self, name: str) -> tuple[Model, list[Problem]]:
        self._notes.options = list(self._options.values())
        model, problems = self._notes.model(name)
        rules = tuple(rule for rule in model.rules if rule.id != "root")
        return replace(model, rules=rules), problems


class _Behaviour:
    """One behaviour at one place: conditions hold for the next require, imply or default."""

    def __init__(self, notes: FeatureModel, options: dict[str, Option], prefix: str) -> None:
        self._notes = notes
        self._options = options
        self._prefix = prefix
        self._lowering = Lowering(list(options.values()))
        self._conditions: list[str] = []
        self._columns: list[str] = []
        self._rows: list[list[list[str]]] = []

    def read(self, block: _Block) -> None:
        for number, line in [*block.lines, (block.line, "")]:
            word, rest = (*line.split(None, 1), "", "")[:2]
            if word != "allow" and self._columns:
                self._table(number)
            if word in {"explanation", ""}:
                self._conditions = []
            elif word == "condition":
                self._conditions.append(rest)
            else:
                self._statement(word, rest, number)

    def _statement(self, word: str, rest: str, number: int) -> None:
        if word == "combinations":
            self._columns = re.findall(r"[\w.]+", rest)
        elif word == "allow":
            self._rows.append(_cells(rest))
        elif word == "default":
            self._default(rest, number)
        elif word in {"require", "imply"}:
            self._rule(rest, number)
        else:
            self._notes.unmapped(f"`{word}`", number, rest)

    def _rule(self, text: str, number: int) -> None:
        try:
            formula = self._formula(text)
            when = [self._formula(one) for one in self._conditions]
        except ExpressionError as error:
            self._notes.unmapped(f"the rule ({error})", number, text)
        else:
            formula = implies(Every(tuple(when)), formula) if when else formula
            self._notes.rule(formula, number, text)
        self._conditions = []

    def _default(self, text: str, number: int) -> None:
        name, _, value = (one.strip() for one in text.partition("="))
        option = self._options.get(self._path(name))
        ids = [one.id for one in option.values] if option else []
        if self._conditions or option is None or value not in ids:
            self._notes.unmapped("the default", number, text)
        else:
            self._options[option.id] = replace(option, default=ids.index(value))
        self._conditions = []

    def _table(self, number: int) -> None:
        paths = [self._path(name) for name in self._columns]
        rows, self._rows, self._columns = self._rows, [], []
        index = {name: place for place, name in enumerate(self._options)}
        try:
            variables = tuple(index[path] for path in paths)
            table = Table(variables, tuple(self._row(paths, row) for row in rows))
        except (KeyError, ValueError) as error:
            self._notes.unmapped("the table of combinations", number, str(error))
        else:
            self._notes.rule(table, number, f"combinations of {', '.join(paths)}")

    def _row(self, paths: list[str], cells: list[list[str]]) -> tuple[frozenset[int] | None, ...]:
        found: list[frozenset[int] | None] = []
        for path, cell in zip(paths, cells, strict=True):
            ids = [value.id for value in self._options[path].values]
            anything = cell == ["-*-"]
            found.append(None if anything else frozenset(ids.index(name) for name in cell))
        return tuple(found)

    def _formula(self, text: str) -> Formula:
        """Translate to our rule language: words for signs, options for paths."""
        words = [_WORDS.get(token) or self._name(token) for token in _TOKEN.findall(text)]
        return self._lowering.formula(parse(" ".join(words)))

    def _name(self, token: str) -> str:
        if not re.fullmatch(r"[A-Za-z][\w.]*", token):
            return token
        path = self._path(token)
        if path in self._options:
            return path
        owner, _, attribute = token.rpartition(".")
        return f"{self._path(owner)}.{attribute}" if owner else token

    def _path(self, name: str) -> str:
        local = self._prefix + name.replace(".", "_")
        whole = name.removeprefix("root.").replace(".", "_")
        return local if local in self._options else whole


def _cells(text: str) -> list[list[str]]:
    """Return the cells of `( a (b, c) -*- )`, each with its alternatives."""
    inner = text.strip().removeprefix("(").removesuffix(")")
    found = []
    for alternatives, single in re.findall(r"\(([^)]*)\)|(-\*-|[^\s(),]+)", inner):
        found.append(re.findall(r"[^\s,]+", alternatives) if alternatives else [single])
    return found
