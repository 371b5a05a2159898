"""Reading manifests: what they may say, and every problem at once."""

from __future__ import annotations

import random
import re
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicator.catalog.model import Tax
from syndicator.entitlement import check_widgets, parse_manifests, resolve
from syndicator.entitlement.documents import KINDS
from syndicator.errors import Origin
from syndicator.located import Located
from syndicator.sources.yamlfile import load_documents

VALID = """
kind: program
id: dealers
---
kind: program
id: premium
parent: dealers
---
kind: partner
id: velohaus
programs: [premium]
locales: [de, en]
territory: DE
timezone: Europe/Berlin
---
kind: grant
id: bikes
to: {program: dealers}
products: category under "bikes"
from: 2026-01-01
"""


def test_the_example_of_the_format_is_valid(say, repository):
    text = (repository / "docs/formats/manifests.md").read_text()
    block = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1]
    assert say.problems(block) == []


def test_order_of_documents_leaves_no_trace(say):
    parts = VALID.strip().split("\n---\n")
    expected = say.manifests(VALID)
    for seed in range(5):
        random.Random(seed).shuffle(parts)  # noqa: S311  no secret
        assert say.manifests("\n---\n".join(parts)) == expected


WRONG = {
    "kind: grnat\nid: x": ("unknown-kind", "kind", "Did you mean 'grant'?"),
    "id: x": ("missing-key", "kind", ""),
    "kind: program\nid: x\ntitel: y": ("unknown-key", "titel", "Did you mean 'title'?"),
    "kind: grant\nid: x\nto: all": ("missing-key", "products", ""),
    "kind: forbid\nid: x\nto: all": ("missing-key", "products", ""),
    "kind: forbid\nid: x\nto: all\nwidgets: []": ("missing-key", "products", ""),
    "kind: program\nid: Premium Dealers": ("bad-id", "id", ""),
    "kind: program\nid: [a]": ("wrong-type", "id", ""),
    "kind: program\nid: x\nparent: dealer": ("unknown-program", "parent", ""),
    "kind: partner\nid: x\nprograms: [premum]": (
        "unknown-program",
        "programs[0]",
        "Did you mean 'premium'?",
    ),
    "kind: partner\nid: x\ndistributor: velohas": (
        "unknown-partner",
        "distributor",
        "Did you mean 'velohaus'?",
    ),
    "kind: partner\nid: x\nlocales: [it]": ("unknown-locale", "locales[0]", "Known: de, en."),
    "kind: partner\nid: x\nterritory: de": ("unknown-country", "territory", "Write DE."),
    "kind: partner\nid: x\ntimezone: Europe/Berln": (
        "unknown-timezone",
        "timezone",
        "Did you mean 'Europe/Berlin'?",
    ),
    "kind: partner\nid: x\nprice_list: eur": ("unknown-price-list", "price_list", ""),
    "kind: price-list\nid: x\ncurrency: EURO": ("unknown-currency", "currency", ""),
    "kind: price-list\nid: x\ncurrency: EUR\ntax: {included: often}": (
        "wrong-type",
        "tax.included",
        "",
    ),
    "kind: grant\nid: x\nto: {partner: velohas}\nproducts: all": (
        "unknown-partner",
        "to",
        "Did you mean 'velohaus'?",
    ),
    "kind: grant\nid: x\nto: {progam: premium}\nproducts: all": (
        "unknown-key",
        "to.progam",
        "Did you mean 'program'?",
    ),
    "kind: grant\nid: x\nto: {program: premium, partner: velohaus}\nproducts: all": (
        "scope",
        "to",
        "Write one rule for each.",
    ),
    "kind: grant\nid: x\nto: everyone\nproducts: all": ("wrong-type", "to", ""),
    "kind: grant\nid: x\nto: all\nproducts: al": ("selector", "products", ""),
    "kind: grant\nid: x\nto: all\nproducts: '@bikes'": ("unknown-selector", "products", ""),
    "kind: grant\nid: x\nto: all\nproducts: all\nfrom: 2026-02-30": ("bad-instant", "from", ""),
    "kind: grant\nid: x\nto: all\nproducts: all\nfrom: 2026-02-03T09:00:00": (
        "bad-instant",
        "from",
        "",
    ),
    "kind: grant\nid: x\nto: all\nproducts: all\nfrom: 2026-02-03\nuntil: 2026-02-03": (
        "empty-window",
        "until",
        "",
    ),
    "kind: field-policy\nid: x\nto: all\nhide: [documnts]": (
        "unknown-field",
        "hide",
        "Did you mean 'documents'?",
    ),
    "kind: override\nid: x\npartner: velohaus\nsku: A\nfields: {gtin: '1'}": (
        "field-owner",
        "fields.gtin",
        "",
    ),
    "kind: override\nid: x\npartner: velohaus\nsku: A\n"
    "fields: {features: [{title: a, image: b.svg}]}": ("field-owner", "fields.features", ""),
    "kind: override\nid: x\npartner: velohaus\nsku: A\nfields: {titel: x}": (
        "field-owner",
        "fields.titel",
        "Did you mean 'title'?",
    ),
    "kind: grant\nid: bikes\nto: all\nproducts: all": (
        "duplicate-id",
        "id",
        "Give one of them another id.",
    ),
    "kind: delegation\nid: x\ndistributor: velohaus\nto: {partner: velohaus}\nproducts: all": (
        "not-a-dealer",
        "to",
        "",
    ),
    "kind: partner\nid: x\ndistributor: x": (
        "distributor-cycle",
        "distributor",
        "Remove one 'distributor'.",
    ),
    "kind: program\nid: a\nparent: b\n---\nkind: program\nid: b\nparent: a": (
        "program-cycle",
        "parent",
        "Remove one 'parent'.",
    ),
    "kind: selector\nid: a\nproducts: '@b'\n---\nkind: selector\nid: b\nproducts: 'not @a'": (
        "selector-cycle",
        "products",
        "",
    ),
    "- a\n- b": ("not-a-manifest", "", ""),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_told_with_place_and_remedy(say, text):
    (problem,) = say.problems(VALID + "---\n" + text)
    code, path, fix = WRONG[text]
    assert (problem.code, problem.path) == (code, path)
    if fix:
        assert problem.fix == fix
    assert problem.origin.line is not None
    assert problem.origin.line >= 22


def test_all_problems_are_told_at_once(say):
    apart = [text.replace("id: x", f"id: x{n}") for n, text in enumerate(WRONG)]
    found = say.problems(VALID + "".join(f"---\n{text}\n" for text in apart))
    told = {problem.code for problem in found}
    assert {code for code, _, _ in WRONG.values()} - told == {"distributor-cycle"}


def test_two_price_lists_of_unrelated_programs_are_ambiguous_where_they_meet(say):
    text = """
kind: program
id: gold
---
kind: program
id: web
---
kind: partner
id: p
programs: [gold, web]
---
kind: price-list
id: one
currency: EUR
to: {program: gold}
---
kind: price-list
id: two
currency: EUR
to: {program: web}
from: 2026-01-01
"""
    (problem,) = say.problems(text)
    assert problem.code == "ambiguous-price-list"
    assert "one for program gold (manifests/test.yaml:" in problem.found
    apart = text.replace("to: {program: gold}", "to: {program: gold}\nuntil: 2026-01-01")
    assert say.problems(apart) == []
    assert say.problems(text.replace("id: p\n", "id: p\nprice_list: two\n")) == []


def test_a_chain_of_distributors_has_an_end(say):
    chain = [f"kind: partner\nid: p{n}\ndistributor: p{n + 1}" for n in range(40)]
    text = "\n---\n".join([*chain, "kind: partner\nid: p40"])
    found = say.problems(text)
    assert {each.code for each in found} == {"distributor-depth"}
    assert len(found) == 41 - 16


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
KEYS = sorted({key for shape in KINDS.values() for key in shape.__struct_encode_fields__})


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), ANY, max_size=6), st.sampled_from([*KINDS, 5]))
def test_no_document_whatever_breaks_the_reader(data, kind):
    """Whatever YAML can hold gives manifests or problems, and problems can be told."""
    document = Located({"kind": kind, **data}, Origin("manifests/any.yaml", 1))
    _, problems = parse_manifests([document], ("en",))
    assert all(str(problem) for problem in problems)


