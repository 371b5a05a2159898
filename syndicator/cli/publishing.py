"""The command `publish`: what one without a change does not need is imported when there is one."""

from __future__ import annotations

from pathlib import Path

import click

from syndicator import unchanged
from syndicator.cli.session import Session, spread, standard, strictly
from syndicator.settings import Settings
from syndicator.targets.port import Usage
from syndicator.targets.report import Report


@click.command()
@click.option(
    "--plan",
    "reviewed",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Publish exactly the plan kept in this file, or nothing.",
)
@spread
@strictly
@standard
def publish(session: Session, reviewed: Path | None, strict: bool, executor: str) -> None:
    """Make the workspace live: objects first, heads last; a second run writes nothing."""
    settings = session.settings()
    if not reviewed and _is_published(session, settings):
        return
    from syndicator.cli.proposing import publish_now  # noqa: PLC0415  slow to import

    profile = unchanged.read_target(settings)
    files = unchanged.survey(settings, profile) if profile else None
    publish_now(session, settings, files, reviewed, strict=strict, executor=executor)


def _is_published(session: Session, settings: Settings) -> bool:
    """Say that nothing is to be done, if that is known without building anything."""
    known = unchanged.recall(settings, session.now())
    if known is None:
        return False
    memory, generation = known
    report = Report(generation=generation, usage=Usage(reads=1))
    session.answer({**report.as_json(), **memory.facts})
    if not session.as_json:
        session.size(memory.facts)
        session.say(report.summary())
    return True
