"""The transcript of docs/operating.md is what the commands print, on a real S3 server."""

from __future__ import annotations

import re
import shlex
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.cli import _run
from syndicator.cli.session import Session
from tests.targets.machine import checkout, secrets
from tests.targets.seaweed import Server, bucket

_VARYING = (
    (r"\d{4}-\d\d-\d\dT[\d:]+(?:\+00:00|Z)", "INSTANT"),
    (r"[0-9a-f]{2}/[0-9a-f]{32}|[0-9a-f]{32}", "NAME"),
    (r"\$\d+\.\d+", "$ COST"),
    (r"\d+\.\d+ s\b", "SECONDS"),
    (r"[\d,]+ (bytes|requests|objects|keys|widget files)", r"N \1"),
)
"""What differs between runs, or as browser code grows."""


def told(text: str) -> str:
    """Return an output without what differs between runs."""
    for pattern, word in _VARYING:
        text = re.sub(pattern, word, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def entries(page: str) -> list[tuple[int, str, str]]:
    """Return the days after the start, command and output of each step of the transcript."""
    [block] = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    found, days = [], 0
    for part in re.split(r"^(?=[#$] )", block, flags=re.MULTILINE):
        first, _, output = part.partition("\n")
        if later := re.match(r"# (\d+) days later", first):
            days += int(later[1])
        elif first.startswith("$ "):
            found.append((days, first[2:], output))
    return found


def test_the_transcript_is_true(
    repository: Path,
    tmp_path: Path,
    s3: Server,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    root = checkout(repository, tmp_path, s3, bucket(s3))
    monkeypatch.chdir(root)
    for variable, value in secrets().items():
        monkeypatch.setenv(variable, value)
    seen: set[str] = set()
    for days, command, output in entries((repository / "docs/operating.md").read_text()):
        now = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
        monkeypatch.setattr(Session, "now", lambda _, now=now: now)
        program, *arguments = shlex.split(command)
        if program != "syndicator":
            subprocess.run([program, *arguments], check=True, cwd=root)
            continue
        assert _run(arguments) == 0, command
        assert told(capfd.readouterr().out) == told(output), command
        seen.add(arguments[0])
    assert seen == {"plan", "publish", "diff", "releases", "rollback", "verify", "gc"}
