"""Velohaus: a small bicycle shop whose pages carry the manufacturer's aisle.

It is a partner's own site: it knows its products, prices and stock, and nothing of Syndicator but
the tag that it was given. Run it with

    python examples/partner_site/app.py --syndicator http://127.0.0.1:8080 --partner-key KEY

Every page also takes `?theme=dark`, `?lang=ar` (or another language), `?csp=strict` and `?way=`:
`tag` (the script, the default), `server` (the shop's server includes the product, the script adopts
it) or `proxy` (all of it comes through a path of the shop itself).
"""

from __future__ import annotations

import argparse
import json
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, g, render_template, request, session

HERE = Path(__file__).resolve().parent
CURRENCIES = {"EUR": "€", "CHF": "CHF", "USD": "$"}
WAYS = ("tag", "server", "proxy")
PROXY = "/norrvind"
"""The path under which the shop passes on the publisher's files."""
PATIENCE = 1.0
"""Seconds that the shop waits for the publisher before it shows its own words."""
RIGHT_TO_LEFT = ("ar", "fa", "he", "ur")

Products = dict[str, dict[str, Any]]


def money(amount: str, currency: str = "EUR") -> str:
    """Write an amount as a German shopper reads it: `1.899,00 €`."""
    whole = f"{float(amount):,.2f}".translate(str.maketrans(",.", ".,"))
    return f"{whole} {CURRENCIES.get(currency, currency)}"


def fetch(address: str) -> tuple[bytes, str, str] | None:
    """Return what the publisher has there, its type and how long to keep it; None if it has not."""
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            kept = answer.headers.get("Cache-Control", "no-store")
            return answer.read(), answer.headers.get("Content-Type", ""), kept
    except (urllib.error.URLError, TimeoutError):
        return None


def create_app(syndicator: str, partner_key: str, products: Path = HERE / "products.json") -> Flask:
    """Return the shop.

    `syndicator` is the address of the public zone that the tag names; `products` is the shop's own
    list, a JSON file of `{"products": [{"slug", "sku", "title", "price", ...}]}`.
    """
    app = Flask("velohaus", root_path=str(HERE))
    app.secret_key = "a demonstration keeps no secrets"  # noqa: S105  only the cart's cookie
    engine = syndicator.rstrip("/")
    listed = json.loads(products.read_text("utf-8"))["products"]
    shelf: Products = {product["slug"]: product for product in listed}
    app.jinja_env.filters["money"] = money
    app.jinja_env.globals.update(partner_key=partner_key, shelf=list(shelf.values()))
    _choose(app, engine)
    _browse(app, engine, partner_key, shelf)
    _pass_on(app, engine)
    _sell(app, shelf)
    return app


def _choose(app: Flask, engine: str) -> None:
    """Let every page be seen in each way, theme, language and under a strict policy."""

    @app.before_request
    def choose() -> None:
        way = request.args.get("way", "tag")
        g.way = way if way in WAYS else "tag"
        g.lang = request.args.get("lang", "de")
        g.dir = "rtl" if g.lang.split("-")[0] in RIGHT_TO_LEFT else "ltr"
        g.theme = "dark" if request.args.get("theme") == "dark" else "light"
        g.source = PROXY if g.way == "proxy" else engine

    @app.context_processor
    def chosen() -> dict[str, Any]:
        kept = {
            name: request.args[name]
            for name in ("way", "lang", "theme", "csp")
            if name in request.args
        }
        return {"chosen": kept, "in_cart": len(session.get("cart", []))}

    @app.after_request
    def restrict(answer: Response) -> Response:
        if request.args.get("csp") == "strict":
            origin = "" if g.way == "proxy" else f" {engine}"
            answer.headers["Content-Security-Policy"] = (
                f"default-src 'none'; script-src 'self'{origin}; style-src 'self'{origin}; "
                f"img-src 'self' data:{origin}; connect-src 'self'{origin}; form-action 'self'; "
                "base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
            )
        return answer


def _browse(app: Flask, engine: str, partner_key: str, shelf: Products) -> None:
    """Add the pages that shoppers read."""

    @app.get("/")
    def home() -> str:
        return render_template("home.html")

    @app.get("/p/<slug>")
    def product(slug: str) -> str:
        if slug not in shelf:
            abort(404)
        shown = shelf[slug]
        drawn = _drawn(engine, partner_key, shown) if g.way == "server" else None
        return render_template("product.html", product=shown, drawn=drawn)

    @app.get("/compare")
    def compare() -> str:
        """Compare what the shop sells, side by side."""
        return render_template("compare.html")

    @app.get("/brand")
    def brand() -> str:
        """Show all that the manufacturer lets this shop show."""
        return render_template("brand.html")


def _pass_on(app: Flask, engine: str) -> None:
    """Add the path under which the publisher's files come from the shop itself."""

    @app.get(f"{PROXY}/<path:key>")
    def passed_on(key: str) -> Response:
        """Pass on one public file: shoppers then ask nobody but the shop."""
        found = fetch(f"{engine}/{urllib.parse.quote(key)}")
        if found is None:
            abort(404)
        return Response(found[0], content_type=found[1], headers={"Cache-Control": found[2]})


def _drawn(engine: str, partner_key: str, product: dict[str, Any]) -> str | None:
    """Return the product as the publisher draws it, or None: then the shop's own words stand."""
    wanted = {name: product[name] for name in ("sku", "gtin", "brand", "mpn") if name in product}
    form = "element-linked" if request.args.get("csp") == "strict" else "element"
    query = urllib.parse.urlencode({**wanted, "locale": g.lang, "as": form})
    found = fetch(f"{engine}/fragment/{urllib.parse.quote(partner_key)}?{query}")
    return found[0].decode() if found else None


def _sell(app: Flask, shelf: Products) -> None:
    """Add the cart, which takes what the shop's own button and the aisle's button send."""

    @app.post("/cart")
    def add() -> Response:
        sku = str(request.get_json(silent=True, force=True).get("sku", ""))
        bought = next((one for one in shelf.values() if one.get("sku") == sku), None)
        if bought is None:
            abort(404)
        session["cart"] = [*session.get("cart", []), bought["slug"]]
        return Response(
            json.dumps({"count": len(session["cart"])}), content_type="application/json"
        )

    @app.get("/cart")
    def cart() -> str:
        return render_template("cart.html", lines=[shelf[slug] for slug in session.get("cart", [])])


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
