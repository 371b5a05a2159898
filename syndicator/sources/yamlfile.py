"""YAML with a place for everything: documents as plain data that know their lines.

The reading is deliberately narrower than YAML 1.1. Plain scalars follow the core schema of
YAML 1.2: `true` and `false`, `null` and `~`, decimal integers and floats; **everything else is
text**, so `no`, `0012`, `12:30` and `2026-05-01` stay what was written (instants are parsed by
`syndicator.catalog.instants`). Merge keys and tags have no meaning here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from syndicator.errors import Origin, Problem
from syndicator.located import Located
from syndicator.sources.places import inside, listed, relative

MAX_DEPTH = 50
"""Levels of nesting; a product has about six."""
MAX_ALIASED = 10_000
"""Values that the aliases of one document may stand for in total; keeps bombs small."""
MAX_BYTES = 32 * 1024 * 1024
"""Size of one YAML file; products by the hundred thousand belong in JSON Lines or CSV."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_MAX_INTEGER_DIGITS = 18


def read_documents(root: Path, folder: str) -> tuple[list[Located], list[Problem]]:
    """Read every `*.yaml` and `*.yml` below `folder` in sorted order; a missing folder is empty.

    Files that leave the workspace through a link are problems, not read.
    """
    documents: list[Located] = []
    problems: list[Problem] = []
    for path in listed(root / folder, (".yaml", ".yml")):
        found, wrong = read_file(root, path)
        documents += found
        problems += wrong
    return documents, problems


def read_file(
    root: Path, path: Path, *, outside: bool = False
) -> tuple[list[Located], list[Problem]]:
    """Read one YAML file; failures to read are problems too.

    `outside` permits a file that is not of the workspace `root`: the settings named it.
    """
    label = relative(root, path)
    if not outside and not inside(root, path):
        return [], [
            _problem("path-leaves", label, None, "the file is a link that leaves the workspace")
        ]
    try:
        if (size := path.stat().st_size) > MAX_BYTES:
            return [], [_too_large(label, size)]
        data = path.read_bytes()
    except OSError as error:
        return [], [_problem("unreadable", label, None, f"cannot be read: {error.strerror}")]
    return load_documents(label, data)


def load_documents(label: str, data: bytes) -> tuple[list[Located], list[Problem]]:
    """Parse all documents of one file; `label` is the file's name in origins and problems.

    Never raises for bad input. Documents before an unparsable place are still returned, empty
    documents are left out. Cost: linear in the size, about 20 µs per value.
    """
    refused = _unreadable(label, data)
    if refused:
        return [], [refused]
    text = data.decode("utf-8-sig")
    documents: list[Located] = []
    builder = _Builder(label)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            done = builder.take(event)
            if done is not None and done.data is not None:
                documents.append(done)
    except yaml.YAMLError as error:
        builder.problems.append(_unparsable(label, text, error))
    except _RefusedError as refusal:
        builder.problems.append(refusal.problem)
    return documents, builder.problems


def _too_large(label: str, size: int) -> Problem:
    expected, found = f"at most {MAX_BYTES} bytes", f"{size} bytes"
    return _problem("too-large", label, None, "the file is too large", expected, found)


def _unreadable(label: str, data: bytes) -> Problem | None:
    """Find what keeps bytes from being text at all."""
    if len(data) > MAX_BYTES:
        return _too_large(label, len(data))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _problem("encoding", label, 1, "the file is not UTF-8", "UTF-8", "UTF-16")
    if (at := data.find(b"\0")) >= 0:
        return _problem("nul", label, _line(data, at), "the file holds a NUL byte", "text")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        found = f"byte 0x{data[error.start]:02x}"
        return _problem(
            "encoding", label, _line(data, error.start), "the file is not UTF-8", "UTF-8", found
        )
    return None


def _unparsable(label: str, text: str, error: yaml.YAMLError) -> Problem:
    """Turn the parser's complaint into a problem with a line."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = None if mark is None else min(mark.line, text.count("\n")) + 1
    told = getattr(error, "problem", None) or getattr(error, "reason", None) or "it does not parse"
    if line and text.split("\n")[line - 1].lstrip(" ").startswith("\t"):
        return _problem("yaml-tab", label, line, "a tab indents this line", "spaces", "a tab")
    return _problem("yaml", label, line, f"this is not YAML: {told}")


class _RefusedError(Exception):
    """The document cannot be used at all; ends the parse of its file."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(slots=True)
