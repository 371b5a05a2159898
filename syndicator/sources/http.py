"""Content over HTTP: asked for only if it changed, resumed where it broke, never from inside.

A fetched file is kept under `.syndicator/http/` with what the server said of its version. Requests
go to public addresses only; the check is made on the connected socket, so neither a redirect nor
a name that resolves differently the second time gets around it. Headers that carry secrets name
them as `${VARIABLE}`; messages show neither headers nor their values.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec
import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from syndicator.catalog.shapes import warn
from syndicator.errors import Origin, Problem
from syndicator.sources.places import is_address
from syndicator.sources.spec import SourceSpec

FOLDER = Path(".syndicator") / "http"
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_RETRIED = frozenset({429, 500, 502, 503, 504})
_CHUNK = 16 * 1024
_OK, _PARTIAL, _NOT_MODIFIED, _RANGE = 200, 206, 304, 416
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost; times are seconds."""

    size: int = 1024 * 1024 * 1024
    connect: float = 5.0
    silence: float = 20.0
    """Longest wait for the next bytes."""
    total: float = 600.0
    redirects: int = 5
    attempts: int = 4
    pause: float = 0.5
    """Before the second attempt; doubled before each further one."""


class _Held(msgspec.Struct):
    """What is known of a kept file."""

    url: str
    etag: str = ""
    modified: str = ""


class _FetchError(Exception):
    """The content cannot be had; `again` says whether another attempt makes sense."""

    def __init__(self, code: str, message: str, *, again: bool = False, pause: float = 0.0) -> None:
        super().__init__(message)
        self.code, self.again, self.pause = code, again, pause


def fetch(
    root: Path,
    url: str,
    options: Mapping[str, str],
    environment: Mapping[str, str],
    limits: Limits = Limits(),
) -> tuple[Path | None, list[Problem]]:
    """Return the local copy of `url`, asked for only if it changed, and what went wrong.

    Options: `header` (`Name: value`, with `${VARIABLE}` from `environment`), and `allow`, hosts
    (`name:port`, separated by spaces) that may be private. Where the server cannot be reached,
    an older copy serves, with a warning.
    """
    origin = Origin(url)
    try:
        headers = _headers(url, options.get("header", ""), environment)
    except _FetchError as error:
        fix = "Put secrets into the option header, as ${VARIABLE}"
        return None, [Problem(error.code, str(error), origin, fix=fix)]
    place = _place(root, url)
    place.parent.mkdir(parents=True, exist_ok=True)
    job = _Job(place, url, headers, frozenset(options.get("allow", "").split()), limits)
    try:
        job.run()
    except _FetchError as error:
        if error.again and place.exists():
            return place, [warn(error.code, f"{error}; an older copy is used", origin)]
        return None, [Problem(error.code, str(error), origin)]
    finally:
        job.session.close()
    return place, []


def bring(
    root: Path, spec: SourceSpec, environment: Mapping[str, str]
) -> tuple[SourceSpec | None, list[Problem]]:
    """Return a source that can be read here, fetched if it is an address; nothing if it cannot."""
    if not is_address(spec.path):
        return spec, []
    copy, problems = fetch(root, spec.path, spec.options, environment)
    return (replace(spec, local=str(copy.resolve())) if copy else None), problems


def copy_of(root: Path, url: str) -> Path | None:
    """Return the local copy of `url` that an earlier fetch left, if there is one."""
    place = _place(root, url)
    return place if place.is_file() else None


def _headers(url: str, written: str, environment: Mapping[str, str]) -> dict[str, str]:
    if urlsplit(url).username:
        raise _FetchError("secret-in-address", "the address holds a user name or password")
    if not written:
        return {}
    name, colon, value = written.partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z0-9-]+", name.strip()):
        raise _FetchError("header", "the option header is not `Name: value`")
    if missing := [v for v in _VARIABLE.findall(value) if not environment.get(v)]:
        raise _FetchError("missing-secret", f"the environment has no {', '.join(missing)}")
    return {name.strip(): _VARIABLE.sub(lambda found: environment[found[1]], value.strip())}


