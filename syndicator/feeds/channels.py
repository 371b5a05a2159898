"""Channel profiles: from parsed YAML documents to values, with every problem named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from string import Formatter
from typing import Any, Literal

from syndicator.errors import Problem
from syndicator.feeds.model import Channel, FeedFormat
from syndicator.located import Located

PLACEHOLDERS = ("sku", "gtin", "mpn")
"""What a link template may name."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LINK = re.compile(r"https?://[^\s\x00-\x20\"<>\\^`]+")
_KEYS = {"kind", "id", "format", "partners", "locale", "link"}
_NEEDS_LINK = (FeedFormat.GOOGLE, FeedFormat.GOOGLE_TSV, FeedFormat.OPENAI)


def parse_channels(documents: Iterable[Located]) -> tuple[tuple[Channel, ...], list[Problem]]:
    """Return the channels of `publish/channels/` sorted by id, and what is wrong with the rest.

    A document with an error gives no channel; the others go on. Whether a partner exists is for
    the caller to say, who knows the manifests.
    """
    channels: dict[str, Channel] = {}
    problems: list[Problem] = []
    for document in documents:
        found = list(_check(document))
        problems += found
        if found:
            continue
        channel = _channel(document)
        if first := channels.get(channel.id):
            problems.append(
                Problem(
                    "duplicate-id",
                    f"the channel {channel.id} is described twice",
                    document.at("id"),
                    path="id",
                    found=f"also in {first.origin}",
                    fix="Give one of them another id.",
                )
            )
        else:
            channels[channel.id] = channel
    return tuple(channels[key] for key in sorted(channels)), problems


def _channel(document: Located) -> Channel:
    """Build the channel of a document that `_check` found nothing wrong with."""
    data = document.data
    partners: tuple[str, ...] | Literal["all"] = (
        "all" if data["partners"] == "all" else tuple(dict.fromkeys(data["partners"]))
    )
    return Channel(
        id=data["id"],
        format=FeedFormat(data["format"]),
        partners=partners,
        origin=document.at("id"),
        locale=data.get("locale", ""),
        link=data.get("link", ""),
    )


def _check(document: Located) -> Iterator[Problem]:
    """Yield everything that is wrong with one document."""
    data = document.data
    if not isinstance(data, dict):
        yield Problem(
            "wrong-type",
            "a channel is a mapping",
            document.origin,
            expected="a mapping with kind, id, format and partners",
            found=type(data).__name__,
        )
        return
    if data.get("kind") != "channel":
        yield _wrong(document, "kind", "channel", "not a channel profile")
    for key in sorted(set(map(str, data)) - _KEYS):
        yield Problem(
            "unknown-key",
            f"a channel has no {key}",
            document.at(key),
            path=key,
            expected=", ".join(sorted(_KEYS)),
            found=key,
        )
    yield from _check_values(document, data)


def _check_values(document: Located, data: dict[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the values of the known keys."""
    if not _matches(_ID, data.get("id")):
        yield _wrong(document, "id", "lowercase letters, digits and hyphens", "no usable id")
    if data.get("format") not in list(FeedFormat):
        yield _wrong(document, "format", ", ".join(FeedFormat), "no such feed format")
    if not _are_partners(data.get("partners")):
        yield _wrong(document, "partners", "a list of partner ids, or all", "no partners")
    if "locale" in data and not _matches(_LOCALE, data["locale"]):
        yield _wrong(document, "locale", "a BCP 47 locale such as de", "not a locale")
    if "link" in data:
        yield from _check_link(document, data["link"])
    elif data.get("format") in _NEEDS_LINK:
        yield _wrong(
            document, "link", "the address of a product at the partner", "this format needs a link"
        )


def _check_link(document: Located, link: object) -> Iterator[Problem]:
    """Yield what is wrong with a link template."""
    if not isinstance(link, str) or not _LINK.fullmatch(link):
        yield _wrong(document, "link", "an http or https address", "not an address")
        return
    try:
        fields = list(Formatter().parse(link))
    except ValueError:
        yield _wrong(document, "link", "balanced braces", "not a template")
        return
    for _, name, form, conversion in fields:
        if name is not None and (name not in PLACEHOLDERS or form or conversion):
            yield _wrong(
                document,
                "link",
                " ".join(f"{{{known}}}" for known in PLACEHOLDERS),
                f"{{{name}}} is not a placeholder",
            )


def _are_partners(value: object) -> bool:
    """Tell whether `value` is `all` or a list of partner ids with something in it."""
    if value == "all":
        return True
    return isinstance(value, list) and bool(value) and all(_matches(_ID, item) for item in value)


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    """Tell whether `value` is text that the pattern covers."""
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _wrong(document: Located, path: str, expected: str, message: str) -> Problem:
    """Return the problem of a value that is absent or not what it must be."""
    present = path in document.data
    return Problem(
        "invalid-value" if present else "missing-key",
        message,
        document.at(path),
        path=path,
        expected=expected,
        found=repr(document.data[path]) if present else "nothing",
    )
