"""The shop's includes, run by PHP, Python, Node and nginx: from files alone, and by the server."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import threading
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from syndicator import canonical
from syndicator.bundle import EditionContent, PartnerEntry, keys, pack
from syndicator.bundle.signing import Signer
from syndicator.bundle.trees import FAN_OUT
from syndicator.entitlement.model import Edition
from syndicator.rendering import draw, finish_all
from syndicator.server import Server, Site, create_app
from syndicator.targets import DirectoryTarget, blob, publish
from syndicator.widgets import find_widgets
from tests.server.published_site import NAMER, NOW
from tests.server.test_deploy import NGINX, free_port, nginx

HANDLE = keys.partner_handle(NAMER, "velohaus")
MANY = 1_600
"""Products of the large edition: two levels of tables, lookups beside the head."""
WAYS = [
    "python",
    pytest.param("php", marks=pytest.mark.skipif(not shutil.which("php"), reason="no PHP here")),
    pytest.param("node", marks=pytest.mark.skipif(not shutil.which("node"), reason="no Node here")),
]


def document(sku: str, **more: Any) -> bytes:
    told = {"sku": sku, "brand": "Norrvind", "title": f"Title of <{sku}> \0 \\u0000", **more}
    return canonical.encode(told)


def content(locale: str, documents: dict[str, bytes], words: dict[str, str], look) -> Any:
    drawn = {sku: draw(one, locale=locale, words=words) for sku, one in documents.items()}
    edition = Edition(locale, locale, tuple(documents), ("velohaus",))
    return EditionContent(edition, finish_all(documents), drawn=drawn, look=look)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> DirectoryTarget:
    """A small edition and one with trees, drawn, beside the real aisle."""
    aisle = next(found for found in find_widgets() if found.id == "aisle")
    words = json.loads(aisle.files["words.de.json"])
    look = (f"w/aisle/{aisle.fingerprint}/aisle.css", aisle.integrity["aisle.css"])
    hero = {"src": "m/0f/picture.svg", "alt": "\\u0000 alt", "role": "hero"}
    small = {
        "NV-1": document("NV-1", gtin="04006381333931", mpn="FJ7", media=[hero]),
        "NV/2": document("NV/2"),
    }
    many = {f"S-{number:04}": document(f"S-{number:04}") for number in range(MANY)}
    large = content("fr", {}, words, look)
    plain = b'{"html":["<p>%s","</p>"],"keys":["sku:%s"]}'
    large = EditionContent(
        Edition("fr", "fr", tuple(many), ("velohaus",)),
        finish_all({sku: one[:-1] + b',"x":"%s"}' % (b"x" * 1000) for sku, one in many.items()}),
        drawn={sku: plain % (sku.encode(), sku.lower().encode()) for sku in many},
        look=look,
    )
    target = DirectoryTarget(tmp_path_factory.mktemp("drawn") / "site")
    partner = PartnerEntry("Norrvind", "de", {"de": "de", "fr": "fr"})
    contents = [content("de", small, words, look), large]
    build = pack(contents, (*small, *many), NAMER, partners={"velohaus": partner})
    publish(target, build, now=NOW, nonce="drawn", asset=lambda key: key.encode())
    target.write(blob(f"public/{key}", data) for key, data in aisle.keys().items())
    return target


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        pass


@contextmanager
def files(folder: Path):
    """Serve files and nothing else, as any web server would."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def root(site):
    with files(site.root / "public") as address:
        yield address


@pytest.fixture(scope="module")
def includes(request) -> Path:
    return request.config.rootpath / "examples" / "partner_site" / "includes"