def _place(root: Path, url: str) -> Path:
    parts = urlsplit(url)
    name = re.sub(r"[^A-Za-z0-9._-]", "_", Path(parts.path).name)[-80:] or "content"
    digest = hashlib.sha256(url.encode()).hexdigest()[:16]
    return root / FOLDER / f"{digest}-{name}"


class _Job:
    """One fetch with its attempts, its partial file and its time."""

    def __init__(
        self,
        place: Path,
        url: str,
        headers: dict[str, str],
        allowed: frozenset[str],
        limits: Limits,
    ) -> None:
        self.place, self.url, self.headers, self.limits = place, url, headers, limits
        self.part = place.with_name(place.name + ".part")
        self.facts = place.with_name(place.name + ".json")
        self.part_facts = place.with_name(place.name + ".part.json")
        self.session = _session(allowed)
        self.end = time.monotonic() + limits.total

    def run(self) -> None:
        """Fetch, with pauses between attempts; raises the last failure."""
        pause = self.limits.pause
        for attempt in range(1, self.limits.attempts + 1):
            try:
                self.attempt()
            except _FetchError as error:
                if not error.again or attempt == self.limits.attempts:
                    raise
                wait = min(max(error.pause, pause), max(self.end - time.monotonic(), 0))
                time.sleep(wait)
                pause *= 2
            else:
                return

    def attempt(self) -> None:
        """Ask once; a partial file is continued if the server still has the same version."""
        held, begun = _facts(self.facts), _facts(self.part_facts)
        conditions: dict[str, str] = {}
        resumed = bool(begun and begun.etag and self.part.exists())
        if resumed and begun:
            conditions = {"Range": f"bytes={self.part.stat().st_size}-", "If-Range": begun.etag}
        elif held and self.place.exists():
            conditions = {"If-None-Match": held.etag, "If-Modified-Since": held.modified}
        conditions = {key: value for key, value in conditions.items() if value}
        with self.answer({**conditions, "Accept-Encoding": "identity"}) as answer:
            self.take(answer)

    def take(self, answer: requests.Response) -> None:
        """Use an answer: nothing new, a whole file, or the rest of one."""
        status = answer.status_code
        if status == _NOT_MODIFIED and self.place.exists():
            return
        if status == _RANGE or (status == _PARTIAL and not self.continues(answer)):
            self.part.unlink(missing_ok=True)
            raise _FetchError("http", "the partial file no longer fits", again=True)
        if status not in {_OK, _PARTIAL}:
            told = f"the server answered {status} {answer.reason}"
            pause = min(_number(answer, "Retry-After") or 0, 60)
            raise _FetchError("http", told, again=status in _RETRIED, pause=pause)
        etag, modified = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
        facts = _Held(self.url, etag if not etag.startswith("W/") else "", modified)
        self.part_facts.write_bytes(msgspec.json.encode(facts))
        self.store(answer, append=status == _PARTIAL)
        self.facts.write_bytes(msgspec.json.encode(_Held(self.url, etag, modified)))
        self.part.replace(self.place)
        self.part_facts.unlink(missing_ok=True)

    def continues(self, answer: requests.Response) -> bool:
        """Tell whether a partial answer begins where the partial file ends, as it was asked to."""
        begin = re.match(r"bytes ([0-9]{1,15})-", answer.headers.get("Content-Range", ""))
        size = self.part.stat().st_size if self.part.exists() else None
        return begin is not None and int(begin[1]) == size

    def store(self, answer: requests.Response, *, append: bool) -> None:
        """Write the body; a body shorter than announced is an error, one too long is cut off."""
        size = self.part.stat().st_size if append else 0
        announced = _number(answer, "Content-Length")
        if announced is not None and size + announced > self.limits.size:
            raise _FetchError("too-large", f"the content has more than {self.limits.size} bytes")
        expected = None if announced is None else size + announced
        with self.part.open("ab" if append else "wb") as file:
            for chunk in self.chunks(answer):
                size += len(chunk)
                if size > self.limits.size:
                    raise _FetchError(
                        "too-large", f"the content has more than {self.limits.size} bytes"
                    )
                file.write(chunk)
        if expected is not None and size != expected:
            raise _FetchError("truncated", f"{size} of {expected} bytes came", again=True)

    def chunks(self, answer: requests.Response) -> Iterator[bytes]:
        """Yield the body; silence and broken connections are failures that may pass."""
        try:
            for chunk in answer.iter_content(_CHUNK):
                if time.monotonic() > self.end:
                    raise _FetchError("timeout", f"it took longer than {self.limits.total:g} s")
                yield chunk
        except requests.RequestException as error:
            raise _FetchError(
                "truncated", f"the connection broke: {_told(error)}", again=True
            ) from None

    def answer(self, conditions: dict[str, str]) -> requests.Response:
        """Follow redirects by hand: secrets go to the first host only."""
        url, headers = self.url, {**self.headers, **conditions}
        for _ in range(self.limits.redirects + 1):
            answer = self.ask(url, headers)
            if answer.status_code not in _REDIRECTS:
                return answer
            answer.close()
            target = urljoin(url, answer.headers.get("Location", ""))
            if not is_address(target):
                raise _FetchError("redirect", "a redirect leads to no address of the web")
            if urlsplit(target).netloc != urlsplit(self.url).netloc or target.startswith(
                "http:"
            ) != url.startswith("http:"):
                headers = conditions
            url = target
        raise _FetchError("redirect", f"more than {self.limits.redirects} redirects")

    def ask(self, url: str, headers: dict[str, str]) -> requests.Response:
        """Send one request; what does not answer is a failure that may pass."""
        wait = (
            self.limits.connect,
            min(self.limits.silence, max(self.end - time.monotonic(), 0.1)),
        )
        try:
            return self.session.get(
                url, headers=headers, timeout=wait, stream=True, allow_redirects=False
            )
        except _PrivateError as error:
            raise _FetchError("private-address", str(error)) from None
        except requests.Timeout:
            raise _FetchError("timeout", "the server does not answer in time", again=True) from None
        except (requests.RequestException, OSError, ValueError) as error:
            raise _FetchError(
                "unreachable", f"the server cannot be reached: {_told(error)}", again=True
            ) from None


