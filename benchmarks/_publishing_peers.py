"""Uploaders beside us: programs that copy a folder to an S3 server, whole processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from _rows import timed


@dataclass(frozen=True)
class Peer:
    """One program: its name and version, and how it copies and synchronises a folder."""

    told: str
    copy: tuple[str, ...]
    sync: tuple[str, ...]
    place: str
    fetch: tuple[str, ...]

    def download(self, endpoint: str, bucket: str, folder: Path) -> bool:
        """Copy a whole bucket into `folder` unless another did; tell whether it is there."""
        if not folder.exists():
            folder.mkdir()
            words = [
                word.format(endpoint=endpoint, folder=folder, bucket=bucket) for word in self.fetch
            ]
            if _run(words, endpoint) is None:
                shutil.rmtree(folder)
        return folder.exists()

    def upload(self, folder: Path, endpoint: str) -> float | None:
        """Return the seconds of copying everything, None where it failed."""
        return _run(self._command(self.copy, folder, endpoint), endpoint)

    def synchronise(self, folder: Path, endpoint: str) -> float | None:
        """Return the seconds of finding what changed and copying it, None where it failed."""
        return _run(self._command(self.sync, folder, endpoint), endpoint)

    def _command(self, words: tuple[str, ...], folder: Path, endpoint: str) -> list[str]:
        known = {"endpoint": endpoint, "folder": str(folder), "place": self.place}
        return [word.format(**known) for word in words]


_AWS = ("aws", "--endpoint-url", "{endpoint}", "s3", "sync", "--only-show-errors",
        "{folder}", "s3://{place}")  # fmt: skip
_S5CMD = ("s5cmd", "--log", "error", "--endpoint-url", "{endpoint}")
_RCLONE = ("--transfers=32", "--checkers=32", "{folder}", "s:{place}")
_COMMANDS = {
    "s5cmd": (
        (*_S5CMD, "cp", "{folder}/", "s3://{place}/"),
        (*_S5CMD, "sync", "{folder}/", "s3://{place}/"),
        (*_S5CMD, "cp", "s3://{bucket}/*", "{folder}/"),
    ),
    "rclone": (
        ("rclone", "copy", *_RCLONE),
        ("rclone", "sync", *_RCLONE),
        ("rclone", "copy", "--transfers=32", "s:{bucket}", "{folder}"),
    ),
    "aws": (
        _AWS,
        _AWS,
        (*_AWS[:-2], "s3://{bucket}", "{folder}"),
    ),
}


def peers(bucket: str) -> list[Peer]:
    """Return the programs that are installed; the others are named on standard error."""
    found = []
    for name, (copy, sync, fetch) in _COMMANDS.items():
        if (told := _version(name)) is None:
            print(f"{name} is not installed and was not measured", file=sys.stderr)
        else:
            found.append(Peer(told, copy, sync, f"{bucket}/{name}", fetch))
    return found


def _credentials(endpoint: str) -> dict[str, str]:
    return {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "testtest12",
        "AWS_DEFAULT_REGION": "us-east-1",
        "RCLONE_CONFIG_S_TYPE": "s3",
        "RCLONE_CONFIG_S_PROVIDER": "SeaweedFS",
        "RCLONE_CONFIG_S_ENV_AUTH": "true",
        "RCLONE_CONFIG_S_ENDPOINT": endpoint,
        "RCLONE_CONFIG_S_FORCE_PATH_STYLE": "true",
    }


def _run(command: list[str], endpoint: str) -> float | None:
    """Return how long a peer took, None where it failed; its last words go to standard error."""
    with timed() as seconds:
        done = subprocess.run(command, env=_credentials(endpoint), capture_output=True, check=False)
    if done.returncode:
        print(f"{command[0]}: {done.stderr.decode()[-300:]}", file=sys.stderr)
        return None
    return seconds()


def _version(name: str) -> str | None:
    """Return name and version of a peer, None where it is not installed."""
    if shutil.which(name) is None:
        return None
    flag = "--version" if name == "aws" else "version"
    done = subprocess.run([name, flag], capture_output=True, text=True, check=False)
    words = (done.stdout or done.stderr).split()
    number = next((word for word in words if any(sign.isdigit() for sign in word)), "")
    return None if done.returncode else f"{name} {number.removeprefix('aws-cli/')[:16]}"
