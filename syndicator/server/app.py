"""The application: routes over one site, and every failure as a plain page."""

from __future__ import annotations

import logging

from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException, NotFound

from syndicator.errors import SyndicatorError
from syndicator.server.fragments import fragment_routes
from syndicator.server.health import health_routes
from syndicator.server.metrics import measure
from syndicator.server.partner_feeds import feed_routes
from syndicator.server.preview import preview_routes
from syndicator.server.preview_access import holds_key, is_local
from syndicator.server.public import public_zone
from syndicator.server.rehearsal import rehearsal_routes
from syndicator.server.site import Site
from syndicator.server.worlds import Worlds

_log = logging.getLogger(__name__)

_MESSAGES = {
    404: "Not found",
    405: "Method not allowed",
    416: "Range not satisfiable",
    503: "The store cannot be read now",
}


def create_app(site: Site, *, open_preview: bool = False) -> Flask:
    """Return the WSGI application that serves `site`.

    `open_preview` lets people at this machine look at the preview and the metrics: for servers
    that listen on this machine only. Otherwise both want the preview's key.
    """
    app = Flask(__name__, static_folder=None)
    app.jinja_env.autoescape = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.register_blueprint(health_routes(site.reader))
    app.register_blueprint(fragment_routes(site))
    worlds = Worlds(site)
    app.register_blueprint(feed_routes(site, worlds.present.releases))
    app.register_blueprint(preview_routes(site, worlds, is_open=open_preview))
    app.register_blueprint(rehearsal_routes(worlds))
    app.register_blueprint(public_zone(site.reader, packed=site.packed))

    def trusted() -> bool:
        return holds_key(site, request) or (open_preview and is_local(site, request))

    measure(app, site.reader, trusted)

    @app.get("/")
    def root() -> Response:
        """Lead people at this machine to the preview; for others there is nothing."""
        if not trusted():
            abort(404)
        return Response("", 302, {"Location": "/preview/", "Cache-Control": "no-store"})

    app.register_error_handler(HTTPException, _refuse)
    app.register_error_handler(SyndicatorError, _unreachable)
    app.register_error_handler(Exception, _fail)
    app.after_request(_harden)
    return app


def plain(status: int, message: str = "") -> Response:
    """Return a failure as one line of text; the same status has the same body everywhere."""
    text = message or _MESSAGES.get(status, "The request cannot be answered")
    answer = Response(text + "\n", status, content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _refuse(error: HTTPException) -> Response:
    """Answer what the protocol refuses; nothing of the request comes back."""
    status = error.code or NotFound.code
    answer = plain(status)
    for name, value in error.get_headers():
        if name in {"Allow", "Content-Range"}:
            answer.headers[name] = value
    return answer


def _unreachable(error: SyndicatorError) -> Response:
    """Answer for a store that cannot be read or is damaged; the log knows which."""
    _log.error("%s", error)
    answer = plain(503)
    answer.headers["Retry-After"] = "5"
    return answer


def _fail(error: Exception) -> Response:
    """Answer for a fault of ours: the log has the traceback, the client one line."""
    _log.error("unexpected failure while serving", exc_info=error)
    return plain(500, "Something went wrong here")


def _harden(answer: Response) -> Response:
    """Add what holds for every answer."""
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
