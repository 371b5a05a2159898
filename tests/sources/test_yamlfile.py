"""YAML files become plain data with lines, and every defect becomes one problem."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.sources.yamlfile import load_documents, read_documents

DEFECTS = {
    "invalid UTF-8": (b"a: 1\nb: \xff\n", "encoding", 2),
    "UTF-16": ("a: 1".encode("utf-16"), "encoding", 1),
    "NUL": (b"a: 1\nb: \0\n", "nul", 2),
    "a tab": (b"a:\n\tb: 1\n", "yaml-tab", 2),
    "unclosed quote": (b'a: 1\nb: "x\n', "yaml", 3),
    "unclosed bracket": (b"a: [1, 2\nb: 3\n", "yaml", 2),
    "duplicate key": (b"a: 1\nb: 2\na: 3\n", "duplicate-key", 3),
    "alias bomb": (
        b"a: &a [x,x,x,x,x,x,x,x,x,x]\n"
        + b"".join(
            b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 10)) for c in b"bcdefgh"
        ),
        "yaml-aliases",
        4,
    ),
    "alias of itself": (b"a: &a [*a]\n", "yaml-alias", 1),
    "alias of nothing": (b"a: 1\nb: *c\n", "yaml-alias", 2),
    "deep nesting": (b"a: " + b"[" * 500 + b"]" * 500, "yaml-depth", 1),
    "very deep nesting": (b"[" * 200_000, "yaml-depth", 1),
    "a list as key": (b"? [a]\n: 1\n", "yaml-key", 1),
    "a tag": (b"a: !!python/object:os.system x\n", "yaml-tag", 1),
    "an endless number": (b"a: 1e999\n", "yaml-number", 1),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_each_defect_is_one_problem_with_its_line(name: str) -> None:
    """A defect yields exactly one problem, with the line where it stands."""
    data, code, line = DEFECTS[name]
    _, problems = load_documents("x.yaml", data)
    assert [(problem.code, problem.origin.line) for problem in problems] == [(code, line)]


def test_plain_scalars_follow_the_core_schema() -> None:
    """Only true, false, null and decimal numbers are converted; all else stays text."""
    text = "a: no\nb: 0012\nc: 12:30\nd: 2026-05-01\ne: true\nf: 1.5\n"
    text += "g: '7'\nh: ~\ni: 1_000\nj: -3\nk: 1e3\n"
    (document,), problems = load_documents("x.yaml", text.encode())
    assert problems == []
    assert document.data == {
        "a": "no", "b": "0012", "c": "12:30", "d": "2026-05-01", "e": True, "f": 1.5,
        "g": "7", "h": None, "i": "1_000", "j": -3, "k": 1000.0,
    }  # fmt: skip


def test_every_key_and_item_knows_its_line() -> None:
    """Paths of keys and items lead to their lines, unknown paths to the nearest parent."""
    data = b"sku: A\nmedia:\n  - file: x\n    role: hero\n  - file: y\n"
    (document,), _ = load_documents("x.yaml", data)
    paths = ("sku", "media", "media[0].role", "media[1]", "media[1].alt.de")
    assert [document.at(path).line for path in paths] == [1, 2, 4, 5, 5]


def test_several_documents_have_their_own_origins() -> None:
    """Each document starts where its first line stands; empty ones vanish."""
    documents, problems = load_documents("x.yaml", b"# first\na: 1\n---\n---\nb: 2\n")
    assert problems == []
    assert [(d.data, d.origin.line) for d in documents] == [({"a": 1}, 2), ({"b": 2}, 5)]


def test_shared_anchors_within_bounds_are_values() -> None:
    """An ordinary anchor is simply its value, twice."""
    (document,), problems = load_documents("x.yaml", b"a: &x {en: Hi}\nb: *x\n")
    assert (document.data, problems) == ({"a": {"en": "Hi"}, "b": {"en": "Hi"}}, [])


def test_a_folder_is_read_in_order_and_links_out_are_refused(tmp_path: Path) -> None:
    """Files come sorted; a link that leaves the workspace is a problem and is not read."""
    workspace = tmp_path / "w"
    (workspace / "c" / "b").mkdir(parents=True)
    (workspace / "c" / "b" / "z.yaml").write_text("n: 2")
    (workspace / "c" / "a.yaml").write_text("n: 1")
    (tmp_path / "secret.yaml").write_text("n: 3")
    (workspace / "c" / "s.yaml").symlink_to(tmp_path / "secret.yaml")
    documents, problems = read_documents(workspace, "c")
    assert [(d.data["n"], d.origin.file) for d in documents] == [(1, "c/a.yaml"), (2, "c/b/z.yaml")]
    assert [(p.code, p.origin.file) for p in problems] == [("path-leaves", "c/s.yaml")]


@given(st.binary(max_size=200) | st.text("[]{}&*a:-?!|>'\"\n\t #,~0", max_size=80).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise(data: bytes) -> None:
    """Whatever the bytes, parsing returns."""
    documents, problems = load_documents("x", data)
    assert all(problem.origin.file == "x" for problem in problems)
    assert all(document.data is not None for document in documents)
