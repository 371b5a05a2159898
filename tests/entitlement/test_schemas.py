"""The JSON Schemas say what the reader accepts."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from syndicator.entitlement.documents import KINDS
from syndicator.entitlement.schemas import schemas

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema checks the schemas themselves")
registry = pytest.importorskip("referencing")

WRITE = """
    python -c "import json, pathlib; from syndicator.entitlement.schemas import schemas
    for n, s in schemas().items():
        pathlib.Path('manifests/schemas', n).write_text(json.dumps(s, indent=2) + chr(10))"
"""

TYPED = {
    "tax": lambda one: {**one, "included": one["included"] == "true"},
    "early_access": lambda text: text == "true",
    "share": int,
}
"""What is no text in manifests."""


def validator():
    resources = [
        (name, registry.Resource.from_contents(schema)) for name, schema in schemas().items()
    ]
    known = registry.Registry().with_resources(resources)
    return jsonschema.Draft202012Validator(schemas()["manifest.json"], registry=known)


def test_the_files_are_those_of_the_types(repository):
    folder = repository / "manifests/schemas"
    written = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}
    assert written == json.loads(json.dumps(schemas())), f"write them again:{WRITE}"


def test_every_kind_has_a_schema():
    assert set(schemas()) == {f"{kind}.json" for kind in KINDS} | {"manifest.json"}


def test_the_example_of_the_format_fits_its_schemas(repository):
    text = (repository / "docs/formats/manifests.md").read_text()
    block = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1]
    check = validator()
    for document in yaml.load_all(block, yaml.BaseLoader):
        data = {key: TYPED.get(key, lambda one: one)(one) for key, one in document.items()}
        assert list(check.iter_errors(data)) == []


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "program"},
        {"kind": "program", "id": "Not An Id"},
        {"kind": "program", "id": "x", "titel": "y"},
        {"kind": "grant", "id": "x", "to": {}, "products": "all"},
        {"kind": "grant", "id": "x", "to": {"program": "a", "partner": "b"}, "products": "all"},
        {"kind": "grant", "id": "x", "to": "everyone", "products": "all"},
        {"kind": "grant", "id": "x", "to": "all", "products": "all", "from": "tomorrow"},
        {"kind": "forbid", "id": "x", "to": "all"},
        {"kind": "grunt", "id": "x"},
    ],
)
def test_what_the_reader_refuses_by_its_shape_the_schema_refuses(data):
    assert list(validator().iter_errors(data)) != []
