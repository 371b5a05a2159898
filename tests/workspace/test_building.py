"""The workspace is built to the same bytes wherever it is rendered and whatever is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster

from syndicator import pipeline
from syndicator.bundle import Packer
from syndicator.entitlement import Entitlements
from syndicator.errors import UsageError
from syndicator.kept import Kept
from syndicator.rendering import Renderer, batches
from syndicator.rendering.sharing import Run, here
from syndicator.workers import workers
from syndicator.workspace import Workspace


def built(
    workspace: Workspace, decided: Entitlements, run: Run = here, kept: Kept | None = None
) -> dict[str, bytes]:
    """Every object, head and list of media of a build, as bytes."""
    namer = workspace.settings.namer
    memory = pipeline.Memory(Packer(namer, kept), run=run, kept=kept)
    if kept:
        memory.renderer, memory.drawer = Renderer(kept), pipeline.Drawer(kept)
    shelf = pipeline.stock(workspace)
    build = pipeline.build(workspace, shelf, decided, memory=memory)
    objects = {key: piece.make() for key, piece in build.objects.items()}
    heads = {key: repr(one.head).encode() for key, one in build.editions.items()}
    shown = {key: repr(sorted(one.media)).encode() for key, one in build.editions.items()}
    made = {f"made {key}": data for key, data in shelf.made.items()}
    return objects | heads | {f"media {key}": told for key, told in shown.items()} | made


@pytest.fixture(scope="module")
def expected(workspace: Workspace, autumn: Entitlements) -> dict[str, bytes]:
    return built(workspace, autumn)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A Dask cluster in this process, spoken to over TCP, so that everything is pickled."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=None
    ) as local:
        yield str(local.scheduler_address)


@pytest.mark.parametrize("word", ["threads:3", "processes:2"])
def test_executors_change_no_byte(
    workspace: Workspace, autumn: Entitlements, expected: dict[str, bytes], word: str
) -> None:
    assert built(workspace, autumn, workers(word)) == expected


def test_a_dask_cluster_changes_no_byte(
    workspace: Workspace, autumn: Entitlements, expected: dict[str, bytes], cluster: str
) -> None:
    assert built(workspace, autumn, workers(f"dask:{cluster}")) == expected


@pytest.mark.parametrize("word", ["", "dask", "dask:", "processes:0", "threads:x", "serial:2"])
def test_what_is_no_executor_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match="expected serial"):
        workers(word)


def test_a_second_process_renders_nothing_and_builds_the_same(
    workspace: Workspace,
    autumn: Entitlements,
    expected: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert built(workspace, autumn, kept=Kept(tmp_path)) == expected
    monkeypatch.delattr(batches, "render")
    assert built(workspace, autumn, kept=Kept(tmp_path)) == expected


@pytest.mark.parametrize("table", ["facts", "bodies"])
def test_losing_half_of_what_was_kept_changes_no_byte(
    workspace: Workspace,
    autumn: Entitlements,
    expected: dict[str, bytes],
    tmp_path: Path,
    table: str,
) -> None:
    built(workspace, autumn, kept=Kept(tmp_path))
    with sqlite3.connect(tmp_path / "kept.sqlite") as file:
        file.execute(f"delete from {table} where hex(key) < '8'")  # noqa: S608
    file.close()
    assert built(workspace, autumn, kept=Kept(tmp_path)) == expected
