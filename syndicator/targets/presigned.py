"""Read one document by an address that a bucket's publisher has signed, without boto3.

Importing boto3 and making its client takes ten times as long as everything else that a publish
without a change does.
"""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

import brotli

_PATIENCE = 5.0
"""Seconds until the usual way is taken."""
_OK = 200


@runtime_checkable
class Signing(Protocol):
    """A target that can sign addresses."""

    def address(self, key: str, seconds: int) -> str:
        """Return where `key` can be read for so long without credentials."""
        ...


def read_presigned(address: str) -> bytes | None:
    """Return what lies there; None where that cannot be told, for whatever reason."""
    parts = urlsplit(address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.netloc, timeout=_PATIENCE)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        data = answer.read()
        if answer.status != _OK:
            return None
        encoded = answer.headers["Content-Encoding"] == "br"
        return bytes(brotli.decompress(data)) if encoded else data
    except (OSError, HTTPException, brotli.error):
        return None
    finally:
        connection.close()
