"""What the answers of an S3 store mean, and how to tell a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)

from syndicator.errors import TargetError

UNSENT = (ConnectTimeoutError, EndpointConnectionError)
"""Failures before anything was sent: nothing can have happened."""

_ADVICE = {
    "ExpiredToken": "the credentials have expired; renew them",
    "ExpiredTokenException": "the credentials have expired; renew them",
    "InvalidAccessKeyId": "the store does not know this access key",
    "SignatureDoesNotMatch": "the secret key is wrong",
    "AccessDenied": "the credentials may not do this; publishing needs Get, Put, Delete and List",
    "NoSuchBucket": "the bucket does not exist; make it first",
    "RequestTimeTooSkewed": "this machine's clock is wrong; set it",
    "SlowDown": "the store asks to slow down; try again later",
}


class Verdict(Enum):
    """What a refusal of a conditional write means."""

    UNMET = auto()
    """The condition did not hold."""
    AGAIN = auto()
    """Nothing happened; send it again."""
    AMBIGUOUS = auto()
    """It may or may not have happened."""
    REFUSED = auto()
    """A person has to mend something."""


def code(error: ClientError) -> str:
    """Return the error code of an answer."""
    return str(error.response.get("Error", {}).get("Code", ""))


def verdict(error: ClientError) -> Verdict:
    """Judge the answer to a conditional write."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status == 412 or code(error) == "NoSuchKey":  # noqa: PLR2004  HTTP status
        return Verdict.UNMET
    if status in {409, 429, 503} and code(error) != "BucketAlreadyExists":
        return Verdict.AGAIN
    return Verdict.AMBIGUOUS if status >= 500 else Verdict.REFUSED  # noqa: PLR2004  HTTP status


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turn a failure of boto3 into one sentence with the place, the cause and what to do."""
    try:
        yield
    except ClientError as error:
        found = code(error)
        text = _ADVICE.get(found) or error.response.get("Error", {}).get("Message") or str(error)
        raise TargetError(f"{name}: {found}: {text}") from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise TargetError(
            f"{name}: no credentials found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "or name a `profile` in the target profile"
        ) from error
    except ProfileNotFound as error:
        raise TargetError(f"{name}: {error}") from error
    except BotoCoreError as error:
        raise TargetError(f"{name}: cannot reach the store: {error}") from error
