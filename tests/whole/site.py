"""A workspace published in this process, and what a partner can reach of it."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from syndicator.bundle import keys
from syndicator.pipeline import Proposal, propose, release
from syndicator.server import Server, Site, create_app
from syndicator.settings import SECRET_VARIABLE, load_settings
from syndicator.targets import Report, Target
from syndicator.workspace import Workspace, read_workspace

SECRET = {SECRET_VARIABLE: "7a" * 32}
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Published:
    """A workspace and what became of it."""

    workspace: Workspace
    proposal: Proposal
    report: Report

    @property
    def target(self) -> Target:
        return self.proposal.target

    def handle(self, partner: str) -> str:
        """The partner's public handle, as it stands in the tag."""
        return keys.partner_handle(self.workspace.settings.namer, partner)

    def assortment(self, partner: str) -> set[str]:
        """Every SKU that the partner may show in any locale."""
        editions = self.proposal.entitlements.partners[partner].values()
        return {sku for one in editions for sku in self.proposal.entitlements.editions[one].skus}


def publish(folder: Path, now: datetime = NOW) -> Published:
    """Publish the workspace in `folder` to its own target."""
    workspace = read_workspace(load_settings(folder, SECRET))
    proposal = propose(workspace, now)
    return Published(workspace, proposal, release(workspace, proposal))


@contextmanager
def served(published: Published) -> Iterator[str]:
    """Serve the public zone, feeds and preview; yields the address without its final slash."""
    settings = published.workspace.settings
    site = Site(reader=published.target, namer=settings.namer, name=settings.name)
    server = Server(create_app(site, open_preview=True), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.url.rstrip("/")
    finally:
        server.stop()
        thread.join()


class Visitor:
    """Reads what one partner's tag leads to, by docs/formats/published.md and nothing else."""

    def __init__(self, target: Target, handle: str) -> None:
        self.target, self.handle = target, handle
        self.seen: dict[str, bytes] = {}

    def read(self, key: str) -> bytes:
        data = self.target.read(f"public/{key}")
        assert data is not None, key
        self.seen[key] = data
        return data

    def json(self, key: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.read(key))
        assert document["format"] == 1
        return document

    def visit(self) -> dict[str, dict[str, Any]]:
        """Follow everything; return the documents of all editions by SKU (the last locale wins)."""
        documents: dict[str, dict[str, Any]] = {}
        for edition in self.json(f"p/{self.handle}.json")["editions"].values():
            documents |= self._node(self.json(f"e/{edition}.json"))
        return documents

    def _node(self, node: dict[str, Any]) -> dict[str, dict[str, Any]]:
        documents: dict[str, dict[str, Any]] = {}
        for kind in ("tables", "lookups"):
            for reference in node.get(kind, ()):
                documents |= self._node(self._object(reference))
        for reference in node.get("drawn", ()):
            drawn = self._object(reference)
            self.read(drawn["look"][0])
            self._drawn(drawn)
        for reference in node.get("pages", ()):
            documents |= self._object(reference)["docs"]
        for address in set(re.findall(r'"(m/[^"]+)"', json.dumps(documents))):
            self.read(address)
        return documents

    def _drawn(self, node: dict[str, Any]) -> None:
        """Read what the partner's server may include."""
        for reference in node.get("tables", ()):
            self._drawn(self._object(reference))
        for reference in node.get("pages", ()):
            assert self._object(reference)["drawn"]

    def _object(self, reference: list[str]) -> dict[str, Any]:
        name, _integrity = reference
        return self.json(f"o/{name[:2]}/{name}.json")

    def find(self, locale: str, key: str) -> dict[str, Any] | None:
        """Find one document as the embed does: by the hash of a lookup key."""
        head = self.json(f"e/{self.json(f'p/{self.handle}.json')['editions'][locale]}.json")
        digest = hashlib.sha256(key.encode()).hexdigest()[:8]
        node, bits = head, 0
        while "lookups" in node:
            width = (len(node["lookups"]) - 1).bit_length()
            index = int(digest, 16) << bits & 0xFFFFFFFF
            node = self._object(node["lookups"][index >> (32 - width)])
            bits += width
        for number in node["lookup"].get(digest, ()):
            for document in self._object(self._page(head, number))["docs"].values():
                told = [f"sku:{document['sku']}", f"gtin:{document.get('gtin')}"]
                told.append(f"mpn:{document['brand']}|{document.get('mpn')}")
                if key in [one.lower() for one in told]:
                    return dict(document)
        return None

    def _page(self, node: dict[str, Any], number: int) -> list[str]:
        while "tables" in node:
            span = node["span"]
            node, number = self._object(node["tables"][number // span]), number % span
        reference: list[str] = node["pages"][number]
        return reference
