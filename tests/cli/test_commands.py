"""The command line as its users meet it: what it prints, where, and how it exits."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_a_new_workspace_publishes_at_once(run: Run, workspace: Path) -> None:
    """`init`, `check`, `plan`, `publish` need nothing in between."""
    assert run("check", cwd=workspace).code == 0
    assert "+BULB-1 LAMP-1" in run("plan", cwd=workspace).out
    published = run("publish", "--json", cwd=workspace).json
    assert published["committed"] is True
    assert published["heads"] == 2


def test_a_new_workspace_completes_manifests_in_an_editor(workspace: Path) -> None:
    """The first line of its manifests names a schema that is there, as are those it leads to."""
    line, *_ = (workspace / "manifests/partners.yaml").read_text().splitlines()
    assert line == "# yaml-language-server: $schema=schemas/manifest.json"
    folder = workspace / "manifests/schemas"
    schema = json.loads((folder / "manifest.json").read_text())
    for kind in schema["allOf"]:
        assert (folder / kind["then"]["$ref"]).is_file()


def test_publishing_twice_writes_nothing_the_second_time(run: Run, published: Path) -> None:
    """The second run says so, and no file of the target is touched."""
    before = {path: path.stat().st_mtime_ns for path in (published / "build").rglob("*")}
    second = run("publish", "--json", cwd=published).json
    assert (second["committed"], second["objects"], second["bytes"]) == (False, 0, 0)
    assert before == {path: path.stat().st_mtime_ns for path in (published / "build").rglob("*")}
    assert "Nothing to publish" in run("publish", cwd=published).out


def test_a_lost_target_is_published_again(run: Run, published: Path) -> None:
    """What this machine remembers is not believed when the target knows nothing of it."""
    shutil.rmtree(published / "build")
    again = run("publish", "--json", cwd=published).json
    assert (again["committed"], again["heads"]) == (True, 2)


def test_an_edit_that_keeps_the_size_is_noticed(run: Run, published: Path) -> None:
    """A price of as many digits is a change."""
    run("publish", cwd=published)
    prices = published / "content/prices/retail.csv"
    prices.write_text(prices.read_text().replace("9.50", "9.60"))
    assert run("publish", "--json", cwd=published).json["heads"] == 2


def test_plan_tells_what_publish_then_does(run: Run, published: Path) -> None:
    """One edited title is one changed product for its partner, before and after."""
    product = published / "content/products/bulb-1.yaml"
    product.write_text(product.read_text().replace("Spare bulb", "New bulb"))
    planned = run("plan", "--json", cwd=published).json
    assert [edition["changed"] for edition in planned["editions"]] == [["BULB-1", "LAMP-1"]]
    published = run("publish", "--json", cwd=published).json
    assert published["heads"] == 1
    assert published["generation"] == planned["generation"] == 2


def test_a_price_change_touches_one_document(run: Run, published: Path) -> None:
    """Prices are in no other product's document."""
    prices = published / "content/prices/retail.csv"
    prices.write_text(prices.read_text().replace("9.50", "9.90"))
    planned = run("plan", "--json", cwd=published).json
    assert {tuple(edition["changed"]) for edition in planned["editions"]} == {("BULB-1",)}


def test_a_reviewed_plan_is_published_exactly_or_not_at_all(run: Run, workspace: Path) -> None:
    """After a further edit the kept plan no longer applies: exit 4."""
    run("plan", "--out", "kept.json", cwd=workspace)
    product = workspace / "content/products/bulb-1.yaml"
    words = product.read_text()
    product.write_text(words.replace("Spare bulb", "New bulb"))
    refused = run("publish", "--plan", "kept.json", cwd=workspace)
    assert refused.code == 4, refused.err
    assert not (workspace / "build/site/private/refs/live").exists()
    product.write_text(words)
    assert run("publish", "--plan", "kept.json", cwd=workspace).code == 0


def test_explain_names_the_rule_and_its_line(run: Run, workspace: Path) -> None:
    """A granted product is explained by the grant; the line is that of the file."""
    answer = run("explain", "first-partner", "LAMP-1", "--json", cwd=workspace).json
    assert answer["allowed"] is True
    assert answer["deciding"]["rule"] == "grant dealers-everything"
    line = answer["deciding"]["line"]
    text = (workspace / answer["deciding"]["file"]).read_text().splitlines()
    assert "dealers-everything" in "\n".join(text[line - 2 : line + 1])


def test_explain_refuses_by_default(run: Run, workspace: Path) -> None:
    """Without a grant the answer is no, and says that no rule permits it."""
    manifest = workspace / "manifests/partners.yaml"
    manifest.write_text(manifest.read_text().replace("products: all", 'products: sku = "LAMP-1"'))
    told = run("explain", "first-partner", "BULB-1", cwd=workspace)
    assert told.code == 0
    assert "may not show" in told.out
    assert "denied by default" in told.out


