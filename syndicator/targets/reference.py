"""`private/refs/live`: which release is current. What a publish without a change reads."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from syndicator import canonical
from syndicator.errors import VerificationError
from syndicator.targets.port import Readable

LIVE = "private/refs/live"
"""The current release, the only compare-and-swap of a publish."""


@dataclass(frozen=True, slots=True)
class Ref:
    """`private/refs/live`: which release is current, and how far it has been delivered."""

    generation: int
    release: str
    integrity: str
    inputs: str
    nonce: str
    delivered: int
    """Every head and entry is at least as new as this release."""

    def settles(self, inputs: str) -> bool:
        """Tell whether with these inputs nothing is left to commit or to deliver."""
        return self.inputs == inputs and self.delivered >= self.generation

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return canonical.encode({"format": 1, **fields})

    @classmethod
    def parse(cls, data: bytes) -> Ref:
        """Read the live reference.

        Raises:
            VerificationError: The bytes are no live reference.
        """
        try:
            return msgspec.json.decode(data, type=cls)
        except msgspec.DecodeError as error:
            raise VerificationError(f"{LIVE}: damaged or of another format: {error}") from error


def read_ref(target: Readable) -> Ref | None:
    """Return the live reference, None where nothing was published yet. Cost: one request.

    Raises:
        TargetError: The target cannot be read.
        VerificationError: What lies there is no reference.
    """
    data = target.read(LIVE)
    return None if data is None else Ref.parse(data)
