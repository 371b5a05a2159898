"""Every benchmark runs in its small size and prints rows of the agreed shape."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = sorted(
    path.name for path in (Path(__file__).parent.parent / "benchmarks").glob("[!_]*.py")
)
KEYS = {"case", "subject", "value", "unit", "peer", "ratio", "reach", "met"}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_benchmark_prints_rows(repository: Path, script: str) -> None:
    """`--size small --json` is a list of rows, each with at least the agreed keys and a number."""
    done = subprocess.run(
        [sys.executable, repository / "benchmarks" / script, "--size", "small", "--json"],
        capture_output=True,
        text=True,
        cwd=repository,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for row in json.loads(done.stdout):
        assert row.keys() >= KEYS, row
        assert isinstance(row["value"], int | float), row
