"""One key of the target as an HTTP answer: encoding, validator, condition, range."""

from __future__ import annotations

import gzip
import hashlib

from flask import Request, Response
from werkzeug.datastructures import Accept

from syndicator.server.mime import TEXTUAL, extension, headers_of
from syndicator.targets import Readable

_ENDS = {"br": ".br", "gzip": ".gz"}
"""Content codings in the order of our liking, with the end of the neighbour's key."""
_LEVEL = 4
"""Of gzip, where it is done while somebody waits."""
_SMALLEST = 1024
"""Bytes below which packing is not worth its time."""


def represent(
    reader: Readable,
    key: str,
    request: Request,
    *,
    cache: str,
    ranges: bool = False,
    packed: bool = False,
) -> Response | None:
    """Return the answer for `key`, or None where the target has none.

    `packed` tells that the target keeps packed neighbours of textual keys; without them a large
    answer is packed now. The validator is strong and belongs to the bytes that are sent, so each
    encoding has its own.
    Cost: the object's bytes are read and hashed once an answer.

    Raises:
        TargetError: The target cannot be read.
    """
    negotiable = extension(key) in TEXTUAL
    codings = _wanted(request) if negotiable else []
    found = _read(reader, key, codings if packed else [])
    if found is None:
        return None
    data, coding = found
    if not packed and "gzip" in codings and len(data) >= _SMALLEST:
        data, coding = gzip.compress(data, _LEVEL, mtime=0), "gzip"
    answer = Response(data)
    answer.headers.update(headers_of(key))
    answer.headers["Cache-Control"] = cache
    answer.set_etag(hashlib.sha256(data).hexdigest()[:32])
    if negotiable:
        answer.vary.add("Accept-Encoding")
    if coding:
        answer.headers["Content-Encoding"] = coding
    answer.make_conditional(
        request, accept_ranges=ranges, complete_length=len(data) if ranges else None
    )
    return answer


def _read(reader: Readable, key: str, codings: list[str]) -> tuple[bytes, str] | None:
    """Return the bytes of the first coding that there is, and its name; empty for plain bytes."""
    for coding in codings:
        if (data := reader.read(key + _ENDS[coding])) is not None:
            return data, coding
    data = reader.read(key)
    return None if data is None else (data, "")


def _wanted(request: Request) -> list[str]:
    """Return the codings that a client reads, the best first; a part is always of plain bytes."""
    accepted: Accept = request.accept_encodings
    if not accepted or "Range" in request.headers:
        return []
    return [coding for coding in _ENDS if accepted.quality(coding) > 0]
