"""From a workspace to a plan and a release: the command `plan`, and publishing itself."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from syndicator import canonical, unchanged
from syndicator.bundle import keys
from syndicator.cli.session import Instant, Session, spread, standard, strictly
from syndicator.entitlement import warn_of_losses
from syndicator.errors import ConflictError, InvalidInputError, Origin, Problem
from syndicator.pipeline import Proposal, propose, release, remembering
from syndicator.reasons import lines, reasons
from syndicator.rendering.sharing import Run
from syndicator.settings import Settings
from syndicator.workers import workers
from syndicator.workspace import Workspace, read_workspace

LARGE_LOSS = 0.2
"""Share of an assortment whose loss by edited rules a plan warns of."""


@click.command()
@click.option("--at", type=Instant(), help="Decide as if it were this instant.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the plan for `publish --plan`.",
)
@click.option("--markdown", is_flag=True, help="Print the plan as a comment for a change.")
@spread
@strictly
@standard
def plan(
    session: Session,
    at: datetime | None,
    out: Path | None,
    markdown: bool,
    strict: bool,
    executor: str,
) -> None:
    """Show what `publish` would do; nothing is written."""
    run = workers(executor)
    workspace = read_workspace(session.settings())
    proposal = _propose(session, workspace, at or session.now(), run, strict=strict)
    moved = reasons(proposal.target, workspace, proposal.entitlements.at)
    warnings = warn_of_losses(moved, LARGE_LOSS)
    told = {
        **proposal.plan.as_json(),
        "reasons": [change.as_json() for change in moved],
        "warnings": [problem.as_json() for problem in warnings],
        "sharing": _sharing(proposal),
        "next_change": _text(proposal.next_change),
    }
    if out is not None:
        out.write_bytes(canonical.encode({**told, "at": proposal.entitlements.at.isoformat()}))
    session.answer(told)
    if not session.as_json:
        session.say(proposal.plan.markdown() if markdown else proposal.plan.summary())
        for line in lines(moved):
            session.say(line)
        sharing = _sharing(proposal)
        session.say(f"{sharing['partners']} partners share {sharing['editions']} editions")
        session.problems(warnings)
        _foretell(session, proposal)


def _sharing(proposal: Proposal) -> dict[str, int]:
    entitlements = proposal.entitlements
    return {"partners": len(entitlements.partners), "editions": len(entitlements.editions)}


def publish_now(
    session: Session,
    settings: Settings,
    files: str | None,
    reviewed: Path | None,
    *,
    strict: bool,
    executor: str,
) -> None:
    """Publish and tell; `files` is the survey from before anything was read."""
    run = workers(executor)
    workspace = read_workspace(settings)
    kept = _kept(reviewed) if reviewed else None
    now = datetime.fromisoformat(kept["at"]) if kept else session.now()
    proposal = _propose(session, workspace, now, run, strict=strict)
    if kept and proposal.plan.fingerprint != kept["fingerprint"]:
        raise ConflictError("the reviewed plan", kept["fingerprint"], proposal.plan.fingerprint)
    unchanged.refuse_restored(settings, proposal.live.ref if proposal.live else None)
    report = release(workspace, proposal, reviewed=kept is not None)
    facts = _facts(workspace, proposal)
    if not kept:
        unchanged.remember(
            settings,
            files,
            proposal.target,
            proposal.build.inputs,
            report.generation,
            proposal.next_change,
            facts,
        )
    session.answer({**report.as_json(), **facts})
    if not session.as_json:
        session.size(facts)
        session.say(report.summary())
        for line in report.losses():
            session.say(line)
        if report.feed_warnings:
            session.note(
                f"{report.feed_warnings} warnings about feeds; "
                "`syndicator feed PARTNER CHANNEL` tells them"
            )
        _foretell(session, proposal)


def _propose(
    session: Session, workspace: Workspace, now: datetime, run: Run, *, strict: bool
) -> Proposal:
    memory = remembering(workspace.settings, run)
    with session.progress() as progress:
        proposal = propose(workspace, now, strict=strict, memory=memory, progress=progress)
    if workspace.problems:
        session.note(f"{len(workspace.problems)} warnings; `syndicator check` lists them")
    return proposal


def _facts(workspace: Workspace, proposal: Proposal) -> dict[str, Any]:
    """Tell what a release is made of, and the handles that stand in partners' tags."""
    entitlements, namer = proposal.entitlements, workspace.settings.namer
    return {
        "products": len(workspace.catalog.products),
        "editions": len(entitlements.editions),
        "partners": len(entitlements.partners),
        "warnings": len(workspace.problems),
        "next_change": _text(proposal.next_change),
        "partner_keys": {
            partner: keys.partner_handle(namer, partner) for partner in entitlements.partners
        },
    }


def _foretell(session: Session, proposal: Proposal) -> None:
    if proposal.next_change:
        session.note(f"The next change by itself is due {_text(proposal.next_change)}.")


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat().replace("+00:00", "Z") if instant else None


def _kept(path: Path) -> dict[str, Any]:
    """Read a plan that `plan --out` kept.

    Raises:
        InvalidInputError: The file is no plan.
    """
    try:
        kept = canonical.decode(path.read_bytes())
        if isinstance(kept, dict) and {"fingerprint", "at"} <= kept.keys():
            return kept
    except ValueError:
        pass
    problem = Problem(
        code="not-a-plan",
        message="the file is not a plan",
        origin=Origin(str(path)),
        expected="what `syndicator plan --out FILE` wrote",
        found="something else",
    )
    raise InvalidInputError([problem])
