"""The deployment files do what they say, in a real nginx where there is one."""

from __future__ import annotations

import configparser
import gzip
import http.client
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import pytest
from flask import request

from syndicator.bundle import keys
from syndicator.cli import cli
from syndicator.feeds import feed_key
from syndicator.server import Server, create_app
from tests.server.published_site import MEDIA, NAMER, SCRIPT

NGINX = shutil.which(
    "nginx", path=f"{os.defpath}:/usr/sbin:/usr/local/sbin:{os.getenv('PATH', '')}"
)
needs_nginx = pytest.mark.skipif(NGINX is None, reason="no nginx on this machine")


@pytest.fixture
def deploy(repository: Path) -> Path:
    return repository / "publish" / "deploy"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def nginx(folder: Path, inside_http: str, port: int):
    """Run nginx with a configuration of ours around the shipped one; loopback only."""
    folder.mkdir()
    around = f"""
        daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
        events {{}}
        http {{
            access_log off;
            client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
            fastcgi_temp_path {folder}/fcgi; uwsgi_temp_path {folder}/uwsgi;
            scgi_temp_path {folder}/scgi;
            {inside_http}
        }}
    """
    (folder / "nginx.conf").write_text(around)
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def local(text: str, port: int) -> str:
    """The shipped server block without TLS, on a port of loopback."""
    text = re.sub(r"listen 443 ssl http2;", f"listen 127.0.0.1:{port};", text)
    return re.sub(r"ssl_certificate.*;", "", text).replace("brotli_static on;", "")


@contextmanager
def origin(folder: Path, deploy: Path, app):
    """The server with the shipped nginx before it."""
    server, port = Server(app, "127.0.0.1", 0), free_port()
    thread = threading.Thread(target=server.run)
    thread.start()
    text = local((deploy / "nginx-origin.conf").read_text(), port)
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{server.port}")
    text = text.replace("/var/cache/nginx/syndicator", str(folder / "cache"))
    try:
        with nginx(folder, text, port):
            yield port
    finally:
        server.stop()
        thread.join(20)


def get(port: int, path: str, **headers: str):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(
        "GET", path, headers={name.replace("_", "-"): v for name, v in headers.items()}
    )
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer, data


@needs_nginx
def test_nginx_before_the_server_passes_the_public_zone_and_nothing_closed(
    tmp_path, deploy, folder
):
    seen = []
    app = create_app(folder.site(), open_preview=True)
    app.before_request(lambda: seen.append(request.path))
    with origin(tmp_path / "origin", deploy, app) as port:
        for _ in range(3):
            answer, data = get(port, folder.page("de"), Accept_Encoding="gzip, deflate")
            assert answer.status == 200
            assert b"Fjord" in gzip.decompress(data)
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert len(seen) == 1, "what is immutable is asked for once"
        plain, data = get(port, folder.page("de"))
        assert "Content-Encoding" not in plain.headers
        part, data = get(port, f"/{MEDIA}.pdf", Range="bytes=1-3")
        assert (part.status, data) == (206, b"\x01\x02\x03")
        key = feed_key(NAMER, "velohaus", "atom")
        assert get(port, f"/feeds/velohaus/atom.atom?key={key}")[1] == b"<feed/>"
        handle = keys.partner_handle(NAMER, "velohaus")
        assert b"Fjord" in get(port, f"/fragment/{handle}?sku=NV-1")[1]
        for closed in ("/preview/", "/metrics", "/private/refs/live", "/o/../private/refs/live"):
            assert get(port, closed)[0].status == 404


