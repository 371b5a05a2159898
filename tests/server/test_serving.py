"""A real server on a real port answers, and stops without dropping what it has begun."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from syndicator.server import Server, create_app


@contextmanager
def running(app):
    server = Server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(20)
        assert not thread.is_alive()


def get(server, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer, data


def test_a_request_is_answered_over_a_socket(folder):
    with running(create_app(folder.site())) as server:
        answer, data = get(server, folder.page("de"), **{"Accept-Encoding": "br"})
        assert answer.status == 200
        assert answer.headers["Content-Encoding"] == "br"
        assert int(answer.headers["Content-Length"]) == len(data)
        assert "Server" not in answer.headers


RAW = [
    b"GET /../private/refs/live HTTP/1.1",
    b"GET /o/../../private/refs/live HTTP/1.1",
    b"GET //private/refs/live HTTP/1.1",
    b"GET http://127.0.0.1/private/refs/live HTTP/1.1",
    b"GET /o/..%2f..%2fprivate%2frefs%2flive HTTP/1.1",
    b"GET /..\\private\\refs\\live HTTP/1.1",
]


@pytest.mark.parametrize("line", RAW)
def test_raw_paths_never_reach_the_private_zone(folder, line):
    with (
        running(create_app(folder.site())) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection,
    ):
        connection.sendall(line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.split(b" ")[1] in {b"404", b"400"}
    assert b"generation" not in answer


def test_what_has_begun_is_finished_when_the_server_stops(folder):
    app = create_app(folder.site())
    begun = threading.Event()

    @app.before_request
    def linger():
        begun.set()
        time.sleep(0.6)

    got = []
    with running(app) as server:
        client = threading.Thread(target=lambda: got.append(get(server, "/healthz")[0].status))
        client.start()
        assert begun.wait(5)
    client.join(5)
    assert got == [200]


def test_a_stopped_server_frees_its_port(folder):
    app = create_app(folder.site())
    with running(app) as server:
        port = server.port
    again = Server(app, "127.0.0.1", port)
    again.stop()
    again.run()
    assert again.port == port


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 40_000 + b"\r\n\r\n",
        b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
    ids=["large head", "large body", "no request"],
)
def test_what_is_too_large_or_no_request_is_refused(folder, request_):
    with (
        running(create_app(folder.site())) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection,
    ):
        connection.sendall(request_)
        status = connection.recv(65536).split(b" ")[1]
    assert status in {b"400", b"413", b"431"}
