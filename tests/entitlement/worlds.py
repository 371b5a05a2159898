"""Random worlds: a fixed catalog with much variety, and drawn manifests.

A drawn selector carries its meaning as a plain predicate beside its text, so that what judges the
engine knows nothing of the engine's parser, index or bitmaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import strategies as st

from syndicator.catalog.model import Catalog, Product, sort_key
from syndicator.errors import Origin
from syndicator.located import Located

DAYS = ["2026-03-01", "2026-03-29", "2026-06-01", "2026-10-25", "2027-01-01"]
INSTANTS = [*DAYS, "2026-03-29T01:30:00+01:00", "2026-06-01T00:00:00+09:00"]
ZONES = ["", "Europe/Berlin", "Asia/Tokyo", "America/New_York"]
CATEGORIES = ["bikes", "bikes/city", "bikes/e-bikes", "bikes/e-bikes/cargo", "parts", "partsbin"]


def instant(text, zone="UTC"):
    """The written meaning of a bound: a date is midnight in the zone, else it has an offset."""
    if len(text) == 10:
        midnight = datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone or "UTC"))
        return midnight.astimezone(UTC)
    return datetime.fromisoformat(text).astimezone(UTC)


def _product(n):  # noqa: C901  a table of variety, not a decision
    fields = {
        "sku": f"P{n:02d}",
        "brand": "ABC"[n % 3],
        "title": {"en": f"Title {n % 5}", "de": f"Titel {n % 4}"},
        "category": CATEGORIES[n * 7 % 6],
        "extra": {"region": f"r{n % 4}"} if n % 5 else {},
        "specs": {},
        "prices": [],
        "lifecycle": {},
    }
    if n % 2:
        power = {"type": "number", "value": float(n * 10), "unit": "W"}
        if n % 3 == 0:
            power = {"type": "number", "value": n / 100, "unit": "kW"}
        fields["specs"]["power"] = power
    if n % 3 == 1:
        rider = {"type": "range", "low": 140.0 + n % 20, "high": 170.0 + n % 25, "unit": "cm"}
        fields["specs"]["rider"] = rider
    if n % 4 == 0:
        fields["specs"]["frame"] = {"type": "choice", "codes": ["S", "M", "L"][: n % 3 + 1]}
    if n % 4 == 2:
        fields["specs"]["folds"] = {"type": "boolean", "value": n % 8 == 2}
    if n % 2 == 0:
        cheap = {"valid_until": "2026-06-01T00:00:00Z"} if n % 4 else {}
        price = {"list": "eur", "amount": f"{n}.50", "currency": "EUR"}
        fields["prices"] = [price | cheap, price | {"amount": "1.00", "min_quantity": 10}]
    if n % 6 == 5:
        fields["lifecycle"]["announce"] = f"{DAYS[n % 5]}T00:00:00Z"
    if n % 7 == 0:
        fields["lifecycle"]["end_of_life"] = "2026-04-01T00:00:00Z"
    if n % 4 == 3:
        rights = [
            {"valid_until": "2026-06-01T00:00:00Z", "territories": ["DE", "JP"]},
            {"valid_from": "2026-03-01T00:00:00Z"},
            {"territories": ["AT"]},
            None,
        ][n // 4 % 4]
        folder = ["studio", "web"][n // 4 % 2]
        fields["media"] = [{"file": f"{folder}/{n}.jpg", "role": "hero", "rights": rights}]
        fields["documents"] = [{"file": f"docs/{n}.pdf", "title": {"en": "x"}}]
    return msgspec.convert(fields, Product)


PRODUCTS = sorted((_product(n) for n in range(48)), key=sort_key)
CATALOG = Catalog(locales=("en", "de"), products={p.sku: p for p in PRODUCTS})


@dataclass(frozen=True)
class Sentence:
    """A selector as text, and its meaning: does it take this product at this instant?"""

    text: str
    takes: object

    def __repr__(self):
        return self.text


def _watts(product):
    spec = product.specs.get("power")
    return None if spec is None else round(spec.value * (1000 if spec.unit == "kW" else 1), 6)


def _is(condition):
    return lambda product, _at: condition(product)


def _power(operator, amount):
    compare = {
        ">": lambda w: w > amount,
        ">=": lambda w: w >= amount,
        "<": lambda w: w < amount,
        "<=": lambda w: w <= amount,
        "=": lambda w: w == amount,
    }[operator]
    return _is(lambda p: _watts(p) is not None and compare(_watts(p)))


def _price_below(amount):
    def takes(product, at):
        return any(
            price.list == "eur"
            and price.min_quantity == 1
            and (price.valid_until is None or at < price.valid_until)
            and price.amount < amount
            for price in product.prices
        )

    return takes


def _under(path):
    return _is(lambda p: p.category == path or p.category.startswith(path + "/"))


def _rider(low):
    spec = "rider"
    return _is(lambda p: spec in p.specs and p.specs[spec].low <= low <= p.specs[spec].high)


LEAVES = [
    Sentence("all", _is(lambda _: True)),
    *(Sentence(f'brand = "{b}"', _is(lambda p, b=b: p.brand == b)) for b in "AB"),
    Sentence('brand != "C"', _is(lambda p: p.brand != "C")),
    Sentence('brand in ["A", "C"]', _is(lambda p: p.brand in {"A", "C"})),
    *(Sentence(f'category under "{c}"', _under(c)) for c in ("bikes", "parts", "bikes/e-bikes")),
    Sentence('category = "bikes"', _is(lambda p: p.category == "bikes")),
    Sentence('sku in ["P01", "P05", "P20"]', _is(lambda p: p.sku in {"P01", "P05", "P20"})),
    Sentence('extra.region = "r1"', _is(lambda p: p.extra.get("region") == "r1")),
    Sentence('extra.region != "r1"', _is(lambda p: p.extra.get("region") != "r1")),
    Sentence('title = "Titel 2"', _is(lambda p: "Titel 2" in p.title.values())),
    Sentence("spec.power >= 250 W", _power(">=", 250)),
    Sentence("spec.power < 0.25 kW", _power("<", 250)),
    Sentence("spec.power = 0.15 kW", _power("=", 150)),
    Sentence("spec.power in [150 W, 0.35 kW]", _is(lambda p: _watts(p) in {150, 350})),
    Sentence("spec.power != 150 W", _is(lambda p: _watts(p) != 150)),
    Sentence("spec.rider = 1.6 m", _rider(160)),
    Sentence(
        "spec.rider > 185 cm", _is(lambda p: "rider" in p.specs and p.specs["rider"].high > 185)
    ),
    Sentence(
        'spec.frame = "M"', _is(lambda p: "frame" in p.specs and "M" in p.specs["frame"].codes)
    ),
    Sentence("spec.folds = true", _is(lambda p: "folds" in p.specs and p.specs["folds"].value)),
    Sentence("price.eur < 20 EUR", _price_below(Decimal(20))),
    Sentence(
        "lifecycle.end_of_life <= 2026-04-01", _is(lambda p: p.lifecycle.end_of_life is not None)
    ),
]
NAMED = Sentence("@named", lambda p, _: p.brand == "A" or _watts(p) == 150)
NAMED_TEXT = 'brand = "A" or spec.power = 150 W'


def _not(one):
    return Sentence(f"not ({one.text})", lambda p, at: not one.takes(p, at))


def _and(one, other):
    text = f"({one.text}) and ({other.text})"
    return Sentence(text, lambda p, at: one.takes(p, at) and other.takes(p, at))


def _or(one, other):
    text = f"({one.text}) or ({other.text})"
    return Sentence(text, lambda p, at: one.takes(p, at) or other.takes(p, at))


selectors = st.recursive(
    st.sampled_from([*LEAVES, NAMED]),
    lambda inner: st.one_of(
        inner.map(_not), st.builds(_and, inner, inner), st.builds(_or, inner, inner)
    ),
    max_leaves=4,
)
PROGRAMS = {"dealers": "", "premium": "dealers", "web": "", "top": "premium"}
PARTNERS = ["ada", "bo", "cy", "di", "ed", "fay"]
FIELDS = ["documents", "price", "extra.cost", "specs"]
WIDGETS = ["configurator", "finder"]
LISTS = {"eur": "EUR", "top": "EUR", "chf": "CHF", "web": "EUR"}
NEAR = ["all", *({"program": name} for name in ("dealers", "premium", "web"))]
NEAR += [{"territory": "dach"}, {"territory": "DE"}, {"partner": "cy"}]
FILES = [["studio/*"], ["*.pdf", "web/7.jpg"], ["web/*", "docs/*"], ["nothing/*"]]
OWNED = ["title", "summary"]
scopes = st.one_of(
    st.just("all"),
    st.sampled_from(sorted(PROGRAMS)).map(lambda n: {"program": n}),
    st.sampled_from(PARTNERS).map(lambda n: {"partner": n}),
    st.sampled_from(["dach", "DE", "JP"]).map(lambda n: {"territory": n}),
)
bounds = st.one_of(st.none(), st.sampled_from(INSTANTS))


@st.composite
def windowed(draw, kind, number, **more):
    document = {"kind": kind, "id": f"{kind}-{number}", **more}
    start, end = draw(bounds), draw(bounds)
    if start and end and instant(end) <= instant(start):
        end = None
    document |= {key: value for key, value in (("from", start), ("until", end)) if value}
    return document


@st.composite
def rules(draw, kind, count):
    documents = []
    for number in range(draw(st.integers(0, count))):
        document = draw(windowed(kind, number))
        document |= {"to": draw(scopes), "products": draw(selectors)}
        if kind == "grant":
            document["early_access"] = draw(st.sampled_from([False, False, True]))
        else:
            document |= draw(st.sampled_from([{}, {}, {"widgets": WIDGETS[:1]}]))
        documents.append(document)
    return documents


@st.composite
def delegations(draw, distributors):
    documents = []
    for number in range(draw(st.integers(0, 4)) if distributors else 0):
        document = draw(windowed("delegation", number))
        document["distributor"] = draw(st.sampled_from(sorted(distributors)))
        document["products"] = draw(selectors)
        document["to"] = draw(st.sampled_from(["all", {"program": "dealers"}, {"territory": "DE"}]))
        document["early_access"] = draw(st.booleans())
        document["widgets"] = draw(st.sampled_from([[], ["configurator"], WIDGETS]))
        documents.append(document)
    return documents


@st.composite
def partners(draw):
    documents = []
    for number, name in enumerate(PARTNERS):
        # Only earlier partners distribute, so that there is no cycle; chains are common.
        above = draw(st.sampled_from(["", *PARTNERS[:number]])) if number > 2 else ""
        documents.append(
            {
                "kind": "partner",
                "id": name,
                "programs": sorted(draw(st.sets(st.sampled_from(sorted(PROGRAMS)), max_size=2))),
                "locales": draw(st.sampled_from([["en"], ["de", "en"]])),
                "territory": draw(st.sampled_from(["", "DE", "AT", "JP"])),
                "timezone": draw(st.sampled_from(ZONES)),
                "price_list": draw(st.sampled_from(["", "", "", "eur"])),
                "currency": draw(st.sampled_from(["", "", "EUR", "CHF"])),
                "distributor": above,
            }
        )
    return documents


@st.composite
def price_lists(draw):
    """The list that selectors read, and some more; they may well be equally near."""
    documents = []
    for number, (name, currency) in enumerate(LISTS.items()):
        if name == "eur" or draw(st.booleans()):
            document = {"kind": "price-list", "id": name, "currency": currency}
            if draw(st.booleans()):
                document |= draw(windowed("price-list", number)) | {"id": name}
            if draw(st.sampled_from([True, True, False])):
                document["to"] = draw(st.sampled_from(NEAR))
            documents.append(document)
    return documents


@st.composite
def overrides(draw):
    keys = st.tuples(st.sampled_from(PARTNERS), st.sampled_from(["P01", "P07", "P20"]))
    return [
        {
            "kind": "override",
            "id": f"override-{number}",
            "partner": partner,
            "sku": sku,
            "fields": {name: {"en": f"{number} {name}"} for name in names},
        }
        for number, ((partner, sku), names) in enumerate(
            sorted(
                draw(
                    st.dictionaries(
                        keys,
                        st.lists(st.sampled_from(OWNED), min_size=1, unique=True),
                        max_size=2,
                    )
                ).items()
            )
        )
    ]


@st.composite
def rights_windows(draw):
    documents = []
    for number in range(draw(st.integers(0, 2))):
        document = draw(windowed("rights-window", number, files=draw(st.sampled_from(FILES))))
        where = draw(st.sampled_from([[], ["dach"], ["JP"], ["DE", "JP"]]))
        documents.append(document | ({"territories": where} if where else {}))
    return documents


@st.composite
def manifests(draw):
    """Documents as data; `products` is a Sentence."""
    documents = [
        {"kind": "program", "id": name, "parent": parent} for name, parent in PROGRAMS.items()
    ]
    documents.append({"kind": "territory", "id": "dach", "countries": ["DE", "AT", "CH"]})
    documents.append({"kind": "selector", "id": "named", "products": Sentence(NAMED_TEXT, None)})
    documents += draw(price_lists())
    documents += draw(overrides())
    documents += draw(rights_windows())
    listed = draw(partners())
    documents += listed
    # Without this one, half of the worlds would show nothing to anybody.
    base = {"kind": "grant", "id": "base", "to": draw(st.sampled_from(NEAR[:2]))}
    wide = draw(st.sampled_from(LEAVES[:6]))
    documents.append({**base, "products": wide, "early_access": False})
    documents += draw(rules("grant", 6))
    documents += draw(rules("forbid", 3))
    documents += draw(delegations({p["distributor"] for p in listed} - {""}))
    for number in range(draw(st.integers(0, 2))):
        policy = draw(windowed("field-policy", number, to=draw(scopes)))
        policy["hide"] = draw(st.lists(st.sampled_from(FIELDS), min_size=1, unique=True))
        if draw(st.booleans()):
            policy["except"] = draw(scopes)
        documents.append(policy)
    for number in range(draw(st.integers(0, 2))):
        widget = draw(st.sampled_from(WIDGETS))
        documents.append(draw(windowed("widget-grant", number, to=draw(scopes), widget=widget)))
    return documents


def located(documents):
    """Documents as a reader of files hands them over."""
    return [
        Located(
            {
                key: value.text if isinstance(value, Sentence) else value
                for key, value in document.items()
                if value != ""
            },
            Origin("manifests/world.yaml", number + 1),
        )
        for number, document in enumerate(documents)
    ]
