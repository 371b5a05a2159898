"""A target in an S3 bucket, or in any store that speaks S3 and keeps conditional writes.

Textual blobs are stored brotli-encoded with `Content-Encoding: br`. Conditional writes are sent
exactly once: a retry after a lost answer would meet the condition that the first attempt changed.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import boto3
import brotli
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as LostConnectionError

from syndicator.errors import TargetError
from syndicator.targets import s3errors
from syndicator.targets.parallel import each
from syndicator.targets.port import AmbiguousError, Blob, Entry, Swap, Usage, blob, checked

THREADS = 12
"""Requests in flight: enough for stores that answer in 25 ms. With more, threads wait for a turn
at the interpreter, which signs some 500 requests a second."""
_SMALLEST_COMPRESSED = 256
_BROTLI_QUALITY = 5
_DELETED_TOGETHER = 1000
_TRIES = 6
_PAUSE = 0.1
"""Seconds before the first retry of a refused conditional write; doubled each time."""


class S3Target:
    """Keeps blobs in a bucket, below a prefix.

    `exclusive` promises that nobody else publishes there; only then is a store accepted that
    ignores conditional writes. The store is probed before the first conditional write.
    """

    parallel = THREADS
    listed = 1000
    """Keys that one answer lists, at most what the store gives."""

    def __init__(
        self,
        connect: Callable[[int], Any],
        bucket: str,
        prefix: str = "",
        *,
        exclusive: bool = False,
    ) -> None:
        self.usage = Usage()
        self.bucket, self.prefix, self.exclusive = bucket, prefix, exclusive
        self._connect = connect
        self._patient = self._counted(connect(5))
        self._versions: dict[str, tuple[bytes, str]] = {}
        self._lock = threading.Lock()

    @cached_property
    def _once(self) -> Any:  # noqa: ANN401  boto3 ships no types
        """A client that repeats nothing; who only reads does not wait until it is made."""
        return self._counted(self._connect(1))

    @cached_property
    def shared(self) -> bool:
        """Whether the store honours conditional writes. Cost: four requests, once."""
        key = f"private/probe/{secrets.token_hex(8)}"
        try:
            first = self._put_once(blob(key, b"1"), {"IfNoneMatch": "*"})
            second = self._put_once(blob(key, b"2"), {"IfNoneMatch": "*"})
            stale = self._put_once(blob(key, b"3"), {"IfMatch": '"' + "0" * 32 + '"'})
        finally:
            self.delete([key])
        return (first, second, stale) == (True, False, False)

    def read(self, key: str) -> bytes | None:
        """Return the bytes under `key`, None where there are none.

        Raises:
            TargetError: The store cannot be reached, or refuses.
        """
        with s3errors.told(self._name(key)):
            try:
                answer, data = self._got(key)
            except ClientError as error:
                if s3errors.code(error) == "NoSuchKey":
                    return None
                raise
        if answer.get("ContentEncoding") == "br":
            data = brotli.decompress(data)
        self._remember(key, data, answer["ETag"])
        return bytes(data)

    def create(self, blobs: Iterable[Blob]) -> None:
        """Write immutable blobs, several at a time.

        Raises:
            TargetError: The store cannot be reached, or refuses; what was written is harmless.
        """
        each(self._put, blobs, THREADS)

    def swap(self, swaps: Sequence[Swap]) -> list[bool]:
        """Apply each compare-and-swap on its own, several at a time.

        Raises:
            AmbiguousError: The answer to at least one was lost.
            TargetError: The store cannot be reached, refuses, or ignores conditional writes.
        """
        if not self.shared and not self.exclusive:
            raise TargetError(
                f"s3://{self.bucket}: this store ignores conditional writes, so two publishers "
                "would overwrite each other. Use a store that honours If-Match and If-None-Match, "
                "or write `exclusive: true` into the target profile if nobody else publishes there"
            )
        outcome = [False] * len(swaps)

        def one(numbered: tuple[int, Swap]) -> None:
            number, swap = numbered
            outcome[number] = self._swap(swap)

        each(one, enumerate(swaps), THREADS)
        return outcome

    def write(self, blobs: Iterable[Blob]) -> None:
        """Replace mutable blobs, several at a time.

        Raises:
            TargetError: The store cannot be reached, or refuses.
        """
        each(self._put, blobs, THREADS)

    def delete(self, keys: Iterable[str]) -> None:
        """Remove keys, a thousand in a request.

        Raises:
            TargetError: The store cannot be reached, or refuses.
        """
        names = [{"Key": self._key(key)} for key in keys]
        for at in range(0, len(names), _DELETED_TOGETHER):
            some = {"Objects": names[at : at + _DELETED_TOGETHER], "Quiet": True}
            with s3errors.told(f"s3://{self.bucket}"):
                answer = self._patient.delete_objects(Bucket=self.bucket, Delete=some)
            for failure in answer.get("Errors", ()):
                raise TargetError(f"s3://{self.bucket}/{failure['Key']}: {failure['Message']}")

    def list(self, prefix: str) -> Iterator[Entry]:
        """Yield everything below `prefix` in key order, a thousand in a request.

        Raises:
            TargetError: The store cannot be reached, or refuses.
        """
        pages = self._patient.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket,
            Prefix=self.prefix + prefix,
            PaginationConfig={"PageSize": self.listed},
        )
        with s3errors.told(f"s3://{self.bucket}/{self.prefix}{prefix}"):
            for page in pages:
                for found in page.get("Contents", ()):
                    key = found["Key"].removeprefix(self.prefix)
                    yield Entry(key, found["Size"], found["LastModified"].timestamp())

    def address(self, key: str, seconds: int) -> str:
        """Return where `key` can be read for so long without credentials."""
        wanted = {"Bucket": self.bucket, "Key": self._key(key)}
        with s3errors.told(self._name(key)):
            signed = self._patient.generate_presigned_url("get_object", wanted, ExpiresIn=seconds)
        return str(signed)

    def _got(self, key: str) -> tuple[Any, bytes]:
        """Get an object; botocore repeats a request, but not one whose body breaks off."""
        for attempt in range(_TRIES):
            answer = self._patient.get_object(Bucket=self.bucket, Key=self._key(key))
            try:
                return answer, answer["Body"].read()
            except (HTTPClientError, IncompleteReadError):
                if attempt == _TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def _swap(self, swap: Swap) -> bool:
        """Send one conditional write; look at what is there when the store refuses it."""
        key = swap.blob.key
        if not self.shared:
            return self._swap_alone(swap)
        condition = self._condition(swap)
        for attempt in range(_TRIES):
            if self._put_once(swap.blob, condition):
                return True
            # 412 may also mean that the version was not what we computed (an encrypted bucket,
            # another brotli): what counts is the content.
            if self.read(key) != swap.expected:
                return False
            condition = self._condition(swap)
            time.sleep(_PAUSE * attempt)
        raise TargetError(f"{self._name(key)}: refused {_TRIES} times although nothing changed")

    def _swap_alone(self, swap: Swap) -> bool:
        if self.read(swap.blob.key) != swap.expected:
            return False
        self._put(swap.blob)
        return True

    def _condition(self, swap: Swap) -> dict[str, str]:
        if swap.expected is None:
            return {"IfNoneMatch": "*"}
        known = self._versions.get(swap.blob.key)
        if known is not None and known[0] == swap.expected:
            return {"IfMatch": known[1]}
        body, _ = _encoded(swap.blob, swap.expected)
        return {"IfMatch": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'}

    def _put_once(self, blob: Blob, condition: dict[str, str]) -> bool:
        """Send one conditional write once; False where the condition did not hold.

        Refusals that certainly changed nothing (409, 503) are sent again after a pause.

        Raises:
            AmbiguousError: The answer was lost, or the store had an error of its own.
        """
        name = self._name(blob.key)
        for attempt in range(_TRIES):
            outcome = self._attempt(name, blob, condition)
            if outcome is not None:
                return outcome
            time.sleep(_PAUSE * 2**attempt)
        raise TargetError(f"{name}: the store stays too busy or out of reach; try again later")

    def _attempt(self, name: str, blob: Blob, condition: dict[str, str]) -> bool | None:
        """Send one conditional write once; None where nothing happened and it may be sent again."""
        with s3errors.told(name):
            try:
                self._sent(self._once, blob, condition)
            except ClientError as error:
                verdict = s3errors.verdict(error)
                if verdict is s3errors.Verdict.AMBIGUOUS:
                    raise AmbiguousError(f"{name}: {error}") from error
                if verdict is s3errors.Verdict.REFUSED:
                    raise
                return False if verdict is s3errors.Verdict.UNMET else None
            except s3errors.UNSENT:
                return None
            except (LostConnectionError, HTTPClientError) as error:
                raise AmbiguousError(f"{name}: the answer was lost: {error}") from error
            return True

    def _put(self, blob: Blob) -> None:
        with s3errors.told(self._name(blob.key)):
            self._sent(self._patient, blob, {})

    def _sent(self, client: Any, blob: Blob, condition: dict[str, str]) -> None:  # noqa: ANN401  boto3 ships no types
        body, encoding = _encoded(blob, blob.data)
        digest = hashlib.md5(body, usedforsecurity=False).digest()
        answer = client.put_object(
            Bucket=self.bucket,
            Key=self._key(blob.key),
            Body=body,
            ContentType=blob.media_type,
            CacheControl=blob.cache_control,
            ContentMD5=base64.b64encode(digest).decode(),
            **encoding,
            **condition,
        )
        with self._lock:
            self.usage.bytes_written += len(body)
        if condition:
            self._remember(blob.key, blob.data, answer["ETag"])

    def _remember(self, key: str, data: bytes, version: str) -> None:
        """Keep the version of small mutable documents, so that the next swap needs no guess."""
        if key.startswith(("private/refs/", "private/gc/", "public/e/", "public/p/")):
            self._versions[key] = (data, version)

    def _key(self, key: str) -> str:
        return self.prefix + checked(key)

    def _name(self, key: str) -> str:
        return f"s3://{self.bucket}/{self.prefix}{key}"

    def _counted(self, client: Any) -> Any:  # noqa: ANN401  boto3 ships no types
        client.meta.events.register("before-send.s3", self._count)
        client.meta.events.register_last("before-call.s3", _send_at_once)
        return client

    def _count(self, request: Any, **_: object) -> None:  # noqa: ANN401  botocore's prepared request
        with self._lock:
            if request.method == "PUT":
                self.usage.writes += 1
            elif request.method in {"POST", "DELETE"}:
                self.usage.deletes += 1
            elif "list-type=" in request.url:
                self.usage.lists += 1
            else:
                self.usage.reads += 1


def _send_at_once(params: dict[str, Any], **_: object) -> None:
    """Send bodies with their headers: to ask first whether they are wanted is a round trip each."""
    params["headers"].pop("Expect", None)


def connector(
    *, region: str = "", endpoint_url: str = "", profile: str = "", timeout: float = 20
) -> Callable[[int], Any]:
    """Return how to make a client that sends a request at most so many times.

    Credentials come as boto3 users expect: environment, configuration files, container, machine.

    Raises:
        TargetError: The named profile does not exist, or the address is wrong.
    """
    with s3errors.told(endpoint_url or "s3"):
        session = boto3.Session(profile_name=profile or None, region_name=region or None)

    def connect(attempts: int) -> Any:  # noqa: ANN401  boto3 ships no types
        config = Config(
            s3={"addressing_style": "path" if endpoint_url else "auto"},
            retries={"mode": "standard", "total_max_attempts": attempts},
            connect_timeout=5,
            read_timeout=timeout,
            max_pool_connections=2 * THREADS,
            signature_version="s3v4",
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        with s3errors.told(endpoint_url or "s3"):
            return session.client(
                "s3",
                endpoint_url=endpoint_url or None,
                region_name=session.region_name or "us-east-1",
                config=config,
            )

    return connect


def _encoded(blob: Blob, data: bytes) -> tuple[bytes, dict[str, str]]:
    """Return the bytes as they are stored, and the header that says so."""
    if blob.textual and len(data) >= _SMALLEST_COMPRESSED:
        return brotli.compress(data, quality=_BROTLI_QUALITY), {"ContentEncoding": "br"}
    return data, {}
