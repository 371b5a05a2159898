"""Signatures: what a reader can trust."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from syndicator import canonical
from syndicator.bundle import Signer, signed_by
from syndicator.canonical import Namer

SECRET = bytes(range(32))
SIGNER = Signer(Namer(SECRET))
HEAD = {"format": 1, "count": 2, "edition": "e", "pages": [["n", "i"]], "generation": 3}


def test_a_signed_document_verifies() -> None:
    assert signed_by(SIGNER.sign(HEAD), SIGNER.public_key)


@pytest.mark.parametrize(
    "document", [HEAD, {"z": 1}, {"a": 1, "tables": []}, {"created": "x", "files": {}}]
)
def test_the_signed_bytes_are_the_document_without_the_signature_text(
    document: dict[str, object],
) -> None:
    """Recomputed with nothing of the engine: what another reader would do."""
    data = SIGNER.sign(document)
    signature = canonical.decode(data)["ed25519"]
    plain = data.replace(b'"ed25519":"%s",' % signature.encode(), b"")
    seed = hashlib.blake2b(b"", digest_size=32, key=SECRET, person=b"ed25519").digest()
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    key.verify(base64.b64decode(signature), plain)
    assert plain == canonical.encode(document)


@pytest.mark.parametrize(
    "change", [(b'"count":2', b'"count":3'), (b'"generation":3', b'"generation":9')]
)
def test_a_changed_document_does_not_verify(change: tuple[bytes, bytes]) -> None:
    assert not signed_by(SIGNER.sign(HEAD).replace(*change), SIGNER.public_key)


def test_another_workspace_does_not_sign_for_ours() -> None:
    stranger = Signer(Namer(b"x" * 32))
    assert not signed_by(stranger.sign(HEAD), SIGNER.public_key)


def test_an_unsigned_document_does_not_verify() -> None:
    assert not signed_by(canonical.encode(HEAD), SIGNER.public_key)


def test_signing_is_deterministic() -> None:
    assert SIGNER.sign(HEAD) == Signer(Namer(SECRET)).sign(HEAD)
