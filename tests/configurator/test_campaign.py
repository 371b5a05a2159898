"""A sample of the campaign: random paths judged by python-sat, CP-SAT and trying everything."""

from __future__ import annotations

import random

from campaign import Judge, Tally, tried


def test_paths_on_the_bicycle_and_on_random_models_are_judged_right(fjord):
    tally = Tally()
    dice = random.Random(5)  # noqa: S311  repeatable
    Judge("bicycle", fjord, "eur-retail", tally, dice).run(2, 1)
    for seed in (70, 71):
        tried(seed, tally, dice)
    assert tally.different == []
    assert tally.compared["domains and bounds, Node and Python"] == 12
    assert tally.compared["fewest changes and their total, CP-SAT"] == 24
    assert tally.compared["count, all tried"] == 4
