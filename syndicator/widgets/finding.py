"""Where widgets lie: those that come with Syndicator, and the workspace's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from syndicator.errors import InvalidInputError, Origin, Problem
from syndicator.widgets.declaration import DECLARATION
from syndicator.widgets.package import WidgetPackage, package


def built_in_folder() -> Path:
    """Return the folder of the built-in widgets, in a wheel or in a clone."""
    inside = Path(str(files("syndicator"))) / "_widgets"
    return inside if inside.is_dir() else inside.parent.parent / "widgets"


def find_widgets(extra: Path | None = None) -> list[WidgetPackage]:
    """Package every built-in widget and those in the folder `extra`, in order of id.

    Raises:
        InvalidInputError: A widget cannot be used, or two have the same id; names every problem.
    """
    folders = _widget_folders(built_in_folder())
    if extra is not None and extra.resolve() != built_in_folder().resolve():
        folders += _widget_folders(extra)
    packages: dict[str, WidgetPackage] = {}
    problems: list[Problem] = []
    for folder in folders:
        try:
            found = package(folder)
        except InvalidInputError as error:
            problems += error.problems
            continue
        if found.id in packages:
            origin = Origin(str(folder / DECLARATION))
            problems.append(
                Problem(
                    "duplicate-widget", "another widget has this id", origin, "id", found=found.id
                )
            )
        packages[found.id] = found
    if problems:
        raise InvalidInputError(problems)
    return [packages[name] for name in sorted(packages)]


def _widget_folders(place: Path) -> list[Path]:
    return sorted(path.parent for path in place.glob(f"*/{DECLARATION}"))
