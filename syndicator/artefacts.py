"""Compiled configurators, kept between runs: compiling is the one slow step of a build."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from syndicator import __version__
from syndicator.configurator import Model, compile_model
from syndicator.configurator.encoding import decode
from syndicator.errors import VerificationError


def compile_all(models: Mapping[str, Model], state: Path) -> dict[str, bytes]:
    """Return the artefact of each model by its path.

    Artefacts are kept below `state` by the fingerprint of their rules and the engine's version;
    losing them costs time only, and a damaged one is made again.

    Raises:
        InvalidInputError: Rules contradict each other or do not fit the budget.
    """
    return {path: _compile(model, state / "artefacts") for path, model in models.items()}


def _compile(model: Model, folder: Path) -> bytes:
    kept = folder / f"{model.fingerprint}-{__version__}.cdd"
    try:
        data = kept.read_bytes()
        if decode(data).fingerprint == model.fingerprint:
            return data
    except (FileNotFoundError, VerificationError):
        pass
    data = compile_model(model).data
    folder.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_suffix(".new")
    fresh.write_bytes(data)
    fresh.replace(kept)
    return data