def test_explain_suggests_the_near_name(run: Run, workspace: Path) -> None:
    """A typing error in the partner is a usage error with a suggestion."""
    told = run("explain", "first-parner", "LAMP-1", cwd=workspace)
    assert told.code == 2
    assert "first-partner" in told.err


def test_a_feed_is_printed_as_it_is_served(run: Run, published: Path) -> None:
    """`feed` prints the bytes that publishing wrote."""
    printed = run("feed", "first-partner", "changes", cwd=published)
    stored = published / "build/site/private/feeds/first-partner/changes.atom"
    assert printed.out == stored.read_text()


def test_json_is_one_document_and_words_go_to_standard_error(run: Run, norrvind: Path) -> None:
    """Standard output of `--json` parses as a whole, for every command that has it."""
    for arguments in (["check"], ["plan"], ["publish"], ["explain", "velohaus", "NV-FJORD-7"]):
        done = run(*arguments, "--json", cwd=norrvind)
        assert json.loads(done.out), done.err


def test_nothing_moves_in_a_pipe(run: Run, norrvind: Path) -> None:
    """No progress bar and no colour codes where nobody looks."""
    done = run("publish", cwd=norrvind)
    assert "\x1b" not in done.out + done.err


def test_the_reference_workspace_is_in_order(run: Run, norrvind: Path) -> None:
    """No error and no warning in what the project shows to newcomers."""
    checked = run("check", "--json", cwd=norrvind).json
    assert checked["problems"] == []
    assert checked["products"] >= 40


BAD_INPUT = {
    "unknown key": ("content/products/lamp-1.yaml", "brand:", "brnd: x\nbrand:", "brnd"),
    "wrong type": ("content/products/lamp-1.yaml", "sku: LAMP-1", "sku: [1]", "sku"),
    "duplicate SKU": ("content/products/bulb-1.yaml", "sku: BULB-1", "sku: LAMP-1", "lamp-1.yaml"),
    "bad GTIN": (
        "content/products/lamp-1.yaml",
        "mpn: L1",
        'mpn: L1\ngtin: "4006381333932"',
        "check digit",
    ),
    "unknown locale": ("content/products/lamp-1.yaml", "{en: Desk", "{xx: Desk", "locale"),
    "unknown currency": ("manifests/partners.yaml", "EUR", "EUX", "EUX"),
    "negative price": ("content/prices/retail.csv", "79.00", "-79.00", "-79.00"),
    "price that is no number": ("content/prices/retail.csv", "79.00", "cheap", "cheap"),
    "missing picture": ("content/products/lamp-1.yaml", "lamp.svg", "lump.svg", "lump.svg"),
    "unknown program": ("manifests/partners.yaml", "programs: [dealers]", "programs: [x]", "'x'"),
    "unparsable YAML": ("content/products/lamp-1.yaml", "sku: LAMP-1", "sku: [LAMP-1", "YAML"),
    "path that leaves": (
        "content/products/lamp-1.yaml",
        "content/media/lamp.svg",
        "../../../etc/passwd",
        "leaves",
    ),
    "selector with an unknown field": (
        "manifests/partners.yaml",
        "products: all",
        'products: catgory = "x"',
        "category",
    ),
    "unparsable manifests": ("manifests/partners.yaml", "id: dealers\n", "id: [dealers\n", "YAML"),
    "retired category": (
        "manifests/partners.yaml",
        "products: all",
        'products: category under "lamps/retired"',
        "category",
    ),
    "unknown target": ("syndicator.toml", '"local"', '"lokal"', "lokal"),
}


@pytest.mark.parametrize(("file", "good", "bad", "told"), BAD_INPUT.values(), ids=BAD_INPUT)
def test_bad_input_is_told_with_its_file_and_publishes_nothing(
    run: Run, published: Path, file: str, good: str, bad: str, told: str
) -> None:
    """Exit 3, the file, a useful word, no traceback; what was live is untouched."""
    live = (published / "build/site/private/refs/live").read_bytes()
    path = published / file
    path.write_text(path.read_text().replace(good, bad, 1))
    for command in ("check", "publish"):
        done = run(command, cwd=published)
        assert done.code == 3, done.out + done.err
        assert file in done.err
        assert told in done.err
        assert "Traceback" not in done.err
    assert (published / "build/site/private/refs/live").read_bytes() == live


