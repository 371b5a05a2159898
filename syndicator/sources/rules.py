"""Rule files of configurators, read with the tables that they name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from syndicator.configurator import Model, parse_model, table_names
from syndicator.errors import Origin, Problem
from syndicator.located import Located
from syndicator.sources.places import inside
from syndicator.sources.yamlfile import load_documents


def read_configurators(
    root: Path, paths: Iterable[str], locale: str
) -> tuple[dict[str, Model], list[Problem]]:
    """Return the model of each rule file by its path, and what is wrong with the others.

    `locale` is the language of texts that name none.
    """
    models: dict[str, Model] = {}
    problems: list[Problem] = []
    for path in sorted(set(paths)):
        documents, wrong = _documents(root, path)
        if documents and not wrong:
            tables, wrong = _tables(root, path, documents[0])
            model, more = parse_model(documents[0], tables, locale=locale)
            wrong += more
            if not wrong:
                models[path] = model
        problems += wrong
    return models, problems


def _documents(root: Path, path: str) -> tuple[list[Located], list[Problem]]:
    documents, problems = load_documents(path, (root / path).read_bytes())
    if len(documents) != 1 and not problems:
        problems.append(
            Problem(
                code="one-model",
                message="a rule file holds one configurator",
                origin=Origin(path),
                expected="one YAML document",
                found=f"{len(documents)} documents",
            )
        )
    return documents, problems


def _tables(root: Path, path: str, document: Located) -> tuple[dict[str, bytes], list[Problem]]:
    """Read the tables beside the rule file; none may lie outside of the workspace."""
    tables: dict[str, bytes] = {}
    problems: list[Problem] = []
    for name in table_names(document):
        place = (root / path).parent / name
        if inside(root, place) and place.is_file():
            tables[name] = place.read_bytes()
        else:
            problems.append(
                Problem(
                    code="missing-file",
                    message="a rule names a table that is not in the workspace",
                    origin=document.at("rules"),
                    path="rules",
                    expected="a CSV file beside the rule file",
                    found=name,
                )
            )
    return tables, problems
