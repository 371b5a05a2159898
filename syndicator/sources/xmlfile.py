"""XML as a stream of small trees: bounded, with lines, without entities or outside parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from syndicator.errors import Origin, Problem

MAX_DEPTH = 100
MAX_TEXT = 16 * 1024 * 1024
"""Characters of one element."""
MAX_NODES = 200_000
"""Elements of one item; an item is a product."""
_CHUNK = 256 * 1024


@dataclass(slots=True)
class Node:
    """An element: its local name, attributes by local name, text, children and line."""

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, *path: str) -> Iterator[Node]:
        """Yield the elements at a path of names below this one."""
        nodes = [self]
        for name in path:
            nodes = [child for node in nodes for child in node.children if child.tag == name]
        yield from nodes

    def first(self, *path: str) -> Node | None:
        """Return the first element at a path, if there is one."""
        return next(self.all(*path), None)

    def words(self, *path: str) -> str:
        """Return the text of the first element at a path that has any, without outer spaces."""
        return next((node.text.strip() for node in self.all(*path) if node.text.strip()), "")

    def get(self, name: str) -> str:
        """Return an attribute; absent is empty."""
        return self.attributes.get(name, "").strip()


def read_items(
    path: Path, label: str, items: frozenset[str], problems: list[Problem]
) -> Iterator[Node]:
    """Yield every element whose name is in `items`, whole, in the order of the file.

    An item within an item belongs to the outer one. Entities of the file's own and external ones
    are refused, whatever they say. Where the file breaks, what came before has been yielded and
    a problem is added. Cost: linear, with one item in memory.
    """
    reader = _Reader(items)
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                reader.feed(chunk)
                yield from reader.taken()
            reader.feed(b"", final=True)
    except expat.ExpatError as error:
        told = expat.ErrorString(error.code) if error.code else str(error)
        problems.append(Problem("xml", f"this is not XML: {told}", Origin(label, error.lineno)))
    except _RefusedError as refusal:
        problems.append(Problem(refusal.code, str(refusal), Origin(label, reader.line)))
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        problems.append(Problem("unreadable", message, Origin(label)))
    except (ValueError, LookupError) as error:  # an encoding that is not, or lies
        problems.append(
            Problem("encoding", f"the file cannot be decoded: {error}", Origin(label, reader.line))
        )
    yield from reader.taken()


class _RefusedError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Reader:
    def __init__(self, items: frozenset[str]) -> None:
        self.items = items
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.EntityDeclHandler = self.entity
        self.parser.ExternalEntityRefHandler = self.external
        self.stack: list[Node] = []
        self.depth = self.nodes = self.size = self.fed = 0
        self.done: list[Node] = []

    @property
    def line(self) -> int:
        return self.parser.CurrentLineNumber

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        self.parser.Parse(chunk, final)
        self.fed += len(chunk)
        if self.fed - self.parser.CurrentByteIndex > MAX_TEXT:  # the parser waits for its end
            raise _RefusedError("too-large", f"a tag has more than {MAX_TEXT} bytes")

    def taken(self) -> list[Node]:
        """Return the items that have ended since the last time."""
        done, self.done = self.done, []
        return done

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _RefusedError("xml-depth", "the elements are nested too deeply")
        tag = name.rpartition(" ")[2]
        if not self.stack and tag not in self.items:
            return
        own = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        node = Node(tag, own, self.line)
        if self.stack:
            self.stack[-1].children.append(node)
        else:
            self.nodes = self.size = 0
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _RefusedError("too-large", f"an item has more than {MAX_NODES} elements")
        self.stack.append(node)

    def characters(self, text: str) -> None:
        if not self.stack:
            return
        self.size += len(text)
        if self.size > MAX_TEXT:
            raise _RefusedError("too-large", f"an item has more than {MAX_TEXT} characters")
        self.stack[-1].text += text

    def end(self, _name: str) -> None:
        self.depth -= 1
        if self.stack:
            node = self.stack.pop()
            if not self.stack:
                self.done.append(node)

    def entity(self, name: str, *_rest: object) -> None:
        raise _RefusedError(
            "xml-entity", f"the file defines an entity ({name}); entities are refused"
        )

    def external(self, *_rest: object) -> int:
        raise _RefusedError(
            "xml-entity", "the file refers to something outside of it; that is refused"
        )
