"""The configurator as a widget package: declared, small, and free of sinks."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from syndicator.configurator import labels
from syndicator.widgets import built_in_folder, find_widgets
from syndicator.widgets.declaration import read_declaration

FOLDER = built_in_folder() / "configurator"
SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|DOMParser|document\.write|\beval\b|new Function"
    r"|localStorage|sessionStorage|document\.cookie|console\."
)


@pytest.fixture(scope="module")
def app():
    return next(found for found in find_widgets() if found.id == "configurator")


def _packed(data: bytes) -> int:
    return len(gzip.compress(data, 9))


def test_the_runtime_fits_five_kilobytes(app):
    assert _packed(app.files["runtime.js"]) <= 5120


def test_the_app_with_the_bicycle_fits_fifteen_kilobytes(app, fjord, fjord_artefact):
    words = labels(fjord, ("en",), "eur-retail", currency="EUR")
    code = [
        data
        for name, data in app.files.items()
        if not name.startswith("words.") or name == "words.en.json"
    ]
    assert sum(map(_packed, [*code, fjord_artefact.data, words])) <= 15 * 1024


def test_every_attribute_that_the_element_reads_is_declared():
    declared = read_declaration(FOLDER)
    code = (FOLDER / "configurator.js").read_text("utf-8")
    read = set(re.findall(r'attribute\("([\w-]+)"\)', code)) | {"sku"}
    assert read == set(declared.properties)
    assert declared.element in code
    assert declared.accessibility is not None


def test_every_locale_has_the_same_words():
    words = {path.name: set(json.loads(path.read_text("utf-8"))) for path in FOLDER.glob("words.*")}
    assert len(words) == 4
    assert len({frozenset(keys) for keys in words.values()}) == 1


def test_every_word_that_the_form_says_exists():
    code = (FOLDER / "form.js").read_text("utf-8")
    said = set(re.findall(r'(?:say|button)\("(\w+)"', code))
    words = set(json.loads((FOLDER / "words.en.json").read_text("utf-8")))
    assert said <= words


def test_no_text_is_ever_parsed_as_html_and_nothing_is_stored():
    for path in FOLDER.glob("*.js"):
        assert not SINKS.search(path.read_text("utf-8")), path.name
