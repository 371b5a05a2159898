"""The HTTP server: public zone, feeds, preview, metrics, health.

The only package that imports Flask.
"""

from syndicator.server.app import create_app
from syndicator.server.serving import Server, serve
from syndicator.server.site import Site, is_loopback

__all__ = ["Server", "Site", "create_app", "is_loopback", "serve"]
