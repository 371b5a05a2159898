"""The published JSON Schemas are those of the types, and accept what the reader accepts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from syndicator.catalog.schema import schemas

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema checks the schemas themselves")

WRITE = """
    python -c "import json, pathlib; from syndicator.catalog.schema import schemas
    for n, s in schemas().items():
        pathlib.Path('docs/formats/schemas', n).write_text(json.dumps(s, indent=2) + chr(10))"
"""


def test_the_files_are_those_of_the_types(repository: Path) -> None:
    """A change of the model changes the published schemas in the same commit."""
    folder = repository / "docs" / "formats" / "schemas"
    written = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}
    assert written == json.loads(json.dumps(schemas())), f"write them again:{WRITE}"


@pytest.mark.parametrize("kind", sorted(schemas()))
def test_each_is_a_schema(kind: str) -> None:
    """Each file is valid by its own dialect."""
    jsonschema.Draft202012Validator.check_schema(schemas()[kind])


def test_the_reference_workspace_fits_its_schemas(repository: Path) -> None:
    """Every product and family of the project's own content is valid by schema too."""
    folders = {"products": "product.json", "families": "family.json"}
    for folder, name in folders.items():
        check = jsonschema.Draft202012Validator(schemas()[name])
        for path in sorted((repository / "content" / folder).rglob("*.yaml")):
            for document in yaml.load_all(path.read_text(), yaml.SafeLoader):
                plain = json.loads(json.dumps(document, default=str))
                assert [error.message for error in check.iter_errors(plain)] == [], path


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    """Unknown keys, wrong types and missing names are errors in an editor too."""
    check = jsonschema.Draft202012Validator(schemas()["product.json"])
    good = {"sku": "A", "brand": "N", "title": "T"}
    assert list(check.iter_errors(good)) == []
    for bad in ({"sku": "A"}, good | {"titel": "x"}, good | {"media": [{"role": "main"}]}):
        assert list(check.iter_errors(bad)) != []
