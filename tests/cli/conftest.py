"""The command as a user has it: from a wheel, in a folder of its own, in another process."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SECRET = "5e" * 32


@dataclass(frozen=True)
class Outcome:
    """What one run of the command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON document on standard output."""
        document: dict[str, Any] = json.loads(self.out)
        return document


Run = Callable[..., Outcome]


@pytest.fixture(scope="session")
def installed(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A `syndicator` command installed from a freshly built wheel, apart from the clone.

    Dependencies come from the environment that runs the tests, so that no index is asked.
    """
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    ignored = shutil.ignore_patterns(
        ".*", "build", "*.egg-info", "tests", "benchmarks", "__pycache__"
    )
    shutil.copytree(repository, source, ignore=ignored)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    build = [
        *pip,
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(source),
    ]
    subprocess.run(build, check=True, cwd=folder)
    shutil.rmtree(source)
    [wheel] = folder.glob("*.whl")
    environment = folder / "venv"
    venv.create(environment, with_pip=False, symlinks=True)
    python = environment / "bin" / "python"
    purelib = sysconfig.get_path(
        "purelib", vars={"base": str(environment), "platbase": str(environment)}
    )
    Path(purelib, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = [
        *pip,
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True, cwd=folder)
    return environment / "bin" / "syndicator"


def call(command: Path, *arguments: str, cwd: Path, timeout: float = 120) -> Outcome:
    """Run the command in a folder, with nothing of the caller's environment."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), "SYNDICATOR_SECRET": SECRET}
    done = subprocess.run(
        [str(command), *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Run:
    """Run the command, in `tmp_path` unless told: `run("check", "--json", cwd=...)`."""
    return functools.partial(call, installed, cwd=tmp_path)


@pytest.fixture(scope="session")
def made(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `syndicator init` makes; tests get copies."""
    folder = tmp_path_factory.mktemp("made")
    outcome = call(installed, "init", "lamps", cwd=folder)
    assert outcome.code == 0, outcome.err
    return folder / "lamps"


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Path:
    """A small valid workspace, never published."""
    return shutil.copytree(made, tmp_path / "lamps")


@pytest.fixture(scope="session")
def live(installed: Path, made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small workspace after its first publish; tests get copies."""
    folder = shutil.copytree(made, tmp_path_factory.mktemp("live") / "lamps")
    outcome = call(installed, "publish", cwd=folder)
    assert outcome.code == 0, outcome.err
    return folder


@pytest.fixture
def published(live: Path, tmp_path: Path) -> Path:
    """A small workspace that was published once."""
    return shutil.copytree(live, tmp_path / "published")


@pytest.fixture
def norrvind(reference: Path, tmp_path: Path) -> Path:
    """A copy of the reference workspace to change."""
    return shutil.copytree(reference, tmp_path / "norrvind")
