"""The recipes for continuous integration are valid and use commands that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from syndicator.cli import cli
from syndicator.targets import MemoryTarget
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
