"""Compiling: the same bytes everywhere, exact counts, clear refusals."""

from __future__ import annotations

import pytest
from browser_runtime import Job, ask
from configurations import random_model, read, solutions
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.configurator import (
    Budget,
    CompileBudgetError,
    ContradictionError,
    compile_model,
    labels,
)
from syndicator.configurator.encoding import checksum, decode, encode
from syndicator.configurator.importing import read_sxfm
from syndicator.configurator.runtime import Runtime
from syndicator.errors import VerificationError


def test_both_engines_write_the_same_bytes(fjord, fjord_artefact):
    assert compile_model(fjord, pure=True).data == fjord_artefact.data
    for seed in range(20):
        model = random_model(seed)
        assert compile_model(model).data == compile_model(model, pure=True).data


def test_compiling_again_writes_the_same_bytes(fjord, fjord_artefact):
    assert compile_model(fjord).data == fjord_artefact.data
    assert fjord_artefact.portable


def test_another_seed_gives_other_bytes_and_the_same_count(fjord, fjord_artefact):
    other = compile_model(fjord, seed=5)
    assert other.count == fjord_artefact.count == 113_352_570
    assert other.data != fjord_artefact.data


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=30)
def test_the_count_is_exact_and_the_bytes_say_it(seed):
    model = random_model(seed)
    artefact = compile_model(model)
    assert artefact.count == decode(artefact.data).count == len(solutions(model))


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=30)
def test_encoding_is_undone_by_decoding(seed):
    data = compile_model(random_model(seed)).data
    assert encode(decode(data)) == data


def test_words_and_prices_change_nothing_in_the_artefact():
    text = (
        "configurator: 1\nid: x\noptions:\n"
        "  - {id: a, label: {en: L}, values: [{id: b, price: {eur: 1}}, {id: c}]}\n"
    )
    one, _ = read(text)
    other, _ = read(text.replace("L}", "M}").replace("eur: 1", "eur: 2"))
    assert compile_model(one).data == compile_model(other).data


def test_contradictory_rules_are_refused():
    model, _ = read(
        "configurator: 1\nid: x\noptions:\n  - {id: a, values: [{id: b}, {id: c}]}\n"
        "rules: [{require: a = b}, {require: a = c}]\n"
    )
    with pytest.raises(ContradictionError, match="no configuration"):
        compile_model(model)


def test_a_model_beyond_the_budget_is_refused_with_its_hard_rules(fjord):
    with pytest.raises(CompileBudgetError, match="do not fit the budget: 18 options") as refusal:
        compile_model(fjord, budget=Budget(nodes=50, alive=50))
    assert "at rules" in refusal.value.problems[0].found


def test_a_model_beyond_its_steps_is_refused(fjord):
    with pytest.raises(CompileBudgetError, match="no result within 500 steps"):
        compile_model(fjord, budget=Budget(steps=500))


KNOWN = {"bigdata": 2.1110e82, "printers": 1.1391e27}


@pytest.mark.data
@pytest.mark.parametrize("name", KNOWN)
def test_published_counts_are_met(shared_data, name):
    file = shared_data / "rules" / "sxfm" / f"{name}.sxfm"
    model, _ = read_sxfm(file.read_text("utf-8"), file.name)
    count = compile_model(model, budget=Budget(tries=1, starts=0, work=1)).count
    assert float(f"{count:.4e}") == KNOWN[name]


def _damaged(data: bytes) -> dict[str, bytes]:
    other = bytearray(data)
    other[len(data) // 2] ^= 1
    cut = data[:-20]
    return {
        "another file": b"GIF89a" + bytes(60),
        "nothing": b"",
        "a flipped bit": bytes(other),
        "the end missing": cut,
        "the end missing, with a right checksum": cut + checksum(cut).to_bytes(4, "big"),
    }


def test_damaged_artefacts_are_refused_by_both_runtimes(fjord, fjord_artefact):
    words = labels(fjord, ("en",), "eur-retail")
    cases = _damaged(fjord_artefact.data)
    answers = ask([Job(data, words, [["count"]]) for data in cases.values()])
    for (case, data), answer in zip(cases.items(), answers, strict=True):
        with pytest.raises(VerificationError):
            Runtime(data, words)
        assert answer["error"] == "ConfiguratorError", case


def test_labels_of_other_rules_are_refused_by_both_runtimes(fjord_artefact):
    words = labels(random_model(1), ("en",), "eur")
    with pytest.raises(VerificationError):
        Runtime(fjord_artefact.data, words)
    answer = ask([Job(fjord_artefact.data, words, [])])[0]
    assert answer == {"error": "ConfiguratorError", "message": "labels of other rules"}


@given(st.integers(0, 200), st.integers(37, 10_000), st.integers(0, 255))
@settings(deadline=None, max_examples=60)
def test_no_changed_byte_crashes_the_reader_even_with_a_right_checksum(seed, at, byte):
    data = bytearray(compile_model(random_model(seed), budget=Budget(tries=1, starts=0)).data[:-4])
    data[37 + at % (len(data) - 37)] = byte
    changed = bytes(data) + checksum(bytes(data)).to_bytes(4, "big")
    try:
        decode(changed)
    except VerificationError:
        return
