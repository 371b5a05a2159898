"""A published site and clients for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from published_site import Folder, Published, publish

from syndicator.server import create_app


@pytest.fixture
def published(tmp_path: Path) -> Published:
    return publish(Folder(tmp_path / "site"))


@pytest.fixture
def client(published: Published):
    return create_app(published.site(), open_preview=True).test_client()


@pytest.fixture
def guarded(published: Published):
    """A server that does not trust the place a request comes from."""
    return create_app(published.site()).test_client()
