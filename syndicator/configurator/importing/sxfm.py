"""SXFM, the Simple XML Feature Model of SPLOT: an indented tree and clauses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from syndicator.configurator.formulas import Formula, Not, Some
from syndicator.configurator.importing.features import FeatureModel, yes
from syndicator.configurator.model import Model
from syndicator.errors import Problem

_LINE = re.compile(r"(?P<indent>[\t ]*):(?P<kind>[rmog]?)(?P<rest>.*)")
_NAMED = re.compile(r"\s*(?P<label>.*?)\s*(?:\((?P<id>[^()]+)\))?\s*(?:\[(?P<range>[^\]]*)\])?\s*")
_CLAUSE = re.compile(r"\s*(?P<name>[^:]*):(?P<body>.*)")
_NAME = re.compile(r'<feature_model\s+name="([^"]*)"')


@dataclass(slots=True)
class _Group:
    """A group under which features are being read."""

    parent: int
    low: int
    high: int | None
    line: int
    children: list[int]


@dataclass(slots=True)
class _Open:
    """A line that further indented lines hang below."""

    depth: int
    node: int | _Group


def read_sxfm(text: str, file: str) -> tuple[Model, list[Problem]]:
    """Return the model of an SXFM file and what is wrong or left out.

    The meta data is left out silently; it says nothing about configurations.
    """
    reader = _Reader(FeatureModel(file))
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        tag = re.fullmatch(r"\s*<(/?)(feature_tree|constraints)>\s*", line)
        if tag:
            section = "" if tag[1] else tag[2]
        elif line.strip() and section == "feature_tree":
            reader.feature_line(line, number)
        elif line.strip() and section == "constraints":
            reader.clause(line, number)
    reader.close()
    named = _NAME.search(text)
    return reader.features.model(named[1] if named else "")


class _Reader:
    """Reads tree lines with a stack of open parents."""

    def __init__(self, features: FeatureModel) -> None:
        self.features = features
        self._open: list[_Open] = []
        self._groups: list[_Group] = []

    def feature_line(self, line: str, number: int) -> None:
        match = _LINE.fullmatch(line)
        if match is None:
            self.features.error(
                "bad-line", "this is no line of a feature tree", number, line.strip()
            )
            return
        depth = len(match["indent"].expandtabs(4))
        while self._open and self._open[-1].depth >= depth:
            self._open.pop()
        named = _NAMED.fullmatch(match["rest"])
        parent = self._open[-1].node if self._open else None
        if named is None or (parent is None and match["kind"] != "r"):
            self.features.error("bad-line", "this line hangs below nothing", number, line.strip())
            return
        node = (
            self._group(parent, named["range"] or "", number)
            if match["kind"] == "g"
            else self._feature(parent, match["kind"], named, number)
        )
        if node is not None:
            self._open.append(_Open(depth, node))

    def _group(self, parent: int | _Group | None, span: str, number: int) -> _Group | None:
        low, _, high = span.replace("..", ",").partition(",")
        if not isinstance(parent, int) or not low.strip().isdecimal():
            self.features.error("bad-line", "a group needs a parent and [low,high]", number, span)
            return None
        most = high.strip()
        group = _Group(parent, int(low), int(most) if most.isdecimal() else None, number, [])
        self._groups.append(group)
        return group

    def _feature(
        self, parent: int | _Group | None, kind: str, named: re.Match[str], number: int
    ) -> int | None:
        name = named["id"] or named["label"]
        child = self.features.feature(name.strip(), number, named["label"])
        if child is None:
            return None
        if isinstance(parent, _Group):
            parent.children.append(child)
        elif parent is not None:
            self.features.child(parent, child, number, mandatory=kind == "m")
        return child

    def clause(self, line: str, number: int) -> None:
        match = _CLAUSE.fullmatch(line)
        body = match["body"] if match else line
        literals: list[Formula] = []
        for word in re.split(r"\s+or\s+", body.strip(), flags=re.IGNORECASE):
            name = word.strip().lstrip("~").strip()
            feature = self.features.index.get(name)
            if feature is None:
                self.features.error("unknown-option", "there is no such feature", number, name)
                return
            literals.append(Not(yes(feature)) if word.strip().startswith("~") else yes(feature))
        self.features.rule(Some(tuple(literals)), number, body.strip())

    def close(self) -> None:
        """Write the rules of the groups, now that all their members are known."""
        for group in self._groups:
            high = len(group.children) if group.high is None else group.high
            self.features.group(group.parent, group.children, group.low, high, group.line)
