"""Going back, checking, collecting, importing, explaining: the commands beside publishing."""

from __future__ import annotations

import functools
import json
import os
import pty
import re
import select
import shlex
import shutil
import signal
import subprocess
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.cli.conftest import SECRET, Run


def rename(workspace: Path, title: str) -> None:
    """Give one product another title."""
    product = workspace / "content/products/bulb-1.yaml"
    lines = product.read_text().splitlines()
    lines = [f"title: {{en: {title}}}" if line.startswith("title:") else line for line in lines]
    product.write_text("\n".join(lines) + "\n")


def shown(workspace: Path) -> bytes:
    """Everything that heads lead to at present: their bytes without generation and signature."""
    heads = sorted((workspace / "build/site/public/e").glob("*.json"))
    kept = []
    for head in heads:
        document = json.loads(head.read_bytes())
        document.pop("generation")
        document.pop("ed25519")
        kept.append(json.dumps(document, sort_keys=True).encode())
    return b"\n".join(kept)


def test_a_rollback_shows_again_what_an_older_release_showed(run: Run, published: Path) -> None:
    """The restored state is equal but for its generation, which rises."""
    before = shown(published)
    rename(published, "Another bulb")
    assert run("publish", cwd=published).code == 0
    assert shown(published) != before
    back = run("rollback", "1", "--json", cwd=published).json
    assert back["generation"] == 3
    assert shown(published) == before
    listed = run("releases", "--json", cwd=published).json["releases"]
    assert [(one["generation"], one["live"]) for one in listed] == [
        (3, True),
        (2, False),
        (1, False),
    ]


def test_diff_names_what_changed_between_two_releases(run: Run, published: Path) -> None:
    """From 1 to 2 one product and its neighbour's card changed."""
    rename(published, "Another bulb")
    run("publish", cwd=published)
    told = run("diff", "--json", cwd=published).json
    assert (told["old"], told["new"]) == (1, 2)
    assert {sku for edition in told["editions"] for sku in edition["changed"]} == {
        "BULB-1",
        "LAMP-1",
    }


def test_a_target_that_went_back_is_told_and_not_written_to(run: Run, published: Path) -> None:
    """The store comes back from a backup: exit 6 says so and what to do, which helps."""
    site = published / "build/site"
    shutil.copytree(site, published / "backup")
    rename(published, "Another bulb")
    assert run("publish", cwd=published).code == 0
    rename(published, "A third bulb")
    assert run("publish", cwd=published).code == 0
    shutil.rmtree(site)
    (published / "backup").rename(site)
    stored = sorted(path for path in site.rglob("*") if path.is_file())
    for _ in range(2):
        refused = run("publish", cwd=published)
        assert refused.code == 6
        assert "went back from release 3 to 1" in refused.err
        assert "syndicator verify --repair" in refused.err
    assert sorted(path for path in site.rglob("*") if path.is_file()) == stored
    assert run("verify", "--repair", cwd=published).code == 0
    again = run("publish", "--json", cwd=published)
    assert (again.code, again.json["generation"]) == (0, 2)
    assert run("verify", cwd=published).code == 0


def test_a_rollback_to_an_unknown_release_changes_nothing(run: Run, published: Path) -> None:
    """Exit 2, and what is live stays."""
    before = shown(published)
    assert run("rollback", "9", cwd=published).code == 2
    assert shown(published) == before


