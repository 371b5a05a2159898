"""Browser code as packages: found, checked, minified, fingerprinted."""

from __future__ import annotations

from syndicator.widgets.finding import built_in_folder, find_widgets
from syndicator.widgets.package import KINDS, WidgetPackage, package
from syndicator.widgets.snippet import Snippet, snippet
from syndicator.widgets.versions import by_request, check_versions

__all__ = [
    "KINDS",
    "Snippet",
    "WidgetPackage",
    "built_in_folder",
    "by_request",
    "check_versions",
    "find_widgets",
    "package",
    "snippet",
]
