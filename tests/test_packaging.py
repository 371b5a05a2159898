"""What a wheel holds, and what importing costs."""

from __future__ import annotations

import configparser
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.cli.conftest import installed  # noqa: F401  a session fixture, used by name


def listed(repository: Path) -> set[str]:
    """Return the packages that setup.cfg names."""
    config = configparser.ConfigParser()
    config.read(repository / "setup.cfg", encoding="utf-8")
    return set(config["options"]["packages"].split())


def test_every_package_is_listed(repository: Path) -> None:
    """A folder that setup.cfg forgets would be missing from the wheel without a word."""
    folders = {
        ".".join(path.parent.relative_to(repository).parts)
        for path in (repository / "syndicator").rglob("__init__.py")
    }
    assert listed(repository) == folders | {"syndicator._widgets", "syndicator._schemas"}


def test_the_wheel_holds_browser_code_schemas_and_templates(
    installed: Path,  # noqa: F811  pytest hands the fixture in by its name
) -> None:
    """What is no Python goes along: widgets, JSON Schemas, templates, the new workspace."""
    [wheel] = installed.parent.parent.parent.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "syndicator/_widgets/aisle/aisle.js",
        "syndicator/_widgets/aisle/widget.toml",
        "syndicator/_widgets/configurator/runtime.js",
        "syndicator/_schemas/grant.json",
        "syndicator/rendering/templates/product.html.j2",
        "syndicator/cli/templates/workspace/syndicator.toml",
        "syndicator/py.typed",
    ):
        assert name in names, name
    assert not [name for name in names if name.startswith(("tests/", "content/", "benchmarks/"))]


def test_importing_the_package_loads_no_client_library() -> None:
    """Flask, boto3, watchdog and requests are only loaded by the parts that use them."""
    heavy = "{'flask', 'boto3', 'watchdog', 'requests', 'feedgen'}"
    code = f"import sys, syndicator, syndicator.catalog.model; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
