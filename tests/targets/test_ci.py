"""The recipes for continuous integration are valid and use commands that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from syndicator.cli import _run, cli
from syndicator.targets import MemoryTarget
from tests.targets.machine import Machine, checkout, secrets
from tests.targets.seaweed import Server, bucket
from tests.targets.world import World, assert_live

RECIPES = ["publish/ci/github.yml", "publish/ci/gitlab.yml", "publish/ci/README.md"]


@pytest.mark.parametrize("recipe", RECIPES[:2])
def test_a_recipe_is_valid_yaml_with_a_plan_and_a_publish(repository: Path, recipe: str) -> None:
    told: dict[str, Any] = yaml.safe_load((repository / recipe).read_text())
    jobs = told.get("jobs", told)
    assert {"plan", "publish"} <= jobs.keys()


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_command_and_option_of_a_recipe_exists(repository: Path, recipe: str) -> None:
    text = (repository / recipe).read_text()
    found = re.findall(r"^[ \-]*(?:run: )?syndicator (\w+)((?: --[a-z]+)*)", text, re.MULTILINE)
    assert found
    for command, options in found:
        found_command = cli.get_command(click.Context(cli), command)
        assert found_command
        known = {name for option in found_command.params for name in option.opts}
        assert set(options.split()) <= known, f"{command}{options}"


def steps(repository: Path, recipe: str, job: str) -> list[str]:
    """Return the commands of a job as its service would run them."""
    told: dict[str, Any] = yaml.safe_load((repository / recipe).read_text())
    if "jobs" in told:
        return [step["run"] for step in told["jobs"][job]["steps"] if "run" in step]
    return [*told[".syndicator"]["before_script"], *told[job]["script"]]


def commands(repository: Path, recipe: str, job: str) -> list[str]:
    """Return what a job asks of syndicator, wherever it sends the answer."""
    found = [re.match(r"syndicator [^|>]+", step) for step in steps(repository, recipe, job)]
    return [match[0].strip() for match in found if match]


def test_both_services_ask_for_the_same(repository: Path) -> None:
    """So it is enough to run the plan of one and the publish of the other."""
    github, gitlab = RECIPES[:2]
    for job in ("plan", "publish"):
        assert commands(repository, github, job) == commands(repository, gitlab, job) != []


def test_recipes_plan_a_change_and_publish_only_that(
    repository: Path,
    tmp_path: Path,
    s3: Server,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """One machine has published; others, each with an empty disk, plan a change and publish it."""
    name = bucket(s3)

    def machine(number: int) -> Machine:
        home = tmp_path / str(number)
        home.mkdir()
        return Machine(repository, checkout(repository, home, s3, name), home)

    first, reviewing, merging = machine(1), machine(2), machine(3)
    for variable, value in secrets().items():
        monkeypatch.setenv(variable, value)
    assert _run(["publish", "--workspace", str(first.root), "--json"]) == 0
    before = json.loads(capfdbinary.readouterr().out)
    for one in (reviewing, merging):
        prices = one.root / "content/prices/retail.csv"
        changed = prices.read_text().replace("LAMP-1,79.00", "LAMP-1,69.00")
        assert changed != prices.read_text()
        prices.write_text(changed)
    reviewing.run(steps(repository, RECIPES[0], "plan"))
    assert reviewing.comment().startswith("**Release 2**")
    assert "LAMP-1" in reviewing.comment()
    assert "BULB-1" not in reviewing.comment()
    merging.run(steps(repository, RECIPES[1], "publish"))
    after = merging.report()
    assert (before["generation"], after["generation"]) == (1, 2)
    assert after["heads"] == 2
    assert after["entries"] == 0
    assert 0 < after["objects"] < before["objects"] / 3


def test_a_fresh_machine_writes_only_what_changed() -> None:
    """No cache, no memory: what is live is learnt from the target."""
    first, second = MemoryTarget(), MemoryTarget()
    warm = World()
    warm.publish(first, nonce="1")
    World().publish(second, nonce="1")
    warm.prices[7] = 3
    known = warm.publish(first, nonce="2")
    fresh = World(prices={7: 3})
    learnt = fresh.publish(second, nonce="2")
    assert (learnt.objects, learnt.heads) == (known.objects, known.heads) == (2, 2)
    assert {k: b.data for k, b in first.blobs.items()} == {
        k: b.data for k, b in second.blobs.items()
    }
    assert_live(fresh, second)
