"""Read, check and package widgets: browser code with one folder and one fingerprint each.

A widget is a folder with a `widget.toml`. Nothing is built: JavaScript and CSS go out as they are
written, minified where the optional minifier is installed. A file that verifies others before it
uses them carries the literal `"@pins"`, which packaging replaces by the hashes of those files; one
that holds others carries `"@inline NAME"`, see `syndicator.widgets.inlining`.
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import orjson

from syndicator.canonical import fingerprint, integrity
from syndicator.errors import InvalidInputError, Origin, Problem
from syndicator.widgets.declaration import DECLARATION, Declaration, read_declaration
from syndicator.widgets.inlining import inlined, missing
from syndicator.widgets.minifying import minified

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
"""The files a widget may hold, with their media types."""

PINS = re.compile(rb"""(["'`])@pins\1""")
"""Where packaging writes hashes; any quotes, since a minifier may change them."""

FINGERPRINT_DIGITS = 20
"""80 bits name one content of one widget: far beyond accidental collision."""


@dataclass(frozen=True, slots=True)
class WidgetPackage:
    """One version of one widget, ready to publish under `w/<id>/<fingerprint>/`.

    `integrity` holds the `sha256-…` of every file; `entry` is the file that a page loads.
    """

    id: str
    version: str
    fingerprint: str
    entry: str
    files: Mapping[str, bytes]
    integrity: Mapping[str, str]

    def key(self, name: str, folder: str = "") -> str:
        """Return the key of a file below the public zone, in the immutable folder or another."""
        return f"w/{self.id}/{folder or self.fingerprint}/{name}"

    def keys(self) -> dict[str, bytes]:
        """Return the pinned keys below the public zone, and those of `latest` for the newest."""
        return {
            self.key(name, folder): data
            for folder in ("", "latest")
            for name, data in self.files.items()
        }


def package(folder: Path) -> WidgetPackage:
    """Read one widget's folder and return its package.

    Pure of time and machine: the same files give the same bytes and the same fingerprint, with
    the same minifier.

    Raises:
        InvalidInputError: The declaration or the files cannot be used; it names every problem.
    """
    declaration = read_declaration(folder)
    sources = _read_files(folder)
    if problems := _problems(folder, declaration, sources):
        raise InvalidInputError(problems)
    ready = inlined({name: minified(name, data) for name, data in sources.items()})
    mark = _fingerprint(declaration, ready)
    files = _pinned(declaration, ready, mark)
    return WidgetPackage(
        id=declaration.id,
        version=declaration.version,
        fingerprint=mark,
        entry=declaration.entry,
        files=files,
        integrity={name: integrity(data) for name, data in files.items()},
    )


def _read_files(folder: Path) -> dict[str, bytes]:
    """Return the publishable files of a folder, by their path in it; links are not followed."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    names = {path.relative_to(folder).as_posix(): path for path in found}
    return {name: path.read_bytes() for name, path in names.items() if _publishable(name)}


def _publishable(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix in KINDS and not any(piece.startswith((".", "_")) for piece in path.parts)


def pins_of(declaration: Declaration, names: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """Return which files each file verifies, with the patterns resolved, in order of name."""
    return {
        name: tuple(sorted({one for pattern in patterns for one in fnmatch.filter(names, pattern)}))
        for key, patterns in declaration.pins.items()
        for name in fnmatch.filter(names, key)
    }


def _problems(
    folder: Path, declaration: Declaration, sources: Mapping[str, bytes]
) -> list[Problem]:
    origin = Origin(str(folder / DECLARATION))
    absent = [
        Problem(
            "missing-file",
            "a script holds a file that is not in the widget",
            Origin(str(folder / name)),
            expected="a file",
            found=pattern,
        )
        for name, pattern in missing(sources)
    ]
    return absent or _pin_problems(origin, declaration, inlined(sources))


def _pin_problems(
    origin: Origin, declaration: Declaration, files: Mapping[str, bytes]
) -> list[Problem]:
    problems = []
    if declaration.entry not in files:
        problems.append(
            Problem(
                "missing-file",
                "the entry is not in the widget",
                origin,
                "entry",
                "a file",
                declaration.entry,
            )
        )
    for name, patterns in declaration.pins.items():
        path = f'pins."{name}"'
        holders = fnmatch.filter(files, name)
        if not holders or not all(PINS.search(files[one]) for one in holders):
            problems.append(
                Problem(
                    "no-pins",
                    "a file that pins others must hold the literal",
                    origin,
                    path,
                    '"@pins"',
                )
            )
        problems += [
            Problem(
                "missing-file", "no file of the widget matches", origin, path, "a file", pattern
            )
            for pattern in patterns
            if not fnmatch.filter(files, pattern)
        ]
    try:
        TopologicalSorter(pins_of(declaration, files)).prepare()
    except CycleError as error:
        circle = " > ".join(error.args[1])
        problems.append(
            Problem(
                "pin-cycle",
                "files cannot verify each other in a circle",
                origin,
                "pins",
                found=circle,
            )
        )
    return problems


def _fingerprint(declaration: Declaration, files: Mapping[str, bytes]) -> str:
    """Name the content before hashes are written into it, since they hold the name."""
    declared = orjson.dumps([declaration.id, declaration.version, declaration.entry])
    parts = [part for name, data in sorted(files.items()) for part in (name.encode(), data)]
    return fingerprint(b"widget 1", declared, *parts)[:FINGERPRINT_DIGITS]


def _pinned(declaration: Declaration, files: Mapping[str, bytes], mark: str) -> dict[str, bytes]:
    """Write the hashes of verified files into those that verify them, innermost first.

    The entry also learns its package's immutable folder, so that an auto-updating entry never
    meets a part of another version.
    """
    pins = pins_of(declaration, files)
    done = dict(files)
    for name in TopologicalSorter(pins).static_order():
        if name in pins:
            told = {one: integrity(done[one]) for one in pins[name]} | {"": f"../{mark}/"}
            done[name] = _write_pins(done[name], told)
    return done


def _write_pins(data: bytes, told: Mapping[str, str]) -> bytes:
    written = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    return PINS.sub(lambda _: written, data)
