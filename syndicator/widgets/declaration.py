"""`widget.toml`: what a widget says about itself."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import msgspec

from syndicator.errors import InvalidInputError, Origin, Problem

if TYPE_CHECKING:
    from pathlib import Path

DECLARATION = "widget.toml"
"""The file that makes a folder a widget."""

IDENTIFIER = re.compile(r"[a-z][a-z0-9-]{0,62}")
VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")


Permission: TypeAlias = Literal["network", "clipboard", "cart"]
"""What a widget does beyond drawing: fetch its files, write the clipboard, fill the cart."""


class Property(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An attribute that a page may set on the widget's element."""

    type: Literal["text", "decimal", "address", "integrity", "locale"]
    title: str = ""
    required: bool = False


class Size(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The room that the widget needs, in CSS pixels."""

    min_width: Annotated[int, msgspec.Meta(ge=0, le=4096)] = 0
    min_height: Annotated[int, msgspec.Meta(ge=0, le=4096)] = 0


class Accessibility(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the widget's maker states about access, and how it was tested."""

    standard: str
    statement: str


class Declaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One widget: its key, its version (SemVer) and the file that a page loads.

    `pins` maps a file to the patterns of the files whose hashes are written into it.
    """

    id: str
    version: str
    entry: str
    title: str = ""
    element: str = ""
    permissions: tuple[Permission, ...] = ()
    properties: dict[str, Property] = msgspec.field(default_factory=dict)
    size: Size = Size()
    accessibility: Accessibility | None = None
    pins: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


def read_declaration(folder: Path) -> Declaration:
    """Read `folder/widget.toml`.

    Raises:
        InvalidInputError: It is absent, is not TOML, or says something that has no meaning.
    """
    origin = Origin(str(folder / DECLARATION))
    try:
        text = (folder / DECLARATION).read_text("utf-8")
        declaration = msgspec.convert(tomllib.loads(text), Declaration)
    except OSError as error:
        raise _refusal(
            Problem(
                "unreadable", "the widget has no declaration", origin, found=str(error.strerror)
            )
        ) from error
    except UnicodeDecodeError as error:
        raise _refusal(Problem("encoding", "not UTF-8", origin, expected="UTF-8 text")) from error
    except tomllib.TOMLDecodeError as error:
        raise _refusal(Problem("syntax", "not TOML", origin, found=str(error))) from error
    except msgspec.ValidationError as error:
        raise _refusal(Problem("shape", str(error), origin)) from error
    if problems := _meaningless(declaration, folder, origin):
        raise InvalidInputError(problems)
    return declaration


def _meaningless(declaration: Declaration, folder: Path, origin: Origin) -> list[Problem]:
    problems = []
    if not IDENTIFIER.fullmatch(declaration.id):
        problems.append(
            Problem(
                "identifier",
                "not a widget id",
                origin,
                "id",
                "lowercase letters, digits, hyphens",
                declaration.id,
            )
        )
    elif folder.name not in {declaration.id, f"{declaration.id}@{declaration.version}"}:
        problems.append(
            Problem(
                "identifier",
                "the folder is called neither by the id nor by id and version",
                origin,
                "id",
                folder.name,
                f"{declaration.id}@{declaration.version}",
                "Rename one.",
            )
        )
    if not VERSION.fullmatch(declaration.version):
        problems.append(
            Problem(
                "version", "not a version", origin, "version", "such as 1.2.3", declaration.version
            )
        )
    return problems


def _refusal(problem: Problem) -> InvalidInputError:
    return InvalidInputError([problem])
