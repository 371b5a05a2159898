"""UVL, the Universal Variability Language: the Boolean level with group cardinalities."""

from __future__ import annotations

import re
from dataclasses import dataclass

from syndicator.configurator.formulas import Every, Formula, Not, Some, implies, same
from syndicator.configurator.importing.features import FeatureModel, yes
from syndicator.configurator.model import Model
from syndicator.errors import Problem

_GROUP = re.compile(r"(mandatory|optional|alternative|or|\[(\d+)(?:\.\.(\d+|\*))?\])")
_FEATURE = re.compile(
    r"(?:(?P<type>Boolean|Integer|Real|String)\s+)?"
    r"(?:\"(?P<quoted>[^\"]+)\"|(?P<name>[^\s{\"]+))"
    r"(?:\s+cardinality\s+(?P<cardinality>\[[^\]]*\]))?\s*(?P<attributes>\{.*\})?"
)
_TOKEN = re.compile(r'\s*(?:"([^"]+)"|(<=>|=>|[!&|()])|([^\s!&|()=<>+*/,"-]+)|$)')
_SECTIONS = ("namespace", "imports", "include", "features", "constraints")
MAX_DEPTH = 60


@dataclass(slots=True)
class _Group:
    """A group under which features are being read."""

    kind: str
    parent: int
    low: int
    high: int | None
    line: int
    children: list[int]


def read_uvl(text: str, file: str) -> tuple[Model, list[Problem]]:
    """Return the model of a UVL file and what is wrong or left out.

    Left out: imports, attributes, numeric and text features, arithmetic constraints.
    """
    reader = _Reader(FeatureModel(file))
    for number, raw in enumerate(text.splitlines(), 1):
        line = re.sub(r"//.*", "", raw).rstrip()
        if line.strip():
            reader.line(line, number)
    reader.close()
    return reader.features.model(reader.name)


class _Reader:
    """Reads sections; in `features`, feature lines and group lines alternate by indentation."""

    def __init__(self, features: FeatureModel) -> None:
        self.features = features
        self.name = ""
        self._section = ""
        self._open: list[tuple[int, int | _Group | None]] = []
        self._groups: list[_Group] = []

    def line(self, line: str, number: int) -> None:
        words = line.strip()
        depth = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
        if depth == 0 and words.split()[0] in _SECTIONS:
            self._section = words.split()[0]
            if self._section in {"imports", "include"}:
                self.features.unmapped(f"the section {self._section}", number)
            self.name = words.partition(" ")[2] if self._section == "namespace" else self.name
        elif self._section == "features":
            self._tree(words, depth, number)
        elif self._section == "constraints":
            self._constraint(words, number)
        elif self._section not in {"imports", "include"}:
            self.features.error("bad-line", "this line is in no section", number, words)

    def _tree(self, words: str, depth: int, number: int) -> None:
        while self._open and self._open[-1][0] >= depth:
            self._open.pop()
        above = self._open[-1][1] if self._open else None
        group = _GROUP.fullmatch(words)
        if group and isinstance(above, int):
            self._open.append((depth, self._new_group(group, above, number)))
        elif self._open and above is None:
            self._open.append((depth, None))  # below something that was left out
        else:
            self._open.append((depth, self._feature(words, above, number)))

    def _new_group(self, match: re.Match[str], parent: int, number: int) -> _Group:
        low, high = {"alternative": (1, 1), "or": (1, None)}.get(match[1], (0, None))
        if match[2]:
            low = int(match[2])
            high = None if match[3] == "*" else int(match[3] or match[2])
        group = _Group(match[1], parent, low, high, number, [])
        self._groups.append(group)
        return group

    def _feature(self, words: str, above: int | _Group | None, number: int) -> int | None:
        match = _FEATURE.fullmatch(words)
        if match is None:
            self.features.error("bad-line", "this is no feature", number, words)
            return None
        name = match["quoted"] or match["name"]
        if match["type"] not in {None, "Boolean"} or match["cardinality"]:
            self.features.unmapped(f"the feature {name}", number, words)
            return None
        if match["attributes"] and match["attributes"] not in {"{abstract}", "{}"}:
            self.features.unmapped(f"attributes of {name}", number, match["attributes"])
        child = self.features.feature(name, number)
        if child is not None and isinstance(above, _Group):
            above.children.append(child)
        return child

    def close(self) -> None:
        """Write the rules of the groups, now that all their members are known."""
        for group in self._groups:
            if group.kind in {"mandatory", "optional"}:
                for child in group.children:
                    mandatory = group.kind == "mandatory"
                    self.features.child(group.parent, child, group.line, mandatory=mandatory)
            elif group.children:
                high = len(group.children) if group.high is None else group.high
                self.features.group(group.parent, group.children, group.low, high, group.line)

    def _constraint(self, words: str, number: int) -> None:
        tokens = _tokens(words)
        if tokens is None:
            self.features.unmapped("the constraint", number, words)
            return
        try:
            parser = _Constraint(tokens, self.features.index)
            self.features.rule(parser.whole(), number, words)
        except _UnreadableError as error:
            self.features.error("bad-expression", str(error), number, words)


class _UnreadableError(ValueError):
    """A constraint is not a formula over known features."""


def _tokens(words: str) -> list[str] | None:
    """Return names and operators (`=name` for names), or None where there is arithmetic."""
    tokens: list[str] = []
    at = 0
    while at < len(words):
        match = _TOKEN.match(words, at)
        if match is None:
            return None
        if match[2]:
            tokens.append(match[2])
        elif match[1] or match[3]:
            tokens.append("=" + (match[1] or match[3]))
        at = max(match.end(), at + 1)
    return tokens


class _Constraint:
    """`<=>` binds loosest, then `=>`, `|`, `&`, `!`."""

    def __init__(self, tokens: list[str], index: dict[str, int]) -> None:
        self._tokens = [*tokens, ""]
        self._at = 0
        self._index = index
        self._depth = 0

    def whole(self) -> Formula:
        found = self._equal()
        if self._tokens[self._at]:
            raise _UnreadableError(f"{self._tokens[self._at].lstrip('=')!r} is too much")
        return found

    def _take(self, token: str) -> bool:
        if self._tokens[self._at] != token:
            return False
        self._at += 1
        return True

    def _equal(self) -> Formula:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _UnreadableError("brackets are nested too deeply")
        left = self._implied()
        while self._take("<=>"):
            left = same(left, self._implied())
        self._depth -= 1
        return left

    def _implied(self) -> Formula:
        left = self._either()
        return implies(left, self._equal()) if self._take("=>") else left

    def _either(self) -> Formula:
        parts = [self._both()]
        while self._take("|"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _both(self) -> Formula:
        parts = [self._factor()]
        while self._take("&"):
            parts.append(self._factor())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _factor(self) -> Formula:
        negative = False
        while self._take("!"):
            negative = not negative
        if self._take("("):
            found = self._equal()
            if not self._take(")"):
                raise _UnreadableError("a bracket is not closed")
        else:
            found = self._feature()
        return Not(found) if negative else found

    def _feature(self) -> Formula:
        token = self._tokens[self._at]
        if not token.startswith("="):
            raise _UnreadableError(f"expected a feature, found {token or 'the end'!r}")
        if token[1:] not in self._index:
            raise _UnreadableError(f"there is no feature {token[1:]!r}")
        self._at += 1
        return yes(self._index[token[1:]])
