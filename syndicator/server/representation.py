"""One key of the target as an HTTP answer: encoding, validator, condition, range."""

from __future__ import annotations

import gzip
import hashlib

from flask import Request, Response
from werkzeug.datastructures import Accept

from syndicator.server.mime import TEXTUAL, extension, headers_of
from syndicator.targets import Readable

_CODINGS = (("br", ".br"), ("gzip", ".gz"))
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
    pack: bool = False,
) -> Response | None:
    """Return the answer for `key`, or None where the target has none.

    With `pack` what has no packed neighbour is packed now, for rare and large answers.

    The validator is strong and belongs to the bytes that are sent, so each encoding has its own.
    Cost: the object's bytes are read and hashed once an answer.

    Raises:
        TargetError: The target cannot be read.
    """
    found = _choose(reader, key, request)
    if found is None:
        return None
    data, coding = found
    if pack and not coding and _may_pack(key, request, data):
        data, coding = gzip.compress(data, _LEVEL, mtime=0), "gzip"
    answer = Response(data)
    answer.headers.update(headers_of(key))
    answer.headers["Cache-Control"] = cache
    answer.set_etag(hashlib.sha256(data).hexdigest()[:32])
    if extension(key) in TEXTUAL:
        answer.vary.add("Accept-Encoding")
    if coding:
        answer.headers["Content-Encoding"] = coding
    answer.make_conditional(
        request, accept_ranges=ranges, complete_length=len(data) if ranges else None
    )
    return answer


def _may_pack(key: str, request: Request, data: bytes) -> bool:
    """Tell whether an answer gets smaller and the client can read it."""
    large = len(data) >= _SMALLEST and extension(key) in TEXTUAL
    return large and accepts(request.accept_encodings, "gzip") and "Range" not in request.headers


def _choose(reader: Readable, key: str, request: Request) -> tuple[bytes, str] | None:
    """Return the bytes to send and their coding, the smallest that the reader accepts."""
    if extension(key) in TEXTUAL and "Range" not in request.headers:
        for coding, end in _CODINGS:
            if accepts(request.accept_encodings, coding):
                data = reader.read(key + end)
                if data is not None:
                    return data, coding
    data = reader.read(key)
    return None if data is None else (data, "")


def accepts(accepted: Accept, coding: str) -> bool:
    """Tell whether a client wants `coding`; one that says nothing gets plain bytes."""
    return bool(accepted) and accepted.quality(coding) > 0
