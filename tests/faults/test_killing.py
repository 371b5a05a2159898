"""A sample of what `make faults` does at length."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def run(repository: Path, *arguments: str) -> dict[str, Any]:
    """Run the campaign in a process of its own: it forks."""
    none = ["--directory=0", "--s3=0", "--race=0", "--s3-race=0", "--no-errors", "--json"]
    command = [sys.executable, "-m", "tests.faults.campaign", *none, *arguments]
    done = subprocess.run(
        command, cwd=repository, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.stdout, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize(
    ("where", "argument", "points"),
    [("kills on a directory", "--directory", 24), ("kills on S3", "--s3", 5)],
)
def test_whoever_is_killed_leaves_complete_editions_and_the_next_run_completes(
    repository: Path, where: str, argument: str, points: int
) -> None:
    outcome = run(repository, f"{argument}={points}")[where]
    assert outcome["failures"] == []
    assert outcome["points"] == points
    assert outcome["died"] > points / 3
    assert outcome["looks"] > points


def test_of_racing_publishers_every_acknowledged_change_counts_once(repository: Path) -> None:
    outcome = run(repository, "--race=4", "--publishers=3")["race on a directory"]
    assert outcome["generations"] == outcome["acknowledged"] + 1 == 13
