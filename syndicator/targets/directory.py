"""A target in a local directory, served by any static server.

Every file appears by rename, so a reader sees all of it or nothing. A batch is made durable by one
barrier instead of one flush a file; conditional writes hold a lock on the directory. Textual files
of the public zone have compressed neighbours (`.br`, `.gz`).
"""

from __future__ import annotations

import fcntl
import gzip
import os
import secrets
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path

import brotli

from syndicator.errors import TargetError
from syndicator.targets.port import Blob, Entry, Swap, Usage, checked

NEIGHBOURS = (".br", ".gz")
"""Suffixes of compressed neighbours."""
_BROTLI_QUALITY = 5
_GZIP_LEVEL = 6
_SMALLEST_COMPRESSED = 256
_FLUSHED_ONE_BY_ONE = 12
"""Up to so many files are flushed one by one; beyond, one barrier for the machine is faster."""
_LOCK, _STAGE = ".lock", ".stage"


class DirectoryTarget:
    """Keeps blobs as files below `root`, which is made where it is missing."""

    shared = True

    def __init__(self, root: Path) -> None:
        self.root = root
        self.usage = Usage()
        self._made: set[Path] = set()
        self._run = secrets.token_hex(8)
        self._numbers = count()

    def read(self, key: str) -> bytes | None:
        """Return the bytes under `key`, None where there are none.

        Raises:
            TargetError: The file cannot be read.
        """
        self.usage.reads += 1
        path = self.root / checked(key)
        with _told("read", path):
            try:
                return path.read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def create(self, blobs: Iterable[Blob]) -> None:
        """Write immutable blobs; their neighbours appear before them.

        Raises:
            TargetError: A file cannot be written; those before it are harmless.
        """
        written: list[Path] = []
        for blob in blobs:
            path = self._path(blob)
            for suffix, data in _forms(blob):
                staged = self._stage(path.with_name(path.name + suffix), data)
                self._reveal(staged, path.with_name(path.name + suffix))
            written.append(path)
        self._barrier(written)

    def swap(self, swaps: Sequence[Swap]) -> list[bool]:
        """Apply each compare-and-swap on its own, all under one lock.

        Raises:
            TargetError: A file cannot be read or written.
        """
        with self._locked():
            found = [self.read(swap.blob.key) == swap.expected for swap in swaps]
            self.write(swap.blob for swap, match in zip(swaps, found, strict=True) if match)
        return found

    def write(self, blobs: Iterable[Blob]) -> None:
        """Replace mutable blobs; a neighbour never outlives the bytes that it was made of.

        Raises:
            TargetError: A file cannot be written.
        """
        staged = [(blob, *self._staged(blob)) for blob in blobs]
        self._barrier([file for _, files, _ in staged for file in files.values()])
        for _, files, path in staged:
            for suffix in NEIGHBOURS:
                with _told("replace", path):
                    path.with_name(path.name + suffix).unlink(missing_ok=True)
            for suffix in ("", *NEIGHBOURS):
                if suffix in files:
                    self._reveal(files[suffix], path.with_name(path.name + suffix))
        self._flush_folders({path.parent for _, _, path in staged})

    def delete(self, keys: Iterable[str]) -> None:
        """Remove keys and their neighbours.

        Raises:
            TargetError: A file cannot be removed.
        """
        for key in keys:
            self.usage.deletes += 1
            path = self.root / checked(key)
            for suffix in (*NEIGHBOURS, ""):
                with _told("delete", path):
                    path.with_name(path.name + suffix).unlink(missing_ok=True)

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

    def sweep(self) -> None:
        """Remove what killed publishers left unfinished; call it only while nobody publishes."""
        for path in (self.root / _STAGE).glob("*"):
            path.unlink(missing_ok=True)

    @staticmethod
    def _neighbour(path: Path) -> bool:
        return path.suffix in NEIGHBOURS and path.with_suffix("").exists()

    def _path(self, blob: Blob) -> Path:
        path = self.root / checked(blob.key)
        self._folder(path.parent)
        return path

    def _folder(self, folder: Path) -> None:
        if folder not in self._made:
            with _told("make", folder):
                folder.mkdir(parents=True, exist_ok=True)
            self._made.add(folder)

    def _staged(self, blob: Blob) -> tuple[dict[str, Path], Path]:
        path = self._path(blob)
        return {suffix: self._stage(path, data) for suffix, data in _forms(blob)}, path

    def _stage(self, path: Path, data: bytes) -> Path:
        """Write the bytes beside the tree; the name is this instance's alone."""
        stage = self.root / _STAGE
        self._folder(stage)
        file = stage / f"{self._run}-{next(self._numbers)}"
        with _told("write", path):
            try:
                file.write_bytes(data)
            except OSError:
                with suppress(OSError):
                    file.unlink()
                raise
        self.usage.bytes_written += len(data)
        return file

    def _reveal(self, staged: Path, path: Path) -> None:
        if path.suffix not in NEIGHBOURS:
            self.usage.writes += 1
        with _told("write", path):
            staged.replace(path)

    def _barrier(self, paths: Sequence[Path]) -> None:
        """Return when the bytes of `paths` and their names are on the disk."""
        if len(paths) > _FLUSHED_ONE_BY_ONE:
            os.sync()
            return
        for path in paths:
            with _told("flush", path):
                _flush(path)
        self._flush_folders({path.parent for path in paths})

    @staticmethod
    def _flush_folders(folders: set[Path]) -> None:
        for folder in folders:
            with _told("flush", folder):
                _flush(folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder(self.root)
        path = self.root / _LOCK
        with _told("lock", path):
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _forms(blob: Blob) -> Iterator[tuple[str, bytes]]:
    """Yield suffix and bytes of every file of a blob, the plain one last."""
    if blob.textual and blob.key.startswith("public/") and len(blob.data) >= _SMALLEST_COMPRESSED:
        yield ".br", brotli.compress(blob.data, quality=_BROTLI_QUALITY)
        yield ".gz", gzip.compress(blob.data, _GZIP_LEVEL, mtime=0)
    yield "", blob.data


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told(doing: str, path: Path) -> Iterator[None]:
    """Turn the system's refusal into one sentence with the path and the cause."""
    try:
        yield
    except OSError as error:
        raise TargetError(f"cannot {doing} {path}: {error.strerror or error}") from error