@needs_nginx
def test_nginx_alone_sends_the_headers_that_the_server_sends(tmp_path, deploy, folder):
    port = free_port()
    text = local((deploy / "nginx-static.conf").read_text(), port)
    text = text.replace("/srv/syndicator/build/site/public", str(folder.target.root / "public"))
    ours = create_app(folder.site()).test_client()
    paths = (folder.page("de"), folder.head("de"), folder.entry, f"/{SCRIPT}", f"/{MEDIA}.svg")
    with nginx(tmp_path / "static", text, port):
        for path in (*paths, "/w/aisle/latest/aisle.js", f"/{MEDIA}.pdf"):
            answer, data = get(port, path, Accept_Encoding="gzip")
            same = ours.get(path, headers={"Accept-Encoding": "gzip"})
            assert (answer.status, data) == (200, same.data)
            for name in (
                "Cache-Control",
                "Content-Type",
                "Content-Encoding",
                "Content-Security-Policy",
                "Access-Control-Allow-Origin",
                "Cross-Origin-Resource-Policy",
                "X-Content-Type-Options",
            ):
                assert answer.headers.get(name) == same.headers.get(name), (path, name)
        for closed in ("/o/../../private/refs/live", "/.lock", "/o/", "/private/refs/live"):
            assert get(port, closed)[0].status in {400, 404}


@needs_nginx
def test_a_partner_serves_the_aisle_from_its_own_address(tmp_path, deploy, folder):
    app = create_app(folder.site())
    seen = []
    app.before_request(lambda: seen.append(dict(request.headers)))
    with ExitStack() as stack:
        behind = stack.enter_context(origin(tmp_path / "origin", deploy, app))
        port = free_port()
        text = (deploy / "nginx-partner.conf").read_text()
        text = text.replace("https://content.norrvind.example/", f"http://127.0.0.1:{behind}/")
        around = f"""
            proxy_cache_path {tmp_path}/norrvind keys_zone=norrvind:1m;
            server {{ listen 127.0.0.1:{port}; {text} location / {{ return 404; }} }}
        """
        stack.enter_context(nginx(tmp_path / "partner", around, port))
        private = {"Cookie": "session=1", "Referer": "https://shop.example/x", "User_Agent": "me"}
        for _ in range(2):
            answer, data = get(port, f"/norrvind{folder.head('de')}", **private)
            assert answer.status == 200
            assert b'"count":2' in data
        assert len(seen) == 1, "the partner's cache answers the second shopper"
        handle = keys.partner_handle(NAMER, "velohaus")
        for sku, title in (("NV-1", b"Fjord"), ("NV/2", b"Keld")):
            assert title in get(port, f"/norrvind/fragment/{handle}?sku={sku}", **private)[1]
        for name in ("Cookie", "Referer", "User-Agent", "Authorization"):
            assert not seen[0].get(name), f"{name} left the shop"
        for closed in ("feeds/velohaus/atom.atom", "preview/", "private/refs/live", "e/%0d%0ax"):
            assert get(port, f"/norrvind/{closed}")[0].status == 404


UNITS = (
    "syndicator.service",
    "syndicator-watch.service",
    "syndicator-publish.service",
    "syndicator-publish.timer",
)


@pytest.mark.parametrize("name", UNITS)
def test_units_parse_and_name_real_commands(deploy, name):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read_string((deploy / name).read_text())
    assert unit["Unit"]["Description"]
    if "Service" in unit:
        command = unit["Service"]["ExecStart"].split()
        assert command[0] == "/opt/syndicator/bin/syndicator"
        found = cli.get_command(click.Context(cli), command[1])
        assert found
        options = {option for one in found.params for option in one.opts}
        assert {word for word in command[2:] if word.startswith("--")} <= options


def test_systemd_accepts_the_units(deploy, tmp_path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd here to ask")
    for name in UNITS:
        text = (deploy / name).read_text().replace("/opt/syndicator/bin/syndicator", "/bin/true")
        (tmp_path / name).write_text(text)
    places = [str(tmp_path / name) for name in UNITS]
    said = subprocess.run(
        [analyze, "verify", "--man=no", *places], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    assert not [line for line in said.stderr.splitlines() if str(tmp_path) in line], said.stderr


def test_every_file_is_described(deploy):
    text = (deploy / "README.md").read_text("utf-8")
    for path in deploy.iterdir():
        assert path.name == "README.md" or f"`{path.name}`" in text
