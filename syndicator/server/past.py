"""A store as one release left it: its heads and entries, over objects that never change."""

from __future__ import annotations

from syndicator import canonical
from syndicator.bundle import Release, Signer, keys
from syndicator.canonical import Namer
from syndicator.targets import Readable
from syndicator.targets.reference import LIVE, Ref

_CURRENT = ("public/e/", "public/p/")


class Past:
    """Reads what shoppers were shown by a release that is kept."""

    def __init__(self, reader: Readable, release: Release, namer: Namer) -> None:
        """Cost: one read, and a signature for each edition and partner."""
        self._reader, signer = reader, Signer(namer)
        self._aliases = {key: alias.source for key, alias in release.aliases.items()}
        self._mutable = {
            record.head_key: record.head_bytes(signer) for record in release.editions.values()
        }
        for partner, record in release.partners.items():
            self._mutable[keys.entry(namer, partner)] = record.entry_bytes(namer, signer)
        self._mutable[LIVE] = _reference(reader, release)

    def read(self, key: str) -> bytes | None:
        """Return the bytes that lay under `key`, None where there were none.

        Raises:
            TargetError: The store cannot be read.
        """
        if key in self._mutable:
            return self._mutable[key]
        if key.startswith(_CURRENT):
            return None
        return self._reader.read(self._aliases.get(key, key))


def _reference(reader: Readable, release: Release) -> bytes:
    """Return the live reference as it was."""
    ref = Ref(
        generation=release.generation,
        release=release.key,
        integrity=canonical.integrity(reader.read(release.key) or b""),
        inputs=release.inputs,
        nonce=release.nonce,
        delivered=release.generation,
    )
    return ref.encode()
