"""Commands about configurators: `configurator compile`, `count`, `explain` and `import`."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from syndicator.cli.session import Session, standard
from syndicator.configurator import Artefact, Model, compile_model, labels
from syndicator.configurator import explain as explain_value
from syndicator.configurator.importing import READERS, value_map
from syndicator.configurator.runtime import Reason, Runtime
from syndicator.errors import InvalidInputError, Origin, Problem, Severity, UsageError
from syndicator.settings import Settings
from syndicator.sources.rules import read_configurators


@click.group()
def configurator() -> None:
    """Compile rules of configurable products, and ask them."""


@configurator.command("compile")
@click.argument("rules", metavar="FILE")
@click.option("--seed", default=0, show_default=True, help="Start of the search for orders.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Keep the artefact.")
@standard
def compile_(session: Session, rules: str, seed: int, out: Path | None) -> None:
    """Compile the rule file FILE and tell what came of it."""
    model = _model(session, rules)
    artefact = compile_model(model, seed=seed)
    if out is not None:
        out.write_bytes(artefact.data)
    told = _told(artefact)
    session.answer(told)
    if not session.as_json:
        for name, value in told.items():
            session.say(f"{name:16} {value}")


@configurator.command()
@click.argument("rules", metavar="FILE")
@click.argument("choices", nargs=-1, metavar="[OPTION=VALUE]...")
@standard
def count(session: Session, rules: str, choices: tuple[str, ...]) -> None:
    """Count the configurations of FILE that agree with the choices."""
    runtime = _runtime(_model(session, rules))
    number = runtime.count(_chosen(choices))
    session.answer({"count": str(number)})
    if not session.as_json:
        session.say(f"{number:,}")


@configurator.command()
@click.argument("rules", metavar="FILE")
@click.argument("value", metavar="OPTION=VALUE")
@click.argument("choices", nargs=-1, metavar="[OPTION=VALUE]...")
@standard
def explain(session: Session, rules: str, value: str, choices: tuple[str, ...]) -> None:
    """Tell why OPTION=VALUE does not go with the choices, and the fewest changes that allow it."""
    model, chosen = _model(session, rules), _chosen(choices)
    runtime = _runtime(model)
    [(option, wanted)] = _chosen((value,)).items()
    why, how = runtime.why(chosen, option, wanted), runtime.how(chosen, option, wanted)
    changes = how[0] if how else ()
    cause = explain_value(model, chosen, option, wanted)
    guilty = cause.rules if cause else ()
    session.answer(
        {
            "possible": why is None,
            "because": list(why.options) if why else [],
            "rules": [
                {"id": rule.id, "rule": rule.source, "place": str(rule.origin)} for rule in guilty
            ],
            "changes": [[one.option, one.before, one.after] for one in changes],
        }
    )
    if not session.as_json:
        session.say(_verdict(value, why))
        for rule in guilty:
            session.say(f"  by the rule {rule.id} at {rule.origin}: {rule.source}")
        for change in changes:
            session.say(f"  change {change.option} from {change.before} to {change.after}")


def _verdict(value: str, why: Reason | None) -> str:
    if why is None:
        return f"{value} is possible"
    if not why.options:
        return f"{value} is never possible: the rules alone forbid it"
    return f"{value} is ruled out by: {', '.join(why.options)}"


@configurator.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--map",
    "values",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="For .cnf: CSV rows of variable, option, value.",
)
@standard
def import_(session: Session, path: Path, values: Path | None) -> None:
    """Read rules that others wrote (.sxfm, .uvl, .coom, .cnf), compile, list what is left out."""
    reader = READERS.get(path.suffix.lstrip("."))
    if reader is None:
        raise UsageError(f"{path}: expected a file ending in .{', .'.join(sorted(READERS))}")
    text = path.read_text("utf-8", errors="replace")
    if values is not None:
        text = f"{text}\n{_value_map(values)}"
    model, problems = reader(text, str(path))
    if errors := [problem for problem in problems if problem.severity is Severity.ERROR]:
        raise InvalidInputError(errors)
    told = _told(compile_model(model))
    session.answer({**told, "left_out": [problem.as_json() for problem in problems]})
    if not session.as_json:
        session.problems(problems)
        for name, value in told.items():
            session.say(f"{name:16} {value}")


def _value_map(path: Path) -> str:
    rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    for number, row in enumerate(rows, 1):
        if len(row) != 3 or not row[0].strip().isdecimal():  # noqa: PLR2004  the columns
            origin, found = Origin(str(path), number), ",".join(row)
            message = "a row of a value map is variable, option, value"
            raise InvalidInputError([Problem("bad-map", message, origin, "", "12,lamp,red", found)])
    return value_map([[cell.strip() for cell in row] for row in rows])


def _told(artefact: Artefact) -> dict[str, object]:
    return {
        "configurations": str(artefact.count),
        "bytes": len(artefact.data),
        "nodes": artefact.nodes,
        "edges": artefact.edges,
        "engine": artefact.engine,
        "seed": artefact.seed,
        "rules": artefact.rules,
        "dead_values": [f"{option}={value}" for option, value in artefact.dead],
    }


def _model(session: Session, path: str) -> Model:
    """Read one rule file of the workspace, or with `FILE#SKU` the rules inside of a product.

    Raises:
        InvalidInputError: It cannot be read or used.
    """
    settings: Settings = session.settings()
    if not (settings.root / path.partition("#")[0]).is_file():
        raise UsageError(f"there is no rule file {path} in the workspace")
    models, problems = read_configurators(settings.root, [path], settings.locales[0])
    if path not in models and problems:
        raise InvalidInputError(problems)
    if path not in models:
        raise UsageError(f"{path}: there is no such product with rules of its own")
    return models[path]


def _runtime(model: Model) -> Runtime:
    return Runtime(compile_model(model).data, labels(model, (), ""))


def _chosen(choices: tuple[str, ...]) -> dict[str, str]:
    pairs = [choice.partition("=") for choice in choices]
    for option, equals, value in pairs:
        if not (option and equals and value):
            raise UsageError(f"{option}{equals}{value} is no choice: expected OPTION=VALUE")
    return {option: value for option, _, value in pairs}
