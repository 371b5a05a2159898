"""Velohaus: a small bicycle shop whose pages carry the manufacturer's aisle.

It is a partner's own site: it knows its products, prices and stock, and nothing of Syndicator but
the tag that it was given. Run it with

    python examples/partner_site/app.py --syndicator http://127.0.0.1:8080 --partner-key KEY

Every page also takes `?theme=dark`, `?lang=ar`, `?csp=strict` and `?way=`: `tag` (the script, the
default), `server` (the shop's server puts the product into the page, the script adopts it) or
`proxy` (all of it comes through a path of the shop itself). The foot of a page has them as links.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, g, redirect, render_template, request, session, url_for
from markupsafe import Markup

HERE = Path(__file__).resolve().parent
WORDS: dict[str, dict[str, str]] = json.loads((HERE / "words.json").read_text("utf-8"))
PROXY = "/norrvind"
"""The path under which the shop passes on the publisher's files."""
PATIENCE = 1.0
"""Seconds that the shop waits for the publisher before it shows its own words."""
USUAL = {"way": "tag", "lang": "de", "theme": "light", "csp": "off"}
"""How a page is shown if its address says nothing else."""
SWITCHES = [("lang", "de", "Deutsch"), ("lang", "ar", "العربية"), ("theme", "light", "light")]
SWITCHES += [("theme", "dark", "dark"), ("csp", "off", "lax"), ("csp", "strict", "strict")]
SWITCHES += [("way", way, way) for way in ("tag", "server", "proxy")]
"""What the foot of a page offers: a parameter, its value, and a word or its name."""

Product = dict[str, Any]


def money(amount: str) -> Markup:
    """Write an amount as the reader does, `1.899,00 €` in German, in text of any direction."""
    whole = f"{float(amount):,.2f}"
    if g.lang == "de":
        whole = whole.translate(str.maketrans(",.", ".,"))
    return Markup("<bdi>{} €</bdi>").format(whole)


def said(product: Product, name: str) -> str:
    """Return the shop's own words about a product, in the reader's language where it has them."""
    return str(product.get(g.lang, {}).get(name, product.get(name, "")))


def offers(products: Iterable[Product], *, featured: bool = False) -> Markup:
    """Return the block that tells the aisle the shop's prices: data, which every policy allows."""
    known = [product for product in products if "sku" in product]
    told: dict[str, Any] = {
        "offers": {
            product["sku"]: {
                "price": product["price"],
                "currency": "EUR",
                "delivery": said(product, "availability"),
            }
            for product in known
        }
    }
    if featured:
        told["featured"] = [product["sku"] for product in known]
    text = json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")
    data = Markup(text)  # noqa: S704  it cannot close its element
    return Markup('<script type="application/syndicator+json">{}</script>').format(data)


def switch(name: str, value: str) -> str:
    """Return the address of this page, seen in another way."""
    asked = {**request.args, name: value}
    kept = {key: told for key, told in asked.items() if told != USUAL.get(key)}
    return url_for(request.endpoint or "home", **(request.view_args or {}), **kept)


def create_app(syndicator: str, partner_key: str, products: Path = HERE / "products.json") -> Flask:
    """Return the shop.

    `syndicator` is the address of the public zone that the tag names; `products` is the shop's own
    list, a JSON file of `{"products": [{"slug", "sku", "title", "price", ...}]}`.
    """
    app = Flask("velohaus", root_path=str(HERE))
    app.secret_key = "a demonstration keeps no secrets"  # noqa: S105  only the cart's cookie
    engine = syndicator.rstrip("/") + "/"
    shelf = {one["slug"]: one for one in json.loads(products.read_text("utf-8"))["products"]}
    app.jinja_env.filters["money"] = money
    app.jinja_env.globals.update(
        partner_key=partner_key, shelf=list(shelf.values()), said=said, offers=offers, switch=switch
    )
    _choose(app, engine)
    _browse(app, shelf, _drawer(engine, partner_key))
    _pass_on(app, engine)
    _sell(app, shelf)
    return app


def _choose(app: Flask, engine: str) -> None:
    """Let every page be seen in each way, theme, language and under a strict policy."""

    @app.before_request
    def choose() -> None:
        asked = {name: request.args.get(name, usual) for name, usual in USUAL.items()}
        g.way, g.lang, g.theme = asked["way"], asked["lang"], asked["theme"]
        g.dir = "rtl" if g.lang == "ar" else "ltr"
        g.strict = asked["csp"] == "strict"
        g.source = PROXY if g.way == "proxy" else engine.rstrip("/")

    @app.context_processor
    def chosen() -> dict[str, Any]:
        words = WORDS.get(g.lang, WORDS["de"])
        return {
            "chosen": {name: request.args[name] for name in USUAL if name in request.args},
            "words": words,
            "usual": USUAL,
            "switches": [(name, value, words.get(word, word)) for name, value, word in SWITCHES],
            "in_cart": sum(session.get("cart", {}).values()),
        }

    @app.after_request
    def restrict(answer: Response) -> Response:
        if g.strict:
            origin = "" if g.way == "proxy" else f" {engine.rstrip('/')}"
            answer.headers["Content-Security-Policy"] = (
                f"default-src 'none'; script-src 'self'{origin}; style-src 'self'{origin}; "
                f"img-src 'self' data:{origin}; connect-src 'self'{origin}; form-action 'self'; "
                "base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
            )
        return answer


