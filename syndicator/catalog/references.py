"""What a product refers to: its family, its category, and files; and what is wrong with these."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from syndicator.catalog.held import points
from syndicator.catalog.parts import Entry, Files, Parts, named_files
from syndicator.catalog.shapes import warn
from syndicator.errors import Problem

PICTURES = "image/"


def missing_of(entry: Entry, parts: Parts, files: Files) -> Iterator[Problem]:
    """Yield what keeps a product out of the catalog; a file does so only where people wrote it."""
    product = entry.product
    if product.family and product.family not in parts.families:
        yield _unknown(entry, "family", product.family, parts.families)
    if product.category and product.category not in parts.categories:
        yield _unknown(entry, "category", product.category, parts.categories)
    if entry.strict and points(product):
        for path, file in named_files(product):
            if fault := _fault(path, file, files):
                yield Problem(*fault, entry.place(path), path, found=file)


def without_faults(entry: Entry, files: Files) -> tuple[dict[str, object], list[Problem]]:
    """Return what is left of media and documents, if some cannot be used, and warnings of these."""
    product = entry.product
    faults = {
        path: fault for path, file in named_files(product) if (fault := _fault(path, file, files))
    }
    if not faults:
        return {}, []
    problems = [
        warn(code, message, entry.place(path), path=path, fix="It is left out")
        for path, (code, message) in faults.items()
    ]
    media = [m for i, m in enumerate(product.media) if f"media[{i}].file" not in faults]
    documents = [d for i, d in enumerate(product.documents) if f"documents[{i}].file" not in faults]
    return {"media": tuple(media), "documents": tuple(documents)}, problems


def _fault(path: str, file: str, files: Files) -> tuple[str, str] | None:
    """Return the code and words of what is wrong with a named file, if anything is."""
    if file in files.faults:
        return files.faults[file]
    kind = files.assets[file].media_type
    if not path.startswith("documents") and not kind.startswith(PICTURES):
        return "not-a-picture", f"the file is no picture but {kind}"
    return None


def _unknown(entry: Entry, name: str, value: str, known: Iterable[str]) -> Problem:
    near = difflib.get_close_matches(value, known, n=1)
    fix = f"Did you mean {near[0]}?" if near else ""
    message = f"there is no such {name}"
    return Problem(f"unknown-{name}", message, entry.place(name), name, found=value, fix=fix)
