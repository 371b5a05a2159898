"""Commands for what partners get: `feed`, `snippet` and `serve`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from syndicator import canonical
from syndicator.bundle import Signer, keys
from syndicator.channels import render_channel
from syndicator.cli.session import Session, standard
from syndicator.entitlement import UnknownNameError
from syndicator.entitlement.rights import rights_of_one
from syndicator.entitlement.snapshot import requests_at
from syndicator.entitlement.versions import widget_of
from syndicator.errors import TargetError, UsageError, VerificationError
from syndicator.feeds import Channel, feed_key
from syndicator.pipeline import rehearse
from syndicator.server import Site, create_app, is_loopback
from syndicator.server import serve as serve_site
from syndicator.server.fragments import choose
from syndicator.server.shelf import shelf_of
from syndicator.targets import fetcher, open_target, read_live
from syndicator.widgets import WidgetPackage, by_request
from syndicator.widgets.room import room
from syndicator.widgets.snippet import WINDOW
from syndicator.widgets.snippet import snippet as make_snippet
from syndicator.workspace import Workspace, read_workspace, sound

AISLE = "aisle"
"""The widget that a tag loads."""


@click.command()
@click.argument("partner")
@click.argument("channel")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file."
)
@standard
def feed(session: Session, partner: str, channel: str, out: Path | None) -> None:
    """Print PARTNER's feed of CHANNEL as the live release makes it."""
    workspace = sound(read_workspace(session.settings()))
    profile = _channel(workspace, partner, channel)
    target = open_target(workspace.target, workspace.settings.root)
    live = read_live(target)
    if live is None:
        raise TargetError("nothing was published yet; run `syndicator publish` first")
    made = render_channel(workspace, live.release, profile, partner, fetcher(target), session.now())
    for problem in made.problems:
        session.note(f"{problem.severity.value}: {problem}")
    address = f"{workspace.target.base_url}feeds/{partner}/{profile.file}"
    key = feed_key(workspace.settings.namer, partner, channel)
    session.answer(
        {
            "media_type": made.media_type,
            "address": f"{address}?key={key}",
            "feed": made.data.decode(),
            "problems": [problem.as_json() for problem in made.problems],
        }
    )
    if out is not None:
        out.write_bytes(made.data)
    elif not session.as_json:
        sys.stdout.buffer.write(made.data)


def _channel(workspace: Workspace, partner: str, channel: str) -> Channel:
    partners = workspace.manifests.partners
    if partner not in partners:
        raise UnknownNameError("partner", partner, f"Known: {', '.join(sorted(partners))}")
    own = {one.id: one for one in workspace.channels if one.serves(partner)}
    if channel not in own:
        raise UnknownNameError("channel", channel, f"{partner} has: {', '.join(own) or 'none'}")
    return own[channel]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535))
@standard
def serve(session: Session, host: str, port: int) -> None:
    """Serve what is published, with a preview for the manufacturer."""
    workspace = sound(read_workspace(session.settings()))
    target = open_target(workspace.target, workspace.settings.root)
    site = Site(
        reader=target,
        namer=workspace.settings.namer,
        name=workspace.settings.name,
        base_url=workspace.target.base_url,
        packed=workspace.target.type == "directory",
        rehearse=lambda at: rehearse(read_workspace(session.settings()), at or session.now()),
    )
    app = create_app(site, open_preview=is_loopback(host))
    session.note(f"Serving on http://{host}:{port}/  preview: http://{host}:{port}/preview/")
    if not is_loopback(host):
        session.note(f"The preview wants this key: {site.preview_key()}")
    try:
        serve_site(app, host, port)
    except OSError as error:
        raise TargetError(f"cannot listen on {host}:{port}: {error.strerror}") from error


def _shown(
    workspace: Workspace, handle: str, sku: str, lang: str
) -> tuple[str, Mapping[str, Any] | None]:
    """Return the edition that a partner's pages show and its document of `sku`, as published.

    Both only make the tag better: a head that is asked for early, room of the right height. Empty
    where nothing was published yet, or the target is not to be reached from here.
    """
    try:
        reader = open_target(workspace.target, workspace.settings.root)
        entry = reader.read(f"public/p/{handle}.json")
        if entry is None:
            return "", None
        told = canonical.decode(entry)
        edition = told["editions"][choose(told["editions"], lang, told["default"])]
        return edition, shelf_of(reader, edition).find(sku=sku) if sku else None
    except (TargetError, VerificationError):
        return "", None


@click.command()
@click.argument("partner")
@click.option("--sku", default="", help="Fill in a product; else a placeholder stands there.")
@click.option("--lang", default="", help="Language of the page; else that of its markup.")
@click.option("--auto", is_flag=True, help="Follow the publisher instead of pinning this script.")
@click.option("--proxy", default="", metavar="PATH", help="The partner serves the files at PATH.")
@standard
def snippet(session: Session, partner: str, sku: str, lang: str, auto: bool, proxy: str) -> None:
    """Print the tag that PARTNER pastes into its pages, and what its policy must allow."""
    workspace = sound(read_workspace(session.settings()))
    if partner not in workspace.manifests.partners:
        partners = ", ".join(sorted(workspace.manifests.partners))
        raise UnknownNameError("partner", partner, f"Known: {partners}")
    namer = workspace.settings.namer
    handle = keys.partner_handle(namer, partner)
    shown = _shown(workspace, handle, sku, lang)
    tag = make_snippet(
        _aisle(workspace, partner, session.now(), auto=auto),
        proxy or workspace.target.base_url,
        handle,
        key=Signer(namer).public_key,
        edition=shown[0],
        sku=sku,
        lang=lang,
        pinned=not auto,
        reserve=room(shown[1]).style() if shown[1] else WINDOW,
    )
    session.answer({"html": tag.html, "policy": list(tag.policy)})
    if not session.as_json:
        session.say(tag.html)
        session.say("Content-Security-Policy, if the page has one:")
        for line in tag.policy:
            session.say(f"  {line}")


def _aisle(workspace: Workspace, partner: str, now: datetime, *, auto: bool) -> WidgetPackage:
    """Return the version of the aisle that a partner has: the newest, unless a grant says more."""
    rights = rights_of_one(workspace.manifests, workspace.manifests.partners[partner])
    asked = next((one for one in requests_at(rights, now) if widget_of(one) == AISLE), AISLE)
    known = by_request(workspace.widgets)
    if auto and known[asked] is not known[AISLE]:
        raise UsageError(f"{partner} has {asked}; a tag that follows the newest cannot keep to it")
    return known[asked]
