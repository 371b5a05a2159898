"""What `syndicator.toml` says, and the workspace's secret.

The composition root reads the environment and hands it in; nothing else in the engine looks.
"""

from __future__ import annotations

import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from babel import Locale, UnknownLocaleError

from syndicator.canonical import Namer
from syndicator.catalog.merging import FIELDS, REST, Priorities
from syndicator.errors import InvalidInputError, Origin, Problem
from syndicator.sources import FORMATS, SourceSpec

FILE = "syndicator.toml"
STATE = ".syndicator"
SECRET_VARIABLE = "SYNDICATOR_SECRET"  # noqa: S105  the name of a variable, not a secret

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")
_TABLES = {
    "workspace": {"id", "name", "locales", "fallback"},
    "sources": {"id", "format", "path", "mapping", "options"},
    "publish": {"target", "server_side"},
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A workspace's settings; `root` is its folder, every other path is relative to it."""

    root: Path
    id: str
    name: str
    locales: tuple[str, ...]
    sources: tuple[SourceSpec, ...]
    target: str
    secret: bytes = field(repr=False)
    fallback: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    server_side: tuple[str, ...] | Literal["all"] = ()
    """Partners whose servers include products, which are therefore published as HTML too."""
    merge: Priorities = field(default_factory=dict)
    """Which source is believed in which field, best first."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Where sources over HTTP and databases of partners take their secrets from."""

    @property
    def known_locales(self) -> tuple[str, ...]:
        """Locales that a partner may have: those with words, and those that fall back to them."""
        return (*self.locales, *self.fallback)

    @property
    def namer(self) -> Namer:
        """Return what names this workspace's objects."""
        return Namer(self.secret)


def load_settings(root: Path, environment: Mapping[str, str]) -> Settings:
    """Read the settings of the workspace at `root`; make its secret where there is none yet.

    Raises:
        InvalidInputError: The file is missing, is not TOML, or says something that is not a
            setting; every problem is listed.
    """
    reader = _Reader(_text(root))
    settings = reader.settings(root)
    if reader.problems or settings is None:
        raise InvalidInputError(reader.problems)
    secret = load_secret(root, environment)
    return Settings(**settings, secret=secret, environment=environment)


def load_secret(root: Path, environment: Mapping[str, str]) -> bytes:
    """Return the workspace's secret: of the environment, else of its file, else a new one.

    Raises:
        InvalidInputError: The secret is not 32 to 128 hexadecimal digits.
    """
    path = root / STATE / "secret"
    if given := environment.get(SECRET_VARIABLE):
        return _secret(given, Origin(f"${SECRET_VARIABLE}"))
    if path.is_file():
        return _secret(path.read_text("utf-8"), Origin(f"{STATE}/secret"))
    path.parent.mkdir(parents=True, exist_ok=True)
    text = secrets.token_hex(32)
    path.touch(mode=0o600)
    path.write_text(text + "\n", "utf-8")
    return bytes.fromhex(text)


def _secret(text: str, origin: Origin) -> bytes:
    stripped = text.strip()
    if not re.fullmatch(r"(?:[0-9a-fA-F]{2}){16,64}", stripped):
        raise InvalidInputError(
            [
                Problem(
                    code="bad-secret",
                    message="the workspace secret cannot be used",
                    origin=origin,
                    expected="32 to 128 hexadecimal digits",
                    found=f"{len(stripped)} characters",
                    fix="Restore it from your backup; a new one renames every object",
                )
            ]
        )
    return bytes.fromhex(stripped)


def _text(root: Path) -> str:
    try:
        return (root / FILE).read_bytes().decode("utf-8")
    except FileNotFoundError:
        problem = Problem(
            code="no-workspace",
            message=f"{root} is not a workspace",
            origin=Origin(FILE),
            expected=f"a file {FILE}",
            found="none",
            fix="Make one with `syndicator init DIR`, or name yours with --workspace",
        )
    except UnicodeDecodeError as error:
        problem = Problem(
            code="invalid-utf8",
            message="the file is not UTF-8",
            origin=Origin(FILE),
            found=f"byte {error.object[error.start]:#04x} at offset {error.start}",
            fix="Save it as UTF-8",
        )
    raise InvalidInputError([problem])


class _Reader:
    """Reads the parsed file table by table and gathers what is wrong."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []
        try:
            self.data: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            origin = Origin(FILE, int(line[1]) if line else None)
            raise InvalidInputError(
                [Problem(code="bad-toml", message=f"the file is not TOML: {error}", origin=origin)]
            ) from None

    def settings(self, root: Path) -> dict[str, Any] | None:
        self._known("", self.data, {*_TABLES, "merge"})
        workspace = self._table("workspace")
        publish = self._table("publish")
        sources = self.data.get("sources", [{"format": "yaml", "path": "content"}])
        if not isinstance(sources, list):
            self._wrong("sources", "a list of tables: [[sources]]", sources)
            sources = []
        found = {
            "root": root,
            "id": self._id(workspace.get("id")),
            "name": self._words("workspace.name", workspace.get("name")),
            "locales": self._locales("workspace.locales", workspace.get("locales")),
            "fallback": self._fallback(workspace.get("fallback", {})),
            "sources": tuple(self._source(i, table) for i, table in enumerate(sources)),
            "merge": self._merge(self.data.get("merge", {}), sources),
            "target": self._words("publish.target", publish.get("target", "local")),
            "server_side": self._partners("publish.server_side", publish.get("server_side", [])),
        }
        return None if self.problems else found

    def _table(self, name: str) -> dict[str, Any]:
        table = self.data.get(name, {})
        if not isinstance(table, dict):
            self._wrong(name, f"a table [{name}]", table)
            return {}
        self._known(name, table, _TABLES[name])
        return table

    def _known(self, path: str, table: dict[str, Any], keys: set[str]) -> None:
        for key in table:
            if key not in keys:
                self._add(
                    "unknown-key",
                    f"{path}.{key}".lstrip("."),
                    "the key is not a setting",
                    expected=", ".join(sorted(keys)),
                    found=key,
                )

    def _id(self, value: object) -> str:
        if isinstance(value, str) and _ID.match(value):
            return value
        self._wrong("workspace.id", "lowercase letters, digits and hyphens", value)
        return ""

    def _words(self, path: str, value: object) -> str:
        if isinstance(value, str) and value.strip():
            return value
        self._wrong(path, "a text", value)
        return ""

    def _locales(self, path: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not value:
            self._wrong(path, 'a list such as ["en", "de"]', value)
            return ()
        return tuple(locale for locale in value if self._locale(path, locale))

    def _locale(self, path: str, value: object) -> bool:
        try:
            Locale.parse(str(value), sep="-")
        except (UnknownLocaleError, ValueError):
            self._wrong(path, "a BCP 47 locale such as de or de-AT", value)
            return False
        return True

    def _fallback(self, value: object) -> dict[str, tuple[str, ...]]:
        if not isinstance(value, dict):
            self._wrong("workspace.fallback", 'a table such as { "de-AT" = ["de"] }', value)
            return {}
        path = "workspace.fallback"
        return {
            locale: self._locales(f"{path}.{locale}", chain)
            for locale, chain in value.items()
            if self._locale(path, locale)
        }

    def _partners(self, path: str, value: object) -> tuple[str, ...] | Literal["all"]:
        if value == "all":
            return "all"
        if isinstance(value, list) and all(isinstance(partner, str) for partner in value):
            return tuple(value)
        self._wrong(path, 'a list of partner ids, or "all"', value)
        return ()

    def _source(self, index: int, table: object) -> SourceSpec:
        path = f"sources[{index}]"
        if not isinstance(table, dict):
            self._wrong(path, "a table", table)
            return SourceSpec("yaml", "")
        self._known(path, table, _TABLES["sources"])
        kind = table.get("format")
        if kind not in list(FORMATS):  # a list, for a kind can be of any type
            self._wrong(f"{path}.format", ", ".join(FORMATS), kind)
        options = table.get("options", {})
        if not isinstance(options, dict):
            self._wrong(f"{path}.options", "a table", options)
            options = {}
        return SourceSpec(
            format=str(kind),
            path=self._words(f"{path}.path", table.get("path")),
            mapping=str(table.get("mapping", "")),
            options={key: str(option) for key, option in options.items()},
            id=self._words(f"{path}.id", table["id"]) if "id" in table else "",
        )

    def _merge(self, table: object, sources: list[Any]) -> dict[str, tuple[str, ...]]:
        """Read which source is believed in which field."""
        if not isinstance(table, dict):
            self._wrong("merge", "a table [merge]", table)
            return {}
        known = [str(one.get("id") or one.get("path")) for one in sources if isinstance(one, dict)]
        if table and len(set(known)) < len(known):
            self._wrong("sources", "sources with an id or a path of their own", known)
        for name, order in table.items():
            if name.partition(".")[0] not in FIELDS | {REST}:
                self._wrong(f"merge.{name}", ", ".join([*sorted(FIELDS), REST]), name)
            if not isinstance(order, list) or not order or not set(map(str, order)) <= set(known):
                self._wrong(f"merge.{name}", f"a list of sources: {', '.join(known)}", order)
        return {} if self.problems else {name: tuple(order) for name, order in table.items()}

    def _wrong(self, path: str, expected: str, found: object) -> None:
        told = "nothing" if found is None else repr(found)
        self._add("bad-setting", path, "the setting cannot be used", expected=expected, found=told)

    def _add(self, code: str, path: str, message: str, *, expected: str, found: str) -> None:
        origin = Origin(FILE, self._line(path))
        self.problems.append(
            Problem(
                code=code, message=message, origin=origin, path=path, expected=expected, found=found
            )
        )

    def _line(self, path: str) -> int | None:
        """Find the line that sets the last key of `path`; TOML values carry no positions."""
        key = re.escape(re.sub(r"\[\d+\]\Z", "", path.rpartition(".")[2]))
        match = re.search(rf"^\s*(?:\[+)?\"?{key}\"?\s*(?:=|\])", self.text, re.MULTILINE)
        return self.text.count("\n", 0, match.start()) + 1 if match else None
