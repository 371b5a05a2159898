"""All sources of a workspace, read in order and seen as one catalog."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from syndicator.catalog.assembly import Assembled, assemble
from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.merging import Priorities
from syndicator.catalog.parts import Parts, named_files, supplied_files
from syndicator.errors import Origin, Problem, Severity
from syndicator.sources.assets import read_assets
from syndicator.sources.memory import kept_of, load, question, recall, remember
from syndicator.sources.merging import merge_problems
from syndicator.sources.places import inside, is_address
from syndicator.sources.pulling import PULL, pull, pulled_files
from syndicator.sources.spec import FORMATS, Count, Reading, SourceSpec

Gather = Callable[[Path, SourceSpec, Vocabulary, Parts], tuple[list[Problem], Count]]


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
        brought = [fetched(root, spec, environment) for spec in sources]
        wrong = [problem for _, problems in brought for problem in problems]
        here = [spec or missing for (spec, _), missing in zip(brought, sources, strict=True)]
        memory = load(root)
        if memory and (known := recall(root, memory, asked, here)):
            return replace(known, problems=[*wrong, *known.problems])
        parts = Parts(priorities=priorities)
        if memory:
            parts.kept = kept_of(root, memory)
        there = [spec for spec, _ in brought]
        reading, named, rows = _read(root, sources, there, locales, fallback, environment, parts)
        remember(root, asked, here, named, reading, parts, rows, memory)
    return replace(reading, problems=[*wrong, *reading.problems])


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the cycle collector from walking a heap that only grows; a quarter of the time.

    What was made meanwhile is old to the collector at once, so that it is not walked after all.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            gc.freeze()
            gc.unfreeze()  # what was frozen joins the oldest generation
        if was_on:
            gc.enable()


def _read(
    root: Path,
    sources: Sequence[SourceSpec],
    brought: Sequence[SourceSpec | None],
    locales: tuple[str, ...],
    fallback: Mapping[str, tuple[str, ...]],
    environment: Mapping[str, str],
    parts: Parts,
) -> tuple[Reading, list[str], Assembled]:
    """Return the reading, every file that a product names, and the rows of the catalog."""
    known = frozenset(
        (*locales, *fallback, *(locale for chain in fallback.values() for locale in chain))
    )
    vocabulary = Vocabulary(locales, parts.families, known)
    problems: list[Problem] = []
    counts: list[Count] = []
    files: dict[str, Path] = {}
    configurators: list[str] = []
    for named, spec in zip(sources, brought, strict=True):
        if spec is None:
            counts.append(Count(named.path, 0, 0, 0))
            continue
        problems += merge_problems(spec)
        before, supplied = len(parts.portions), len(parts.supplements)
        wrong, count = gatherer_of(spec.format)(root, spec, vocabulary, parts)
        problems += wrong
        counts.append(count)
        home = _home(root, spec)
        if spec.options.get(PULL):
            wrong = pull(root, spec, parts.portions[before:], environment)
            problems += wrong
            parts.doubtful |= bool(wrong)
        naming = [
            portion.product(row)
            for portion in parts.portions[before:]
            for row in portion.pointing()
        ]
        for product in naming:
            files |= dict.fromkeys((file for _, file in named_files(product)), home)
            if rules := product.configurator.partition("#")[0]:
                configurators.append(rules)
        files |= pulled_files(naming, root)
        parts.sources.append((spec.name, len(parts.portions)))
        for supplement in parts.supplements[supplied:]:
            files |= dict.fromkeys(supplied_files(supplement), home)
    assembled = assemble(parts, read_assets(root, files.items()), locales, fallback)
    reading = Reading(assembled.catalog, problems + assembled.problems, tuple(counts))
    return reading, [*files, *configurators], assembled


def gatherer_of(kind: str) -> Gather:
    """Return the reader of a format; only those that a workspace uses are imported."""
    gather: Gather = import_module(f"syndicator.sources.{FORMATS[kind]}").gather
    return gather


def fetched(
    root: Path, spec: SourceSpec, environment: Mapping[str, str]
) -> tuple[SourceSpec | None, list[Problem]]:
    """Return a source that can be read here, or nothing and why not."""
    if spec.format not in FORMATS:
        message, expected = "there is no such format", ", ".join(FORMATS)
        origin = Origin(spec.path)
        wrong = Problem("unknown-format", message, origin, "format", expected, spec.format)
        return None, [wrong]
    if not is_address(spec.path):
        return spec, []
    from syndicator.sources.http import bring  # noqa: PLC0415  requests is slow to import

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
