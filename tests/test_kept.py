"""What earlier runs made: found again, never believed when damaged, never needed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from syndicator import kept
from syndicator.kept import Kept

KEY, OTHER = b"k" * 16, b"o" * 16


def filled(folder: Path) -> None:
    """Leave what a finished run leaves."""
    run = Kept(folder)
    run.keep(KEY, b"facts", b"body")
    run.save()


def damage(folder: Path, table: str, column: str) -> None:
    """Flip the last bit of every entry of a table."""
    with sqlite3.connect(folder / "kept.sqlite") as file:
        for key, data in file.execute(f"select key, {column} from {table}").fetchall():  # noqa: S608
            broken = data[:-1] + bytes([data[-1] ^ 1])
            file.execute(f"update {table} set {column} = ? where key = ?", (broken, key))  # noqa: S608
    file.close()


def test_a_later_run_finds_what_was_kept(tmp_path: Path) -> None:
    filled(tmp_path)
    later = Kept(tmp_path)
    assert (later.recall(KEY), later.body(KEY)) == (b"facts", b"body")
    assert (later.recall(OTHER), later.body(OTHER)) == (None, None)


def test_this_run_finds_what_it_keeps_before_it_is_saved(tmp_path: Path) -> None:
    run = Kept(tmp_path)
    run.keep(KEY, b"facts", b"body")
    assert (run.recall(KEY), run.body(KEY)) == (b"facts", b"body")


@pytest.mark.parametrize(("table", "column"), [("facts", "told"), ("bodies", "body")])
def test_a_flipped_bit_makes_an_entry_absent(tmp_path: Path, table: str, column: str) -> None:
    filled(tmp_path)
    damage(tmp_path, table, column)
    later = Kept(tmp_path)
    assert (later.recall(KEY) if table == "facts" else later.body(KEY)) is None


def test_an_entry_under_the_key_of_another_is_absent(tmp_path: Path) -> None:
    """A damaged index of the file can lead to the wrong entry; it is signed with its key."""
    filled(tmp_path)
    with sqlite3.connect(tmp_path / "kept.sqlite") as file:
        file.execute("update facts set key = ?", (OTHER,))
    file.close()
    assert Kept(tmp_path).recall(OTHER) is None


@pytest.mark.parametrize("rubbish", [b"", b"no database", bytes(8192)])
def test_a_broken_file_is_replaced(tmp_path: Path, rubbish: bytes) -> None:
    (tmp_path / "kept.sqlite").write_bytes(rubbish)
    assert Kept(tmp_path).recall(KEY) is None
    filled(tmp_path)
    assert Kept(tmp_path).recall(KEY) == b"facts"


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    run = Kept(tmp_path / "file" / "folder")
    run.keep(KEY, b"facts", b"body")
    run.save()
    assert run.body(OTHER) is None


def test_other_code_believes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path)
    monkeypatch.setattr(kept, "_version", lambda: "another")
    assert Kept(tmp_path).recall(KEY) is None


def test_a_locked_file_is_read_and_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path)
    monkeypatch.setattr(kept, "_PATIENCE", 0.01)
    run = Kept(tmp_path)
    other = sqlite3.connect(tmp_path / "kept.sqlite", isolation_level=None)
    other.execute("begin exclusive")
    run.keep(OTHER, b"facts", b"body")
    run.save()
    assert run.recall(KEY) == b"facts"
    assert run.body(KEY) is None
    other.close()
    assert Kept(tmp_path).recall(KEY) == b"facts"


def test_two_processes_keep_what_both_made(tmp_path: Path) -> None:
    one, two = Kept(tmp_path), Kept(tmp_path)
    one.keep(KEY, b"one")
    two.keep(OTHER, b"two")
    one.save()
    two.save()
    later = Kept(tmp_path)
    assert (later.recall(KEY), later.recall(OTHER)) == (b"one", b"two")


def test_what_grows_too_large_loses_what_is_not_used(tmp_path: Path) -> None:
    for run in range(8):
        kept_here = Kept(tmp_path, limit=400_000)
        assert run == 0 or kept_here.recall(KEY) == b"facts"
        kept_here.keep(KEY, b"facts", b"body")
        for number in range(100):
            kept_here.keep(bytes([run, number]) * 8, b"", bytes(1000))
        kept_here.save()
    assert (tmp_path / "kept.sqlite").stat().st_size < 500_000
    later = Kept(tmp_path)
    assert later.body(KEY) == b"body"
    assert later.body(bytes([7, 0]) * 8) == bytes(1000)
    assert later.body(bytes([0, 0]) * 8) is None
