"""Packages whose names are imported when they are asked for: unused code costs nothing.

Importing everything takes most of a second, which a publish without a change would wait for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def homes(package: str, names: Mapping[str, str]) -> Callable[[str], object]:
    """Return the `__getattr__` (PEP 562) of a package; `names` tells the module of each name."""

    def found(name: str) -> object:
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{names[name]}"), name)

    return found
