"""The application on a port, by a production WSGI server (waitress)."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

THREADS = 8
_CONNECTIONS = 1000
"""Open at a time; others wait."""
_IDLE = 30
"""Seconds after which a silent connection is closed."""
_LARGEST_HEAD = 32 * 1024
"""Bytes of a request's line and headers."""
_LARGEST_BODY = 64 * 1024
"""Bytes; nobody sends anything to this server."""
_TICK = 0.25
"""Seconds until a wish to stop is seen."""
_PATIENCE = 10.0
"""Seconds that requests under way get to finish."""


class Server:
    """An application that listens from construction on; `run` answers until `stop`."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        """Bind the port; 0 takes a free one.

        Raises:
            OSError: The address is taken or not ours.
        """
        # Forwarding headers stay visible so that the preview can refuse what came through a proxy;
        # nothing trusts them.
        self._server: Any = create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            connection_limit=_CONNECTIONS,
            channel_timeout=_IDLE,
            max_request_header_size=_LARGEST_HEAD,
            max_request_body_size=_LARGEST_BODY,
            clear_untrusted_proxy_headers=False,
            expose_tracebacks=False,
        )
        self.host = host
        listeners = getattr(self._server, "effective_listen", None)
        self.port = int(listeners[0][1] if listeners else self._server.effective_port)
        self._sockets: dict[int, Any] = getattr(self._server, "map", None) or self._server._map  # noqa: SLF001  the loop is ours
        self._stopping = threading.Event()

    @property
    def url(self) -> str:
        """The address of the server's root."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    def run(self) -> None:
        """Answer requests until `stop`; then take no more, finish what is under way, and return."""
        try:
            while not self._stopping.is_set():
                wasyncore.loop(timeout=_TICK, map=self._sockets, count=1)
        except KeyboardInterrupt:
            self._stopping.set()
        self._drain()
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._sockets)

    def stop(self) -> None:
        """Ask `run` to return; may be called from any thread and from a signal handler."""
        self._stopping.set()

    def _drain(self) -> None:
        """Close the door and give the requests under way time to finish."""
        for listener in list(self._sockets.values()):
            if getattr(listener, "accepting", False):
                listener.accepting = False
                listener.socket.close()
                listener.del_channel(self._sockets)
        for _ in range(int(_PATIENCE / _TICK)):
            if not any(_is_busy(socket) for socket in self._sockets.values()):
                break
            wasyncore.loop(timeout=_TICK, map=self._sockets, count=1)


def _is_busy(socket: Any) -> bool:  # noqa: ANN401  a waitress dispatcher, which has no types
    """Tell whether a connection has requests to answer or bytes to send."""
    return bool(getattr(socket, "requests", ())) or getattr(socket, "total_outbufs_len", 0) > 0


def serve(app: Flask, host: str, port: int) -> None:
    """Serve until SIGTERM or an interrupt, then finish what is under way and return.

    Raises:
        OSError: The address is taken or not ours.
    """
    server = Server(app, host, port)
    # waitress warns whenever a request waits for a thread, which is what a queue is for.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: server.stop())
    server.run()
