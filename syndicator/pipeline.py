"""The whole flow on one screen: a workspace, decided for an instant, becomes what is live.

    read_workspace -> resolve -> build -> propose -> release

Reading and releasing touch the disk and the target; what lies between is computed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from syndicator.artefacts import compile_all
from syndicator.bundle import Build, EditionContent, Packer, PartnerEntry, Piece, Plan, diff
from syndicator.channels import feed_blobs
from syndicator.drawing import Drawer
from syndicator.entitlement import Edition, Entitlements, resolve
from syndicator.entitlement.versions import widget_of
from syndicator.errors import Problem
from syndicator.feeds import feeds_of_partner
from syndicator.kept import Kept
from syndicator.reasons import remember
from syndicator.rendering import App, Renderer, Rules, Shelf, shelve
from syndicator.rendering.sharing import Run, here
from syndicator.settings import STATE, Settings
from syndicator.targets import (
    Feeds,
    Live,
    MemoryTarget,
    Report,
    Target,
    fetcher,
    open_target,
    publish,
    read_live,
)
from syndicator.targets.comparing import differences
from syndicator.widgets import WidgetPackage, by_request
from syndicator.workspace import Workspace, sound

Progress = Callable[[str, int, int], None]
"""Told the step that is at work, what is done of it and how much there is."""


@dataclass(frozen=True)
class Proposal:
    """What a publish would do, from what it starts and to where."""

    target: Target
    live: Live | None
    shelf: Shelf
    build: Build
    plan: Plan
    entitlements: Entitlements
    kept: Kept | None = None
    """Where pieces of feeds are found and left."""

    @property
    def next_change(self) -> datetime | None:
        """When another publish would find something else to do, without anybody editing."""
        return self.entitlements.next_change


def stock(workspace: Workspace) -> Shelf:
    """Name every file, compile every configurator: what all editions share.

    Raises:
        InvalidInputError: The rules of a configurator cannot be compiled.
    """
    settings = workspace.settings
    artefacts = compile_all(workspace.configurators, settings.root / STATE)
    return shelve(
        workspace.catalog,
        settings.namer,
        apps={
            request: App(widget.version, widget.key(widget.entry), widget.integrity[widget.entry])
            for request, widget in by_request(workspace.widgets).items()
        },
        rules={path: Rules(workspace.configurators[path], artefacts[path]) for path in artefacts},
    )


@dataclass
class Memory:
    """What a daemon keeps between runs, so that a save costs what it changes."""

    packer: Packer
    renderer: Renderer = field(default_factory=Renderer)
    drawer: Drawer = field(default_factory=Drawer)
    kept: Kept | None = None
    """What earlier processes made."""
    run: Run = here
    """Where documents are rendered."""
    live: Live | None = None
    """What was live after the last publish."""
    objects: Mapping[str, Piece] = field(default_factory=dict)
    """The objects of the last publish, which need not be read to compare with them."""

    def learn(self, proposal: Proposal, report: Report) -> None:
        """Remember a publish that succeeded."""
        self.live, self.objects = report.after, proposal.build.objects


def remembering(settings: Settings, run: Run = here) -> Memory:
    """Return a memory that knows what earlier processes of the workspace kept."""
    kept = Kept(settings.root / STATE)
    return Memory(Packer(settings.namer, kept), Renderer(kept), Drawer(kept), kept, run)


def render_editions(
    shelf: Shelf,
    entitlements: Entitlements,
    memory: Memory,
    progress: Progress | None = None,
) -> Iterator[EditionContent]:
    """Yield every edition with its finished documents; equal ones are rendered once."""
    renderer = memory.renderer
    renderer.begin(shelf, entitlements.at)
    currencies, taxes = entitlements.currencies, entitlements.taxes
    documents = {
        edition.id: renderer.edition(
            edition, currencies.get(edition.price_list, ""), taxes.get(edition.price_list)
        )
        for edition in entitlements.editions.values()
    }
    renderer.finish(memory.run, partial(progress, "Rendering") if progress else None)
    for edition in entitlements.editions.values():
        shown = documents[edition.id]
        yield EditionContent(edition, shown, renderer.media(edition), _versions(shelf, edition))


def _versions(shelf: Shelf, edition: Edition) -> dict[str, str]:
    """Return which version of each widget an edition has."""
    found = {
        widget_of(one): shelf.apps[one].version for one in edition.widgets if one in shelf.apps
    }
    return dict(sorted(found.items()))


def build(
    workspace: Workspace,
    shelf: Shelf,
    entitlements: Entitlements,
    *,
    memory: Memory | None = None,
    progress: Progress | None = None,
) -> Build:
    """Compute everything that should be live at the instant of `entitlements`."""
    memory = memory or remembering(workspace.settings)
    files, aliases = _browser_code(workspace.widgets)
    rendered = render_editions(shelf, entitlements, memory, progress)
    contents = list(memory.drawer.draw(workspace, rendered))
    made = memory.packer.pack(
        contents,
        tuple(workspace.catalog.products),
        partners=_entries(workspace, entitlements),
        files=files,
        aliases=aliases,
    )
    if memory.kept:
        memory.kept.save()
    return made


def _browser_code(widgets: tuple[WidgetPackage, ...]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the immutable keys of all widgets with their integrity, and the mutable copies."""
    files = {
        f"public/{widget.key(name)}": integrity
        for widget in widgets
        for name, integrity in widget.integrity.items()
    }
    aliases = {
        f"public/{widget.key(name, 'latest')}": f"public/{widget.key(name)}"
        for request, widget in by_request(widgets).items()
        if request == widget.id
        for name in widget.files
    }
    return files, aliases


