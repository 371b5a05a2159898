"""A target in a local directory, served by any static server.

Every file appears by rename, so a reader sees all of it or nothing. A batch is made durable by one
barrier instead of one flush a file; conditional writes hold a lock on the directory. Textual files
of the public zone have compressed neighbours (`.br`, `.gz`).
"""

# Paths are strings here: pathlib would cost a third of the time of each file.
# ruff: noqa: PTH103, PTH105, PTH108, PTH120

from __future__ import annotations

import fcntl
import gzip
import os
import secrets
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

import brotli

from syndicator.errors import TargetError
from syndicator.targets.parallel import ahead
from syndicator.targets.port import Blob, Entry, Swap, Usage, checked

NEIGHBOURS = (".br", ".gz")
"""Suffixes of compressed neighbours."""
_BROTLI_QUALITY = 5
_GZIP_LEVEL = 4
SAVES = 512
"""Bytes that a compressed neighbour saves at least; where it would save less, there is none."""
_FLUSHED_ONE_BY_ONE = 12
"""Up to so many files are flushed one by one; beyond, one barrier for the machine is faster."""
_THREADS = 4
"""Files under way: compressing uses every core, and a disk that is busy keeps nobody waiting."""
_LOCK, _STAGE = ".lock", ".stage"

Forms = list[tuple[str, bytes]]
"""Suffixes and bytes of the files of one blob."""


@dataclass(frozen=True, slots=True)
class _Files:
    """The files that one blob became."""

    path: str
    """Where the plain one belongs."""
    staged: dict[str, str]
    """Suffix to the file that holds it for now."""
    size: int
    """Bytes that were written, 0 where they were there already."""


