"""Files that travel inside others, so that a page asks for one file instead of several.

A script says so itself: the text `"@inline look.css"` stands for the content of that file of the
widget, as a string, or as a value where it is JSON. `"@inline words.*.json"` makes one copy of the
script for each file that matches, named after what the star stands for: `view.js` becomes
`view.de.js` and `view.en.js`.
"""

from __future__ import annotations

import fnmatch
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

INLINE = re.compile(rb"""(["'`])@inline ([\w.*/-]+)\1""")
"""Where packaging writes another file; any quotes, since a minifier may change them."""


def wanted(data: bytes) -> list[str]:
    """Return the names and patterns that a script wants inside itself, in order."""
    return [found[2].decode() for found in INLINE.finditer(data)]


def inlined(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files with others written into those that ask for them.

    Every name that is asked for must be there, and a script may hold one star at most; see
    `missing`.
    """
    done: dict[str, bytes] = {}
    for name, data in files.items():
        patterns = wanted(data) if name.endswith(".js") else []
        star = next((one for one in patterns if "*" in one), "")
        if not star:
            done[name] = _written(data, files)
        for one, meaning in _matches(star, files):
            copy = str(PurePosixPath(name).with_suffix(f".{meaning}.js"))
            done[copy] = _written(data, files, {star: one})
    return done


def missing(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield the scripts that ask for what is not there, with what they ask for."""
    for name, data in files.items():
        for pattern in wanted(data) if name.endswith(".js") else []:
            if not fnmatch.filter(files, pattern):
                yield name, pattern


def _matches(pattern: str, files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Return the files of a pattern with what its star stands for; none without a star."""
    before, _, after = pattern.partition("*")
    found = sorted(fnmatch.filter(files, pattern)) if pattern else []
    return [(name, name[len(before) : len(name) - len(after)]) for name in found]


def _written(
    data: bytes, files: Mapping[str, bytes], stars: Mapping[str, str] | None = None
) -> bytes:
    def content(found: re.Match[bytes]) -> bytes:
        asked = found[2].decode()
        name = (stars or {}).get(asked, asked)
        if name.endswith(".json"):
            return files[name]
        return orjson.dumps(files[name].decode())

    return INLINE.sub(content, data)
