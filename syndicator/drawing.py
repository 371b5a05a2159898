"""Products drawn at publish time for partners whose servers include them: `publish.server_side`.

Drawing costs about three times what rendering a document does, and only servers read it: so it is
done for the editions of the partners who asked for it, and once for documents that are shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from syndicator import canonical
from syndicator.bundle import EditionContent
from syndicator.entitlement import Edition
from syndicator.rendering import Finished, Keeping, draw
from syndicator.rendering.finished import Forgetful, fingerprint
from syndicator.settings import Settings
from syndicator.widgets import WidgetPackage, by_request
from syndicator.workspace import Workspace


@dataclass
class Drawer:
    """Draws editions; what it drew in earlier runs it takes from what is kept."""

    keeping: Keeping = field(default_factory=Forgetful)

    def draw(
        self, workspace: Workspace, contents: Iterable[EditionContent]
    ) -> Iterator[EditionContent]:
        """Yield every edition; those that a partner's server includes with their drawn products.

        Cost: some two milliseconds for each document that was never drawn, one look-up for others.
        """
        aisle = by_request(workspace.widgets).get("aisle")
        known: dict[bytes, bytes] = {}
        for content in contents:
            if aisle is None or not wanted(workspace.settings, content.edition):
                yield content
                continue
            look = (aisle.key("aisle.css"), aisle.integrity["aisle.css"])
            yield replace(content, drawn=self._edition(content, aisle, known), look=look)

    def _edition(
        self, content: EditionContent, aisle: WidgetPackage, known: dict[bytes, bytes]
    ) -> dict[str, bytes]:
        locale = content.edition.locale
        words = _words(aisle, locale)
        drawn = {}
        for document in content.documents:
            key = fingerprint(b"drawn", document.key, locale.encode(), aisle.fingerprint.encode())
            if key not in known:
                known[key] = self._product(key, document, locale, words)
            drawn[document.sku] = known[key]
        return drawn

    def _product(
        self, key: bytes, document: Finished, locale: str, words: Mapping[str, str]
    ) -> bytes:
        kept = self.keeping.body(key) if self.keeping.recall(key) is not None else None
        if kept is None:
            kept = draw(document.data(), locale=locale, words=words)
            self.keeping.keep(key, b"", kept)
        return kept


def wanted(settings: Settings, edition: Edition) -> bool:
    """Tell whether the server of one of an edition's partners includes its products."""
    partners = settings.server_side
    return partners == "all" or not set(partners).isdisjoint(edition.partners)


def _words(aisle: WidgetPackage, locale: str) -> Mapping[str, str]:
    """Return the interface's words in the nearest language, or in English."""
    own = f"words.{locale.partition('-')[0]}.json"
    words: Mapping[str, str] = canonical.decode(aisle.files.get(own, aisle.files["words.en.json"]))
    return words
