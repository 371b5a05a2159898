"""The HTTP server: public zone, feeds, preview, health. The only package that imports Flask."""

from syndicator.server.app import create_app
from syndicator.server.serving import Server, serve
from syndicator.server.site import (
    ListedEdition,
    ListedPartner,
    Listing,
    Reader,
    Site,
    is_loopback,
)

__all__ = [
    "ListedEdition",
    "ListedPartner",
    "Listing",
    "Reader",
    "Server",
    "Site",
    "create_app",
    "is_loopback",
    "serve",
]