def _drawer(engine: str, partner_key: str) -> Callable[[Product], str | None]:
    """Return how the shop's server draws a product: with `includes/aisle.py`, from files alone."""
    spec = importlib.util.spec_from_file_location("aisle_include", HERE / "includes" / "aisle.py")
    if spec is None or spec.loader is None:
        raise ImportError("includes/aisle.py")
    include = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(include)
    aisles = {linked: include.Aisle(engine, partner_key, linked=linked) for linked in (False, True)}

    def drawn(product: Product) -> str | None:
        """Return the product as HTML, or None: then the tag and the shop's own words stand."""
        key = (
            f"sku:{product['sku']}" if "sku" in product else f"gtin:{product.get('gtin', ''):0>14}"
        )
        form = render_template("buy.html", product=product) if "sku" in product else ""
        html: str | None = aisles[g.strict].html(key, g.lang, form)
        return html

    return drawn


def _browse(app: Flask, shelf: dict[str, Product], drawn: Callable[[Product], str | None]) -> None:
    """Add the pages that shoppers read."""

    @app.get("/")
    def home() -> str:
        return render_template("home.html")

    @app.get("/p/<slug>")
    def product(slug: str) -> str:
        if slug not in shelf:
            abort(404)
        shown = shelf[slug]
        html = drawn(shown) if g.way == "server" else None
        return render_template("product.html", product=shown, drawn=html)

    @app.get("/c/<name>")
    def category(name: str) -> str:
        """List what the shop sells of a kind, and compare it side by side."""
        listed = [one for one in shelf.values() if one.get("category") == name]
        if not listed:
            abort(404)
        return render_template("category.html", name=name, listed=listed)

    @app.get("/brand")
    def brand() -> str:
        """Show all that the manufacturer lets this shop show."""
        return render_template("brand.html")


def _pass_on(app: Flask, engine: str) -> None:
    """Add the path under which the publisher's files come from the shop itself."""

    @app.get(f"{PROXY}/<path:key>")
    def passed_on(key: str) -> Response:
        """Pass on one public file: shoppers then ask nobody but the shop."""
        try:
            address = engine + urllib.parse.quote(key)
            with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
                kept = answer.headers.get("Cache-Control", "no-store")
                kind = answer.headers.get("Content-Type", "")
                return Response(answer.read(), content_type=kind, headers={"Cache-Control": kept})
        except (urllib.error.URLError, TimeoutError):
            abort(404)


def _sell(app: Flask, shelf: dict[str, Product]) -> None:
    """Add the cart, which takes what the shop's own buttons and the aisle's button send."""

    @app.post("/cart")
    def add() -> Any:  # noqa: ANN401  a redirect for a form, else the count for the shop's script
        told = request.form or request.get_json(silent=True, force=True) or {}
        bought = next((one for one in shelf.values() if one.get("sku") == told.get("sku")), None)
        quantity = str(told.get("quantity", 1))
        if bought is None or not quantity.isdecimal():
            abort(404)
        cart = dict(session.get("cart", {}))
        cart[bought["slug"]] = cart.get(bought["slug"], 0) + max(1, int(quantity))
        session["cart"] = cart
        if request.form:
            return redirect(url_for("cart", **request.args), 303)
        return Response(json.dumps({"count": sum(cart.values())}), content_type="application/json")

    @app.post("/cart/remove/<slug>")
    def remove(slug: str) -> Any:  # noqa: ANN401  a redirect
        session["cart"] = {
            one: count for one, count in session.get("cart", {}).items() if one != slug
        }
        return redirect(url_for("cart", **request.args))

    @app.get("/cart")
    def cart() -> str:
        lines = [
            (shelf[slug], count) for slug, count in session.get("cart", {}).items() if slug in shelf
        ]
        total = sum(float(one["price"]) * count for one, count in lines)
        return render_template("cart.html", lines=lines, total=total)


def main() -> None:
    """Serve the shop on loopback until it is interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--syndicator", default="http://127.0.0.1:8080", help="where the publisher serves"
    )
    parser.add_argument("--partner-key", required=True, help="the key that the publisher gave")
    parser.add_argument(
        "--products", type=Path, default=HERE / "products.json", help="the shop's own list"
    )
    parser.add_argument("--port", type=int, default=8090)
    options = parser.parse_args()
    app = create_app(options.syndicator, options.partner_key, options.products)
    print(f"Velohaus is open at http://localhost:{options.port}/", flush=True)
    app.run(host="127.0.0.1", port=options.port)


if __name__ == "__main__":
    main()