def test_verify_finds_a_flipped_bit_and_repairs_it(run: Run, published: Path) -> None:
    """Exit 6 names the object; `--repair` writes it again from the workspace."""
    assert run("verify", cwd=published).code == 0
    [page, *_] = sorted((published / "build/site/public/o").rglob("*.json"))
    data = bytearray(page.read_bytes())
    data[len(data) // 2] ^= 1
    page.write_bytes(data)
    found = run("verify", "--json", cwd=published)
    assert found.code == 6
    assert page.name in found.out
    assert run("verify", "--repair", cwd=published).code == 0
    assert run("verify", "--json", cwd=published).json["good"] is True


def test_gc_deletes_only_what_nothing_kept_leads_to(run: Run, published: Path) -> None:
    """Two runs without a grace period remove the replaced page; what is live stays whole."""
    rename(published, "Another bulb")
    run("publish", cwd=published)
    options = ("--keep", "1", "--days", "0", "--grace-hours", "0")
    assert run("gc", *options, "--dry-run", "--json", cwd=published).json["deleted"] == 0
    run("gc", *options, cwd=published)
    assert run("gc", *options, "--json", cwd=published).json["deleted"] > 0
    assert run("verify", cwd=published).code == 0


def test_plan_names_the_edited_rule(run: Run, published: Path) -> None:
    """A narrower grant is named with its line, and a large loss is warned of."""
    manifest = published / "manifests/partners.yaml"
    manifest.write_text(manifest.read_text().replace("products: all", 'products: sku = "LAMP-1"'))
    planned = run("plan", "--json", cwd=published).json
    [change] = planned["reasons"]
    assert change["lost"] == ["BULB-1"]
    assert change["causes"][0]["rule"] == "grant dealers-everything"
    assert change["causes"][0]["how"] == "edited"
    assert len(planned["warnings"]) == 1
    # What is withdrawn, and where it stays until collection, before it is done and after.
    left = planned["withdrawn"]
    assert left["products"] == ["BULB-1"]
    assert len(left["objects"]) >= 1
    told = run("publish", cwd=published).out
    assert "Withdrawn from somebody: 1 product." in told
    assert f"collects release {left['release']}: not before {left['until']}" in told
    for key in left["objects"]:
        assert key in told
        assert (published / "build/site" / key).is_file()


def test_a_plan_for_a_later_day_shows_what_ends_its_embargo(run: Run, norrvind: Path) -> None:
    """`--at` decides as if it were that day."""
    now = run("plan", "--at", "2026-12-01", "--json", cwd=norrvind).json
    later = run("plan", "--at", "2027-03-02", "--json", cwd=norrvind).json

    def gained(plan: dict[str, list[dict[str, list[str]]]]) -> set[str]:
        return {sku for edition in plan["editions"] for sku in edition["gained"]}

    assert "NV-FJORD-9" not in gained(now)
    assert "NV-FJORD-9" in gained(later)


def test_explain_answers_every_question(run: Run, norrvind: Path) -> None:
    """One product of one partner, who shows a product, and what each rule of a partner does."""
    refused = run("explain", "velohaus", "NV-HALO-LTD", "--json", cwd=norrvind).json
    assert refused["allowed"] is False
    assert refused["deciding"]["rule"] == "forbid halo-is-sold-direct"
    assert refused["deciding"]["file"] == "manifests/forbids.yaml"
    assert "alpen-distribution" in run("explain", "--who", "NV-HALO-LTD", cwd=norrvind).out
    assert "stadtrad-cargo-pilot" in run("explain", "--partner", "stadtrad", cwd=norrvind).out
    listed = run("explain", "--select", 'category under "bikes/kids"', "--json", cwd=norrvind).json
    assert "NV-FJORD-7" not in listed["products"]
    assert len(listed["products"]) >= 3
    widget = run("explain", "velohaus", "--widget", "configurator", "--json", cwd=norrvind).json
    assert widget["allowed"] is True
    assert widget["deciding"]["file"] == "manifests/widgets.yaml"
    assert run("explain", cwd=norrvind).code == 2
    assert run("explain", "velohaus", "--widget", "w", "--field", "price", cwd=norrvind).code == 2


def test_the_readme_s_transcripts_are_what_the_command_prints(
    run: Run, norrvind: Path, repository: Path
) -> None:
    """Each `$ syndicator explain` of the README prints the lines below it."""
    text = (repository / "README.md").read_text()
    transcripts = re.findall(r"^\$ syndicator (explain .*)\n((?:(?!```).+\n)+)", text, re.MULTILINE)
    assert len(transcripts) == 4
    for command, printed in transcripts:
        assert run(*shlex.split(command), cwd=norrvind).out == printed, command


def test_a_value_tells_where_it_was_written(run: Run, norrvind: Path) -> None:
    """Asked about a price, `explain` names the line of the partner's own list."""
    asked = ("explain", "alpen-distribution", "NV-FJORD-7", "--field", "price", "--json")
    value = run(*asked, cwd=norrvind).json["value"]
    assert value == {"file": "content/prices/chf-retail.csv", "line": 2}
    told = run("check", "--json", cwd=norrvind).json["origins"]["NV-FJORD-7"]
    assert told["prices.eur-retail"] == "content/prices/eur-retail.csv:2"


def test_an_unknown_csv_becomes_a_published_aisle(run: Run, workspace: Path) -> None:
    """Import proposes and writes the mapping; after that, publishing shows the products."""
    (workspace / "sheet.csv").write_text(
        "Artikelnr;Name;Preis;Farbe\nV-1;Vase blau;12,50 €;blau\nV-2;Vase rot;13,50 €;rot\n"
    )
    told = run("import", "csv", "sheet.csv", "--brand", "Tabula", "--json", cwd=workspace)
    assert told.code == 0, told.err
    assert [row["sku"] for row in told.json["products"]] == ["V-1", "V-2"]
    assert (workspace / "mappings/sheet.yaml").is_file()
    planned = run("plan", "--json", cwd=workspace).json
    assert {"V-1", "V-2", "LAMP-1"} <= set(planned["editions"][0]["gained"])
    assert run("import", "csv", "sheet.csv", cwd=workspace).code == 2


def test_a_currency_that_is_none_is_no_option_of_an_import(run: Run, workspace: Path) -> None:
    """It is refused before anything is proposed or written."""
    (workspace / "sheet.csv").write_text("id,name,brand,price\nV-1,Vase,Tabula,9\n")
    told = run("import", "csv", "sheet.csv", "--option", "currency=EUP", cwd=workspace)
    assert (told.code, "there is no such currency" in told.err) == (2, True), told.err
    assert not (workspace / "mappings").exists()


def test_an_address_is_imported_within_the_limits_of_sources(run: Run, workspace: Path) -> None:
    """A private host is refused unless an option permits it, and stays permitted afterwards."""
    folder = workspace / "elsewhere"
    folder.mkdir()
    (folder / "shop.csv").write_text("id,name,brand,price\nW-1,Wax,Tabula,9.50\n")
    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        host = f"127.0.0.1:{server.server_port}"
        url = f"http://{host}/shop.csv"
        refused = run("import", "csv", url, cwd=workspace)
        assert (refused.code, "private network" in refused.err) == (3, True)
        assert not (workspace / "mappings").exists()
        told = run("import", "csv", url, "--option", f"allow={host}", "--json", cwd=workspace)
        assert [row["sku"] for row in told.json["products"]] == ["W-1"]
        assert told.json["mapping"] == "mappings/shop.yaml"
        assert run("check", "--json", cwd=workspace).json["products"] == 3
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    """A file server that says nothing."""

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def test_on_a_terminal_import_asks_before_it_writes(installed: Path, workspace: Path) -> None:
    """It asks for the brand and the currency that nobody names, and for consent; a no is a no."""
    (workspace / "sheet.csv").write_text("id,name,price\nV-1,Vase,9\n")
    before = (workspace / "syndicator.toml").read_text()
    ours, theirs = pty.openpty()
    command = [str(installed), "import", "csv", "sheet.csv"]
    environment = {"PATH": os.environ["PATH"], "SYNDICATOR_SECRET": SECRET, "TERM": "dumb"}
    with subprocess.Popen(
        command, cwd=workspace, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        said = read_until(ours, b"Which brand is it?")
        os.write(ours, b"Tabula\n")
        said += read_until(ours, b"[EUR]")
        os.write(ours, b"chf\n")
        said += read_until(ours, b"[Y/n]")
        os.write(ours, b"n\n")
        said += read_until(ours, b"Nothing was written")
        assert process.wait(20) == 0
    os.close(ours)
    assert b"brand Tabula" in said
    assert b"price 9 CHF" in said
    assert (workspace / "syndicator.toml").read_text() == before
    assert not (workspace / "mappings").exists()


def read_until(terminal: int, words: bytes) -> bytes:
    """Read what a terminal shows until it shows these words."""
    shown_so_far, end = b"", time.monotonic() + 30
    while words not in shown_so_far and time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            shown_so_far += os.read(terminal, 4096)
    assert words in shown_so_far, shown_so_far
    return shown_so_far


def test_the_tag_is_pinned_to_what_was_published(run: Run, published: Path) -> None:
    """The script of the tag exists under its address and has the hash that the tag names."""
    tag = run("snippet", "first-partner", "--json", cwd=published).json["html"]
    path = tag.partition('src="http://127.0.0.1:8080/')[2].partition('"')[0]
    assert (published / "build/site/public" / path).is_file()
    assert 'integrity="sha256-' in tag
    edition = tag.partition('edition="')[2].partition('"')[0]
    assert (published / "build/site/public/e" / f"{edition}.json").is_file()
    assert "min-block-size:max(900px,100vh)" in tag
    known = run("snippet", "first-partner", "--sku", "LAMP-1", cwd=published).out
    assert "min-block-size:min(max(900px,100vh),max(clamp(" in known
    auto = run("snippet", "first-partner", "--auto", cwd=published).out
    assert "/w/aisle/latest/aisle.js" in auto
    assert "script-src http://127.0.0.1:8080" in auto


def test_a_report_is_one_file_without_scripts(run: Run, workspace: Path) -> None:
    """`check --report` writes a page that can be mailed around."""
    assert run("check", "--report", "quality.html", cwd=workspace).code == 0
    page = (workspace / "quality.html").read_text()
    assert "Completeness" in page
    assert "<script" not in page


def test_configurators_answer_from_the_command_line(run: Run, norrvind: Path) -> None:
    """Compile, count and explain agree about the bicycle."""
    rules = "content/configurators/fjord.yaml"
    compiled = run("configurator", "compile", rules, "--json", cwd=norrvind).json
    counted = run("configurator", "count", rules, "--json", cwd=norrvind).json
    assert compiled["configurations"] == counted["count"]
    told = run("configurator", "count", rules, "nothing=here", cwd=norrvind)
    assert told.code == 2


def wait_for(lines: list[str], stream: subprocess.Popen[str], count: int) -> None:
    """Read answers of `watch --json` until there are `count`; each is one line."""
    assert stream.stdout is not None
    while len(lines) < count:
        line = stream.stdout.readline()
        assert line, "watch ended"
        lines.append(line)


def test_watch_publishes_each_save_once_and_survives_a_bad_one(
    installed: Path, workspace: Path
) -> None:
    """Three answers: the start, a burst of two saves, and a bad save that changes nothing."""
    environment = {"PATH": os.environ["PATH"], "SYNDICATOR_SECRET": SECRET}
    command = [str(installed), "watch", "--json"]
    watching = subprocess.Popen(
        command, cwd=workspace, env=environment, stdout=-1, stderr=-3, text=True
    )
    answers: list[str] = []
    try:
        wait_for(answers, watching, 1)
        rename(workspace, "Saved")
        rename(workspace, "Saved twice")
        wait_for(answers, watching, 2)
        live = shown(workspace)
        time.sleep(0.5)
        (workspace / "content/products/lamp-1.yaml").write_text("sku: [")
        wait_for(answers, watching, 3)
    finally:
        watching.send_signal(signal.SIGINT)
        watching.communicate(timeout=20)
    told = [json.loads(answer) for answer in answers]
    assert [answer["ok"] for answer in told] == [True, True, False]
    assert told[1]["generation"] == 2
    assert told[2]["problems"][0]["file"] == "content/products/lamp-1.yaml"
    assert shown(workspace) == live
