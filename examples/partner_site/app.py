"""Velohaus: a small bicycle shop whose product pages carry the manufacturer's aisle.

It is a partner's own site: it knows its products, prices and stock, and nothing of Syndicator but
the tag that it was given. Run it with

    python examples/partner_site/app.py --syndicator http://127.0.0.1:8080 --partner-key KEY
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from flask import Flask, abort, render_template

HERE = Path(__file__).resolve().parent
CURRENCIES = {"EUR": "€", "CHF": "CHF", "USD": "$"}


def money(amount: str, currency: str = "EUR") -> str:
    """Write an amount as a German shopper reads it: `1.899,00 €`."""
    whole = f"{float(amount):,.2f}".translate(str.maketrans(",.", ".,"))
    return f"{whole} {CURRENCIES.get(currency, currency)}"


def create_app(syndicator: str, partner_key: str, products: Path = HERE / "products.json") -> Flask:
    """Return the shop.

    `syndicator` is the address of the public zone that the tag names; `products` is the shop's own
    list, a JSON file of `{"products": [{"slug", "sku", "title", "price", ...}]}`.
    """
    app = Flask("velohaus", root_path=str(HERE))
    shelf: dict[str, dict[str, Any]] = {
        product["slug"]: product for product in json.loads(products.read_text("utf-8"))["products"]
    }
    app.jinja_env.filters["money"] = money
    app.jinja_env.globals.update(
        syndicator=syndicator.rstrip("/"), partner_key=partner_key, shelf=shelf.values()
    )

    @app.get("/")
    def home() -> str:
        return render_template("home.html")

    @app.get("/p/<slug>")
    def product(slug: str) -> str:
        if slug not in shelf:
            abort(404)
        return render_template("product.html", product=shelf[slug])

    return app


def main() -> None:
    """Serve the shop on loopback until it is interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--syndicator", default="http://127.0.0.1:8080", help="where the publisher serves"
    )
    parser.add_argument(
        "--partner-key", required=True, help="the key that the publisher gave this shop"
    )
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
