"""Packaging: found, checked, fingerprinted, pinned; the same files always give the same bytes."""

from __future__ import annotations

import gzip
import json
import re

import brotli
import pytest

from syndicator.canonical import integrity
from syndicator.errors import InvalidInputError
from syndicator.widgets import built_in_folder, find_widgets, minifying
from syndicator.widgets.package import package

AISLE = built_in_folder() / "aisle"
SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|DOMParser|document\.write|\beval\b|new Function"
    r"|localStorage|sessionStorage|document\.cookie|console\.|indexedDB"
)
DECLARED = 'id = "clock"\nversion = "1.2.0"\nentry = "clock.js"\n'


@pytest.fixture
def widget(tmp_path):
    """Write the files of a widget `clock` and return its folder."""

    def write(declared=DECLARED, **files):
        folder = tmp_path / "clock"
        folder.mkdir(exist_ok=True)
        (folder / "widget.toml").write_text(declared)
        for name, text in ({"clock.js": "export const hour = 60;\n"} | files).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        return folder

    return write


def problems(folder):
    with pytest.raises(InvalidInputError) as refused:
        package(folder)
    return {problem.code for problem in refused.value.problems}


def test_the_built_in_aisle_is_found_and_fits_its_size():
    """As gzip: the entry within 3.0 KB, a page's script within 10 KB, a lazy part within 4 KB.

    The view carries the look and the words of a language too; with both it stays within 9.75 KB.
    """
    aisle = next(found for found in find_widgets() if found.id == "aisle")
    size = {name: len(gzip.compress(data, 9)) for name, data in aisle.files.items()}
    assert size["aisle.js"] <= 3072
    assert len(brotli.compress(aisle.files["aisle.js"])) <= 2560
    code = minifying.minified("view.js", (AISLE / "view.js").read_bytes())
    assert size["aisle.js"] + len(gzip.compress(code, 9)) <= 10240
    views = {name for name in size if name.startswith("view.")}
    assert len(views) >= 4
    assert max(size[name] for name in views) <= 9.75 * 1024
    lazy = {name for name in size if name.endswith(".js")} - views - {"aisle.js"}
    assert len(lazy) >= 5
    assert max(size[name] for name in lazy) <= 4096


def test_a_script_carries_what_it_names(widget):
    """A style as a string, data as a value, one copy for each language, pinned like any file."""
    declared = DECLARED + '[pins]\n"clock.js" = ["face.*.js"]\n"face.*.js" = ["late.js"]\n'
    files = {
        "clock.js": 'export const pins = "@pins";\n',
        "face.js": 'export const all = ["@inline a.css", "@inline words.*.json", "@pins"];\n',
        "late.js": "export {};\n",
        "a.css": 'b { content: "\\201c"; }\n',
        "words.de.json": '{"hour":"Stunde"}',
        "words.en.json": '{"hour":"hour"}',
    }
    made = package(widget(declared, **files))
    assert "face.js" not in made.files
    for language, word in {"de": "Stunde", "en": "hour"}.items():
        face = made.files[f"face.{language}.js"].decode()
        assert f'{{"hour":"{word}"}}' in face
        assert "\\\\201c" in face
        assert made.integrity["late.js"] in face
        assert made.integrity[f"face.{language}.js"].encode() in made.files["clock.js"]


def test_every_locale_has_the_same_words():
    aisle = next(found for found in find_widgets() if found.id == "aisle")
    told = {
        name: set(json.loads(data))
        for name, data in aisle.files.items()
        if name.startswith("words.")
    }
    assert len(told) >= 4
    assert set(map(frozenset, told.values())) == {frozenset(told["words.en.json"])}


def test_the_same_files_give_the_same_package(widget):
    assert package(widget()) == package(widget())


@pytest.mark.parametrize(
    "change",
    [{"clock.js": "export const hour = 61;\n"}, {"more.js": "export const x = 1;\n"}],
)
def test_any_change_of_a_file_changes_the_fingerprint(widget, change):
    before = package(widget()).fingerprint
    assert package(widget(**change)).fingerprint != before


def test_a_version_changes_the_fingerprint(widget):
    before = package(widget()).fingerprint
    assert package(widget(DECLARED.replace("1.2.0", "1.2.1"))).fingerprint != before


