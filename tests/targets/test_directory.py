"""The directory target keeps the contract, and tells what the file system refuses."""

from __future__ import annotations

import errno
import gzip
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest

from syndicator.errors import TargetError
from syndicator.targets import DirectoryTarget, Swap, blob, directory
from tests.targets.contract import TargetContract

HEAD = "public/e/head.json"
TEXT = b'{"words":"' + b"many words " * 50 + b'"}'


@pytest.fixture
def target(tmp_path: Path) -> DirectoryTarget:
    return DirectoryTarget(tmp_path / "site")


class TestDirectoryTarget(TargetContract):
    @pytest.fixture
    def target(self, tmp_path: Path) -> DirectoryTarget:
        return DirectoryTarget(tmp_path / "site")


def test_public_text_has_compressed_neighbours(target: DirectoryTarget) -> None:
    target.create([blob("public/o/aa/a.json", TEXT)])
    folder = target.root / "public/o/aa"
    assert brotli.decompress((folder / "a.json.br").read_bytes()) == TEXT
    assert gzip.decompress((folder / "a.json.gz").read_bytes()) == TEXT


def test_pictures_and_private_things_have_no_neighbours(target: DirectoryTarget) -> None:
    target.create([blob("public/m/aa/a.png", TEXT), blob("private/o/aa/a.json", TEXT)])
    files = sorted(path.name for path in target.root.rglob("*") if path.is_file())
    assert files == ["a.json", "a.png"]


def test_a_short_new_version_leaves_no_neighbour_of_the_old_one(target: DirectoryTarget) -> None:
    target.write([blob(HEAD, TEXT)])
    target.write([blob(HEAD, b"{}")])
    assert [path.name for path in (target.root / "public/e").iterdir()] == ["head.json"]


def test_neighbours_never_disagree_with_a_head_while_it_flips(
    target: DirectoryTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every step a reader of any encoding sees old or new, and never old again."""
    old, new = TEXT, TEXT.replace(b"words", b"texts")
    target.write([blob(HEAD, old)])
    path = target.root / HEAD
    seen: list[set[bytes]] = []

    def look() -> None:
        versions = {path.read_bytes()}
        br, gz = path.with_name("head.json.br"), path.with_name("head.json.gz")
        versions |= {brotli.decompress(br.read_bytes())} if br.exists() else set()
        versions |= {gzip.decompress(gz.read_bytes())} if gz.exists() else set()
        seen.append(versions)

    replace, unlink = os.replace, os.unlink

    def watched(action: Callable[..., None]) -> Callable[..., None]:
        def look_around(*arguments: Any) -> None:
            look()
            action(*arguments)
            look()

        return look_around

    monkeypatch.setattr(os, "replace", watched(replace))
    monkeypatch.setattr(os, "unlink", watched(unlink))
    assert target.swap([Swap(blob(HEAD, new), old)]) == [True]
    assert len(seen) >= 8
    assert all(len(versions) == 1 for versions in seen)
    order = [next(iter(versions)) for versions in seen]
    assert order == sorted(order, key=[old, new].index)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "No space left on device"),
        (errno.EROFS, "Read-only file system"),
        (errno.EDQUOT, "Disk quota exceeded"),
    ],
)
@pytest.mark.parametrize("action", ["create", "write", "swap"])
def test_a_refusal_of_the_disk_names_path_and_cause(
    target: DirectoryTarget,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    told: str,
    action: str,
) -> None:
    target.write([blob("private/refs/live", b"old")])

    def refuse(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(directory, "_write", refuse)
    things: list[Any] = [blob("public/o/aa/a.json", TEXT)]
    if action == "swap":
        things = [Swap(blob("private/refs/live", b"new"), b"old")]
    with pytest.raises(TargetError, match=told) as failure:
        getattr(target, action)(things)
    assert "aa/a.json" in str(failure.value) or "refs/live" in str(failure.value)
    assert failure.value.exit_code == 5
    assert target.read("private/refs/live") == b"old"


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    """A real full file system of 256 KB, where this machine lets us make one."""
    mount = tmp_path / "small"
    mount.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(mount)],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("this user may not mount a small file system")
    try:
        target = DirectoryTarget(mount / "site")
        target.write([blob("private/refs/live", b"old")])
        with pytest.raises(TargetError, match="No space left on device"):
            target.create(blob(f"public/m/00/{n}.png", os.urandom(50_000)) for n in range(20))
        with pytest.raises(TargetError, match="No space left on device"):
            target.swap([Swap(blob("private/refs/live", os.urandom(200_000)), b"old")])
        assert target.read("private/refs/live") == b"old"
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_a_file_where_a_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("not a folder")
    with pytest.raises(TargetError, match=r"cannot make .*site"):
        DirectoryTarget(tmp_path / "site").write([blob("private/refs/live", b"x")])


def test_unfinished_files_are_swept_once_they_are_old(target: DirectoryTarget) -> None:
    """A publisher that is at work now keeps what it has staged."""
    target.write([blob("private/refs/live", b"x")])
    left = target.root / ".stage" / "left-over"
    left.write_bytes(b"half")
    target.sweep(left.stat().st_mtime - 1)
    assert left.exists()
    target.sweep(left.stat().st_mtime + 1)
    assert not left.exists()


def test_creating_again_renews_what_is_there_and_replaces_what_is_damaged(
    target: DirectoryTarget,
) -> None:
    """A page that is there costs no new file, only a new age; one that is not whole is written."""
    blobs = [blob(f"public/o/aa/{n}.json", TEXT) for n in range(3)]
    target.create(blobs)
    folder = target.root / "public/o/aa"
    for file in folder.iterdir():
        os.utime(file, (1, 1))
    (folder / "1.json").write_bytes(TEXT[:-5])
    (folder / "2.json.br").unlink()
    before, kept = target.usage.bytes_written, (folder / "0.json").stat().st_ino
    target.create(blobs)
    assert (folder / "0.json").stat().st_ino == kept
    assert all(file.stat().st_mtime > 1 for file in folder.iterdir())
    assert [target.read(found.key) for found in blobs] == [TEXT] * 3
    assert len(list(folder.iterdir())) == 9
    one = len(TEXT) + len((folder / "1.json.br").read_bytes() + (folder / "1.json.gz").read_bytes())
    assert target.usage.bytes_written - before == 2 * one