class DirectoryTarget:
    """Keeps blobs as files below `root`, which is made where it is missing."""

    shared = True
    parallel = 1

    def __init__(self, root: Path) -> None:
        self.root = root
        self._root = str(root)
        self.usage = Usage()
        self._made: set[str] = set()
        self._run = secrets.token_hex(8)
        self._numbers = count()

    def read(self, key: str) -> bytes | None:
        """Return the bytes under `key`, None where there are none.

        Raises:
            TargetError: The file cannot be read.
        """
        self.usage.reads += 1
        return self._content(key)

    def _content(self, key: str) -> bytes | None:
        path = self.root / checked(key)
        with _told("read", path):
            try:
                return path.read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def create(self, blobs: Iterable[Blob]) -> None:
        """Write immutable blobs; their neighbours appear before them. What is there is renewed.

        Raises:
            TargetError: A file cannot be written; those before it are harmless.
        """
        written: list[str] = []
        for files in ahead(self._created, blobs, _THREADS):
            written += (files.path + suffix for suffix in files.staged)
            self._count(files)
        self._barrier(written)

    def swap(self, swaps: Sequence[Swap]) -> list[bool]:
        """Apply each compare-and-swap on its own, all under one lock.

        Raises:
            TargetError: A file cannot be read or written.
        """
        with self._locked():
            found = [self._content(swap.blob.key) == swap.expected for swap in swaps]
            self.write(swap.blob for swap, match in zip(swaps, found, strict=True) if match)
        return found

    def write(self, blobs: Iterable[Blob]) -> None:
        """Replace mutable blobs; a neighbour never outlives the bytes that it was made of.

        Raises:
            TargetError: A file cannot be written.
        """
        staged = list(ahead(self._staged, blobs, _THREADS))
        self._barrier([file for files in staged for file in files.staged.values()])
        for files in ahead(self._revealed, staged, _THREADS):
            self._count(files)
        self._flush_folders({os.path.dirname(files.path) for files in staged})

    def delete(self, keys: Iterable[str]) -> None:
        """Remove keys and their neighbours.

        Raises:
            TargetError: A file cannot be removed.
        """
        for key in keys:
            self.usage.deletes += 1
            path = self._place(key)
            for suffix in (*NEIGHBOURS, ""):
                self._remove(path + suffix)

    def list(self, prefix: str) -> Iterator[Entry]:
        """Yield everything below `prefix` in key order, without neighbours."""
        self.usage.lists += 1
        for path in sorted((self.root / prefix).rglob("*")):
            key = path.relative_to(self.root).as_posix()
            with suppress(FileNotFoundError):
                status = path.stat()
                if path.is_file() and not self._neighbour(path):
                    yield Entry(key, status.st_size, status.st_mtime)

    def mirrored(self, key: str, data: bytes) -> bool:
        """Tell whether the compressed neighbours of `key`, where there are any, hold `data`."""
        path = self.root / checked(key)
        for suffix, decompress in (
            (".br", brotli.decompress),
            (".gz", partial(zlib.decompress, wbits=31)),
        ):
            with suppress(FileNotFoundError):
                try:
                    if decompress(path.with_name(path.name + suffix).read_bytes()) != data:
                        return False
                except (brotli.error, zlib.error):
                    return False
        return True

    def sweep(self, before: float) -> None:
        """Remove what killed publishers left unfinished before an instant (Unix seconds).

        Raises:
            TargetError: A file cannot be removed.
        """
        for path in (self.root / _STAGE).glob("*"):
            with _told("delete", path), suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()

    @staticmethod
    def _neighbour(path: Path) -> bool:
        return path.suffix in NEIGHBOURS and path.with_suffix("").exists()

    def _place(self, key: str) -> str:
        return f"{self._root}/{checked(key)}"

    def _path(self, key: str) -> str:
        """Return where a key lies; its folder is there."""
        path = self._place(key)
        self._folder(path[: path.rindex("/")])
        return path

    def _folder(self, folder: str) -> None:
        if folder not in self._made:
            with _told("make", folder):
                os.makedirs(folder, exist_ok=True)
            self._made.add(folder)

    def _count(self, files: _Files) -> None:
        self.usage.writes += 1
        self.usage.bytes_written += files.size

    def _created(self, blob: Blob) -> _Files:
        """Renew an immutable blob that is there, or write it; for any thread."""
        path = self._path(blob.key)
        if self._renewed(blob, path):
            return _Files(path, dict.fromkeys((*_neighbours(path), ""), path), 0)
        files = self._staged(blob)
        for suffix, file in files.staged.items():
            self._reveal(file, path + suffix)
        return files

    @staticmethod
    def _renewed(blob: Blob, path: str) -> bool:
        """Make the files of a blob young again, if they are there and hold it."""
        try:
            with open(path, "rb") as file:  # noqa: PTH123  see above
                if file.read() != blob.data:
                    return False
            there = _neighbours(path)
            if len(there) < len(NEIGHBOURS) and len(_forms(blob)) > 1:
                return False
            for suffix in (*there, ""):
                os.utime(path + suffix)
        except OSError:
            return False  # writing will tell what is wrong, if anything is
        return True

    def _staged(self, blob: Blob) -> _Files:
        """Write a blob in all its forms beside the tree; for any thread."""
        path, forms = self._path(blob.key), _forms(blob)
        staged = {suffix: self._stage(path, data) for suffix, data in forms}
        return _Files(path, staged, sum(len(data) for _, data in forms))

    def _revealed(self, files: _Files) -> _Files:
        """Put a staged blob in its place: first no neighbour, then the plain file, then its own."""
        for suffix in NEIGHBOURS:
            self._remove(files.path + suffix)
        for suffix in ("", *NEIGHBOURS):
            if suffix in files.staged:
                self._reveal(files.staged[suffix], files.path + suffix)
        return files

    def _stage(self, path: str, data: bytes) -> str:
        """Write the bytes of `path` beside the tree; the name is this instance's alone."""
        stage = f"{self._root}/{_STAGE}"
        self._folder(stage)
        file = f"{stage}/{self._run}-{next(self._numbers)}"
        with _told("write", path):
            try:
                _write(file, data)
            except OSError:
                with suppress(OSError):
                    os.unlink(file)
                raise
        return file

    @staticmethod
    def _reveal(staged: str, path: str) -> None:
        with _told("write", path):
            os.replace(staged, path)

    @staticmethod
    def _remove(path: str) -> None:
        with _told("delete", path), suppress(FileNotFoundError):
            os.unlink(path)

    def _barrier(self, paths: Sequence[str]) -> None:
        """Return when the bytes of `paths` and their names are on the disk."""
        if len(paths) > _FLUSHED_ONE_BY_ONE:
            os.sync()
            return
        for path in paths:
            with _told("flush", path):
                _flush(path)
        self._flush_folders({os.path.dirname(path) for path in paths})

    @staticmethod
    def _flush_folders(folders: set[str]) -> None:
        for folder in folders:
            with _told("flush", folder):
                _flush(folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder(self._root)
        path = f"{self._root}/{_LOCK}"
        with _told("lock", path):
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _neighbours(path: str) -> list[str]:
    return [suffix for suffix in NEIGHBOURS if os.path.exists(path + suffix)]  # noqa: PTH110  see above


def _forms(blob: Blob) -> Forms:
    """Return suffix and bytes of every file of a blob, the plain one last."""
    served = blob.textual and blob.key.startswith("public/")
    packed = _compressed(blob.data) if served and len(blob.data) > SAVES else []
    return [*packed, ("", blob.data)]


def _window(data: bytes) -> int:
    """Return the window that holds all of `data`: small ones are compressed a quarter faster."""
    return min(22, max(16, len(data).bit_length()))


def _compressed(data: bytes) -> Forms:
    """Return suffix and bytes of the compressed neighbours; none where they save too little."""
    small = brotli.compress(data, quality=_BROTLI_QUALITY, lgwin=_window(data))
    if len(data) - len(small) < SAVES:
        return []
    return [(".br", small), (".gz", gzip.compress(data, _GZIP_LEVEL, mtime=0))]


def _write(path: str, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
    finally:
        os.close(handle)


def _flush(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told(doing: str, path: object) -> Iterator[None]:
    """Turn the system's refusal into one sentence with the path and the cause."""
    try:
        yield
    except OSError as error:
        raise TargetError(f"cannot {doing} {path}: {error.strerror or error}") from error
