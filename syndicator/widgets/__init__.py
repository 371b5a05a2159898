"""Browser code as packages: found, checked, minified, fingerprinted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syndicator.lazily import homes

if TYPE_CHECKING:
    from syndicator.widgets.finding import find_widgets
    from syndicator.widgets.package import KINDS, WidgetPackage
    from syndicator.widgets.places import built_in_folder
    from syndicator.widgets.versions import by_request, check_versions

__all__ = [
    "KINDS",
    "WidgetPackage",
    "built_in_folder",
    "by_request",
    "check_versions",
    "find_widgets",
]

__getattr__ = homes(
    __name__,
    {
        "KINDS": "package",
        "WidgetPackage": "package",
        "built_in_folder": "places",
        "by_request": "versions",
        "check_versions": "versions",
        "find_widgets": "finding",
    },
)
