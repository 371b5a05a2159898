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
from syndicator.rendering import draw
from syndicator.settings import Settings
from syndicator.widgets import WidgetPackage
from syndicator.workspace import Workspace

_Key = tuple[bytes, str, str]
"""Document, locale, and the content of the aisle whose words are spoken."""


@dataclass
class Drawer:
    """Draws editions and remembers what it drew last: keep one between runs of a daemon.

    Memory: one copy of each distinct drawn product of the last run, some 9 KB each.
    """

    _known: dict[_Key, bytes] = field(default_factory=dict)

    def draw(
        self, workspace: Workspace, contents: Iterable[EditionContent]
    ) -> Iterator[EditionContent]:
        """Yield every edition; those that a partner's server includes with their drawn products.

        Cost: some two milliseconds for each document that was not drawn in the last run.
        """
        aisle = next((widget for widget in workspace.widgets if widget.id == "aisle"), None)
        fresh: dict[_Key, bytes] = {}
        for content in contents:
            if aisle is None or not wanted(workspace.settings, content.edition):
                yield content
                continue
            look = (f"w/{aisle.id}/{aisle.fingerprint}/aisle.css", aisle.integrity["aisle.css"])
            yield replace(content, drawn=self._edition(content, aisle, fresh), look=look)
        self._known = fresh

    def _edition(
        self, content: EditionContent, aisle: WidgetPackage, fresh: dict[_Key, bytes]
    ) -> dict[str, bytes]:
        locale = content.edition.locale
        words = _words(aisle, locale)
        drawn = {}
        for sku, document in content.documents.items():
            key = (document, locale, aisle.fingerprint)
            if key not in fresh:
                fresh[key] = self._known.get(key) or draw(document, locale=locale, words=words)
            drawn[sku] = fresh[key]
        return drawn


def wanted(settings: Settings, edition: Edition) -> bool:
    """Tell whether the server of one of an edition's partners includes its products."""
    partners = settings.server_side
    return partners == "all" or not set(partners).isdisjoint(edition.partners)


def _words(aisle: WidgetPackage, locale: str) -> Mapping[str, str]:
    """Return the interface's words in the nearest language, or in English."""
    own = f"words.{locale.partition('-')[0]}.json"
    words: Mapping[str, str] = canonical.decode(aisle.files.get(own, aisle.files["words.en.json"]))
    return words
