"""Saves come as bursts, once each, and what nobody meant to publish does not come at all."""

from __future__ import annotations

from pathlib import Path

from syndicator.sources.watch import watch


def test_a_burst_of_saves_comes_once(tmp_path: Path) -> None:
    """Several quick saves are one burst with every path."""
    (tmp_path / "content").mkdir()
    with watch(tmp_path) as changes:
        for _ in range(3):
            (tmp_path / "content" / "a.yaml").write_text("x")
            (tmp_path / "content" / "b.yaml").write_text("y")
        found = changes.burst(timeout=5) | changes.burst(timeout=0.3)
        assert {"content/a.yaml", "content/b.yaml"} <= found
        assert changes.burst(timeout=0.3) == frozenset()


def test_an_atomic_replace_is_seen_under_its_own_name(tmp_path: Path) -> None:
    """Editors write a neighbour and rename it; only the name that stays is told."""
    (tmp_path / "a.yaml").write_text("x")
    with watch(tmp_path) as changes:
        (tmp_path / "a.yaml.tmp").write_text("y")
        (tmp_path / "a.yaml.tmp").rename(tmp_path / "a.yaml")
        assert changes.burst(timeout=5) == {"a.yaml"}


def test_output_and_temporary_files_are_no_changes(tmp_path: Path) -> None:
    """Caches, builds, version control and swap files never start a burst."""
    for folder in (".syndicator", "build", ".git", "site/out"):
        (tmp_path / folder).mkdir(parents=True)
    with watch(tmp_path, frozenset({"site"})) as changes:
        for name in (
            ".syndicator/x",
            "build/y",
            ".git/z",
            ".a.yaml.swp",
            "a.yaml~",
            "4913",
            "site/out/i",
        ):
            (tmp_path / name).write_text("x")
        assert changes.burst(timeout=0.5) == frozenset()