def _entries(workspace: Workspace, entitlements: Entitlements) -> dict[str, PartnerEntry]:
    return {
        partner: PartnerEntry(
            brand=workspace.settings.name,
            default=next(iter(editions)),
            editions=editions,
            feeds=feeds_of_partner(workspace.channels, partner),
        )
        for partner, editions in entitlements.partners.items()
        if editions
    }


def propose(
    workspace: Workspace,
    now: datetime,
    *,
    strict: bool = False,
    memory: Memory | None = None,
    progress: Progress | None = None,
) -> Proposal:
    """Decide what should be live at `now` and compare it with what is.

    Raises:
        InvalidInputError: The workspace has errors; nothing was computed.
        TargetError: The target cannot be read.
    """
    sound(workspace, strict=strict)
    memory = memory or remembering(workspace.settings)
    entitlements = resolve(workspace.catalog, workspace.manifests, now)
    shelf = stock(workspace)
    made = build(workspace, shelf, entitlements, memory=memory, progress=progress)
    target = open_target(workspace.target, workspace.settings.root)
    live = read_live(target, memory.live)
    previous = live.release if live else None
    fetch = differences(target, previous, made, memory.objects)
    plan = diff(previous, made, fetch)
    return Proposal(target, live, shelf, made, plan, entitlements, memory.kept)


def release(
    workspace: Workspace,
    proposal: Proposal,
    *,
    reviewed: bool = False,
    changed_at: float | None = None,
) -> Report:
    """Make a proposal live; with `reviewed` exactly this one or nothing.

    `changed_at` is when the change was made, on `time.monotonic`, for the report.

    Raises:
        ConflictError: Somebody else published, and the reviewed plan no longer applies.
        TargetError: The target cannot be written; what was live stays live.
    """
    warned: list[Problem] = []
    report = publish(
        proposal.target,
        proposal.build,
        now=proposal.entitlements.at,
        nonce=secrets.token_hex(16),
        asset=asset_reader(workspace, proposal.shelf),
        live=proposal.live,
        plan=proposal.plan,
        reviewed=reviewed,
        feeds=feeds_of(
            workspace,
            proposal.target,
            proposal.build,
            proposal.entitlements.at,
            warned,
            proposal.kept,
        ),
        changed_at=changed_at,
    )
    report.feed_warnings = len(warned)
    if proposal.kept:
        proposal.kept.save()
    if report.committed:
        remember(proposal.target, workspace)
    return report


def feeds_of(
    workspace: Workspace,
    target: Target,
    build: Build | None,
    now: datetime,
    warned: list[Problem] | None = None,
    kept: Kept | None = None,
) -> Feeds:
    """Return how a delivery renders feeds: from the build's own pages where it has them.

    `warned`, where it is given, gathers the problems of the feeds; `kept` is where their pieces are
    found and left.
    """
    fetch = fetcher(target, build.objects if build else {})
    told = [] if warned is None else warned
    return lambda made, partners: feed_blobs(workspace, made, partners, fetch, now, told, kept)


def rehearse(workspace: Workspace, now: datetime) -> Target:
    """Publish what would be live at `now` into memory, and return the store.

    Cost: everything is rendered and packed, and every picture is read.

    Raises:
        InvalidInputError: The workspace has errors.
    """
    sound(workspace)
    entitlements = resolve(workspace.catalog, workspace.manifests, now)
    store, shelf = MemoryTarget(), stock(workspace)
    publish(
        store,
        build(workspace, shelf, entitlements),
        now=now,
        nonce=now.isoformat(),
        asset=asset_reader(workspace, shelf),
    )
    return store


def asset_reader(workspace: Workspace, shelf: Shelf) -> Callable[[str], bytes]:
    """Return how to get the bytes of a picture, a document or browser code by its key."""
    root = workspace.settings.root
    assets = shelf.catalog.assets
    paths: dict[str, Path] = {
        f"public/{key}": root / assets[name].path for name, key in shelf.sources.items()
    }
    held = {f"public/{key}": data for key, data in shelf.made.items()}
    for widget in workspace.widgets:
        held |= {f"public/{widget.key(name)}": data for name, data in widget.files.items()}
    return lambda key: held[key] if key in held else paths[key].read_bytes()