@pytest.fixture(scope="module")
def module(includes: Path):
    spec = importlib.util.spec_from_file_location("aisle_include", includes / "aisle.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture
def include(module, includes: Path):
    """Ask one of the includes for products, each `[key, locale]`; returns their HTML or None."""

    def ask(
        way: str,
        root: str,
        asked: list[list[str]],
        public: str = "",
        *,
        linked: bool = False,
        trusted: str = "",
    ):
        if way == "python":
            aisle = module.Aisle(root, HANDLE, public, linked, trusted)
            return [aisle.html(*one) for one in asked]
        told = json.dumps([root, HANDLE, public, linked, trusted, asked])
        if way == "php":
            code = (
                f"require '{includes}/aisle.php'; [$r, $k, $p, $l, $t, $asked] ="
                "json_decode($argv[1], true);"
                "$a = new Aisle($r, $k, $p, $l, trusted: $t);"
                "echo json_encode(array_map(fn ($one) => $a->html(...$one), $asked));"
            )
            command = ["php", "-d", "error_reporting=-1", "-r", code, told]
        else:
            code = (
                f"import {{ Aisle }} from '{includes}/aisle.mjs';"
                "const [r, k, p, linked, trusted, asked] = JSON.parse(process.argv[1]);"
                "const a = new Aisle(r, k, { public: p || undefined, linked, trusted });"
                "const said = [];"
                "for (const one of asked) said.push(await a.html(...one));"
                "console.log(JSON.stringify(said));"
            )
            command = ["node", "--input-type=module", "-e", code, told]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        return json.loads(done.stdout)

    return ask


@pytest.mark.parametrize("way", WAYS)
def test_a_product_comes_from_files_alone(include, way, root):
    asked = [
        ["sku:NV-1", "de"],
        ["gtin:04006381333931", "de-AT"],
        ["mpn:Norrvind|FJ7", "xx"],
        ["sku:NV/2", "de"],
    ]
    first, *others, second = include(way, root, asked)
    assert first.startswith(f'<div data-syndicator-partner="{HANDLE}"><syndicator-aisle sku="NV-1"')
    assert '<template shadowrootmode="open"><style>' in first
    assert "Title of &lt;NV-1&gt;" in first
    assert "\\u0000</h2>" in first, "what looks like a mark and is none stays"
    assert "\\u0000 alt" in first
    assert first.count(f'"{root}m/0f/picture.svg"') == 2, "in the element and in the JSON-LD"
    assert "\0" not in first
    assert others == [first, first], "every identifier finds the same"
    assert "Title of &lt;NV/2&gt;" in second


@pytest.mark.parametrize("way", WAYS)
def test_the_shops_own_form_is_put_in(include, way, root):
    form = '<form slot="cart">Buy</form>'
    html, plain = include(way, root, [["sku:NV-1", "de", form], ["sku:NV-1", "de"]])
    assert f"</template>{form}</syndicator-aisle>" in html
    assert html.replace(form, "") == plain


@pytest.mark.parametrize("way", WAYS)
def test_a_large_edition_is_walked_down_its_trees(include, way, root, site):
    head = json.loads(site.read(keys.head(NAMER, "fr")))
    assert "lookups" in head
    assert "tables" in head, f"more than {FAN_OUT} pages"
    asked = [[f"sku:S-{number:04}", "fr"] for number in (0, 1, 799, 800, MANY - 1)]
    assert [re.findall(r"S-\d+", html) for html in include(way, root, asked)] == [
        [key.removeprefix("sku:")] for key, _ in asked
    ]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_not_there_leaves_the_shops_own_words(include, way, root):
    nobody = "http://127.0.0.1:1/"
    assert include(way, root, [["sku:NV-404", "de"], ["sku:S-0001", "de"]]) == [None, None]
    assert include(way, nobody, [["sku:NV-1", "de"]]) == [None]


@pytest.mark.parametrize("way", WAYS)
def test_a_changed_byte_is_refused(include, way, site, tmp_path):
    shutil.copytree(site.root / "public", tmp_path / "public")
    for path in (tmp_path / "public" / "o").rglob("*.json"):
        if path.read_bytes().startswith(b'{"drawn"'):
            path.write_bytes(path.read_bytes().replace(b"Title", b"Hacks"))
    with files(tmp_path / "public") as root:
        assert include(way, root, [["sku:NV-1", "de"]]) == [None]


@pytest.fixture(scope="module")
def forged(site, tmp_path_factory) -> dict[str, Path]:
    """The zone with another head, another entry, and a head without signature."""
    head, entry = keys.head(NAMER, "de"), f"public/p/{HANDLE}.json"
    changes = {
        "head": (head, rb'"generation":\d+', b'"generation":99'),
        "entry": (entry, rb'"default":"de"', b'"default":"fr"'),
        "unsigned": (head, rb'"ed25519":"[^"]+",', b""),
    }
    folders = {}
    for name, (key, pattern, text) in changes.items():
        folders[name] = folder = tmp_path_factory.mktemp(name)
        for part in ("e", "p"):
            shutil.copytree(site.root / "public" / part, folder / "public" / part)
        for part in ("o", "w", "m"):
            (folder / "public" / part).symlink_to(site.root / "public" / part)
        changed, count = re.subn(pattern, text, (folder / key).read_bytes())
        assert count == 1
        (folder / key).write_bytes(changed)
    return folders


@pytest.mark.parametrize("way", WAYS)
def test_what_the_publisher_did_not_sign_is_refused(include, way, root, forged):
    """Only by those who were told the publisher's key; what it signed is shown to them, too."""
    key, asked = Signer(NAMER).public_key, [["sku:NV-1", "de"]]
    (genuine,) = include(way, root, asked, trusted=key)
    assert "Title of" in genuine
    for name, folder in forged.items():
        with files(folder / "public") as address:
            assert include(way, address, asked, trusted=key) == [None], name
            if name == "head":
                assert include(way, address, asked) != [None], "nobody told its key"


def test_an_older_generation_does_not_take_the_place_of_a_newer(module, site, tmp_path):
    """A replayed head bears a good signature; the last good content stands."""
    entry, head = f"public/p/{HANDLE}.json", keys.head(NAMER, "de")
    zone = tmp_path / "site"
    shutil.copytree(site.root, zone)
    signer = Signer(NAMER)
    newer = {
        key: json.loads((zone / key).read_bytes()) | {"generation": 7} for key in (entry, head)
    }
    for key, told in newer.items():
        (zone / key).write_bytes(signer.sign(told))
    with files(zone / "public") as root:
        aisle = module.Aisle(root, HANDLE, trusted=signer.public_key)
        shown = aisle.html("sku:NV-1", "de")
        without = {name: value for name, value in newer[head].items() if name != "drawn"}
        for generation, expected in ((6, shown), (8, None)):
            (zone / head).write_bytes(signer.sign(without | {"generation": generation}))
            aisle._kept = {key: (0.0, data) for key, (_, data) in aisle._kept.items()}
            assert aisle.html("sku:NV-1", "de") == expected


FENCES = {"php": "php", "python": "python", "js": "node"}
"""The languages of the documentation's examples, and what runs them."""


@pytest.mark.parametrize("language", FENCES)
def test_the_examples_of_the_documentation_run(repository, site, tmp_path, language):
    """What a shop's page asks the publisher's server for is shown, else the shop's own words."""
    program = FENCES[language]
    if language != "python" and not shutil.which(program):
        pytest.skip(f"no {program} here")
    text = (repository / "docs" / "embed.md").read_text()
    blocks = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (block,) = [one for one in blocks if "/fragment/" in one]
    server = Server(create_app(Site(site, NAMER)), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        asked = [(server.url.rstrip("/"), "NV-1"), (server.url.rstrip("/"), "NV-404")]
        said = [
            _run(language, block, tmp_path, *one)
            for one in (*asked, ("http://127.0.0.1:1", "NV-1"))
        ]
    finally:
        server.stop()
        thread.join(20)
    assert "Title of &lt;NV-1&gt;" in said[0]
    assert said[1:] == ["Own words", "Own words"]


def _run(language: str, block: str, folder: Path, aisle: str, sku: str) -> str:
    """Run an example as a page would, and return what it shows."""
    if language == "python":
        told = {"aisle": aisle, "sku": sku, "key": HANDLE, "own_text": "Own words"}
        exec(block, told | {"requests": requests}, names := {})  # noqa: S102  our own documentation
        return str(names["html"])
    told = {"aisle": aisle, "sku": sku, "key": HANDLE}
    if language == "php":
        values = "".join(f"${name} = '{value}';" for name, value in told.items())
        path = folder / "page.php"
        path.write_text(f"<?php {values} $own_text = 'Own words'; ?>{block}")
        command = ["php", str(path)]
    else:
        values = "".join(f"const {name} = '{value}';" for name, value in told.items())
        code = f"{values} const ownText = 'Own words'; {block}; process.stdout.write(html);"
        command = ["node", "--input-type=module", "-e", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.rstrip("\n")


@pytest.mark.parametrize("way", WAYS)
def test_a_path_of_the_shop_and_a_strict_policy_are_served(include, way, root):
    (html,) = include(way, root, [["sku:NV-1", "de"]], "/norrvind/", linked=True)
    assert 'src="/norrvind/m/0f/picture.svg"' in html
    assert re.search(r'<link rel="stylesheet" href="/norrvind/w/aisle/\w+/aisle.css" integr', html)
    assert "<style>" not in html
    assert root not in html


def test_php_keeps_files_and_shows_the_last_good_one(includes, site, tmp_path):
    if not shutil.which("php"):
        pytest.skip("no PHP here")
    (tmp_path / "page.php").write_text(
        f"<?php require '{includes}/aisle.php';"
        f"$aisle = new Aisle($_GET['root'], '{HANDLE}', cache: '{tmp_path}');"
        "echo '<h1>Shop</h1>', $aisle->html('sku:NV-1', 'de') ?? '<p>Own words</p>';"
    )
    port = free_port()
    command = ["php", "-S", f"127.0.0.1:{port}", "-t", str(tmp_path)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        with files(site.root / "public") as root:
            fresh = _page(port, f"/page.php?root={root}")
        assert "Title of &lt;NV-1&gt;" in fresh
        assert _page(port, f"/page.php?root={root}") == fresh, "the publisher is away"
        assert _page(port, "/page.php?root=http://127.0.0.1:1/") == "<h1>Shop</h1><p>Own words</p>"
    finally:
        server.terminate()
        server.wait(10)


def _page(port: int, path: str) -> str:
    command = ["curl", "-s", "--retry", "30", "--retry-delay", "0", "--retry-connrefused"]
    command += ["--max-time", "20", f"http://127.0.0.1:{port}{path}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_mirror_writes_what_changed_and_forgets_what_is_gone(module, root, tmp_path):
    folder = tmp_path / "aisle"
    assert module.mirror(module.Aisle(root, HANDLE), "de", folder) == 2
    assert {path.name for path in folder.glob("*.html")} == {"nv-1.html", "nv%2F2.html"}
    (folder / "gone.html").write_text("old")
    assert module.mirror(module.Aisle(root, HANDLE), "de", folder) == 0, "nothing changed"
    (folder / ".version").write_text("older")
    assert module.mirror(module.Aisle(root, HANDLE), "de", folder) == 2
    assert not (folder / "gone.html").exists()


@pytest.mark.skipif(NGINX is None, reason="no nginx on this machine")
def test_nginx_puts_products_into_pages(module, includes, root, site, tmp_path):
    module.mirror(module.Aisle(root, HANDLE), "de", tmp_path / "aisle")
    pages = tmp_path / "pages"
    pages.mkdir()
    page = '<!--# block name="own" -->Own words<!--# endblock --><h1>Shop</h1>{}'
    told = {"file": "/aisle/nv-1.html", "no": "/aisle/nv-404.html"}
    told |= {"now": "/aisle-now/?sku=NV-1", "not": "/aisle-now/?sku=NV-404"}
    for name, address in told.items():
        text = page.format(f'<!--# include virtual="{address}" stub="own" -->')
        (pages / f"{name}.html").write_text(text)
    server, port = Server(create_app(Site(site, NAMER)), "127.0.0.1", 0), free_port()
    thread = threading.Thread(target=server.run)
    thread.start()
    text = (includes / "nginx.conf").read_text().replace("/srv/shop", str(tmp_path))
    text = text.replace("https://content.norrvind.example/", server.url)
    text = text.replace("YOUR-KEY", HANDLE)
    around = f"types {{ text/html html; }} server {{ listen 127.0.0.1:{port}; {text} }}"
    try:
        with ExitStack() as stack:
            stack.enter_context(nginx(tmp_path / "nginx", around, port))
            said = {name: _page(port, f"/{name}.html") for name in told}
            assert _page(port, "/aisle/nv-1.html") == "", "the pieces are no pages"
    finally:
        server.stop()
        thread.join(20)
    for name in ("file", "now"):
        assert said[name].startswith("<h1>Shop</h1>")
        assert "Title of &lt;NV-1&gt;" in said[name]
    for name in ("no", "not"):
        assert said[name] == "<h1>Shop</h1>Own words"