def test_all_problems_are_listed_at_once(run: Run, workspace: Path) -> None:
    """Three files with one mistake each give three errors in one run."""
    for name in ("lamp-1", "bulb-1"):
        path = workspace / f"content/products/{name}.yaml"
        path.write_text(path.read_text() + "colour: red\n")
    manifest = workspace / "manifests/partners.yaml"
    manifest.write_text(manifest.read_text().replace("[dealers]", "[x]"))
    problems = run("check", "--json", cwd=workspace).json["problems"]
    files = {problem["file"] for problem in problems if problem["severity"] == "error"}
    assert files == {
        "content/products/lamp-1.yaml",
        "content/products/bulb-1.yaml",
        "manifests/partners.yaml",
    }


def test_a_cycle_of_distributors_is_refused(run: Run, workspace: Path) -> None:
    """Two partners that distribute each other have no rights to start from."""
    manifest = workspace / "manifests/partners.yaml"
    cycle = "\n---\n".join(
        f"kind: partner\nid: {one}\nname: {one}\nlocales: [en]\ndistributor: {other}"
        for one, other in (("a", "b"), ("b", "a"))
    )
    manifest.write_text(manifest.read_text() + "---\n" + cycle + "\n")
    done = run("check", cwd=workspace)
    assert done.code == 3
    assert "a -> b -> a" in done.err


def test_a_yaml_bomb_is_refused_in_no_time(run: Run, workspace: Path) -> None:
    """Aliases that would expand to billions of items are one problem with a line."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    (workspace / "content/products/bomb.yaml").write_text("\n".join(lines))
    done = run("check", cwd=workspace, timeout=20)
    assert done.code == 3
    assert "bomb.yaml" in done.err


def test_invalid_utf8_is_named(run: Run, workspace: Path) -> None:
    """A file in another encoding is told as such."""
    (workspace / "content/products/latin.yaml").write_bytes("sku: Ü".encode("latin-1"))
    done = run("check", cwd=workspace)
    assert done.code == 3
    assert "latin.yaml" in done.err
    assert "UTF-8" in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_target_is_unreachable(run: Run, workspace: Path) -> None:
    """Exit 5 with the path."""
    (workspace / "build").mkdir()
    (workspace / "build").chmod(stat.S_IRUSR | stat.S_IXUSR)
    done = run("publish", cwd=workspace)
    assert done.code == 5
    assert "build" in done.err


def test_a_target_that_is_a_file_is_unreachable(run: Run, workspace: Path) -> None:
    """Exit 5 with the path, also for root, whom permissions do not stop."""
    (workspace / "build").write_text("in the way")
    done = run("publish", cwd=workspace)
    assert done.code == 5, done.err
    assert "build" in done.err
    assert "Traceback" not in done.err


USAGE = {
    "unknown command": ["publsh"],
    "unknown option": ["publish", "--fast"],
    "missing argument": ["explain", "first-partner"],
    "no instant": ["plan", "--at", "tomorrow"],
}


@pytest.mark.parametrize("arguments", USAGE.values(), ids=USAGE)
def test_usage_errors_exit_2(run: Run, workspace: Path, arguments: list[str]) -> None:
    """The command line itself is wrong."""
    done = run(*arguments, cwd=workspace)
    assert done.code == 2
    assert "Traceback" not in done.err


def test_a_folder_that_is_no_workspace_exits_3(run: Run, tmp_path: Path) -> None:
    """And says how to make one."""
    done = run("plan", cwd=tmp_path)
    assert done.code == 3
    assert "syndicator init" in done.err


def test_init_never_overwrites(run: Run, workspace: Path) -> None:
    """A folder with something in it is refused."""
    done = run("init", str(workspace))
    assert done.code == 2
    assert "not empty" in done.err


def test_every_command_has_help(run: Run) -> None:
    """`--help` exits 0 and says what the command does."""
    for command in ("init", "check", "plan", "publish", "watch", "explain", "serve", "feed"):
        done = run(command, "--help")
        assert done.code == 0
        assert command in done.out


def test_a_killed_publish_leaves_the_last_good_state(
    installed: Path, run: Run, norrvind: Path
) -> None:
    """Killed at many moments, what is live is always complete, and the next run finishes."""
    run("publish", cwd=norrvind)
    product = next((norrvind / "content/products").rglob("*.yaml"))
    words = product.read_text()
    environment = {"PATH": os.environ["PATH"], "SYNDICATOR_SECRET": "5e" * 32}
    for attempt in range(6):
        product.write_text(words.replace("en: ", f"en: A{attempt} ", 3))
        process = subprocess.Popen([installed, "publish"], cwd=norrvind, env=environment, stderr=-3)
        time.sleep(0.25 + attempt * 0.15)
        process.send_signal(signal.SIGKILL)
        process.wait()
        product.write_text(words)
        back = run("publish", "--json", cwd=norrvind)
        assert back.code == 0, back.err
    assert run("publish", "--json", cwd=norrvind).json["bytes"] == 0
