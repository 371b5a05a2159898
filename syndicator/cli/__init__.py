"""The command line: the composition root. Exit codes are those of `syndicator.errors`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from syndicator import __version__
from syndicator.errors import InvalidInputError, Problem, SyndicatorError

_COMMANDS = {
    "check": "editing",
    "configurator": "configurators",
    "diff": "operations",
    "explain": "asking",
    "feed": "reading",
    "gc": "operations",
    "import": "importing",
    "init": "editing",
    "plan": "proposing",
    "publish": "publishing",
    "releases": "operations",
    "rollback": "operations",
    "serve": "reading",
    "snippet": "reading",
    "verify": "operations",
    "watch": "watching",
}
"""The module of each command: only what a run needs is imported."""


class _Commands(click.Group):
    """The commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Return the names of all commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        """Return a command by its name, None for another name."""
        if (home := _COMMANDS.get(cmd_name)) is None:
            return None
        found = vars(import_module(f"syndicator.cli.{home}")).values()
        return next(one for one in found if isinstance(one, click.Command) and one.name == cmd_name)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="syndicator")
def cli() -> None:
    """Product content and applications, by entitlement, to every partner's page."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 done, 2 usage, 3 input, 4 conflict, 5 target, 6 verification.

    Anything unforeseen exits 1 with one line that asks for a report; set `SYNDICATOR_DEBUG` in the
    environment to see where it happened.
    """
    sys.exit(_run(list(arguments if arguments is not None else sys.argv[1:])))


def _run(arguments: list[str]) -> int:
    try:
        # Outside of its standalone mode click returns the code that a command exits with.
        return cli.main(arguments, prog_name="syndicator", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        click.echo("stopped", err=True)
        return 130
    except SyndicatorError as error:
        return _refuse(error, as_json="--json" in arguments)
    except Exception as error:
        if os.environ.get("SYNDICATOR_DEBUG"):
            raise
        told = f"{type(error).__name__}: {error}"
        click.echo(
            f"unexpected failure: {told}\nPlease report it with the output of SYNDICATOR_DEBUG=1.",
            err=True,
        )
        return SyndicatorError.exit_code


def _refuse(error: SyndicatorError, *, as_json: bool) -> int:
    problems: tuple[Problem, ...] = error.problems if isinstance(error, InvalidInputError) else ()
    if as_json:
        told = {"ok": False, "error": type(error).__name__, "exit_code": error.exit_code}
        told |= {"message": str(error), "problems": [problem.as_json() for problem in problems]}
        click.echo(json.dumps(told, indent=2))
    else:
        for line in [f"error: {problem}" for problem in problems] or [f"error: {error}"]:
            click.echo(line, err=True)
    return error.exit_code
