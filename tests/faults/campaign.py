"""All faults: `python -m tests.faults.campaign`. Counts go to standard output, as JSON with --json.

500 kills on a directory and 500 on a real S3 server, of publishes, deliveries and collections, 8
publishers racing 50 rounds on each, and every injected failure of the store and the disk.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from syndicator.targets import DirectoryTarget, Target
from syndicator.targets.s3 import S3Target
from tests.faults.killing import Outcome, Site, campaign, watch_files, watch_requests
from tests.faults.racing import race
from tests.faults.shopper import Shopper
from tests.targets.seaweed import Server, server

_ERRORS = ("tests/faults/test_s3_errors.py", "tests/faults/test_disk.py")


def main() -> int:
    """Run what was asked for; the exit code tells whether everything held."""
    asked = _arguments()
    told: dict[str, Any] = {}
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if asked.directory:
            told["kills on a directory"] = asdict(
                kill_directory(place, asked.directory, asked.seed)
            )
        if asked.race:
            told["race on a directory"] = asdict(
                race((_directory, (str(place / "race"),)), asked.publishers, asked.race)
            )
        if asked.s3 or asked.s3_race:
            (place / "weed").mkdir()
            with server(place / "weed") as store:
                if asked.s3:
                    told["kills on S3"] = asdict(kill_s3(store, asked.s3, asked.seed))
                if asked.s3_race:
                    bucket = _bucket(store)
                    told["race on S3"] = asdict(
                        race((_s3, (store.endpoint, bucket)), asked.publishers, asked.s3_race)
                    )
    if asked.errors:
        told["injected failures"] = injected()
    told["seconds"] = round(time.monotonic() - began, 1)
    failures = [
        text
        for part in told.values()
        if isinstance(part, dict)
        for text in part.get("failures", ())
    ]
    _tell(told, as_json=asked.json)
    return 1 if failures else 0


def kill_directory(place: Path, points: int, seed: int) -> Outcome:
    """Kill children at random steps on the file system."""
    root = place / "kills"

    def opened() -> Target:
        return DirectoryTarget(root)

    return campaign(Site(opened, opened, opened(), watch_files), points, seed=seed)


def kill_s3(store: Server, points: int, seed: int) -> Outcome:
    """Kill children at random requests to a real S3 server."""
    bucket = _bucket(store)
    # A forked child must not share connections with its parent: its clients are made before,
    # because that is slow, and nobody else ever uses them.
    unused = {attempts: store.client(attempts) for attempts in (1, 5)}
    own = S3Target(store.connector(), bucket)

    def survivor() -> Target:
        own._versions.clear()
        vars(own).pop("shared", None)
        return own

    def victim() -> Target:
        return S3Target(unused.__getitem__, bucket)

    shopper = Shopper(store.endpoint, bucket)
    return campaign(Site(victim, survivor, shopper, watch_requests), points, seed=seed)


def injected() -> dict[str, Any]:
    """Run every injected failure of the store."""
    command = [sys.executable, "-m", "pytest", "-q", *_ERRORS]
    environment = {**os.environ, "SYNDICATOR_FAULTS": "all"}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    last = run.stdout.strip().splitlines()[-1]
    return {"outcome": last, "failures": [last] if run.returncode else []}


def _directory(root: str) -> Target:
    return DirectoryTarget(Path(root))


def _s3(endpoint: str, bucket: str) -> Target:
    return S3Target(Server(endpoint, None).client, bucket)  # type: ignore[arg-type]


def _bucket(store: Server) -> str:
    name = f"faults-{secrets.token_hex(6)}"
    store.client().create_bucket(Bucket=name)
    return name


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kill, race and mislead publishers.")
    parser.add_argument("--directory", type=int, default=500, help="kills on a directory")
    parser.add_argument("--s3", type=int, default=500, help="kills on a real S3 server")
    parser.add_argument("--race", type=int, default=50, help="rounds on a directory")
    parser.add_argument("--s3-race", type=int, default=50, help="rounds on a real S3 server")
    parser.add_argument("--publishers", type=int, default=8)
    parser.add_argument("--errors", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(told))  # noqa: T201  the answer
        return
    for name, part in told.items():
        print(f"{name}: {part}")  # noqa: T201  the answer


if __name__ == "__main__":
    sys.exit(main())