def _number(answer: requests.Response, header: str) -> int | None:
    """Return the number in a header; what is none, or beyond all sizes, counts as not said."""
    said = answer.headers.get(header, "").strip()
    return int(said) if re.fullmatch(r"[0-9]{1,15}", said) else None


def _told(error: Exception) -> str:
    """Name a failure without the address, whose query is nobody's business in a log."""
    return type(error).__name__


def _facts(path: Path) -> _Held | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Held)
    except (OSError, msgspec.MsgspecError):
        return None


# --- only public addresses ---------------------------------------------------------------


class _PrivateError(Exception):
    """A connection leads to an address that is not public."""


def _session(allowed: frozenset[str]) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # neither proxies nor .netrc of whoever runs this
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(allowed))
    return session


class _Adapter(HTTPAdapter):
    """Connects to public addresses, and to hosts that were allowed by name and port."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self.allowed = allowed
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **keywords: Any) -> None:  # noqa: ANN401  requests' own
        super().init_poolmanager(*arguments, **keywords)
        allowed = self.allowed

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                _check_name(self.host, self.port, allowed)
                return _guarded(super()._new_conn(), self.host, self.port, allowed)

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                _check_name(self.host, self.port, allowed)
                return _guarded(super()._new_conn(), self.host, self.port, allowed)

        plain = type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": Plain})
        secure = type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": Secure})
        self.poolmanager.pool_classes_by_scheme = {"http": plain, "https": secure}


def _check_name(host: str, port: int, allowed: frozenset[str]) -> None:
    """Refuse a name of which any address is private, so that not even a connection is tried.

    Raises:
        _PrivateError: An address is not public.
    """
    if f"{host}:{port}" in allowed:
        return
    for *_, place in socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM):
        _check_address(str(place[0]))


def _guarded(
    connection: socket.socket, host: str, port: int, allowed: frozenset[str]
) -> socket.socket:
    """Return a connected socket, unless its other end is not public; nothing was sent yet.

    The name is resolved again to connect, and can mean another address then.
    """
    try:
        if f"{host}:{port}" not in allowed:
            _check_address(str(connection.getpeername()[0]))
    except _PrivateError:
        connection.close()
        raise
    return connection


def _check_address(text: str) -> None:
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or address
    if not mapped.is_global or mapped.is_multicast:
        message = "the address is of a private network; the option allow can permit its host"
        raise _PrivateError(message)
