"""What is attacked beside the files of products: HTTP, Parquet, settings, manifests, rules, PDF."""

from __future__ import annotations

import io
import random
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from syndicator.catalog.model import Catalog, Price, Product
from syndicator.configurator import CompileBudgetError, ContradictionError, compile_model
from syndicator.configurator.importing import READERS
from syndicator.entitlement import check_selectors, parse_manifests, resolve
from syndicator.errors import InvalidInputError, Problem, Severity
from syndicator.feeds import parse_channels
from syndicator.settings import load_settings
from syndicator.sources import SourceSpec
from syndicator.sources.assets import read_assets
from syndicator.sources.http import Limits, fetch
from syndicator.sources.importing import try_import
from syndicator.sources.partners import read_partners
from syndicator.sources.rules import read_configurators
from syndicator.sources.yamlfile import load_documents
from syndicator.targets import parse_targets
from syndicator.widgets.declaration import read_declaration
from tests.sources import fixtures_beside as fixtures
from tests.sources.fuzzed import LOCALES, Parser, check, check_refusal, folder_of, reading

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SECRET = "s3cr3t-of-the-environment"  # noqa: S105  is looked for in what goes out


def parsers_beside(folder: Path) -> list[Parser]:
    """Return the parsers; those that read files do so in `folder`."""
    beside = fixtures.beside()
    made: list[tuple[str, Callable[[Path], Callable[[bytes], None]]]] = [
        ("http", _fetching),
        ("parquet", lambda place: reading(place, "parquet", "p.parquet")),
        ("parquet types", _odd_tables),
        ("settings", _settings),
        ("manifests", lambda _: _manifests),
        ("partner rows", _partner_rows),
        ("channels", lambda _: _profiles(parse_channels)),
        ("targets", lambda _: _profiles(parse_targets)),
        ("widget", _widget),
        ("pdf", _document),
        ("rules", _rules),
        ("rule table", _rule_table),
        *((f"rules {name}", _importing(name)) for name in READERS),
        ("first contact", _first_contact),
    ]
    return [Parser(name, beside[name], make(folder_of(folder, name))) for name, make in made]


# --- over HTTP ---------------------------------------------------------------------------


class _Wire(socket.socket):
    """One end of a pair of sockets that looks like a connection to a public address."""

    def getpeername(self) -> Any:
        return ("93.184.215.14", 80)


def _fetching(place: Path) -> Callable[[bytes], None]:
    """Return what fetches from a server whose answers stand in the input, one a part.

    The whole client is in it, down to the socket. Where there are several answers, a second fetch
    finds what the first one left.
    """
    limits = Limits(size=4096, silence=2, total=20, redirects=3, attempts=1)
    options = {"header": "Authorization: Bearer ${TOKEN}"}

    def run(data: bytes) -> None:
        shutil.rmtree(place / ".syndicator", ignore_errors=True)
        with _served(data.split(fixtures.NEXT)) as sent:
            for _ in range(2 if fixtures.NEXT in data else 1):
                copy, problems = fetch(
                    place, "http://pim.example/p.csv", options, {"TOKEN": SECRET}, limits
                )
                check(problems)
                wrong = [one for one in problems if one.severity is Severity.ERROR]
                assert (copy is None) == bool(wrong), problems
                assert copy is None or copy.stat().st_size <= limits.size
                assert SECRET not in str(problems)
            for host, request in sent():
                assert host == "pim.example" or SECRET.encode() not in request, host

    return run


@contextmanager
def _served(answers: list[bytes]) -> Iterator[Callable[[], Iterator[tuple[str, bytes]]]]:
    """Give each new connection the next answer; yields what tells the requests, by host."""
    waiting = iter(answers)
    ends: list[tuple[str, socket.socket]] = []

    def connect(address: tuple[str, int], *_more: object, **_named: object) -> socket.socket:
        near, far = socket.socketpair()
        wire = _Wire(fileno=near.detach())
        far.sendall(next(waiting, b"")[:100_000])
        far.shutdown(socket.SHUT_WR)
        ends.append((address[0], far))
        return wire

    def sent() -> Iterator[tuple[str, bytes]]:
        for host, far in ends:
            far.setblocking(False)
            try:
                yield host, far.recv(100_000)
            except OSError:
                continue

    place = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 80))]
    with (
        patch("urllib3.util.connection.create_connection", connect),
        patch("syndicator.sources.http.socket.getaddrinfo", lambda *_, **__: place),
    ):
        try:
            yield sent
        finally:
            for _, far in ends:
                far.close()


# --- tables of a data lake ---------------------------------------------------------------


