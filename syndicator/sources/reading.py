"""All sources of a workspace, read in order and seen as one catalog."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from syndicator.catalog.assembly import Parts, assemble, named_files
from syndicator.catalog.fields import Vocabulary
from syndicator.errors import Origin, Problem, Severity
from syndicator.sources import (
    akeneo,
    bmecat,
    etim,
    google,
    icecat,
    magento,
    mapped,
    shopify,
    workspace,
)
from syndicator.sources.assets import read_assets
from syndicator.sources.places import inside
from syndicator.sources.spec import Count, Reading, SourceSpec

Gather = Callable[[Path, SourceSpec, Vocabulary, Parts], tuple[list[Problem], Count]]
_GATHERERS: dict[str, Gather] = {
    "yaml": workspace.gather,
    "jsonl": mapped.gather,
    "csv": mapped.gather,
    "akeneo": akeneo.gather,
    "magento": magento.gather,
    "shopify": shopify.gather,
    "google": google.gather,
    "bmecat": bmecat.gather,
    "icecat": icecat.gather,
    "etim": etim.gather,
    "parquet": mapped.gather,
}
FORMATS = tuple(_GATHERERS)
"""Names of the formats that a source can have."""


def read_catalog(
    root: Path,
    sources: Sequence[SourceSpec],
    locales: tuple[str, ...],
    fallback: Mapping[str, tuple[str, ...]],
) -> Reading:
    """Read every source and return the catalog of all that fits, with what was wrong.

    Never raises for bad input. A problem of severity `error` means that a record, or a whole
    file, stayed out. Products that name files are read with the facts of these.
    """
    parts = Parts()
    known = frozenset(
        (*locales, *fallback, *(locale for chain in fallback.values() for locale in chain))
    )
    vocabulary = Vocabulary(locales, parts.families, known)
    problems: list[Problem] = []
    counts: list[Count] = []
    files: dict[str, Path] = {}
    for spec in sources:
        gather = _GATHERERS.get(spec.format)
        if gather is None:
            expected = ", ".join(FORMATS)
            problems.append(
                Problem(
                    "unknown-format",
                    "there is no such format",
                    Origin(spec.path),
                    "format",
                    expected,
                    spec.format,
                )
            )
            continue
        before = len(parts.entries)
        wrong, count = gather(root, spec, vocabulary, parts)
        problems += wrong
        counts.append(count)
        home = _home(root, spec)
        for entry in parts.entries[before:]:
            files |= dict.fromkeys((file for _, file in named_files(entry.product)), home)
    catalog, unfit = assemble(parts, read_assets(root, files.items()), locales, fallback)
    problems += unfit
    return Reading(catalog, problems, tuple(counts))


def _home(root: Path, spec: SourceSpec) -> Path:
    """Return the folder that the files of a source's records may not leave."""
    place = root / spec.path
    if inside(root, place):
        return root
    return place if place.is_dir() else place.parent


def errors(reading: Reading) -> list[Problem]:
    """Return the problems that kept records out."""
    return [problem for problem in reading.problems if problem.severity is Severity.ERROR]
