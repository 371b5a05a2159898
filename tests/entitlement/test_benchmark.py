"""The benchmark runs, answers like its peers, and its rows have the shape of all benchmarks."""

from __future__ import annotations

import json
import subprocess
import sys

KEYS = {"case", "subject", "value", "unit", "peer", "ratio", "reach", "met"}


def test_the_small_benchmark_runs_and_answers_like_its_peers(repository):
    script = repository / "benchmarks/entitlement.py"
    done = subprocess.run(
        [sys.executable, str(script), "--size", "small", "--json"],
        check=True,
        capture_output=True,
        timeout=120,
    )
    rows = json.loads(done.stdout)
    assert all(set(row) >= KEYS for row in rows)
    assert {row["subject"] for row in rows} >= {"syndicator"}
    assert all(row["equal"] for row in rows if row["peer"])
    (explained,) = (row for row in rows if row["case"] == "explain, warm")
    assert explained["met"]
