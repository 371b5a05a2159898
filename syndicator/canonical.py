"""Canonical bytes and the names of objects.

One value has one byte string, on every machine: UTF-8 JSON with sorted keys and no spaces
(the subset of RFC 8785 that needs no float rewriting; see docs/formats/published.md).
Names are keyed, so that nobody outside can confirm a guess at an object's content; integrity
is plain SHA-256, so that anybody who holds a reference can verify it.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

NAME_BYTES = 16
"""Length of an object name before hexadecimal: 128 bits are out of reach of collisions."""


def encode(value: Any) -> bytes:  # noqa: ANN401  any JSON value
    """Return the canonical bytes of a JSON value.

    Raises:
        TypeError: The value is not JSON (orjson.JSONEncodeError).
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def decode(data: bytes) -> Any:  # noqa: ANN401  any JSON value
    """Return the JSON value of canonical bytes.

    Raises:
        ValueError: The bytes are not JSON (orjson.JSONDecodeError).
    """
    return orjson.loads(data)


def fingerprint(*parts: bytes) -> str:
    """Return the SHA-256 of the parts, hexadecimal; parts are length-prefixed, never merged."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def integrity(data: bytes) -> str:
    """Return the subresource integrity of `data` (W3C SRI): `sha256-` and base64."""
    return "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode()


@dataclass(frozen=True, slots=True, repr=False)
class Namer:
    """Names things by a hash keyed with the workspace's secret (BLAKE2b, RFC 7693)."""

    secret: bytes

    def __post_init__(self) -> None:
        if not 16 <= len(self.secret) <= 64:  # noqa: PLR2004  limits of BLAKE2b keys and of sense
            raise ValueError("a workspace secret has 16 to 64 bytes")

    def name(self, purpose: str, data: bytes) -> str:
        """Return the 32 hexadecimal digits that name `data` for one purpose."""
        keyed = hashlib.blake2b(
            data, digest_size=NAME_BYTES, key=self.secret, person=_person(purpose)
        )
        return keyed.hexdigest()


def _person(purpose: str) -> bytes:
    """Separate the purposes, so that equal bytes in two roles have unrelated names."""
    return purpose.encode()[:16]