def test_keys_name_a_pinned_and_a_current_copy(widget):
    made = package(widget())
    assert set(made.keys()) == {f"w/clock/{made.fingerprint}/clock.js", "w/clock/latest/clock.js"}


def test_only_publishable_files_go_out(widget):
    files = {"README.md": "x", ".secret.js": "x", "_draft.js": "x", "deep/part.js": "export {};\n"}
    assert set(package(widget(**files)).files) == {"clock.js", "deep/part.js"}


def test_a_link_is_not_followed(widget, tmp_path):
    (tmp_path / "outside.js").write_text("export const secret = 1;")
    folder = widget()
    (folder / "inside.js").symlink_to(tmp_path / "outside.js")
    assert set(package(folder).files) == {"clock.js"}


def test_pins_hold_the_hashes_of_what_is_published(widget):
    """Hashes are written from the inside out, so each one is of the final bytes."""
    declared = DECLARED + '[pins]\n"clock.js" = ["part.js"]\n"part.js" = ["words.*.json"]\n'
    files = {
        "clock.js": 'export const pins = "@pins";\n',
        "part.js": 'export const pins = "@pins";\n',
        "words.en.json": "{}",
        "words.de.json": "{}",
    }
    made = package(widget(declared, **files))
    assert made.integrity["part.js"].encode() in made.files["clock.js"]
    assert made.integrity["words.en.json"].encode() in made.files["part.js"]
    assert integrity(made.files["part.js"]) == made.integrity["part.js"]
    assert f"../{made.fingerprint}/".encode() in made.files["clock.js"]


BAD = {
    "no declaration": (None, {}, {"unreadable"}),
    "not toml": ("id = ", {}, {"syntax"}),
    "an unknown key": (DECLARED + "colour = 1\n", {}, {"shape"}),
    "a missing key": ('id = "clock"\n', {}, {"shape"}),
    "another id": (DECLARED.replace('"clock"', '"watch"'), {}, {"identifier"}),
    "an id that cannot be a key": (DECLARED.replace('"clock"', '"../x"'), {}, {"identifier"}),
    "no version": (DECLARED.replace("1.2.0", "new"), {}, {"version"}),
    "no entry": (DECLARED.replace("clock.js", "none.js"), {}, {"missing-file"}),
    "pins without place": (
        DECLARED + '[pins]\n"clock.js" = ["clock.js"]\n',
        {},
        {"no-pins", "pin-cycle"},
    ),
    "carries nothing": (DECLARED, {"clock.js": '"@inline none.css"'}, {"missing-file"}),
    "pins of nothing": (
        DECLARED + '[pins]\n"clock.js" = ["none.js"]\n',
        {"clock.js": '"@pins"'},
        {"missing-file"},
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_widget_is_refused_with_its_reason(widget, case):
    declared, files, codes = BAD[case]
    folder = widget(declared or DECLARED, **files)
    if declared is None:
        (folder / "widget.toml").unlink()
    assert problems(folder) == codes


def test_not_utf8_is_refused(widget):
    folder = widget()
    (folder / "widget.toml").write_bytes(b'id = "\xff"')
    assert problems(folder) == {"encoding"}


def test_a_workspace_adds_its_own_widgets(widget):
    folder = widget()
    assert [found.id for found in find_widgets(folder.parent) if found.id == "clock"] == ["clock"]


def test_without_the_minifier_the_source_is_published(widget, monkeypatch):
    monkeypatch.setattr(minifying, "_minify", None)
    assert package(widget()).files["clock.js"] == b"export const hour = 60;\n"


def test_the_minifier_makes_scripts_smaller(widget):
    pytest.importorskip("minify")
    assert len(package(widget()).files["clock.js"]) < len("export const hour = 60;\n")


def test_a_script_that_declares_by_destructuring_stays_as_it_is(widget):
    """The minifier may move such a declaration before what it reads."""
    text = "const a = 1;\nconst { b } = f(a);\n"
    assert package(widget(**{"clock.js": text})).files["clock.js"] == text.encode()


def test_no_script_of_the_aisle_escapes_the_minifier():
    found = {path.name: SINKS.findall(path.read_text()) for path in AISLE.glob("*.js")}
    assert {name: hits for name, hits in found.items() if hits} == {}
