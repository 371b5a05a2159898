"""The configurator's own fixtures."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from configurations import bicycle

from syndicator.configurator import Artefact, Model, compile_model


@pytest.fixture(scope="session")
def fjord(repository: Path) -> Model:
    """The bicycle of the reference workspace."""
    return bicycle(repository)


@pytest.fixture(scope="session")
def fjord_artefact(fjord: Model) -> Artefact:
    """The bicycle, compiled."""
    return compile_model(fjord)
