"""What a hostile store would serve: a changed page, a changed head, a changed part of the script."""

from __future__ import annotations

from tests.browser.conftest import World
from tests.browser.origins import Answer, published
from tests.browser.publisher import PUBLIC_KEY


def tag(name: str, partner: str = "velohaus", more: str = "") -> str:
    """Return an element that bears the publisher's key, like a pinned tag."""
    told = f'partner="{partner}" sku="NV-FJORD-7" key="{PUBLIC_KEY}" {more}'
    return f'<syndicator-aisle id="{name}" {told}></syndicator-aisle>'


def forge(world: World) -> str:
    """Change a byte in what partner `page` and partner `head` get; return a script whose part is changed.

    The partner `velohaus` goes on getting what was published.
    """
    world.zone.publish([world.document | {"model": "changed"}], partner="page")
    world.zone.publish([world.document], partner="head")
    world.refresh()
    head = f"/e/{world.zone.editions['head']['de']}.json"
    for key, answer in world.store.answers.items():
        if b'"model":"changed"' in answer.body:
            answer.body = answer.body.replace(b"1.899", b"0.899")
        if key == head:
            answer.body = answer.body.replace(b'"generation":1', b'"generation":2')
    for key, answer in published(world.zone.files).items():
        body = answer.body + b" " if "/view." in key else answer.body
        world.store.answers["/other" + key] = Answer(body, headers=answer.headers)
    return world.script.replace("/w/", "/other/w/")