class _Level:
    """A list or map under construction; `key` is the map's key that waits for its value."""

    value: dict[str, Any] | list[Any]
    path: str
    anchor: str | None
    size_before: int
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    """Builds documents from parse events with a stack of its own: no recursion, no bombs."""

    label: str
    problems: list[Problem] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    stack: list[_Level] = field(default_factory=list)
    root: Any = None
    start: int = 1
    size: int = 0
    aliased: int = 0

    def take(self, event: Any) -> Located | None:  # noqa: ANN401  PyYAML's events are untyped
        """Use one event; returns the document that it completed, if any."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent:
            self._open({}, event)
        elif kind is yaml.SequenceStartEvent:
            self._open([], event)
        elif kind in {yaml.MappingEndEvent, yaml.SequenceEndEvent}:
            self._close()
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.DocumentStartEvent:
            self._begin(event)
        elif kind is yaml.DocumentEndEvent:
            return Located(self.root, Origin(self.label, self.start), self.lines)
        return None

    def _begin(self, event: yaml.DocumentStartEvent) -> None:
        self.lines, self.anchors, self.root = {}, {}, None
        self.size = self.aliased = 0
        self.start = _event_line(event) + (1 if event.explicit else 0)

    def _scalar(self, event: Any) -> None:  # noqa: ANN401
        line = _event_line(event)
        if self._expects_key():
            self._key(event.value, line)
            return
        self.size += 1
        plain = event.style is None or event.style == ""
        value = self._plain(event.value, line) if plain and event.implicit[0] else event.value
        if event.tag is not None and event.tag not in {"!", "tag:yaml.org,2002:str"}:
            self._wrong("yaml-tag", line, "tags have no meaning here", "plain values", event.tag)
        self._put(value, line)
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)

    def _plain(self, text: str, line: int) -> Any:  # noqa: ANN401  any scalar
        if text in _WORDS:
            return _WORDS[text]
        if not _FLOAT.fullmatch(text):
            return text
        if _INTEGER.fullmatch(text):
            return int(text) if len(text) <= _MAX_INTEGER_DIGITS else text
        if text.isdigit():  # leading zeros: an identifier, not a number
            return text
        value = float(text)
        if not math.isfinite(value):
            self._wrong(
                "yaml-number", line, "the number is too large", "a finite number", text[:40]
            )
            return None
        return value

    def _open(self, value: dict[str, Any] | list[Any], event: Any) -> None:  # noqa: ANN401
        line = _event_line(event)
        if self._expects_key():
            raise _RefusedError(
                _problem("yaml-key", self.label, line, "a key is a list or a map", "text")
            )
        if len(self.stack) >= MAX_DEPTH:
            message = "the values are nested too deeply"
            raise _RefusedError(
                _problem("yaml-depth", self.label, line, message, f"at most {MAX_DEPTH} levels")
            )
        path = self._put(value, line)
        self.stack.append(_Level(value, path, event.anchor, self.size))
        self.size += 1

    def _close(self) -> None:
        level = self.stack.pop()
        if level.anchor:
            self.anchors[level.anchor] = (level.value, self.size - level.size_before)

    def _alias(self, event: Any) -> None:  # noqa: ANN401
        line = _event_line(event)
        if event.anchor not in self.anchors:
            message = f"the alias *{event.anchor} points to nothing, or to itself"
            raise _RefusedError(_problem("yaml-alias", self.label, line, message))
        value, size = self.anchors[event.anchor]
        self.size += size
        self.aliased += size
        if self.aliased > MAX_ALIASED:
            message = "aliases stand for too many values"
            raise _RefusedError(
                _problem("yaml-aliases", self.label, line, message, f"at most {MAX_ALIASED}")
            )
        if self._expects_key():
            self._key(str(value), line)
        else:
            self._put(value, line)

    def _expects_key(self) -> bool:
        return (
            bool(self.stack) and type(self.stack[-1].value) is dict and self.stack[-1].key is None
        )

    def _key(self, key: str, line: int) -> None:
        level = self.stack[-1]
        path = f"{level.path}.{key}" if level.path else key
        if isinstance(level.value, dict) and key in level.value:
            first = self.lines.get(path)
            self._wrong(
                "duplicate-key",
                line,
                f"the key {key!r} is written twice",
                "one",
                f"also line {first}",
                path,
            )
        self.lines[path] = line
        level.key = key

    def _put(self, value: Any, line: int) -> str:  # noqa: ANN401  any value
        """Hang a value where it belongs; returns its path. A later duplicate key wins."""
        if not self.stack:
            self.root = value
            return ""
        level = self.stack[-1]
        if isinstance(level.value, list):
            path = f"{level.path}[{len(level.value)}]"
            self.lines[path] = line
            level.value.append(value)
            return path
        key = level.key or ""
        level.value[key] = value
        level.key = None
        return f"{level.path}.{key}" if level.path else key

    def _wrong(
        self, code: str, line: int, message: str, expected: str, found: str, path: str = ""
    ) -> None:
        self.problems.append(_problem(code, self.label, line, message, expected, found, path))


def _event_line(event: Any) -> int:  # noqa: ANN401
    line: int = event.start_mark.line
    return line + 1


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def _problem(
    code: str,
    label: str,
    line: int | None,
    message: str,
    expected: str = "",
    found: str = "",
    path: str = "",
) -> Problem:
    return Problem(code, message, Origin(label, line), path=path, expected=expected, found=found)


def walk(located: Located) -> Iterator[Located]:
    """Split a document that is a list of maps into one located record per item."""
    if not isinstance(located.data, list):
        yield located
        return
    for index, item in enumerate(located.data):
        prefix = f"[{index}]"
        cut = len(prefix)
        lines = {
            path[cut:].lstrip("."): line
            for path, line in located.lines.items()
            if path.startswith(prefix) and path != prefix
        }
        yield Located(item, located.at(prefix), lines)
