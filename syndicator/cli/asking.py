"""The command for questions: `explain`."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import click

from syndicator.catalog.model import Catalog
from syndicator.cli.session import Instant, Session, standard
from syndicator.entitlement import (
    Explanation,
    World,
    explain_widget,
    partner_summary,
    select_products,
    who_sees,
)
from syndicator.entitlement import explain as explain_decision
from syndicator.errors import Origin, UsageError
from syndicator.workspace import Workspace, read_workspace, sound


class Answer(Protocol):
    """What every question gets: data for programs, lines for people."""

    def as_json(self) -> dict[str, object]:
        """Return plain data."""
        ...

    def lines(self) -> tuple[str, ...]:
        """Return text."""
        ...


@click.command()
@click.argument("partner", required=False)
@click.argument("sku", required=False)
@click.option("--field", help="Ask about one field of the product.")
@click.option("--widget", help="Ask about a widget instead of a product.")
@click.option("--who", metavar="SKU", help="Ask which partners may show this product.")
@click.option("--partner", "whole", metavar="PARTNER", help="Ask what each of its rules does.")
@click.option("--select", metavar="SELECTOR", help="Ask which products a selector names.")
@click.option("--at", type=Instant(), help="Decide as if it were this instant.")
@standard
def explain(
    session: Session,
    partner: str | None,
    sku: str | None,
    field: str | None,
    widget: str | None,
    who: str | None,
    whole: str | None,
    select: str | None,
    at: datetime | None,
) -> None:
    """Tell whether PARTNER may show SKU or a widget, by which rule, and when that changes."""
    asked = sum(map(bool, (partner and sku, partner and widget, who, whole, select)))
    if asked != 1 or bool(partner) != bool(sku or widget) or (field and not sku):
        raise UsageError(
            "ask one question: PARTNER SKU [--field FIELD], PARTNER --widget WIDGET, --who SKU,"
            " --partner PARTNER, or --select SELECTOR"
        )
    workspace = sound(read_workspace(session.settings()))
    now = at or session.now()
    if select:
        _list(session, workspace, select, now)
        return
    if widget:
        known = {package.id for package in workspace.widgets}
        answer: Answer = explain_widget(workspace.manifests, partner or "", widget, now, known)
    else:
        answer = _answer(workspace, now, partner or "", sku or "", field, who, whole)
    said = None
    if isinstance(answer, Explanation) and answer.sku:  # that of a widget has none
        said = _said(workspace.catalog, answer)
    told = {"value": {"file": said.file, "line": said.line}} if said else {}
    session.answer({**answer.as_json(), **told})
    if not session.as_json:
        for line in answer.lines():
            session.say(line)
        if said:
            session.say(f"  its value is from {said}")


def _said(catalog: Catalog, answer: Explanation) -> Origin | None:
    """Return where the value of a document's field was written, if the product has one."""
    if answer.deciding and answer.deciding.effect == "overrides":
        return answer.deciding.origin
    names = {"price": "prices", "spec": "specs", "variants": "variant"}
    head, _, rest = (answer.field or "").partition(".")
    head = names.get(head, head)
    value = getattr(catalog.products[answer.sku], head, None)
    if not value or (rest and isinstance(value, dict) and rest not in value):
        return None
    if head == "prices":  # each list can be a file of its own
        held = (part.name for part in answer.parts if part.effect == "prices" and part.in_effect)
        rest = next(held, "").removeprefix("price-list ")
    return catalog.origin(answer.sku, f"{head}.{rest}")


def _list(session: Session, workspace: Workspace, selector: str, now: datetime) -> None:
    """List what a selector names, in the order of the catalog."""
    catalog = workspace.catalog
    skus = select_products(catalog, workspace.manifests, selector, now)
    session.answer({"selector": selector, "products": list(skus)})
    if not session.as_json:
        for sku in skus:
            session.say(f"{sku:24} {next(iter(catalog.products[sku].title.values()), '')}")
        session.say(f"{len(skus)} of {len(catalog.products)} products")


def _answer(
    workspace: Workspace,
    now: datetime,
    partner: str,
    sku: str,
    field: str | None,
    who: str | None,
    whole: str | None,
) -> Answer:
    catalog, manifests = workspace.catalog, workspace.manifests
    if who:
        return who_sees(catalog, manifests, who, now)
    if whole:
        return partner_summary(World.of(catalog, manifests), whole, now)
    return explain_decision(catalog, manifests, partner, sku, now, field)
