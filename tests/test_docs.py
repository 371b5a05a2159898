"""The handbook says what the code does: commands, exit codes, settings, links, examples."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from syndicator import errors
from syndicator.cli import cli
from syndicator.settings import _TABLES
from syndicator.sources import FORMATS


def pages(repository: Path) -> list[Path]:
    """Every page of the handbook."""
    return [repository / "README.md", *sorted((repository / "docs").rglob("*.md"))]


def test_every_command_is_in_the_readme(repository: Path) -> None:
    """A command that nobody can find does not exist."""
    text = (repository / "README.md").read_text()
    for name in cli.list_commands(click.Context(cli)):
        assert re.search(rf"\b{name}\b", text), name


def test_every_exit_code_is_in_the_readme(repository: Path) -> None:
    """The codes of the error tree are those that the README promises."""
    text = (repository / "README.md").read_text()
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.SyndicatorError)}
    assert codes == {1, 2, 3, 4, 5, 6}
    for code in codes:
        assert re.search(rf"\b{code}\b", text), code


def test_every_setting_and_format_is_documented(repository: Path) -> None:
    """docs/formats/workspace.md names each key of syndicator.toml and each source format."""
    text = (repository / "docs/formats/workspace.md").read_text()
    for table, keys in _TABLES.items():
        for name in (table, *keys, *FORMATS):
            assert re.search(rf"\b{name}\b", text), name


def test_links_between_pages_lead_somewhere(repository: Path) -> None:
    """No page links to a file that is not there."""
    for page in pages(repository):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readme_s_rule_is_a_real_rule(repository: Path) -> None:
    """The manifest example of the README is accepted as it stands."""
    from syndicator.entitlement import parse_manifests  # noqa: PLC0415  beside what it is for
    from syndicator.sources.yamlfile import load_documents  # noqa: PLC0415

    [example] = re.findall(r"```yaml\n(.*?)```", (repository / "README.md").read_text(), re.DOTALL)
    documents, problems = load_documents("README.md", example.encode())
    program, _ = load_documents("x", b"kind: program\nid: dealers\ntitle: Dealers\n")
    assert not problems
    assert parse_manifests([*program, *documents], ("en",))[1] == []


@pytest.mark.parametrize("word", ["TODO", "FIXME", "lorem", "/home/", "/root/"])
def test_the_handbook_has_no_leftovers(repository: Path, word: str) -> None:
    """Nothing unfinished and no path of one machine."""
    for page in pages(repository):
        assert word not in page.read_text(), page
