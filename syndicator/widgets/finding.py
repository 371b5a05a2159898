"""Where widgets lie: those that come with Syndicator, and the workspace's own."""

from __future__ import annotations

from pathlib import Path

from syndicator.entitlement.versions import Order, order
from syndicator.errors import InvalidInputError, Origin, Problem
from syndicator.widgets.declaration import DECLARATION
from syndicator.widgets.package import WidgetPackage, package
from syndicator.widgets.places import built_in_folder


def find_widgets(extra: Path | None = None) -> list[WidgetPackage]:
    """Package every version of the built-in widgets and of those in the folder `extra`.

    In order of id and version. A folder is called `clock` or, so that several versions can lie side
    by side, `clock@1.2.0`.

    Raises:
        InvalidInputError: A widget cannot be used, or two have the same id and version; names
            every problem.
    """
    folders = _widget_folders(built_in_folder())
    if extra is not None and extra.resolve() != built_in_folder().resolve():
        folders += _widget_folders(extra)
    packages: dict[tuple[str, Order], WidgetPackage] = {}
    problems: list[Problem] = []
    for folder in folders:
        try:
            found = package(folder)
        except InvalidInputError as error:
            problems += error.problems
            continue
        key = (found.id, order(found.version))
        if key in packages:
            problems.append(_doubled(folder, found))
        packages[key] = found
    if problems:
        raise InvalidInputError(problems)
    return [packages[key] for key in sorted(packages)]


def _doubled(folder: Path, found: WidgetPackage) -> Problem:
    return Problem(
        "duplicate-widget",
        "another widget has this id and version",
        Origin(str(folder / DECLARATION)),
        "version",
        found=f"{found.id} {found.version}",
        fix="Give it another version.",
    )


def _widget_folders(place: Path) -> list[Path]:
    return sorted(path.parent for path in place.glob(f"*/{DECLARATION}"))
