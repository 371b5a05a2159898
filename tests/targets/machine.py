"""A machine that knows nothing yet: a checkout of a workspace, and the programs of a CI job."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.targets.seaweed import ACCESS, SECRET, Server

_TARGET = """kind: target
id: local
type: s3
bucket: {bucket}
endpoint_url: {endpoint}
base_url: https://aisle.lamps.example/
"""
_PROGRAMS = {
    "syndicator": '#!/bin/sh\nexec "{python}" -m syndicator "$@"\n',
    "pip": "#!/bin/sh\n",
    # What posts a comment: it keeps the body for the test.
    "gh": '#!/bin/sh\nwhile [ "$1" != --body-file ]; do shift; done; cp "$2" "{home}/comment.md"\n',
    "curl": '#!/bin/sh\ncp plan.md "{home}/comment.md"\n',
}


def checkout(repository: Path, place: Path, server: Server, bucket: str) -> Path:
    """Copy the workspace that `init` makes, publishing to a bucket; nothing was ever built."""
    root = place / "lamps"
    shutil.copytree(repository / "syndicator/cli/templates/workspace", root)
    for path in root.rglob("*"):
        if path.suffix in {".toml", ".yaml"}:
            text = (
                path.read_text().replace("WORKSPACE_ID", "lamps").replace("WORKSPACE_NAME", "Lamps")
            )
            path.write_text(text)
    profile = _TARGET.format(bucket=bucket, endpoint=server.endpoint)
    (root / "publish/targets/local.yaml").write_text(profile)
    return root


def secrets() -> dict[str, str]:
    """Return what a machine gets from its vault."""
    return {
        "SYNDICATOR_SECRET": "ab" * 32,
        "AWS_ACCESS_KEY_ID": ACCESS,
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }


@dataclass(frozen=True)
class Machine:
    """One fresh machine of a CI service."""

    repository: Path
    root: Path
    home: Path

    def run(self, steps: list[str]) -> None:
        """Run the steps of a job as the service does, each in a shell that stops at errors."""
        programs = self.home / "bin"
        programs.mkdir(exist_ok=True)
        for name, text in _PROGRAMS.items():
            (programs / name).write_text(text.format(python=sys.executable, home=self.home))
            (programs / name).chmod(0o755)
        environment = {
            **secrets(),
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "PYTHONPATH": str(self.repository),
            "GITHUB_STEP_SUMMARY": str(self.home / "summary.md"),
            "RUNNER_TEMP": str(self.home),
            "NUMBER": "7",
        }
        for step in steps:
            done = subprocess.run(
                ["bash", "-eo", "pipefail", "-c", step],
                cwd=self.root,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{step}: {done.stdout}{done.stderr}"

    def comment(self) -> str:
        return (self.home / "comment.md").read_text()

    def report(self) -> dict[str, Any]:
        place = self.home if (self.home / "report.json").exists() else self.root
        told: dict[str, Any] = json.loads((place / "report.json").read_text())
        return told
