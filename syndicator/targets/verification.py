"""Verify what is stored, and repair it from the workspace."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, runtime_checkable

from syndicator.bundle import Build, Release, Signer, diff, keys, signed_by
from syndicator.bundle.audit import Audit, Finding, Look
from syndicator.bundle.reach import reachable
from syndicator.bundle.release import media_bytes, media_reference
from syndicator.canonical import Namer
from syndicator.errors import VerificationError
from syndicator.targets.apply import Asset, commit_anew
from syndicator.targets.delivery import Delivery, Feeds
from syndicator.targets.history import release_keys
from syndicator.targets.parallel import ahead
from syndicator.targets.port import Target, blob
from syndicator.targets.reading import fetch_all, fetcher, parallel, parsed_release, read_live
from syndicator.targets.reference import LIVE, Ref
from syndicator.targets.report import Report

_REWRITTEN = {"missing", "damaged", "unsigned", "stale"}
"""Kinds of findings that writing the right bytes again mends."""


@runtime_checkable
class Mirrored(Protocol):
    """A target that keeps second forms of what it stores, which can be damaged on their own."""

    def mirrored(self, key: str, data: bytes) -> bool:
        """Tell whether every stored form of `key` decodes to `data`."""
        ...


@dataclass(slots=True)
class Verification:
    """The outcome: how much was looked at, and what is not as published."""

    generation: int = 0
    checked: int = 0
    findings: list[Finding] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    """Keys that were written again."""
    republished: bool = False
    """Whether the repair needed a new release."""

    @property
    def good(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def as_json(self) -> dict[str, object]:
        """Return plain data for `--json`."""
        return {
            "generation": self.generation,
            "checked": self.checked,
            "good": self.good,
            "findings": [finding.as_json() for finding in self.findings],
            "repaired": self.repaired,
            "republished": self.republished,
        }

    def summary(self) -> str:
        """Return lines for a person."""
        head = f"Release {self.generation}: {self.checked} objects checked, "
        lines = [f"{head}{len(self.findings)} findings", *map(str, self.findings)]
        if self.repaired:
            lines.append(f"repaired: {len(self.repaired)} keys written again")
        if self.republished:
            lines.append("repaired: everything was published anew")
        return "\n".join(lines)


def verify(
    target: Target,
    namer: Namer,
    assortments: Mapping[str, Collection[str]] | None = None,
) -> Verification:
    """Look at everything that the live release and the kept ones before it lead to. Reads only.

    `assortments` tells which SKUs each edition may show (edition id to SKUs), where the workspace
    still says the same as the live release. Cost: reads every object of these releases once.

    Raises:
        TargetError: The target cannot be read.
    """
    data = target.read(LIVE)
    if data is None:
        return Verification()
    outcome = Verification(checked=1)
    try:
        ref = Ref.parse(data)
        outcome.generation = ref.generation
        release = _release(target, ref, namer)
    except VerificationError as error:
        outcome.findings.append(Finding("damaged", LIVE, str(error)))
        return outcome
    audit = Audit(_looker(target), namer)
    audit.release(release, assortments, delivered=ref.delivered >= ref.generation)
    present = [entry.key for zone in ("public/e/", "public/p/") for entry in target.list(zone)]
    audit.strays(release, present)
    for key, older, wrong in _past(target, release, namer):
        outcome.checked += 1
        if older is not None:
            audit.history(older)
        else:
            outcome.findings.append(Finding("history", key, wrong))
    outcome.checked += audit.checked
    outcome.findings += audit.findings.values()
    return outcome


def repair(
    target: Target,
    found: Verification,
    build: Build,
    *,
    now: datetime,
    nonce: str,
    asset: Asset,
    clock: Callable[[], float],
    feeds: Feeds | None = None,
) -> Report:
    """Mend what `found` names from the workspace's build, the source of truth.

    Objects that the build holds are written again. If the release itself is damaged, or shows what
    the workspace no longer holds, everything is published anew under a newer generation. Older
    releases that cannot come back are forgotten.

    Raises:
        TargetError: The target cannot be written.
    """
    report = Report(generation=found.generation, usage=target.usage)
    known = _known(target, build)
    strays = [finding.key for finding in found.findings if finding.kind == "stray"]
    past = {finding.key for finding in found.findings if finding.kind == "history"}
    wrong = [one for one in found.findings if one.kind not in {"stray", "history"}]
    if past:
        strays += _forget(target, past, build.namer)
    if all(finding.kind in _REWRITTEN and known(finding.key, asset) for finding in wrong):
        target.write(blob(finding.key, known(finding.key, asset) or b"") for finding in wrong)
        target.delete(strays)
        found.repaired = [*(finding.key for finding in wrong), *strays]
        report.objects = len(wrong)
        return report
    plan = replace(diff(None, build, fetcher(target)), generation=_next_generation(target, found))
    delivery = Delivery(target, build.namer, clock, feeds)
    commit_anew(delivery, build, plan, now=now, nonce=nonce, asset=asset, report=report)
    # Publishing trusts files that hold the right bytes; their compressed forms may not.
    harmed = [finding.key for finding in wrong if finding.key in build.objects]
    target.write(blob(key, build.objects[key].make()) for key in harmed)
    _remove_strays(target, build)
    found.republished = True
    return report


def _past(target: Target, live: Release, namer: Namer) -> Iterator[tuple[str, Release | None, str]]:
    """Yield the kept releases before `live` with their keys, or what is wrong with one."""
    key, known = live.parent, dict[str, bytes]()
    while key and (data := target.read(key)) is not None:
        if keys.release(namer, keys.release_generation(key) or 0, data) != key:
            yield key, None, "the release is damaged; it and those before cannot come back"
            return
        try:
            release = parsed_release(target, key, data, known)
        except VerificationError as error:
            yield key, None, str(error)
            return
        yield key, release, ""
        key = release.parent


def _forget(target: Target, damaged: set[str], namer: Namer) -> list[str]:
    """Return the keys of the older releases that cannot come back, and all before them."""
    live = read_live(target)
    for key, release, _ in _past(target, live.release, namer) if live else ():
        if release is None or damaged & _needed(target, release):
            generation = keys.release_generation(key) or 0
            return [
                old
                for old in release_keys(target)
                if (keys.release_generation(old) or 0) <= generation
            ]
    return []


def _needed(target: Target, release: Release) -> set[str]:
    """Return what a release leads to, as far as it can be followed."""
    found: set[str] = set()
    fetch = fetch_all(target)

    def fetch_and_note(wanted: Mapping[str, str]) -> Iterator[bytes]:
        found.update(wanted)
        return fetch(wanted)

    try:
        return reachable([release], fetch_and_note) | found
    except VerificationError:
        return found


def _known(target: Target, build: Build) -> Callable[[str, Asset], bytes | None]:
    """Return how to make the bytes that belong under a key, None where nobody knows them."""
    mutable = _mutable(target, build.namer)
    media: dict[str, bytes] = {}
    shown: set[str] = set()
    for edition in build.editions.values():
        shown |= edition.media
        if (reference := media_reference(edition.media, build.namer)) is not None:
            media[keys.private_object(reference[0])] = media_bytes(edition.media)

    def known(key: str, asset: Asset) -> bytes | None:
        if (piece := build.objects.get(key)) is not None:
            return piece.make()
        if key in shown or key in build.files:
            return asset(key)
        if (source := build.aliases.get(key)) is not None:
            return asset(source)
        return mutable.get(key) or media.get(key)

    return known


def _mutable(target: Target, namer: Namer) -> dict[str, bytes]:
    """Return heads and entries as the live release tells them; nothing where it is damaged."""
    signer = Signer(namer)
    try:
        live = read_live(target)
    except VerificationError:
        return {}
    if live is None:
        return {}
    found = {
        record.head_key: record.head_bytes(signer) for record in live.release.editions.values()
    }
    for partner, record in live.release.partners.items():
        found[keys.entry(namer, partner)] = record.entry_bytes(namer, signer)
    return found


def _release(target: Target, ref: Ref, namer: Namer) -> Release:
    data = fetcher(target)(ref.release, ref.integrity)
    if not signed_by(data, Signer(namer).public_key):
        raise VerificationError(f"{ref.release}: its signature is not this workspace's")
    return parsed_release(target, ref.release, data, {})


def _looker(target: Target) -> Look:
    """Return how to look at many keys in all the forms in which they are served."""

    def look(key: str) -> bytes | None:
        data = target.read(key)
        if data is not None and isinstance(target, Mirrored) and not target.mirrored(key, data):
            return b"(its compressed neighbour holds something else)"
        return data

    return lambda wanted: ahead(look, wanted, parallel(target))


def _next_generation(target: Target, found: Verification) -> int:
    """Return a generation above every one that was ever used here."""
    stored = [keys.release_generation(key) or 0 for key in release_keys(target)]
    return max([found.generation, *stored]) + 1


def _remove_strays(target: Target, build: Build) -> None:
    """Delete heads and entries of whom the build no longer knows."""
    known = {keys.head(build.namer, edition) for edition in build.editions}
    known |= {keys.entry(build.namer, partner) for partner in build.partners}
    present = [entry.key for zone in ("public/e/", "public/p/") for entry in target.list(zone)]
    target.delete(key for key in present if key not in known)
