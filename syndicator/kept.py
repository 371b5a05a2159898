"""Documents, pages, lookups and pieces of feeds of earlier runs, in one file below `.syndicator/`.

Everything is found by the fingerprint of all that it was made from, so what is found is right, and
what is not found is made again: the file can be lost, damaged or locked at any time and costs
time only. Another version of the engine starts an empty one.

The small facts are read at once, bodies one by one; what a run adds is written in one transaction
at its end. Every entry carries a check of its own bytes, and one that does not match is as good
as absent.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from weakref import finalize

import syndicator

LIMIT = 1 << 30
"""Bytes of the file beyond which the oldest entries go that the last run did not use."""
_FILE = "kept.sqlite"
_CHECK = 8
_PATIENCE = 2.0
"""Seconds to wait for another process."""
_CODE = ("catalog", "configurator", "entitlement", "rendering", "bundle", "feeds")
"""Packages that decide what a document, a page, a lookup or a piece of a feed looks like."""
_TABLES = """
create table if not exists facts (key blob primary key, run integer, told blob) without rowid;
create table if not exists bodies (key blob primary key, run integer, body blob);
create table if not exists about (version text, run integer);
"""


class Kept:
    """What earlier runs made, and what this one adds; `save` it when a build is done."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self._path, self._limit = folder / _FILE, limit
        self._facts: dict[bytes, bytes] = {}
        self._used: set[bytes] = set()
        self._fresh: dict[bytes, tuple[bytes, bytes | None]] = {}
        self._file: sqlite3.Connection | None = None
        self._run = 0
        with self._forgiving():
            self._open()

    def recall(self, key: bytes) -> bytes | None:
        """Return the facts under a key; None where there are none that can be believed."""
        if (fresh := self._fresh.get(key)) is not None:
            return fresh[0]
        told = self._facts.get(key)
        if told is None or (facts := _checked(key, told)) is None:
            return None
        self._used.add(key)
        return facts

    def body(self, key: bytes) -> bytes | None:
        """Return the bytes under a key; None where there are none that can be believed."""
        if (fresh := self._fresh.get(key)) is not None and fresh[1] is not None:
            return fresh[1]
        with self._forgiving():
            if self._file is not None:
                found = self._file.execute("select body from bodies where key = ?", (key,))
                if (row := found.fetchone()) is not None:
                    return _checked(key, row[0])
        return None

    def keep(self, key: bytes, facts: bytes, body: bytes | None = None) -> None:
        """Keep something for later runs; it is written by `save`."""
        self._fresh[key] = (facts, body)
        self._used.add(key)

    def save(self) -> None:
        """Write what this run added, and drop what is too old where the file has grown too large.

        Nothing is written where another process holds the file for long.
        """
        fresh, self._fresh = self._fresh, {}
        self._facts.update((key, _signed(key, facts)) for key, (facts, _) in fresh.items())
        with self._forgiving():
            if self._file is None or not fresh:
                return
            with self._file:
                self._write(fresh)
            self._evict()

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # A daemon opens the file in one thread and may use it in another, never in two at once.
        self._file = sqlite3.connect(self._path, timeout=_PATIENCE, check_same_thread=False)
        finalize(self, self._file.close)
        # Durability is not needed: an entry that was torn by a crash fails its check.
        self._file.executescript("pragma synchronous = off; pragma auto_vacuum = full;" + _TABLES)
        row = self._file.execute("select version, run from about").fetchone()
        version = _version()
        if row is None or row[0] != version:
            with self._file:
                for table in ("facts", "bodies", "about"):
                    self._file.execute(f"delete from {table}")  # noqa: S608  our own names
                self._file.execute("insert into about values (?, 1)", (version,))
            row = (version, 0)
        self._run = row[1] + 1
        self._facts = dict(self._file.execute("select key, told from facts"))

    def _write(self, fresh: dict[bytes, tuple[bytes, bytes | None]]) -> None:
        assert self._file is not None  # noqa: S101  only called where it is open
        self._file.execute("update about set run = max(run, ?)", (self._run,))
        facts = ((key, self._run, _signed(key, facts)) for key, (facts, _) in fresh.items())
        self._file.executemany("insert or replace into facts values (?, ?, ?)", facts)
        bodies = (
            (key, self._run, _signed(key, body))
            for key, (_, body) in fresh.items()
            if body is not None
        )
        self._file.executemany("insert or replace into bodies values (?, ?, ?)", bodies)

    def _evict(self) -> None:
        """Drop the oldest entries that this run did not use, then the oldest bodies."""
        assert self._file is not None  # noqa: S101  only called where it is open
        if self._size() <= self._limit:
            return
        with self._file:
            self._file.execute("create temp table if not exists used (key blob primary key)")
            used = ((key,) for key in self._used)
            self._file.executemany("insert or ignore into used values (?)", used)
        for run in range(1, self._run + 1):
            for table in ("bodies", "facts"):
                with self._file:
                    self._file.execute(
                        f"delete from {table} where run <= ? and key not in (select key from used)",  # noqa: S608  our own names
                        (run,),
                    )
            if self._size() <= self._limit:
                return
        with self._file:
            self._file.execute("delete from bodies")

    def _size(self) -> int:
        assert self._file is not None  # noqa: S101  only called where it is open
        (pages,) = self._file.execute("pragma page_count").fetchone()
        (size,) = self._file.execute("pragma page_size").fetchone()
        return int(pages * size)

    @contextmanager
    def _forgiving(self) -> Iterator[None]:
        """Go on without what was kept where it cannot be read; remove it where it is broken."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if self._file is not None:
                with suppress(sqlite3.Error):
                    self._file.close()
                self._file = None
            busy = isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
            if isinstance(error, sqlite3.DatabaseError) and not busy:
                with suppress(OSError):
                    self._path.unlink()


def _signed(key: bytes, data: bytes) -> bytes:
    return _check(key, data) + data


def _checked(key: bytes, signed: object) -> bytes | None:
    if not isinstance(signed, bytes) or signed[:_CHECK] != _check(key, signed[_CHECK:]):
        return None
    return signed[_CHECK:]


def _check(key: bytes, data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_CHECK, key=key).digest()


def _version() -> str:
    """Return a fingerprint of the engine's code, by the times and sizes of its files."""
    home = Path(syndicator.__file__).parent
    files = [*home.glob("*.py")]
    for package in _CODE:
        files += [path for path in (home / package).rglob("*") if path.suffix in {".py", ".j2"}]
    files.sort()
    stamps = [(path.name, (stat := path.stat()).st_mtime_ns, stat.st_size) for path in files]
    return hashlib.sha256(f"{syndicator.__version__}{stamps}".encode()).hexdigest()
