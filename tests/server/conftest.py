"""A published site and clients for it."""

from __future__ import annotations

import pytest

from syndicator.server import create_app
from syndicator.targets import DirectoryTarget, MemoryTarget, blob
from tests.server.published_site import Published, published_site


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Published:
    """The site in a folder, published once, for tests that only read."""
    root = tmp_path_factory.mktemp("published") / "site"
    published_site(root)
    return Published(DirectoryTarget(root), generation=1)


@pytest.fixture
def published(folder: Published) -> Published:
    """The same site in memory, with the packed neighbours, for tests that change it."""
    target, root = MemoryTarget(), folder.target.root
    files = [path for path in root.rglob("*") if path.is_file() and path.name != ".lock"]
    target.write(blob(path.relative_to(root).as_posix(), path.read_bytes()) for path in files)
    return Published(target, generation=1)


@pytest.fixture
def client(published: Published):
    return create_app(published.site(), open_preview=True).test_client()


@pytest.fixture
def guarded(published: Published):
    """A server that does not trust the place a request comes from."""
    return create_app(published.site()).test_client()
