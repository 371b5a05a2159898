"""The selector language outside of manifests: which products does a text name?"""

from __future__ import annotations

from datetime import datetime

from syndicator.catalog.model import Catalog
from syndicator.entitlement.assortment import Assortment
from syndicator.entitlement.checks import check_selector
from syndicator.entitlement.compiler import Compiler
from syndicator.entitlement.grammar import Mistake, parse_selector
from syndicator.entitlement.index import Index
from syndicator.entitlement.rules import Manifests, NamedSelector
from syndicator.errors import InvalidInputError, Origin, Problem, Severity

HERE = Origin("selector")


def select_products(catalog: Catalog, manifests: Manifests, text: str, now: datetime) -> Assortment:
    """Return the products that a selector names at an instant, in catalog order.

    `manifests` gives the named selectors and price lists. Cost: one pass over the catalog for
    each field in use.

    Raises:
        InvalidInputError: The text is no selector, or asks for what no product could have.
    """
    read = parse_selector(text)
    if isinstance(read, Mistake):
        message = f"{read.message}, at {read.place}"
        raise InvalidInputError(
            [Problem("selector", message, HERE, "", read.expected, read.found, read.fix)]
        )
    asked = NamedSelector(id="asked", selector=read, text=text, written=HERE, origin=HERE)
    problems = [
        problem
        for problem in check_selector(asked, manifests, catalog)
        if problem.severity is Severity.ERROR
    ]
    if problems:
        raise InvalidInputError(problems)
    index = Index(tuple(catalog.products.values()))
    named = {name: one.selector for name, one in manifests.selectors.items()}
    found = Compiler(index, named, now).products(read)
    return Assortment(found, index.order, index.positions)
