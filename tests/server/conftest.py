"""A published site and clients for it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from published_site import Published, published_site

from syndicator.server import create_app
from syndicator.targets import DirectoryTarget


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Path:
    """The site as it was published once; publishing flushes the disk, which is slow."""
    root = tmp_path_factory.mktemp("template") / "site"
    published_site(root)
    return root


@pytest.fixture
def published(template: Path, tmp_path: Path) -> Published:
    shutil.copytree(template, tmp_path / "site")
    return Published(DirectoryTarget(tmp_path / "site"), generation=1)


@pytest.fixture
def client(published: Published):
    return create_app(published.site(), open_preview=True).test_client()


@pytest.fixture
def guarded(published: Published):
    """A server that does not trust the place a request comes from."""
    return create_app(published.site()).test_client()
