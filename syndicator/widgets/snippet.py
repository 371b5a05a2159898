"""The tag that a partner pastes, and what its security policy must allow."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from syndicator.widgets.package import WidgetPackage

WINDOW = "max(900px,100vh)"
"""What is kept free where the product is not known, so that nothing moves when it arrives.

What follows is then below the window, wherever the element begins. The room is a flow root: else
the fallback's margins would reach out of it, and vanish with it.
"""


@dataclass(frozen=True, slots=True)
class Snippet:
    """What to paste into the page, and lines to add to its `Content-Security-Policy`."""

    html: str
    policy: tuple[str, ...]


def snippet(
    package: WidgetPackage,
    base_url: str,
    partner: str,
    *,
    key: str = "",
    edition: str = "",
    sku: str = "",
    lang: str = "",
    pinned: bool = True,
    reserve: str = WINDOW,
) -> Snippet:
    """Return the tag for one partner.

    `base_url` is where the public zone is served, or the path of the partner's own proxy; `partner`
    is the partner's handle, `key` the publisher's public key (base64), `edition` the handle of the
    edition that the pages mostly show, which saves a wait. A pinned tag names one content of the
    script by its hash and refuses every other; an automatic one follows the publisher. `sku` is put
    in as it is, so a shop's template expression may stand there; `reserve` is the height to keep
    free as CSS, see `syndicator.widgets.room`.
    """
    base = base_url if base_url.endswith("/") else base_url + "/"
    folder = package.fingerprint if pinned else "latest"
    source = f"{base}w/{package.id}/{folder}/{package.entry}"
    integrity = f' integrity="{package.integrity[package.entry]}"' if pinned else ""
    script = (
        f'<script type="module" src="{escape(source)}"{integrity} crossorigin="anonymous"></script>'
    )
    named = {
        "partner": partner,
        "sku": sku or "YOUR-SKU",
        "lang": lang,
        "key": key,
        "edition": edition,
    }
    attributes = " ".join(f'{name}="{escape(value)}"' for name, value in named.items() if value)
    style = f"display:flow-root;min-block-size:{escape(reserve)}"
    element = (
        f'<syndicator-aisle {attributes} style="{style}">\n'
        "  <!-- what you show today stays here, and is shown whenever nothing arrives -->\n"
        "</syndicator-aisle>"
    )
    return Snippet(f"{element}\n{script}\n", _policy(base))


def _policy(base: str) -> tuple[str, ...]:
    """Return the directives; an own proxy path needs only 'self'."""
    origin = "/".join(base.split("/", 3)[:3]) if "://" in base else "'self'"
    return tuple(
        f"{name} {origin}" for name in ("script-src", "connect-src", "img-src", "media-src")
    )
