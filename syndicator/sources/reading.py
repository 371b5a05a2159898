"""All sources of a workspace, read in order and seen as one catalog."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from syndicator.catalog.assembly import Parts, assemble, named_files, supplied_files
from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.merging import Priorities
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
from syndicator.sources.http import bring
from syndicator.sources.memory import question, recall, remember
from syndicator.sources.merging import merge_problems
from syndicator.sources.places import inside
from syndicator.sources.pulling import pull, pulled_files
from syndicator.sources.spec import Count, Reading, SourceSpec

Gather = Callable[[Path, SourceSpec, Vocabulary, Parts], tuple[list[Problem], Count]]
GATHERERS: dict[str, Gather] = {
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
FORMATS = tuple(GATHERERS)
"""Names of the formats that a source can have."""


def read_catalog(
    root: Path,
    sources: Sequence[SourceSpec],
    locales: tuple[str, ...],
    fallback: Mapping[str, tuple[str, ...]],
    environment: Mapping[str, str] = MappingProxyType({}),
    priorities: Priorities = MappingProxyType({}),
) -> Reading:
    """Read every source and return the catalog of all that fits, with what was wrong.

    Never raises for bad input. A problem of severity `error` means that a record, or a whole
    file, stayed out. Products that name files are read with the facts of these. Sources over
    HTTP take the secrets of their headers from `environment`. Records of one SKU in several
    sources become one product by `priorities`; without any they are an error. Where nothing has
    changed since the last time, the answer is remembered (`syndicator.sources.memory`).
    """
    asked = question(sources, locales, fallback, priorities)
    with _undisturbed():
        if known := recall(root, asked, sources):
            return known
        reading, named = _read(root, sources, locales, fallback, environment, priorities)
    remember(root, asked, sources, named, reading)
    return reading


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the cycle collector from walking a heap that only grows; a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(
    root: Path,
    sources: Sequence[SourceSpec],
    locales: tuple[str, ...],
    fallback: Mapping[str, tuple[str, ...]],
    environment: Mapping[str, str],
    priorities: Priorities,
) -> tuple[Reading, list[str]]:
    """Return the reading and every file that a product names."""
    parts = Parts(priorities=priorities)
    known = frozenset(
        (*locales, *fallback, *(locale for chain in fallback.values() for locale in chain))
    )
    vocabulary = Vocabulary(locales, parts.families, known)
    problems: list[Problem] = []
    counts: list[Count] = []
    files: dict[str, Path] = {}
    for named in sources:
        spec, wrong = _fetched(root, named, environment)
        problems += wrong
        if spec is None:
            counts.append(Count(named.path, 0, 0, 0))
            continue
        problems += merge_problems(spec)
        before, supplied = len(parts.entries), len(parts.supplements)
        wrong, count = GATHERERS[spec.format](root, spec, vocabulary, parts)
        problems += wrong
        counts.append(count)
        home = _home(root, spec)
        parts.entries[before:], wrong = pull(root, spec, parts.entries[before:], environment)
        problems += wrong
        for entry in parts.entries[before:]:
            files |= dict.fromkeys((file for _, file in named_files(entry.product)), home)
        files |= pulled_files(parts.entries[before:], root)
        parts.sources.append((spec.name, len(parts.entries)))
        for supplement in parts.supplements[supplied:]:
            files |= dict.fromkeys(supplied_files(supplement), home)
    catalog, unfit = assemble(parts, read_assets(root, files.items()), locales, fallback)
    problems += unfit
    rules = (entry.product.configurator.partition("#")[0] for entry in parts.entries)
    configurators = [path for path in rules if path]
    return Reading(catalog, problems, tuple(counts)), [*files, *configurators]


def _fetched(
    root: Path, spec: SourceSpec, environment: Mapping[str, str]
) -> tuple[SourceSpec | None, list[Problem]]:
    """Return a source that can be read here, or nothing and why not."""
    if spec.format not in GATHERERS:
        message, expected = "there is no such format", ", ".join(FORMATS)
        origin = Origin(spec.path)
        wrong = Problem("unknown-format", message, origin, "format", expected, spec.format)
        return None, [wrong]
    return bring(root, spec, environment)


def _home(root: Path, spec: SourceSpec) -> Path:
    """Return the folder that the files of a source's records may not leave."""
    place = spec.place(root)
    if inside(root, place):
        return root
    return place if place.is_dir() else place.parent


def errors(reading: Reading) -> list[Problem]:
    """Return the problems that kept records out."""
    return [problem for problem in reading.problems if problem.severity is Severity.ERROR]
