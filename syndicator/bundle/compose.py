"""Compose the next release: decide every byte that a publish writes after its objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from syndicator.bundle import keys
from syndicator.bundle.content import PartnerEntry
from syndicator.bundle.pack import Build
from syndicator.bundle.plan import Delta, EditionPlan, Plan
from syndicator.bundle.release import (
    CHANGES_KEPT,
    Alias,
    Changes,
    EditionRecord,
    PartnerRecord,
    Release,
    media_reference,
)

AFTERLIFE = 8
"""Releases during which what was retired is deleted again at each delivery."""


def compose(
    previous: Release | None, build: Build, plan: Plan, *, now: datetime, nonce: str, delivered: int
) -> Release:
    """Return the release that follows `previous` when `plan` is applied.

    Editions that stay the same keep their record. `nonce` tells this attempt from every other;
    `delivered` is the release up to which every head is known to be delivered.
    """
    at = now.astimezone(UTC).isoformat().replace("+00:00", "Z")
    before: Mapping[str, EditionRecord] = previous.editions if previous else {}
    editions = {
        step.edition: _record(step, build, before, plan.generation, at)
        for step in plan.editions
        if step.status != "gone"
    }
    return Release(
        generation=plan.generation,
        parent=plan.parent,
        created=at,
        inputs=build.inputs,
        nonce=nonce,
        editions=editions,
        partners=_partners(previous, build, plan.generation),
        files=build.files,
        aliases=_aliases(previous, build, plan.generation),
        retired=dict(sorted(_retired(previous, build, plan.generation, delivered))),
    )


def _record(
    step: EditionPlan, build: Build, before: Mapping[str, EditionRecord], generation: int, at: str
) -> EditionRecord:
    old = before.get(step.edition)
    if step.status == "same" and old is not None:
        return old
    packed = build.editions[step.edition]
    base = before.get(step.base) if step.base else None
    fresh = Changes(at=at, generation=generation, **_listed(step.delta))
    flips = old is None or step.flips
    return EditionRecord(
        edition=step.edition,
        generation=generation if old is None or flips else old.generation,
        locale=packed.edition.locale,
        partners=packed.edition.partners,
        head=packed.head,
        price_list=packed.edition.price_list,
        media=media_reference(packed.media, build.namer),
        changes=tuple(_newest((fresh, *(base.changes if base else ())))),
    )


def _listed(delta: Delta) -> dict[str, tuple[str, ...]]:
    return {kind: getattr(delta, kind) for kind in ("gained", "changed", "lost")}


def _newest(changes: Iterable[Changes]) -> Iterator[Changes]:
    """Yield the changes of releases as long as there is room for their products."""
    room = CHANGES_KEPT
    for one in changes:
        if kept := one.first(room):
            yield kept
        room -= len(kept)


def _partners(previous: Release | None, build: Build, generation: int) -> dict[str, PartnerRecord]:
    before: Mapping[str, PartnerRecord] = previous.partners if previous else {}
    return {
        partner: _partner(entry, before.get(partner), generation)
        for partner, entry in sorted(build.partners.items())
    }


def _partner(entry: PartnerEntry, old: PartnerRecord | None, generation: int) -> PartnerRecord:
    shown = old and (old.brand, old.default, old.editions) == (
        entry.brand,
        entry.default,
        dict(entry.editions),
    )
    fed = old and old.feeds == entry.feeds
    return PartnerRecord(
        brand=entry.brand,
        default=entry.default,
        editions=dict(entry.editions),
        generation=old.generation if old and shown else generation,
        feeds=entry.feeds,
        feeds_generation=old.feeds_generation if old and fed else generation,
    )


def _aliases(previous: Release | None, build: Build, generation: int) -> dict[str, Alias]:
    before: Mapping[str, Alias] = previous.aliases if previous else {}
    aliases = {}
    for key, source in sorted(build.aliases.items()):
        old = before.get(key)
        aliases[key] = (
            old if old and old.source == source else Alias(source=source, generation=generation)
        )
    return aliases


def _retired(
    previous: Release | None, build: Build, generation: int, delivered: int
) -> Iterator[tuple[str, int]]:
    """Yield the mutable keys that must disappear, by this release or one before.

    That is one which may not be delivered, or one of the last few: somebody who was about to
    write such a key when it ended may have done so late.
    """
    if previous is None:
        return
    namer = build.namer
    here = {keys.head(namer, edition) for edition in build.editions}
    here |= {keys.entry(namer, partner) for partner in build.partners} | build.aliases.keys()
    there = {record.head_key: generation for record in previous.editions.values()}
    there |= {keys.entry(namer, partner): generation for partner in previous.partners}
    there |= dict.fromkeys(previous.aliases, generation)
    oldest = min(delivered, generation - AFTERLIFE)
    there |= {key: since for key, since in previous.retired.items() if since > oldest}
    yield from ((key, since) for key, since in there.items() if key not in here)
