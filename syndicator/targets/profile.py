"""Target profiles: `publish/targets/*.yaml` says where the bytes go."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from syndicator.errors import Origin, Problem
from syndicator.located import Located
from syndicator.targets.directory import DirectoryTarget
from syndicator.targets.port import Target, Usage

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_COMMON = {"kind", "id", "type", "base_url"}
_KEYS = {
    "directory": ({"path"}, _COMMON | {"path"}),
    "s3": (
        {"bucket"},
        _COMMON | {"bucket", "prefix", "region", "endpoint_url", "profile", "exclusive"},
    ),
}


@dataclass(frozen=True, slots=True)
class TargetProfile:
    """One place to publish to; `base_url`, ending in a slash, is where `public/` is served."""

    id: str
    type: str
    origin: Origin
    base_url: str = ""
    path: str = ""
    """Of a directory: relative to the workspace."""
    bucket: str = ""
    prefix: str = ""
    """Of a bucket: put before every key, with a slash at the end."""
    region: str = ""
    endpoint_url: str = ""
    profile: str = ""
    """Name of a profile of the AWS configuration files, for its credentials."""
    exclusive: bool = False
    """Nobody else publishes there, so a store without conditional writes will do."""


def parse_targets(
    documents: Iterable[Located],
) -> tuple[dict[str, TargetProfile], list[Problem]]:
    """Return the target profiles by id, and everything that is wrong with the documents."""
    profiles: dict[str, TargetProfile] = {}
    problems: list[Problem] = []
    for document in documents:
        reader = _Reader(document, problems)
        profile = reader.profile()
        if profile is not None and profile.id in profiles:
            reader.refuse(
                "duplicate-id", "id", "this target exists already", "another id", profile.id
            )
        elif profile is not None:
            profiles[profile.id] = profile
    return profiles, problems


def open_target(profile: TargetProfile, root: Path) -> Target:
    """Open the target of a profile; `root` is the workspace.

    A bucket that was opened before in this process is not probed again, keeps its connections and
    what it knows of small documents; its usage counts anew.

    Raises:
        TargetError: It cannot be reached.
    """
    if profile.type == "directory":
        return DirectoryTarget(root / profile.path)
    target = _bucket(profile)
    target.usage = Usage()
    return target


def forget_buckets() -> None:
    """Forget all that is known of buckets: after a failure, credentials may have been renewed."""
    _bucket.cache_clear()


@lru_cache(maxsize=4)
def _bucket(profile: TargetProfile) -> Target:
    # boto3 takes a third of a second to import: only who publishes to a bucket waits for it.
    from syndicator.targets.s3 import S3Target, connector  # noqa: PLC0415

    connect = connector(
        region=profile.region, endpoint_url=profile.endpoint_url, profile=profile.profile
    )
    return S3Target(connect, profile.bucket, profile.prefix, exclusive=profile.exclusive)


@dataclass(slots=True)
class _Reader:
    """Reads one document and keeps what is wrong with it."""

    document: Located
    problems: list[Problem]

    def profile(self) -> TargetProfile | None:
        """Return the profile, None where it cannot be used."""
        before = len(self.problems)
        data = self.document.data
        if not isinstance(data, dict) or data.get("kind") != "target":
            found = repr(data)[:60]
            self.refuse("wrong-kind", "kind", "this is no target", "kind: target", found)
            return None
        kind = data.get("type")
        if kind not in list(_KEYS):  # a list, for a type can be of any type
            expected = " or ".join(_KEYS)
            self.refuse("unknown-type", "type", "no such type of target", expected, repr(kind))
            return None
        self._keys(data, *_KEYS[kind])
        self._values(data)
        if len(self.problems) > before:
            return None
        fields = {key: value for key, value in data.items() if key != "kind"}
        for key in ("base_url", "prefix"):
            if fields.get(key):
                fields[key] = fields[key].rstrip("/") + "/"
        return TargetProfile(origin=self.document.origin, **fields)

    def refuse(self, code: str, path: str, message: str, expected: str, found: str) -> None:
        """Keep a problem with its place."""
        origin = self.document.at(path)
        self.problems.append(
            Problem(code, message, origin, path=path, expected=expected, found=found)
        )

    def _keys(self, data: dict[str, Any], required: set[str], known: set[str]) -> None:
        for key in sorted(data.keys() - known):
            self.refuse("unknown-key", str(key), "unknown key", ", ".join(sorted(known)), str(key))
        for key in sorted((required | {"id"}) - data.keys()):
            self.refuse("missing-key", key, f"{key} is missing", f"a value for {key}", "nothing")

    def _values(self, data: dict[str, Any]) -> None:
        if not isinstance(data.get("exclusive", False), bool):
            found = repr(data["exclusive"])
            self.refuse(
                "bad-value", "exclusive", "exclusive cannot be used", "true or false", found
            )
        for key, (accepts, expected) in _CHECKS.items():
            value = data.get(key)
            if value is not None and not (isinstance(value, str) and accepts(value)):
                self.refuse("bad-value", key, f"{key} cannot be used", expected, repr(value))


def _address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:  # an IPv6 address that is none
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _inner_path(value: str) -> bool:
    return not value.startswith("/") and ".." not in value.split("/") and "\\" not in value


_CHECKS: dict[str, tuple[Callable[[str], object], str]] = {
    "id": (_ID.fullmatch, "lowercase letters, digits, hyphens"),
    "base_url": (_address, "an http or https address"),
    "path": (_inner_path, "a folder inside the workspace, without .."),
    "bucket": (_BUCKET.fullmatch, "a bucket name of 3 to 63 characters"),
    "prefix": (_inner_path, "a prefix without leading slash and without .."),
    "region": (re.compile(r"[a-z0-9-]+").fullmatch, "a region such as eu-central-1"),
    "endpoint_url": (_address, "an http or https address"),
    "profile": (str.strip, "the name of a profile"),
}
