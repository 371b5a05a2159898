"""Asks the shipped JavaScript module, in Node."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DRIVER = Path(__file__).with_name("driver.mjs")


@dataclass(frozen=True)
class Job:
    """One artefact with its labels, and what to ask of it, in order."""

    artefact: bytes
    labels: bytes
    steps: list[list[Any]]


def ask(jobs: list[Job]) -> list[Any]:
    """Return each job's answers; a job that failed has `{"error": class, "message": ...}`."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node to run the browser's module")
    wanted = [
        {
            "artefact": base64.b64encode(job.artefact).decode(),
            "labels": json.loads(job.labels),
            "steps": job.steps,
        }
        for job in jobs
    ]
    done = subprocess.run(
        [node, str(DRIVER)],
        input=json.dumps(wanted).encode(),
        capture_output=True,
        check=True,
        timeout=300,
    )
    return json.loads(done.stdout)
