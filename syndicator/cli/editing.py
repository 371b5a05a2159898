"""Commands for the one who writes: `init` and `check`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from syndicator.catalog.model import Catalog
from syndicator.catalog.quality import (
    Completeness,
    Duplicate,
    completeness,
    duplicates,
    language,
    overview,
)
from syndicator.catalog.report import render_report
from syndicator.cli.session import SHOWN, Session, standard
from syndicator.configurator import check_model
from syndicator.entitlement.schemas import schemas
from syndicator.errors import InvalidInputError, UsageError
from syndicator.feeds.readiness import purposes
from syndicator.workspace import read_workspace


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")
def init(folder: Path, as_json: bool) -> None:
    """Make a new workspace in DIR, with two products and one partner to change."""
    session = Session(folder, as_json)
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; name a new folder")
    template = files("syndicator.cli") / "templates" / "workspace"
    written = _copy(template, folder, _identity(folder.resolve().name))
    written += _schemas(folder / "manifests" / "schemas")
    session.answer({"ok": True, "workspace": str(folder), "files": written})
    if not as_json:
        session.say(f"Made a workspace in {folder} ({len(written)} files). Next:")
        session.say(f"  cd {folder} && syndicator plan && syndicator publish && syndicator serve")


def _show_completeness(session: Session, rows: Sequence[Completeness]) -> None:
    """Show tables on a terminal: the whole catalog, then gaps by family; a pipe reads `--json`."""
    if not session.console.is_terminal or not rows:
        return
    whole: dict[str, list[str]] = {}
    for row in overview(rows):
        whole.setdefault(row.title, []).append(f"{row.complete} of {row.products}")
    languages = map(language, dict.fromkeys(row.locale for row in rows))
    ready = [(title, *told) for title, told in whole.items()]
    _show_table(session, "Ready for", ("", *languages), ready)
    gaps = [_told(row) for row in rows if row.missing]
    if gaps:
        head = ("family", "language", "for", "complete", "missing most")
        _show_table(session, "What is missing", head, gaps)


def _show_duplicates(session: Session, doubles: Sequence[Duplicate]) -> None:
    """Show on a terminal which products share what should tell them apart."""
    if not session.console.is_terminal or not doubles:
        return
    rows = [(one.kind, one.key, ", ".join(one.skus)) for one in doubles[:SHOWN]]
    _show_table(session, f"Duplicates ({len(doubles)})", ("shared", "value", "products"), rows)


def _show_table(
    session: Session, title: str, head: Iterable[str], rows: Iterable[Iterable[str]]
) -> None:
    from rich.table import Table  # noqa: PLC0415  slow to import

    table = Table(*head, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    session.console.print(table)


def _told(row: Completeness) -> tuple[str, ...]:
    widest = ", ".join(f"{name} {count}" for name, count in list(row.missing.items())[:3])
    share = f"{row.complete} of {row.products}"
    return row.family or "-", language(row.locale), row.title, share, widest


def _origins(catalog: Catalog) -> dict[str, dict[str, str]]:
    """Return where each value was written, of products that more than one file tells of."""
    return {
        sku: {"": str(catalog.origins[sku])} | {name: str(at) for name, at in known.items()}
        for sku, known in sorted(catalog.field_origins.items())
    }


def _identity(name: str) -> dict[str, str]:
    identifier = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "workspace"
    title = re.sub(r"[^\w ]+", " ", name).strip().title() or "Workspace"
    return {"WORKSPACE_ID": identifier, "WORKSPACE_NAME": title}


def _schemas(folder: Path) -> list[str]:
    """Write the schemas of manifests, for completion in an editor."""
    folder.mkdir(parents=True)
    paths = []
    for name, schema in schemas().items():
        (folder / name).write_text(json.dumps(schema, indent=2) + "\n", "utf-8")
        paths.append(str(folder / name))
    return paths


def _copy(source: Traversable, target: Path, words: dict[str, str]) -> list[str]:
    """Copy the template, filling in the names; `gitignore` gets its dot."""
    written = []
    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir(), key=lambda entry: entry.name):
        path = target / (".gitignore" if entry.name == "gitignore" else entry.name)
        if entry.is_dir():
            written += _copy(entry, path, words)
            continue
        text = entry.read_text("utf-8")
        for placeholder, word in words.items():
            text = text.replace(placeholder, word)
        path.write_text(text, "utf-8")
        written.append(str(path))
    return written


@click.command()
@click.option("--strict", is_flag=True, help="Records that an import lost fail the check too.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the whole data-quality report as one HTML file.",
)
@standard
def check(session: Session, strict: bool, report: Path | None) -> None:
    """Read everything and list every problem at once; exit 3 where there is an error."""
    workspace = read_workspace(session.settings())
    rules = [one for model in workspace.configurators.values() for one in check_model(model)]
    workspace = replace(workspace, problems=(*workspace.problems, *rules))
    errors = workspace.errors(strict=strict)
    rows = completeness(workspace.catalog, purposes(workspace.channels))
    doubles = duplicates(workspace.catalog)
    if report is not None:
        name, products = workspace.settings.name, len(workspace.catalog.products)
        report.write_text(render_report(name, products, workspace.problems, rows, doubles), "utf-8")
    session.answer(
        {
            "ok": not errors,
            "products": len(workspace.catalog.products),
            "partners": len(workspace.manifests.partners),
            "sources": [count.as_json() for count in workspace.reading.counts],
            "problems": [problem.as_json() for problem in workspace.problems],
            "origins": _origins(workspace.catalog),
            "ready": [row.as_json() for row in overview(rows)],
            "completeness": [row.as_json() for row in rows],
            "duplicates": [double.as_json() for double in doubles],
        }
    )
    if not session.as_json:
        session.problems(workspace.problems)
        _show_completeness(session, rows)
        _show_duplicates(session, doubles)
        for count in workspace.reading.counts:
            session.say(str(count))
        session.say(
            f"{len(workspace.catalog.products)} products, "
            f"{len(workspace.manifests.partners)} partners, "
            f"{len(errors)} errors, {len(workspace.problems) - len(errors)} warnings"
        )
    if errors:
        raise click.exceptions.Exit(InvalidInputError.exit_code)