def _odd_tables(place: Path) -> Callable[[bytes], None]:
    """Return what makes a sound Parquet file of odd columns, chosen by the input, and reads it."""
    from pyarrow import ArrowException, Table  # noqa: PLC0415  slow to import
    from pyarrow.parquet import write_table  # noqa: PLC0415

    from tests.sources.odd_columns import NAMES, column  # noqa: PLC0415

    read = reading(place, "parquet", "p.parquet")

    def run(data: bytes) -> None:
        chance = random.Random(data)  # noqa: S311  a seed, not a secret
        rows = chance.randrange(4)
        names = [chance.choice(NAMES) for _ in range(chance.randrange(1, 7))]
        out = io.BytesIO()
        try:
            table = Table.from_arrays([column(chance, rows) for _ in names], names=names)
            write_table(table, out)
        except (ArrowException, NotImplementedError, ValueError, TypeError, OverflowError):
            return  # what Arrow cannot write nobody hands over
        read(out.getvalue())

    return run


# --- what the workspace says -------------------------------------------------------------


def _settings(place: Path) -> Callable[[bytes], None]:
    environment = {"SYNDICATOR_SECRET": "00" * 32}

    def run(data: bytes) -> None:
        (place / "syndicator.toml").write_bytes(data)
        try:
            settings = load_settings(place, environment)
        except InvalidInputError as error:
            check_refusal(error)
        else:
            assert settings.id
            assert settings.locales

    return run


_PRICES = (Price(list="retail", amount="9.90", currency="EUR"),)  # type: ignore[arg-type]
_CATALOG = Catalog(
    locales=LOCALES,
    products={
        sku: Product(sku=sku, brand="N", title={"en": sku}, category="bikes/e", prices=_PRICES)
        for sku in ("A", "B")
    },
)


def _manifests(data: bytes) -> None:
    """Read manifests; those that are sound decide about two products."""
    documents, problems = load_documents("manifests/m.yaml", data)
    manifests, wrong = parse_manifests(documents, LOCALES)
    problems += wrong
    problems += check_selectors(manifests, _CATALOG)
    check(problems)
    if not any(one.severity is Severity.ERROR for one in problems):
        resolve(_CATALOG, manifests, NOW)


def _partner_rows(place: Path) -> Callable[[bytes], None]:
    documents, _ = load_documents("manifests/p.yaml", fixtures.PARTNER_TABLE)

    def run(data: bytes) -> None:
        (place / "dealers.csv").write_bytes(data)
        found, problems = read_partners(place, documents, {})
        check([*problems, *parse_manifests(found, LOCALES)[1]])

    return run


def _profiles(parse: Callable[[list[Any]], tuple[Any, list[Problem]]]) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        documents, problems = load_documents("publish/p.yaml", data)
        check([*problems, *parse(documents)[1]])

    return run


def _widget(place: Path) -> Callable[[bytes], None]:
    (place / "w").mkdir()

    def run(data: bytes) -> None:
        (place / "w" / "widget.toml").write_bytes(data)
        try:
            read_declaration(place / "w")
        except InvalidInputError as error:
            check_refusal(error)

    return run


# --- files and rules ---------------------------------------------------------------------


def _document(place: Path) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        (place / "d.pdf").write_bytes(data)
        files = read_assets(place, [("d.pdf", place)])
        assert ("d.pdf" in files.assets) != ("d.pdf" in files.faults)
        (place / ".syndicator" / "assets.msgpack").unlink(missing_ok=True)

    return run


def _rules(place: Path) -> Callable[[bytes], None]:
    (place / "frames.csv").write_bytes(fixtures.RULE_TABLE)
    return _configuring(place, "r.yaml")


def _rule_table(place: Path) -> Callable[[bytes], None]:
    (place / "r.yaml").write_bytes(fixtures.RULES[0])
    return _configuring(place, "frames.csv")


def _configuring(place: Path, file: str) -> Callable[[bytes], None]:
    """Return what reads a rule file with its table, and compiles what is sound and small."""

    def run(data: bytes) -> None:
        (place / file).write_bytes(data)
        models, problems = read_configurators(place, ["r.yaml"], "en")
        check(problems)
        for model in models.values():
            if data[-1:] < b"\x10" and sum(len(one.values) for one in model.options) < 40:
                try:
                    compile_model(model)
                except (ContradictionError, CompileBudgetError):
                    return

    return run


def _importing(name: str) -> Callable[[Path], Callable[[bytes], None]]:
    def run(data: bytes) -> None:
        check(READERS[name](data.decode("utf-8", "replace"), f"r.{name}")[1])

    return lambda _: run


def _first_contact(place: Path) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        (place / "p.csv").write_bytes(data)
        trial = try_import(place, SourceSpec("csv", "p.csv"), LOCALES)
        check(list(trial.problems))
        assert len(trial.products) <= trial.accepted or not trial.accepted
        assert trial.accepted <= trial.records
        assert not [one for one in trial.problems if one.origin.file == "mapping"], trial.mapping

    return run
