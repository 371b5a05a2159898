"""Labels: words, prices and parts of one edition, and nothing that it may not name."""

from __future__ import annotations

import json
import random
from dataclasses import replace

from browser_runtime import Job, ask
from configurations import random_model, solutions

from syndicator.configurator import Model, compile_model, labels
from syndicator.configurator.formulas import Among, Not
from syndicator.configurator.model import Option, Role, Rule, Value


def test_words_follow_the_chain_and_prices_the_list(fjord):
    said = json.loads(labels(fjord, ("fr", "en"), "chf-retail", currency="CHF"))
    color = next(option for option in said["options"] if option["id"] == "color")
    assert color["label"] == "Couleur"
    assert color["values"][3] == {
        "id": "brick",
        "label": "Brique",
        "color": "#a5452f",
        "price": 9500,
    }
    assert said["base"]["price"] == 489900
    assert (said["currency"], said["digits"]) == ("CHF", 2)


def test_an_edition_without_prices_says_none(fjord):
    text = labels(fjord, ("en",), "").decode()
    assert '"price"' not in text
    assert json.loads(text)["currency"] == ""


def test_nothing_of_a_forbidden_product_is_named(fjord):
    allowed = fjord.skus() - {"NV-SEAT-R"}
    text = labels(fjord, ("en",), "eur-retail", allowed).decode()
    assert "NV-SEAT-R" not in text
    assert "Behind, to 22 kg" not in text
    assert "With a child seat the bicycle stands on two legs." not in text
    assert "NV-BAG-PAN-20" in text


def test_a_masked_combination_is_not_named_either(fjord):
    combination = next(one for one in fjord.auxiliaries if one.role is Role.COMBINATION)
    secret = replace(combination, id="codename", label={"en": "Codename"}, parts=(("NV-X", 1),))
    others = tuple(one for one in fjord.auxiliaries if one is not combination)
    model = replace(fjord, auxiliaries=(*others, secret))
    assert b"odename" in labels(model, ("en",), "eur-retail")
    text = labels(model, ("en",), "eur-retail", model.skus() - {"NV-X"})
    assert b"odename" not in text
    assert b"NV-X" not in text


def test_masking_gives_the_same_answers_as_compiling_without():
    """Bounds, counts, changes and reasons, for random models of which random SKUs are withheld."""
    jobs = []
    for seed in range(40):
        model = random_model(seed)
        dice = random.Random(seed)  # noqa: S311  repeatable
        allowed = {sku for sku in sorted(model.skus()) if dice.random() < 0.85}
        without = _without(model, allowed)
        if without is None:
            continue
        masked = labels(model, ("en",), "eur", allowed)
        plain = labels(without, ("en",), "eur")
        jobs.append(Job(compile_model(model).data, masked, [["bounds"], ["count"]]))
        jobs.append(Job(compile_model(without).data, plain, [["bounds"], ["count"]]))
    answers = ask(jobs)
    assert len(answers) > 20
    for masked, compiled in zip(answers[::2], answers[1::2], strict=True):
        assert masked == compiled


def _without(model: Model, allowed: set[str]) -> Model | None:
    """The model with a rule against each value and combination that names another SKU."""
    hidden = [
        Among(v, frozenset((i,)))
        for v, option in enumerate(model.options)
        for i, value in enumerate(option.values)
        if {value.sku, *(sku for sku, _ in value.parts)} - allowed - {""}
    ]
    barred = [one.when for one in model.auxiliaries if {sku for sku, _ in one.parts} - allowed]
    rules = tuple(Rule("masked", Not(formula)) for formula in [*hidden, *barred])
    found = replace(model, rules=(*model.rules, *rules))
    return found if solutions(found) else None


def test_hostile_names_stay_text(fjord):
    """Markup in words reaches the labels as words; the element sets them as text."""
    evil = '<img src=x onerror=alert(1)>"\\u2028</script>'
    hostile = replace(fjord.options[0], label={"en": evil})
    text = labels(replace(fjord, options=(hostile, *fjord.options[1:])), ("en",), "")
    assert json.loads(text)["options"][0]["label"] == evil


def test_names_that_javascript_knows_are_names_like_any_other():
    value = Value("toString", parts=(("constructor", 2), ("__proto__", 3)))
    option = Option("constructor", (Value("valueOf"), value))
    model = Model("x", (option, Option("hasOwnProperty", (Value("a"), Value("b")))))
    steps = [["choices"], ["choose", "constructor", "toString"], ["choices"], ["complete"]]
    job = Job(compile_model(model).data, labels(model, ("en",), ""), steps)
    before, taken, after, shown = ask([job])[0]
    assert (before, taken, after) == ({}, True, {"constructor": "toString"})
    assert shown["values"] == {"constructor": "toString", "hasOwnProperty": "a"}
    assert shown["parts"] == {"constructor": 2, "__proto__": 3}


def test_codes_restore_choices_in_other_versions(fjord, fjord_artefact):
    words = labels(fjord, ("en",), "eur-retail")
    chosen = [
        ["choose", "color", "sand"],
        ["choose", "battery", "b750"],
        ["choose", "tracker", "yes"],
    ]
    code = ask([Job(fjord_artefact.data, words, [*chosen, ["code"]])])[0][-1]
    fewer = tuple(option for option in fjord.options if option.id != "tracker")
    newer = replace(fjord, options=fewer[::-1], rules=(), auxiliaries=())
    answer = ask(
        [
            Job(
                compile_model(newer).data,
                labels(newer, ("en",), ""),
                [["restore", code], ["choices"]],
            )
        ]
    )[0]
    assert answer == [{"unknown": 1, "refused": []}, {"color": "sand", "battery": "b750"}]


def test_a_code_restores_only_what_fits_and_says_what_does_not(fjord, fjord_artefact):
    words = labels(fjord, ("en",), "eur-retail")
    alone = [
        ["choose", "motor", "calm"],
        ["code"],
        ["unchoose"],
        ["choose", "battery", "b750"],
        ["code"],
    ]
    answers = ask([Job(fjord_artefact.data, words, alone)])[0]
    joined = answers[1] + answers[4][1:]
    steps = [
        ["restore", joined],
        ["choices"],
        ["restore", "3!!!"],
        ["restore", "nonsense"],
        ["choices"],
    ]
    restored = ask([Job(fjord_artefact.data, words, steps)])[0]
    assert restored[0] == {"unknown": 0, "refused": [["battery", "b750"]]}
    assert restored[1] == {"motor": "calm"}
    assert restored[2]["unknown"] == restored[3]["unknown"] == 1
    assert restored[4] == {}


def test_surprises_are_uniform():
    """A chi-squared test on a model of a few configurations, with a seeded generator."""
    model = random_model(11)
    artefact = compile_model(model)
    draws = 60 * artefact.count
    steps = [["random", seed * 2654435761 % 2**32] for seed in range(draws)]
    found = ask([Job(artefact.data, labels(model, ("en",), "eur"), steps)])[0]
    seen: dict[str, int] = {}
    for one in found:
        key = json.dumps(one["values"])
        seen[key] = seen.get(key, 0) + 1
    assert len(seen) == artefact.count
    chi = sum((count - 60) ** 2 / 60 for count in seen.values())
    freedom = artefact.count - 1
    assert chi < freedom + 4 * (2 * freedom) ** 0.5  # four standard deviations
