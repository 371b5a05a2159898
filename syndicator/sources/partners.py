"""Partners by the thousand: tables of CSV files and SQL databases become partner manifests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from syndicator.entitlement.documents import Partner, PartnerTable
from syndicator.entitlement.names import suggest
from syndicator.entitlement.shape import read_shape
from syndicator.errors import Origin, Problem
from syndicator.located import Located
from syndicator.sources.csvfile import read_table
from syndicator.sources.places import inside

MAX_ROWS = 1_000_000
"""Rows of one table; a query without its condition ends here and not in memory."""
KEYS = tuple(Partner.__struct_encode_fields__)
LISTS = frozenset({"programs", "locales"})
"""Keys whose cell holds several words, apart by spaces, commas, semicolons or bars."""

Row: TypeAlias = tuple[Origin, Mapping[str, str]]


def read_partners(
    root: Path, documents: Iterable[Located], environment: Mapping[str, str]
) -> tuple[list[Located], list[Problem]]:
    """Replace every `partner-table` among manifests by the partners that it names.

    Each row becomes one partner document whose origin is the row, so that every later problem
    points into the table. `environment` gives the variables that addresses of databases name.
    Bad tables and rows are problems; nothing is raised for them.
    """
    found: list[Located] = []
    problems: list[Problem] = []
    for document in documents:
        data = document.data
        if not isinstance(data, dict) or data.get("kind") != "partner-table":
            found.append(document)
            continue
        for each in _partners(root, document, environment):
            if isinstance(each, Problem):
                problems.append(each)
            else:
                found.append(each)
    return found, problems


def _partners(
    root: Path, document: Located, environment: Mapping[str, str]
) -> Iterator[Located | Problem]:
    shape, problems = read_shape(document)
    yield from problems
    if shape is None or not isinstance(shape[1], PartnerTable):
        return
    table = shape[1]
    wrong = list(_misdeclared(table, document))
    yield from wrong
    if wrong:
        return
    rows = (
        _csv_rows(root, table, document)
        if table.csv
        else _sql_rows(root, table, document, environment)
    )
    for row in rows:
        yield row if isinstance(row, Problem) else _partner(table, *row)


def _misdeclared(table: PartnerTable, document: Located) -> Iterator[Problem]:
    if bool(table.csv) == bool(table.sql):
        yield Problem(
            "partner-table",
            "a table of partners comes from one place",
            document.at("id"),
            "csv",
            "either 'csv' or 'sql' with 'query'",
            "both" if table.csv else "neither",
        )
    if bool(table.sql) != bool(table.query):
        yield Problem(
            "partner-table",
            "'sql' and 'query' belong together",
            document.at("query" if table.query else "sql"),
            "query",
            "an address and a statement",
            "one of them",
        )
    for path, keys in (("columns", table.columns), ("defaults", table.defaults)):
        for key in keys:
            if key not in KEYS:
                yield Problem(
                    "unknown-key",
                    f"partners have no {key!r}",
                    document.at(f"{path}.{key}"),
                    f"{path}.{key}",
                    "one of " + ", ".join(KEYS),
                    repr(key),
                    suggest(key, KEYS),
                )


def _partner(table: PartnerTable, origin: Origin, row: Mapping[str, str]) -> Located:
    data: dict[str, Any] = {"kind": "partner", **table.defaults}
    for key, column in _columns(table, row).items():
        cell = row.get(column, "").strip()  # rows may end early
        if not cell:
            continue
        data[key] = re.split(r"[\s,;|]+", cell) if key in LISTS else cell
    # Customer numbers of other systems are often capitals; ids are not, so that nobody has to
    # remember how one was written.
    if isinstance(data.get("id"), str):
        data["id"] = data["id"].lower()
    return Located(data, origin)


def _columns(table: PartnerTable, row: Mapping[str, str]) -> Mapping[str, str]:
    return table.columns or {key: key for key in KEYS if key in row}


def _unknown_columns(
    table: PartnerTable, columns: Iterable[str], document: Located
) -> Iterator[Problem]:
    known = tuple(columns)
    for key, column in table.columns.items():
        if column not in known:
            yield Problem(
                "unknown-column",
                f"the table has no column {column!r}",
                document.at(f"columns.{key}"),
                f"columns.{key}",
                "one of " + ", ".join(known[:20]),
                repr(column),
                suggest(column, known),
            )
    if not table.columns and "id" not in known:
        yield Problem(
            "unknown-column",
            "the table has no column 'id'",
            document.at("id"),
            "columns",
            "'columns: {id: ...}', or a column named id",
            ", ".join(known[:20]),
        )


def _csv_rows(root: Path, table: PartnerTable, document: Located) -> Iterator[Row | Problem]:
    path = root / table.csv
    if not inside(root, path):
        yield Problem(
            "path-leaves",
            "the path leaves the workspace",
            document.at("csv"),
            "csv",
            "a path inside the workspace",
            repr(table.csv),
        )
        return
    opened, problems = read_table(path, table.csv)
    yield from problems
    if opened is None:
        return
    unknown = list(_unknown_columns(table, opened.columns, document))
    yield from unknown
    if unknown:
        return
    for row in opened.rows:
        yield row if isinstance(row, Problem) else (Origin(table.csv, row[0]), row[1])


def _sql_rows(
    root: Path, table: PartnerTable, document: Located, environment: Mapping[str, str]
) -> Iterator[Row | Problem]:
    # SQLAlchemy costs a fifth of a second to import; most workspaces keep no partners in SQL.
    from sqlalchemy import create_engine, text  # noqa: PLC0415  see above
    from sqlalchemy.engine import make_url  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    missing = [name for name in re.findall(r"\$\{(\w+)\}", table.sql) if name not in environment]
    if missing:
        yield Problem(
            "unset-variable",
            f"the environment has no {', '.join(missing)}",
            document.at("sql"),
            "sql",
            "a variable that is set",
            table.sql,
        )
        return
    address = re.sub(r"\$\{(\w+)\}", lambda match: environment[match[1]], table.sql)
    label = f"partner-table {table.id}"
    try:
        url = make_url(address)
        if url.get_backend_name() == "sqlite" and url.database:
            url = url.set(database=str(root / url.database))
        # One question: the connection ends with it, also where the database refuses to answer.
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as connection:
            result = connection.execution_options(stream_results=True).execute(text(table.query))
            yield from _result_rows(table, result.keys(), result.mappings(), label, document)
    except (SQLAlchemyError, ImportError, ValueError) as error:
        yield Problem(
            "sql",
            f"the partners could not be read: {_told(error)}",
            document.at("sql"),
            "sql",
            "a database that answers",
        )


def _result_rows(
    table: PartnerTable,
    columns: Iterable[str],
    rows: Iterable[Mapping[Any, Any]],
    label: str,
    document: Located,
) -> Iterator[Row | Problem]:
    unknown = list(_unknown_columns(table, columns, document))
    yield from unknown
    for number, row in enumerate(() if unknown else rows, start=1):
        if number > MAX_ROWS:
            yield Problem(
                "too-many-rows",
                "the query gives too many partners",
                document.at("query"),
                "query",
                f"at most {MAX_ROWS} rows",
            )
            return
        cells = {str(key): "" if value is None else str(value) for key, value in row.items()}
        yield Origin(label, number), cells


def _told(error: Exception) -> str:
    """Return the database's own words, without the statement and without the address."""
    cause = getattr(error, "orig", None) or error
    return str(cause).splitlines()[0] if str(cause) else type(cause).__name__
