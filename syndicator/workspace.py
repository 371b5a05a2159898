"""A workspace as a value: everything it says, read once, with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from syndicator.catalog.model import Asset, Catalog
from syndicator.configurator import Model
from syndicator.entitlement import Manifests, check_selectors, check_widgets, parse_manifests
from syndicator.errors import InvalidInputError, Origin, Problem, Severity
from syndicator.feeds import Channel, parse_channels
from syndicator.located import Located
from syndicator.settings import FILE, Settings
from syndicator.sources import Reading, read_catalog
from syndicator.sources.partners import read_partners
from syndicator.sources.rules import read_configurators, read_pictures
from syndicator.sources.yamlfile import read_documents
from syndicator.targets import TargetProfile, parse_targets
from syndicator.widgets import WidgetPackage, check_versions, find_widgets


@dataclass(frozen=True)
class Workspace:
    """Everything that a workspace says, read once, with everything that is wrong with it."""

    settings: Settings
    reading: Reading
    rules: tuple[Located, ...]
    """The documents that the manifests were read from."""
    manifests: Manifests
    channels: tuple[Channel, ...]
    targets: Mapping[str, TargetProfile]
    widgets: tuple[WidgetPackage, ...]
    configurators: Mapping[str, Model]
    """Models by the path of their rule file."""
    problems: tuple[Problem, ...]

    @property
    def catalog(self) -> Catalog:
        """The products that could be accepted."""
        return self.reading.catalog

    @property
    def target(self) -> TargetProfile:
        """The profile that the settings publish to."""
        return self.targets[self.settings.target]

    def errors(self, *, strict: bool = False) -> list[Problem]:
        """Return the problems that forbid publishing.

        Records that an imported source lost do not: the others go on, unless `strict`.
        """
        wrong = [problem for problem in self.problems if problem.severity is Severity.ERROR]
        return wrong if strict else [problem for problem in wrong if not self._imported(problem)]

    def _imported(self, problem: Problem) -> bool:
        files = problem.origin.file
        imports = [source.path for source in self.settings.sources if source.format != "yaml"]
        return any(files == path or files.startswith(path.rstrip("/") + "/") for path in imports)


def read_workspace(settings: Settings) -> Workspace:
    """Read and check everything; problems are gathered, not raised."""
    root = settings.root
    reading = read_catalog(
        *(root, settings.sources, settings.locales, settings.fallback),
        environment=settings.environment,
        priorities=settings.merge,
    )
    problems = list(reading.problems)

    def documents(folder: str) -> list[Any]:
        found, wrong = read_documents(root, folder)
        problems.extend(wrong)
        return found

    def kept(parsed: tuple[Any, list[Problem]]) -> Any:  # noqa: ANN401  whatever the parser returns
        problems.extend(parsed[1])
        return parsed[0]

    rules = kept(read_partners(root, documents("manifests"), settings.environment))
    manifests = kept(parse_manifests(rules, settings.known_locales))
    problems += check_selectors(manifests, reading.catalog)
    named = [one.configurator for one in reading.catalog.products.values() if one.configurator]
    configurators = kept(read_configurators(root, named, settings.locales[0]))
    if pictures := kept(read_pictures(root, configurators.values())):
        reading = _with_assets(reading, pictures)
    channels = kept(parse_channels(documents("publish/channels")))
    targets = kept(parse_targets(documents("publish/targets")))
    widgets = kept(_widgets(root))
    problems += check_widgets(manifests, {package.id for package in widgets})
    problems += check_versions(manifests, widgets)
    if settings.target not in targets:
        problems.append(_unknown_target(settings, targets))
    problems += _unknown_partners(settings, manifests)
    return Workspace(
        settings,
        reading,
        tuple(rules),
        manifests,
        channels,
        targets,
        tuple(widgets),
        configurators,
        tuple(problems),
    )


def _with_assets(reading: Reading, assets: Mapping[str, Asset]) -> Reading:
    every = {**reading.catalog.assets, **assets}
    return replace(reading, catalog=msgspec.structs.replace(reading.catalog, assets=every))


def sound(workspace: Workspace, *, strict: bool = False) -> Workspace:
    """Return the workspace if nothing forbids publishing it.

    Raises:
        InvalidInputError: Something does; every error is listed.
    """
    if errors := workspace.errors(strict=strict):
        raise InvalidInputError(errors)
    return workspace


def _widgets(root: Path) -> tuple[list[WidgetPackage], list[Problem]]:
    try:
        return find_widgets(root / "widgets"), []
    except InvalidInputError as error:
        return [], list(error.problems)


def _unknown_target(settings: Settings, targets: Mapping[str, TargetProfile]) -> Problem:
    return Problem(
        code="unknown-target",
        message="there is no such target",
        origin=Origin(FILE),
        path="publish.target",
        expected=", ".join(targets) or "a profile in publish/targets/",
        found=settings.target,
        fix="Describe it in publish/targets/",
    )


def _unknown_partners(settings: Settings, manifests: Manifests) -> list[Problem]:
    named = () if settings.server_side == "all" else settings.server_side
    return [
        Problem(
            code="unknown-partner",
            message="there is no such partner",
            origin=Origin(FILE),
            path="publish.server_side",
            expected="the id of a partner in manifests/",
            found=partner,
        )
        for partner in named
        if partner not in manifests.partners
    ]
