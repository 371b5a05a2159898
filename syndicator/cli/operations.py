"""Commands for the one who operates: `releases`, `diff`, `rollback`, `verify` and `gc`."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import click

from syndicator import unchanged
from syndicator.bundle import diff as compare
from syndicator.bundle.restore import build_of
from syndicator.cli.session import Session, standard
from syndicator.entitlement import resolve
from syndicator.errors import TargetError, UsageError, VerificationError
from syndicator.pipeline import asset_reader, build, feeds_of, stock
from syndicator.targets import (
    Live,
    Retention,
    Target,
    Verification,
    find_release,
    open_target,
    plan_rollback,
    read_live,
    roll_back,
    survey,
)
from syndicator.targets import gc as collect
from syndicator.targets import releases as list_releases
from syndicator.targets import repair as mend
from syndicator.targets import verify as inspect
from syndicator.targets.comparing import differences
from syndicator.workspace import Workspace, read_workspace, sound


@click.command()
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@standard
def releases(session: Session, limit: int) -> None:
    """List the releases that can be shown again, newest first."""
    _, target = _open(session)
    found = list_releases(target, limit)
    session.answer({"releases": [release.as_json() for release in found]})
    if not session.as_json:
        for release in found:
            mark = "live" if release.live else ""
            session.say(f"{release.generation:>6}  {release.created}  {mark}")


@click.command()
@click.argument("old", type=int, required=False)
@click.argument("new", type=int, required=False)
@standard
def diff(session: Session, old: int | None, new: int | None) -> None:
    """Show what changed from release OLD to NEW; without both, by the live release."""
    workspace, target = _open(session)
    live = _live(target)
    later = live.release if new is None else find_release(target, new, live.release)
    before = old if old is not None else later.generation - 1
    if before < 1:
        raise UsageError(f"release {later.generation} is the first; there is nothing before it")
    earlier = find_release(target, before, live.release)
    fetch = differences(target, earlier, later)
    plan = compare(earlier, build_of(later, earlier, fetch, workspace.settings.namer), fetch)
    session.answer({**plan.as_json(), "old": earlier.generation, "new": later.generation})
    if not session.as_json:
        session.say(f"From release {earlier.generation} to release {later.generation}")
        session.say("\n".join(plan.summary().splitlines()[1:]) or "no difference")


@click.command()
@click.argument("generation", type=int)
@standard
def rollback(session: Session, generation: int) -> None:
    """Show again what release GENERATION showed, as a new release."""
    workspace, target = _open(session)
    way = plan_rollback(target, workspace.settings.namer, generation)
    now = session.now()
    feeds = feeds_of(workspace, target, way.build, now)
    report = roll_back(target, way, now=now, nonce=secrets.token_hex(16), feeds=feeds)
    session.answer({**report.as_json(), "restored": generation})
    if not session.as_json:
        session.say(way.plan.summary())
        session.say(report.summary())


@click.command()
@click.option("--repair", is_flag=True, help="Mend what is found from the workspace.")
@standard
def verify(session: Session, repair: bool) -> None:
    """Check every hash, signature and assortment of what is live; exit 6 if anything is wrong."""
    workspace, target = _open(session)
    now = session.now()
    found = inspect(target, workspace.settings.namer, _promised(workspace, target))
    if repair and not found.good:
        shelf = stock(workspace)
        made = build(workspace, shelf, resolve(workspace.catalog, workspace.manifests, now))
        mend(
            target,
            found,
            made,
            now=now,
            nonce=secrets.token_hex(16),
            asset=asset_reader(workspace, shelf),
            clock=time.monotonic,
            feeds=feeds_of(workspace, target, made, now),
        )
    session.answer(found.as_json())
    if not session.as_json:
        session.say(found.summary())
    if found.good or _mended(found):
        unchanged.forget(workspace.settings)
    else:
        raise click.exceptions.Exit(VerificationError.exit_code)


def _mended(found: Verification) -> bool:
    return bool(found.repaired) or found.republished


def _promised(workspace: Workspace, target: Target) -> dict[str, Sequence[str]] | None:
    """Return the assortments that must be live, None where the workspace was edited since."""
    try:
        live = read_live(target)
    except VerificationError:
        return None
    if live is None:
        return None
    created = datetime.fromisoformat(live.release.created)
    then = resolve(workspace.catalog, workspace.manifests, created)
    if build(workspace, stock(workspace), then).inputs != live.ref.inputs:
        return None
    return {key: edition.skus for key, edition in then.editions.items()}


@click.command()
@click.option("--keep", type=click.IntRange(1), default=10, show_default=True, metavar="N")
@click.option("--days", type=click.IntRange(0), default=30, show_default=True)
@click.option("--grace-hours", type=click.FloatRange(0), default=24.0, show_default=True)
@click.option("--dry-run", is_flag=True, help="Only tell what would be deleted.")
@standard
def gc(session: Session, keep: int, days: int, grace_hours: float, dry_run: bool) -> None:
    """Delete what no kept release leads to: mark it now, delete it after the grace period.

    The newest N releases and those of the last DAYS days are kept. The grace period must be longer
    than the longest publish.
    """
    workspace, target = _open(session)
    grace = timedelta(hours=grace_hours)
    retention = Retention(count=keep, age=timedelta(days=days), grace=grace)
    namer = workspace.settings.namer
    garbage = survey(target, namer, now=session.now(), retention=retention)
    if not session.as_json:
        session.say(garbage.summary())
    deleted = 0 if dry_run else collect(target, garbage, secrets.token_hex(16))
    session.answer({**garbage.as_json(), "deleted": deleted, "dry_run": dry_run})
    if not session.as_json:
        session.say(f"{deleted} keys deleted")


def _open(session: Session) -> tuple[Workspace, Target]:
    workspace = sound(read_workspace(session.settings()))
    return workspace, open_target(workspace.target, workspace.settings.root)


def _live(target: Target) -> Live:
    live = read_live(target)
    if live is None:
        raise TargetError("nothing was published yet; run `syndicator publish` first")
    return live
