"""`widget.toml`: what a widget says about itself."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import msgspec

from syndicator.errors import InvalidInputError, Origin, Problem

if TYPE_CHECKING:
    from pathlib import Path

DECLARATION = "widget.toml"
"""The file that makes a folder a widget."""

IDENTIFIER = re.compile(r"[a-z][a-z0-9-]{0,62}")
VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")


class Declaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One widget: its key, its version (SemVer) and the file that a page loads.

    `pins` maps a file to the patterns of the files whose hashes are written into it.
    """

    id: str
    version: str
    entry: str
    title: str = ""
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
    elif declaration.id != folder.name:
        problems.append(
            Problem(
                "identifier",
                "the id and the folder differ",
                origin,
                "id",
                folder.name,
                declaration.id,
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
