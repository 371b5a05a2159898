"""What every command shares: the workspace, how it prints, and what time it is."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import click
import orjson

from syndicator.errors import Problem, Severity, UsageError
from syndicator.settings import Settings, load_settings

if TYPE_CHECKING:
    from rich.console import Console

P = ParamSpec("P")

SHOWN = 50
"""Problems that a terminal lists before it only counts; `--json` always lists all."""


@dataclass
class Session:
    """One run of a command; programs read its one JSON document, people everything else."""

    root: Path
    as_json: bool

    @functools.cached_property
    def console(self) -> Console:
        """Where people read; made when it is used, because rich is slow to import."""
        from rich.console import Console  # noqa: PLC0415

        return Console(stderr=True, highlight=False, soft_wrap=True)

    def settings(self) -> Settings:
        """Read the workspace's settings.

        Raises:
            InvalidInputError: There is no workspace here, or its settings are wrong.
        """
        return load_settings(self.root.resolve(), os.environ)

    def now(self) -> datetime:
        """Read the instant to decide for, in whole seconds; nothing below asks what day it is."""
        return datetime.now(UTC).replace(microsecond=0)

    def size(self, facts: Mapping[str, Any]) -> None:
        """Say how large a release is."""
        self.say("{products} products, {editions} editions, {partners} partners".format(**facts))

    def say(self, text: str = "") -> None:
        """Tell a person; with `--json` on standard error, else on standard output."""
        click.echo(text, err=self.as_json)

    def note(self, text: str) -> None:
        """Tell a person about progress, on standard error."""
        click.echo(text, err=True)

    def answer(self, value: dict[str, Any]) -> None:
        """Print the one JSON document of this run, where `--json` asked for it."""
        if self.as_json:
            sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
            sys.stdout.buffer.flush()

    def answer_line(self, value: dict[str, Any]) -> None:
        """Print one JSON document on one line, for a command that answers again and again."""
        if self.as_json:
            sys.stdout.buffer.write(orjson.dumps(value) + b"\n")
            sys.stdout.buffer.flush()

    def problems(self, problems: Iterable[Problem]) -> None:
        """List problems for a person, errors first, and count what is left out."""
        ordered = sorted(problems, key=lambda p: (p.severity is not Severity.ERROR, p.origin.file))
        for problem in ordered[:SHOWN]:
            self.console.print(f"{problem.severity.value}: {problem}", markup=False)
        if len(ordered) > SHOWN:
            self.note(f"... and {len(ordered) - SHOWN} more; --json lists all")

    @contextmanager
    def progress(self) -> Iterator[Callable[[str, int, int], None]]:
        """Show bars on a terminal and nothing in a pipe; call with (step, done, total)."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda _step, _done, _total: None
            return
        from syndicator.cli.progress import bars  # noqa: PLC0415  rich is slow to import

        with bars(self.console) as advance:
            yield advance


def standard(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command `--workspace` and `--json`, and a `Session` as its first argument."""

    @click.option(
        "--workspace",
        "root",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(),
        metavar="DIR",
        help="The workspace; the current folder where absent.",
    )
    @click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON document on standard output."
    )
    @functools.wraps(function)
    def wrapped(root: Path, as_json: bool, **arguments: Any) -> None:  # noqa: ANN401  click's arguments
        function(Session(root, as_json), **arguments)

    return wrapped


strictly = click.option("--strict", is_flag=True, help="Refused records stop everything.")
"""Give a command `--strict`."""


spread = click.option(
    "--executor",
    default="processes",
    metavar="WHERE",
    help="Where to render: serial, threads, processes (default), processes:4, dask:ADDRESS.",
)
"""Give a command `--executor`; whatever it says, the bytes are the same."""


class Instant(click.ParamType[datetime]):
    """A date (midnight UTC) or an RFC 3339 instant."""

    name = "instant"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:  # noqa: ANN401, ARG002  click's signature
        """Return the instant that `value` names.

        Raises:
            UsageError: It names none.
        """
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            raise UsageError(
                f"{value!r} is not an instant: expected 2026-05-01 or 2026-05-01T09:00:00Z"
            ) from None
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
