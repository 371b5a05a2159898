"""Fixtures shared by the whole suite."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.settings import load_settings
from syndicator.workspace import read_workspace
from tests.targets import seaweed

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the clone under test."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real product data that lies beside the clone; tests skip where it is absent."""
    place = Path(os.environ.get("SYNDICATOR_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not place.is_dir():
        pytest.skip(f"no real product data at {place}")
    return place


@pytest.fixture(scope="session")
def reference(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference workspace with its pictures made, once for all processes; tests get copies."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "reference"
    with (shared / "reference.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "syndicator.toml").exists():
            for name in ("content", "manifests", "publish"):
                shutil.copytree(repository / name, folder / name)
            _make_pictures(folder, repository / "syndicator.toml")
    return folder


def _make_pictures(folder: Path, settings: Path) -> None:
    """Leave of what a first reading remembers only the pictures, which take its time."""
    shutil.copy(settings, folder)
    read_workspace(load_settings(folder, {}))
    for kept in (folder / ".syndicator").iterdir():
        if kept.name not in {"media", "assets.msgpack"}:
            kept.unlink()


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seaweed.Server]:
    """One real S3 server for the whole run; tests use buckets of their own."""
    with seaweed.server(tmp_path_factory.mktemp("seaweed")) as server:
        yield server
