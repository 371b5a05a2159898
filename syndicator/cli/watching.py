"""The command `watch`: publish at start, after every save, and when a date in the rules comes.

Sources over HTTP are asked from time to time. What fails is told and tried again, after a pause
that doubles; what is live stays.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from syndicator.cli.metrics import Address, Metrics
from syndicator.cli.session import Session, standard, strictly
from syndicator.cli.supervised import notify, stopping
from syndicator.errors import InvalidInputError, SyndicatorError
from syndicator.pipeline import propose, release, remembering
from syndicator.settings import Settings
from syndicator.sources.places import asks_databases
from syndicator.sources.polling import poll
from syndicator.sources.watch import Watch
from syndicator.sources.watch import watch as watched
from syndicator.targets import DeliveryError, Live, Report, forget_buckets
from syndicator.workers import workers
from syndicator.workspace import Workspace, read_workspace

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
"""Seconds before a failed run is tried again: the first time, and at most."""
_LOOK = 60.0
"""Seconds after which the clock is looked at again: it may have been set, the machine asleep."""


@click.command()
@click.option(
    "--poll",
    "interval",
    type=click.FloatRange(1),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="How often sources over HTTP are asked whether they changed.",
)
@click.option("--metrics", type=Address(), help="Serve Prometheus metrics on this address.")
@strictly
@standard
def watch(session: Session, interval: float, metrics: tuple[str, int] | None, strict: bool) -> None:
    """Publish now and after every change, until stopped; an invalid save changes nothing."""
    Watcher(session, strict=strict, interval=interval).run(metrics)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a run begins: `start`, `save`, `due`, `poll` or `retry`."""

    word: str
    changed: tuple[str, ...] = ()
    at: float | None = None
    """When the change was seen, on `time.monotonic`."""


