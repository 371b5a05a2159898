"""Publish at start, after every burst of saves, and when a date in the rules comes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from syndicator.bundle import Packer
from syndicator.cli.session import Session
from syndicator.errors import InvalidInputError, SyndicatorError
from syndicator.pipeline import Memory, propose, release
from syndicator.settings import Settings
from syndicator.sources.watch import watch
from syndicator.workspace import read_workspace


class Watcher:
    """One run of `watch`: remembers what was packed, so that a save costs what it changes."""

    def __init__(self, session: Session, *, strict: bool) -> None:
        self.session, self.strict = session, strict
        self.settings: Settings = session.settings()
        self.memory = Memory(Packer(self.settings.namer))
        self.due: datetime | None = None

    def run(self) -> None:
        """Publish and wait, until interrupted."""
        with watch(self.settings.root) as saves:
            self.publish(())
            self.session.note(f"Watching {self.settings.root}; stop with Ctrl-C.")
            try:
                while True:
                    changed = saves.burst(self._patience())
                    if changed or self._is_due():
                        self.publish(changed)
            except KeyboardInterrupt:
                self.session.note("stopped")

    def publish(self, changed: Iterable[str]) -> None:
        """Publish once; tell what was wrong and leave what is live alone if anything is."""
        for path in sorted(changed):
            self.session.note(f"saved {path}")
        try:
            self.settings = self.session.settings()
            workspace = read_workspace(self.settings)
            proposal = propose(
                workspace, self.session.now(), strict=self.strict, memory=self.memory
            )
            self.due = proposal.next_change
            report = release(workspace, proposal)
            self.memory.learn(proposal, report)
        except InvalidInputError as error:
            self.session.problems(error.problems)
            self.session.note("Nothing was published; what is live stays.")
            self.session.answer_line(
                {"ok": False, "problems": [p.as_json() for p in error.problems]}
            )
        except SyndicatorError as error:
            self.session.note(f"error: {error}")
            self.session.answer_line({"ok": False, "message": str(error)})
        else:
            self.session.note("\n".join((report.summary(), *report.withdrawn.lines())))
            self.session.answer_line({"ok": True, **report.as_json()})

    def _is_due(self) -> bool:
        return self.due is not None and self.session.now() >= self.due

    def _patience(self) -> float | None:
        """Return the seconds until the next date in the rules; None where there is none."""
        if self.due is None:
            return None
        return max(0.0, (self.due - self.session.now()).total_seconds())
