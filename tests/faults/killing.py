"""Kill publishers, deliveries and garbage collections at any instruction, and look what is left.

The victim is a forked child that counts its steps on the file system or towards the store and
kills itself with SIGKILL before a random one. The parent reads like a shopper while the child
works and after it died, and lets the next run finish.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from syndicator.errors import SyndicatorError
from syndicator.targets import Readable, Retention, Target, gc, read_live, survey, verify
from tests.targets.world import NAMER, Reader, World, assert_live

LATER = datetime(2100, 1, 1, tzinfo=UTC)
_RETENTION = Retention(count=2, age=timedelta(0), grace=timedelta(0))
_FILE_STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.utime", "fcntl.flock"}

Open = Callable[[], Target]
Watch = Callable[["Steps", Target], None]
_TOLD = 25
"""Points after which the counts so far are told."""


@dataclass(frozen=True)
class Site:
    """One target as everybody meets it."""

    victim: Open
    """Opens it in a forked child, as a machine that knows nothing of it."""
    survivor: Open
    """Opens it in this process, likewise."""
    shopper: Readable
    watch: Watch
    """Counts the steps of a child."""


@dataclass
class Outcome:
    """What a campaign counted."""

    points: int = 0
    died: int = 0
    """Children that were killed before they had finished."""
    looks: int = 0
    """Complete editions that a reader saw, each verified down to the last document."""
    mixed: int = 0
    """Moments at which some editions were old and others new, each complete in itself."""
    publishing: int = 0
    """Children that died before their commit,"""
    delivering: int = 0
    """after it,"""
    collecting: int = 0
    """or in a garbage collection."""
    collected: int = 0
    failures: list[str] = field(default_factory=list)


class Steps:
    """Counts the child's steps and ends it before the chosen one."""

    def __init__(self, fatal: int) -> None:
        self.left = fatal

    def step(self, *_: object, **__: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def audited(self, event: str, _arguments: object) -> None:
        if event in _FILE_STEPS:
            self.step()


def watch_files(steps: Steps, _: Target) -> None:
    """Count steps on the file system; for the rest of this (forked) process."""
    sys.addaudithook(steps.audited)


def watch_requests(steps: Steps, target: Target) -> None:
    """Count requests to the store and their answers."""
    for client in (target._patient, target._once):
        client.meta.events.register("before-send.s3", steps.step)
        client.meta.events.register("response-received.s3", steps.step)


class Uniform(World):
    """A world in which all prices are one number: a torn edition would show two."""

    def set(self, price: int) -> None:
        self.prices = dict.fromkeys(range(1, self.products + 1), price)


def campaign(site: Site, points: int, *, seed: int) -> Outcome:
    """Kill `points` children, each before one of its steps, chosen at random."""
    chance, outcome = random.Random(seed), Outcome()  # noqa: S311  a repeatable choice
    world = Uniform(products=30, partners=6, words=30)
    world.set(1)
    world.publish(site.survivor())
    world.set(0)
    steps = {kind: _count(site, world, kind) for kind in (False, True)}
    for number in range(1, points + 1):
        collecting = number % 4 == 0
        fatal = chance.randint(1, steps[collecting])
        before = world.prices[1]
        if not collecting:
            world.set(number + 1)
            world.gone = {"partner5"} if number % 3 == 0 else set()
        try:
            _one(site, world, fatal, collecting, outcome, before)
        except (AssertionError, SyndicatorError) as error:
            outcome.failures.append(f"point {number} (step {fatal}): {error}")
        if number % _TOLD == 0:
            print(outcome, file=sys.stderr, flush=True)  # noqa: T201  progress of a long run
    return outcome


def _count(site: Site, world: World, collecting: bool) -> int:
    """Return how many steps a child takes that nobody kills."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _victim(site, world, 0, collecting, writing)
    os.close(writing)
    told = os.read(reading, 100)
    os.close(reading)
    os.waitpid(child, 0)
    return int(told)


def _one(
    site: Site, world: Uniform, fatal: int, collecting: bool, outcome: Outcome, before: int
) -> None:
    child = os.fork()
    if child == 0:
        _victim(site, world, fatal, collecting)
    outcome.points += 1
    allowed = {str(before), str(world.prices[1])}
    status = _read_while_it_lives(child, site.shopper, world, allowed, outcome)
    survivor = site.survivor()
    if os.WIFSIGNALED(status):
        _count_death(survivor, world, collecting, outcome)
    _look(site.shopper, world, allowed, outcome)
    world.publish(survivor)
    assert_live(world, survivor, site.shopper)
    if collecting:
        outcome.collected += _collect(survivor)
    found = verify(survivor, NAMER, {c.edition.id: list(c.skus) for c in world.contents()})
    assert found.good, found.summary()


def _count_death(target: Target, world: World, collecting: bool, outcome: Outcome) -> None:
    """Note in which part of its work a child died."""
    outcome.died += 1
    if collecting:
        outcome.collecting += 1
        return
    live = read_live(target)
    assert live is not None
    committed = live.release.inputs == world.build().inputs
    outcome.delivering += committed
    outcome.publishing += not committed


def _victim(site: Site, world: World, fatal: int, collecting: bool, tell: int = -1) -> None:
    """Publish or collect until the fatal step; never returns."""
    code = 1
    try:
        target, steps = site.victim(), Steps(fatal)
        site.watch(steps, target)
        if collecting:
            _collect(target)
        else:
            world.publish(target)
        if tell >= 0:
            os.write(tell, b"%d" % -steps.left)
        code = 0
    finally:
        os._exit(code)


def _collect(target: Target) -> int:
    """Mark and delete at once: the grace period is nothing here."""
    deleted = 0
    for _ in range(2):
        deleted += gc(target, survey(target, NAMER, now=LATER, retention=_RETENTION), "collector")
    return deleted


def _read_while_it_lives(
    child: int, shopper: Readable, world: Uniform, allowed: set[str], outcome: Outcome
) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        _look(shopper, world, allowed, outcome)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError("the publisher hung")


def _look(shopper: Readable, world: Uniform, allowed: set[str], outcome: Outcome) -> None:
    """Read every partner's editions; each must be complete, and of one price."""
    reader, seen = Reader(shopper), set()
    for partner in world.partner_ids():
        for locale in world.locales:
            prices = reader.prices(partner, locale)
            if prices is None and partner == "partner5":
                continue  # who comes back may be away until the delivery ends
            assert prices is not None, f"{partner} sees nothing"
            assert len(set(prices.values())) == 1, f"{partner} sees a torn edition: {prices}"
            assert set(prices.values()) <= allowed, f"{partner} sees {prices}, not {allowed}"
            seen |= set(prices.values())
            outcome.looks += 1
    outcome.mixed += len(seen) > 1