class Timers:
    """When to look again without a save; seconds on `time.monotonic` but for the due date."""

    def __init__(self, interval: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.interval, self.clock = interval, clock
        self.due: datetime | None = None
        self.retry: float | None = None
        self.pause = FIRST_PAUSE
        self.poll = clock() + interval

    def succeeded(self, due: datetime | None) -> None:
        """Wait for the next date in the rules."""
        self.due, self.retry, self.pause = due, None, FIRST_PAUSE

    def refused(self) -> None:
        """Wait for another save: trying the same again would refuse it again."""
        self.due, self.retry, self.pause = None, None, FIRST_PAUSE

    def failed(self) -> float:
        """Try again after a pause; return its seconds."""
        pause, self.pause = self.pause, min(2 * self.pause, LONGEST_PAUSE)
        self.due, self.retry = None, self.clock() + pause
        return pause

    def patience(self, now: datetime) -> float:
        """Return the seconds until something has to be looked at."""
        waits = [_LOOK, self.poll - self.clock()]
        if self.retry is not None:
            waits.append(self.retry - self.clock())
        if self.due is not None:
            waits.append((self.due - now).total_seconds())
        return max(0.0, min(waits))

    def ripe(self, now: datetime) -> str:
        """Return which timer has run out: `due`, `retry`, `poll`, or nothing."""
        if self.due is not None and now >= self.due:
            return "due"
        if self.retry is not None and self.clock() >= self.retry:
            return "retry"
        if self.clock() >= self.poll:
            self.poll = self.clock() + self.interval
            return "poll"
        return ""


class Watcher:
    """One run of `watch`: remembers what was packed, so that a save costs what it changes."""

    def __init__(self, session: Session, *, strict: bool, interval: float) -> None:
        self.session, self.strict = session, strict
        self.settings: Settings = session.settings()
        self.memory = remembering(self.settings, workers())
        self.timers, self.metrics = Timers(interval), Metrics()

    def run(self, address: tuple[str, int] | None) -> None:
        """Publish and wait, until asked to stop; what is under way then is finished.

        Raises:
            UsageError: The address for metrics cannot be listened on.
        """
        root = self.settings.root
        with (
            watched(root, others=_elsewhere(self.settings)) as saves,
            stopping(saves.stop),
            self.metrics.served(address),
        ):
            notify("READY=1")
            self.session.note(f"Watching {root}; stop with Ctrl-C.")
            self.publish(saves, Cause("start"))
            while (cause := self.next_cause(saves)) is not None:
                self.publish(saves, cause)
            notify("STOPPING=1")
            self.tell("stopped", "stopped", ok=True)

    def next_cause(self, saves: Watch) -> Cause | None:
        """Wait until there is something to do; None when asked to stop."""
        while not saves.stopped:
            if changed := saves.burst(self.timers.patience(self.session.now())):
                return Cause("save", tuple(sorted(changed)), saves.since)
            word = self.timers.ripe(self.session.now())
            if word == "poll":
                if changed := self.poll():
                    return Cause("poll", tuple(sorted(changed)), self.timers.clock())
            elif word:
                return Cause(word)
        return None

    def poll(self) -> frozenset[str]:
        """Ask what nobody saves here; return what has something new, or cannot tell."""
        settings = self.settings
        changed, problems = poll(settings.root, settings.sources, settings.environment)
        if problems:
            self.session.problems(problems)
            told = [problem.as_json() for problem in problems]
            self.tell("polled", "a source could not be asked", ok=False, problems=told)
        databases = {"databases of partners"} if asks_databases(settings.root) else frozenset()
        return changed | databases

    def publish(self, saves: Watch, cause: Cause) -> None:
        """Publish once; tell what was wrong and leave what is live alone if anything is."""
        for path in cause.changed:
            self.session.note(f"changed: {path}")
        about: dict[str, Any] = {"cause": cause.word, "changed": list(cause.changed)}
        try:
            report = self.attempt(saves, cause)
        except InvalidInputError as error:
            self.timers.refused()
            self.metrics.broke("refused")
            self.session.problems(error.problems)
            told = [problem.as_json() for problem in error.problems]
            text = "Nothing was published; what is live stays."
            self.tell("refused", text, ok=False, problems=told, **about)
        except (SyndicatorError, OSError) as error:
            pause = self.timers.failed()
            lagging = error.lagging if isinstance(error, DeliveryError) else ()
            self.metrics.broke("failed", len(lagging))
            forget_buckets()
            text = f"error: {error}; trying again in {pause:g} s"
            about |= {"message": str(error), "retry_in": pause, "lagging": list(lagging)}
            self.tell("failed", text, ok=False, **about)
        else:
            self.metrics.succeeded(report, self.session.now(), self.timers.due)
            event = "idle" if report.idle else "published"
            text = "\n".join((report.summary(), *report.losses()))
            self.tell(event, text, ok=True, **about, **report.as_json())

    def attempt(self, saves: Watch, cause: Cause) -> Report:
        """Read, decide, publish.

        Raises:
            InvalidInputError: The workspace has errors.
            SyndicatorError: The target cannot be used, or somebody else publishes.
            OSError: A file vanished or cannot be read.
        """
        self.settings = self.session.settings()
        workspace = read_workspace(self.settings)
        proposal = propose(workspace, self.session.now(), strict=self.strict, memory=self.memory)
        saves.ignore(_output(workspace))
        self.compare(proposal.live)
        report = release(workspace, proposal, changed_at=cause.at)
        self.memory.learn(proposal, report)
        self.timers.succeeded(proposal.next_change)
        return report

    def compare(self, live: Live | None) -> None:
        """Notice a target that is older than what this run published there."""
        known = self.memory.live
        if known is None or (live is not None and live.ref.generation >= known.ref.generation):
            return
        was, now = known.ref.generation, live.ref.generation if live else 0
        text = (
            f"The target went back from release {was} to {now}: was it restored from a backup? "
            "Run `syndicator verify --repair`."
        )
        self.tell("restored", text, ok=False, known=was, found=now)

    def tell(self, event: str, text: str, **facts: Any) -> None:  # noqa: ANN401  fields of a log line
        """Say what happened: a line for people, a line of JSON for programs, a word for systemd."""
        self.session.note(text)
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.session.answer_line({"at": at, "event": event, **facts})
        notify(f"STATUS={text.splitlines()[0]}")


def _output(workspace: Workspace) -> frozenset[str]:
    """Return the folders of the workspace that publishing writes to."""
    return frozenset(
        profile.path.strip("/") for profile in workspace.targets.values() if profile.path
    )


def _elsewhere(settings: Settings) -> list[Path]:
    """Return the folders of sources that lie outside of the workspace."""
    found = []
    for source in settings.sources:
        place = (settings.root / source.path).resolve()
        if not place.is_relative_to(settings.root) and place.exists():
            found.append(place if place.is_dir() else place.parent)
    return found
