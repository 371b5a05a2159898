"""Signatures of releases and heads: Ed25519 (RFC 8032) inside canonical JSON.

The signature stands in the document itself as `"ed25519":"<base64>",`. What is signed is the
document without exactly that text, so a reader cuts a string and never has to re-encode JSON.
The key sorts before another key in every signed document, hence the comma.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from syndicator import canonical
from syndicator.canonical import Namer

_SIGNATURE = re.compile(rb'"ed25519":"([A-Za-z0-9+/]{86}==)",')


class Signer:
    """Signs documents with a key derived from the workspace's secret; deterministic."""

    def __init__(self, namer: Namer) -> None:
        seed = hashlib.blake2b(b"", digest_size=32, key=namer.secret, person=b"ed25519").digest()
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @cached_property
    def public_key(self) -> str:
        """The raw public key as base64, as it stands in partner entries."""
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def sign(self, document: dict[str, Any]) -> bytes:
        """Return the canonical bytes of `document` with its signature."""
        plain = {key: value for key, value in document.items() if key != "ed25519"}
        signature = base64.b64encode(self._key.sign(canonical.encode(plain))).decode()
        return canonical.encode({**plain, "ed25519": signature})


def signed_by(data: bytes, public_key: str) -> bool:
    """Tell whether the signature inside `data` is there and was made with `public_key`."""
    found = _SIGNATURE.search(data)
    if found is None:
        return False
    plain = data[: found.start()] + data[found.end() :]
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
    try:
        key.verify(base64.b64decode(found[1]), plain)
    except InvalidSignature:
        return False
    return True
