"""The command as a user has it: from a wheel, in a folder of its own, in another process."""

from __future__ import annotations

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


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Run:
    """Run the command in `tmp_path`; `run("check", "--json", cwd=...)`."""

    def call(*arguments: str, cwd: Path = tmp_path, timeout: float = 120) -> Outcome:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "SYNDICATOR_SECRET": SECRET,
        }
        done = subprocess.run(
            [str(installed), *arguments],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def workspace(run: Run, tmp_path: Path) -> Path:
    """A small valid workspace, as `syndicator init` makes it."""
    made = run("init", "lamps")
    assert made.code == 0, made.err
    return tmp_path / "lamps"


@pytest.fixture
def norrvind(repository: Path, tmp_path: Path) -> Path:
    """A copy of the reference workspace to change."""
    folder = tmp_path / "norrvind"
    folder.mkdir()
    for name in ("content", "manifests", "publish"):
        shutil.copytree(repository / name, folder / name)
    shutil.copy(repository / "syndicator.toml", folder)
    return folder
