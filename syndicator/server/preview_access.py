"""Who may look at the preview, which shows what no single partner may see."""

from __future__ import annotations

from hmac import compare_digest
from urllib.parse import urlencode

from flask import Request, Response

from syndicator.server.partner_feeds import told_key
from syndicator.server.site import Site, host_of, is_loopback

COOKIE = "syndicator-preview"
_FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")


def is_local(site: Site, request: Request) -> bool:
    """Tell whether a request comes from a person at this machine, as far as it can be told.

    A proxy on this machine has a loopback address too, and a hostile page may point a name of its
    own at 127.0.0.1: so the request must have gone to a loopback name, carry no trace of a
    proxy, and the site must not be known to the world under another address. What a page of
    another site asks for is refused too: a rehearsal costs seconds.
    """
    if any(name in request.headers for name in _FORWARDED):
        return False
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return False
    hosts = [request.remote_addr or "", host_of(f"//{request.host}")]
    if site.base_url:
        hosts.append(host_of(site.base_url))
    return all(is_loopback(host) for host in hosts)


def holds_key(site: Site, request: Request) -> bool:
    """Tell whether a request carries the manufacturer's key: header, query or cookie."""
    return compare_digest(_told(request), site.preview_key().encode())


def viewer_of(site: Site, request: Request, *, is_open: bool) -> str | None:
    """Return who looks: a partner by its id, the manufacturer as an empty text, None for others.

    A partner's key counts at the manufacturer's own machine too, so that one can look as the other.
    """
    partner = _told(request).decode("utf-8", "replace").rpartition(".")[0]
    if partner and compare_digest(_told(request), site.partner_key(partner).encode()):
        return partner
    if holds_key(site, request) or (is_open and is_local(site, request)):
        return ""
    return None


def _told(request: Request) -> bytes:
    return told_key(request) or request.cookies.get(COOKIE, "").encode("utf-8", "replace")


def keep_key(request: Request) -> Response:
    """Answer a request with a good key in its address: remember it, and take it out of sight."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "key"]
    query = f"?{urlencode(pairs)}" if pairs else ""
    answer = Response("", 303, {"Location": request.path + query})
    answer.set_cookie(
        COOKIE,
        request.args["key"],
        path="/preview",
        httponly=True,
        samesite="Strict",
        secure=request.is_secure or request.headers.get("X-Forwarded-Proto") == "https",
    )
    return answer