def test_a_widget_that_does_not_exist_is_refused_with_the_near_name(say):
    """Also in a forbid: one that names nothing would take nothing."""
    rules = (
        "kind: widget-grant\nid: g\nto: all\nwidget: finder",
        "kind: forbid\nid: f\nto: all\nwidgets: [configurator, cofigurator]",
        "kind: delegation\nid: d\ndistributor: velohaus\nwidgets: [confgurator]",
    )
    manifests = say.manifests(VALID + "".join(f"---\n{rule}\n" for rule in rules))
    found = check_widgets(manifests, {"configurator", "finder"})
    assert [(each.path, each.found, each.fix) for each in found] == [
        ("widgets", "'confgurator'", "Did you mean 'configurator'?"),
        ("widgets", "'cofigurator'", "Did you mean 'configurator'?"),
    ]
    assert {each.severity for each in found} == {"error"}


ADVISED = {
    "kind: partner\nid: lone": ("no-permit", ""),
    "kind: partner\nid: corner\ndistributor: velohaus": ("no-permit", ""),
    "kind: partner\nid: corner\ndistributor: velohaus\n---\n"
    "kind: delegation\nid: d\ndistributor: velohaus\nproducts: all\n---\n"
    "kind: grant\nid: g\nto: {partner: corner}\nproducts: all": ("grant-to-dealer", ""),
    "kind: override\nid: o\npartner: velohaus\nsku: BIKE\nfields: {title: {fr: x}}": (
        "unseen-locale",
        "Write a map: {de: …}.",
    ),
    "kind: override\nid: o\npartner: velohaus\nsku: BIEK\nfields: {title: {de: x}}": (
        "unknown-sku",
        "Did you mean 'BIKE'?",
    ),
}


@pytest.mark.parametrize("text", ADVISED)
def test_what_would_do_nothing_is_warned_of(say, text):
    world = say.catalog(say.product("BIKE", category="bikes"))
    assert say.check(say.manifests(VALID), world) == []
    (problem,) = say.check(say.manifests(VALID + "---\n" + text), world)
    assert (problem.code, problem.fix) == ADVISED[text]
    assert problem.severity == "warning"


def test_a_price_list_may_say_how_its_prices_stand_to_tax(say):
    text = "kind: price-list\nid: eur\ncurrency: EUR\ntax: {included: true, rate: 7.5}\n"
    read, problems = parse_manifests(load_documents("m.yaml", text.encode())[0], ("en",))
    assert problems == []
    tax = Tax(included=True, rate=Decimal("7.5"))
    assert resolve(say.catalog(say.product("A")), read, say.NOW).taxes == {"eur": tax}
    wrong = load_documents("m.yaml", text.replace("7.5", "119").encode())[0]
    [problem] = parse_manifests(wrong, ("en",))[1]
    assert (problem.code, problem.path, problem.origin.line) == ("tax-rate", "tax.rate", 4)
