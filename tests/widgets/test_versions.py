"""Versions of a widget side by side: pinned, by channel, rolled out to a share, and back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner

from syndicator import canonical
from syndicator.bundle import keys
from syndicator.cli.reading import snippet
from syndicator.entitlement import explain_widget
from syndicator.entitlement.rules import EVERYBODY, Scope, WidgetGrant
from syndicator.entitlement.versions import channel, order, preferred, reaches, requests
from syndicator.entitlement.windows import Window
from syndicator.errors import InvalidInputError, Origin, UsageError
from syndicator.pipeline import propose, release
from syndicator.settings import load_settings
from syndicator.targets import plan_rollback, roll_back
from syndicator.widgets import by_request, find_widgets
from syndicator.widgets.package import package
from syndicator.workspace import Workspace, read_workspace

NOW = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
PARTNERS = [f"shop-{number}" for number in range(40)]


def grant(**said: object) -> WidgetGrant:
    plain = {"kind": "widget-grant", "id": "w", "scope": EVERYBODY, "widget": "clock"}
    return WidgetGrant(**{"window": Window(), "origin": Origin("w.yaml"), **plain, **said})


def nearer(one: Scope, other: Scope) -> bool:
    return one.kind == "partner" and other.kind == "all"


# --- versions and requests -----------------------------------------------------------------


def test_versions_are_ordered_as_semver_says():
    """The example of SemVer 2.0, section 11."""
    said = "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11"
    versions = [*said.split(), "1.0.0-rc.1", "1.0.0", "1.9.0", "1.10.0"]
    assert sorted({*versions}, key=order) == versions


@pytest.mark.parametrize(
    ("version", "of"), [("1.2.0", "stable"), ("2.0.0-beta.3", "beta"), ("2.0.0-rc1", "rc")]
)
def test_a_pre_release_names_the_channel(version, of):
    assert channel(version) == of


def test_a_share_reaches_that_many_and_keeps_them_while_it_grows():
    names = [f"partner-{number}" for number in range(2000)]
    reached = [
        {name for name in names if reaches(grant(version="2.0.0", share=share), name)}
        for share in (0, 20, 60, 100)
    ]
    assert reached[0] < reached[1] < reached[2] < reached[3]
    assert [round(len(each) / 2000, 1) for each in reached] == [0, 0.2, 0.6, 1]


def test_another_version_starts_with_other_partners():
    names = [f"partner-{number}" for number in range(2000)]
    first, second = (
        {name for name in names if reaches(grant(version=version, share=20), name)}
        for version in ("2.0.0", "2.1.0")
    )
    assert 40 < len(first & second) < 140


@pytest.mark.parametrize(
    ("grants", "asked"),
    [
        ([{}], "clock"),
        ([{}, {"id": "v", "version": "1.0.0"}], "clock@1.0.0"),
        ([{"channel": "beta"}, {"id": "v", "version": "1.0.0"}], "clock@1.0.0"),
        ([{"version": "1.9.0"}, {"id": "v", "version": "1.10.0"}], "clock@1.10.0"),
        ([{"version": "2.0.0"}, {"id": "v", "scope": Scope("partner", "a")}], "clock@2.0.0"),
        (
            [{"version": "2.0.0"}, {"id": "v", "scope": Scope("partner", "a"), "channel": "beta"}],
            "clock@beta",
        ),
    ],
    ids=["none", "version", "version-before-channel", "newest", "silence", "nearest"],
)
def test_the_nearest_grant_that_names_a_version_decides(grants, asked):
    rules = [grant(**one) for one in grants]
    assert requests(preferred(rules, nearer)) == {asked}
    assert requests(preferred(rules[::-1], nearer)) == {asked}


# --- packages ------------------------------------------------------------------------------


def write(folder: Path, version: str, said: str = "") -> None:
    folder.mkdir(parents=True)
    declared = f'id = "clock"\nversion = "{version}"\nentry = "clock.js"\n'
    (folder / "widget.toml").write_text(declared)
    (folder / "clock.js").write_text(f"export const now = '{said or version}';\n")


def test_versions_lie_side_by_side_and_channels_name_the_newest(tmp_path):
    for version in ("1.0.0", "1.1.0", "2.0.0-beta.1"):
        write(tmp_path / f"clock@{version}", version)
    found = by_request(find_widgets(tmp_path))
    told = {one: found[one].version for one in found if one.startswith("clock")}
    assert told == {
        "clock": "1.1.0",
        "clock@stable": "1.1.0",
        "clock@beta": "2.0.0-beta.1",
        **{f"clock@{one}": one for one in ("1.0.0", "1.1.0", "2.0.0-beta.1")},
    }
    write(tmp_path / "clock", "2.0.0")
    assert by_request(find_widgets(tmp_path))["clock@beta"].version == "2.0.0"


def test_the_same_version_twice_is_refused(tmp_path):
    write(tmp_path / "clock", "1.0.0")
    write(tmp_path / "clock@1.0.0", "1.0.0", "other")
    with pytest.raises(InvalidInputError, match="another widget has this id and version"):
        find_widgets(tmp_path)


def test_a_folder_of_another_version_is_refused(tmp_path):
    write(tmp_path / "clock@1.0.0", "1.1.0")
    with pytest.raises(InvalidInputError, match="neither by the id nor by id and version"):
        package(tmp_path / "clock@1.0.0")


# --- the whole flow ------------------------------------------------------------------------

RULES = "configurator: 1\nid: r\noptions: [{id: a, values: [{id: x}, {id: y}]}]\n"
PRODUCT = """sku: LAMP
brand: Acme
title: Lamp
family: lamp
category: lamps
configurator: content/configurators/r.yaml
"""
GRANTS = """kind: grant
id: all
to: all
products: all
---
kind: widget-grant
id: app
to: all
widget: configurator
---
kind: widget-grant
id: pinned
to: {partner: shop-0}
widget: configurator
version: 0.0.1
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """A workspace with one product, forty partners and two versions of the configurator."""
    root = tmp_path_factory.mktemp("lamps")
    partners = "---\n".join(f"kind: partner\nid: {name}\n" for name in PARTNERS)
    files = {
        "syndicator.toml": '[workspace]\nid = "lamps"\nname = "Acme"\nlocales = ["en"]\n'
        '[[sources]]\nformat = "yaml"\npath = "content"\n[publish]\ntarget = "local"\n',
        "content/categories.yaml": "- {path: lamps, label: Lamps}\n",
        "content/families/lamp.yaml": "code: lamp\nlabel: Lamp\nspecs: []\n",
        "content/products/lamp.yaml": PRODUCT,
        "content/configurators/r.yaml": RULES,
        "manifests/partners.yaml": partners,
        "manifests/grants.yaml": GRANTS,
        "publish/targets/local.yaml": "kind: target\nid: local\ntype: directory\npath: out\n"
        "base_url: http://127.0.0.1:8080/\n",
        "widgets/configurator@0.0.1/widget.toml": 'id = "configurator"\nversion = "0.0.1"\n'
        'entry = "old.js"\n',
        "widgets/configurator@0.0.1/old.js": "export const element = 'old-app';\n",
        "widgets/configurator@9.0.0-next.1/widget.toml": 'id = "configurator"\n'
        'version = "9.0.0-next.1"\nentry = "new.js"\n',
        "widgets/configurator@9.0.0-next.1/new.js": "export const element = 'new-app';\n",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def read(root: Path, rollout: str = "") -> Workspace:
    (root / "manifests/rollout.yaml").write_text(rollout)
    return read_workspace(load_settings(root, {"SYNDICATOR_SECRET": "5e" * 32}))


def rollout(share: int) -> str:
    return (
        "kind: widget-grant\nid: next\nto: all\nwidget: configurator\n"
        f"version: 9.0.0-next.1\nshare: {share}\n"
    )


def live(workspace: Workspace, target) -> dict[str, tuple[str, str]]:
    """What each partner's published pages say: the version of the app, and that it is there."""
    namer, seen = workspace.settings.namer, {}
    for partner in PARTNERS:
        handle = keys.partner_handle(namer, partner)
        entry = canonical.decode(target.read(f"public/p/{handle}.json"))
        edition = entry["editions"]["en"]
        head = canonical.decode(target.read(f"public/e/{edition}.json"))
        page = canonical.decode(target.read(keys.public_object(head["pages"][0][0])))
        app = page["docs"]["LAMP"]["configurator"]["app"]
        code = target.read(f"public/{app['src']}")
        assert canonical.integrity(code) == app["integrity"]
        assert head["widgets"] == {"configurator": app["version"]}
        seen[partner] = app["version"]
    return seen


def publish(workspace: Workspace):
    proposal = propose(workspace, NOW)
    release(workspace, proposal)
    return proposal


def test_a_rollout_reaches_a_share_then_all_then_nobody_and_a_rollback_brings_it_back(root):
    workspace = read(root)
    target = publish(workspace).target
    built_in = by_request(workspace.widgets)["configurator"].version
    before = live(workspace, target)
    assert before == {"shop-0": "0.0.1"} | dict.fromkeys(PARTNERS[1:], built_in)

    some = publish(read(root, rollout(20)))
    fifth = {name for name, one in live(workspace, target).items() if one == "9.0.0-next.1"}
    assert 4 <= len(fifth) <= 14
    assert "shop-0" not in fifth
    assert f"configurator {built_in} -> 9.0.0-next.1" in some.plan.summary()
    assert set(some.plan.partners) - {"shop-0"} == fifth

    publish(read(root, rollout(100)))
    everybody = live(workspace, target)
    assert everybody == {"shop-0": "0.0.1"} | dict.fromkeys(PARTNERS[1:], "9.0.0-next.1")

    publish(read(root))
    assert live(workspace, target) == before

    namer = workspace.settings.namer
    roll_back(target, plan_rollback(target, namer, 2), now=NOW, nonce="back")
    again = {name for name, one in live(workspace, target).items() if one == "9.0.0-next.1"}
    assert again == fifth


def test_an_explanation_names_a_rollout_that_has_not_come_yet(root):
    manifests = read(root, rollout(20)).manifests
    rule = manifests.widget_grants["next"]
    for partner in PARTNERS[1:]:
        told = explain_widget(manifests, partner, "configurator", NOW)
        (part,) = [part for part in told.parts if part.name == "widget-grant next"]
        assert part.in_effect == reaches(rule, partner)
        assert "configurator@9.0.0-next.1" in part.reason
        assert ("20 in a hundred have it" in part.reason) != part.in_effect


def test_the_tag_of_a_partner_with_a_version_of_the_aisle_names_it(root):
    """And a tag that follows the newest is refused for it."""
    folder = root / "widgets/aisle@0.0.1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "widget.toml").write_text('id = "aisle"\nversion = "0.0.1"\nentry = "old.js"\n')
    (folder / "old.js").write_text("export {};\n")
    pinned = "kind: widget-grant\nid: old\nto: {partner: shop-3}\nwidget: aisle\nversion: 0.0.1\n"
    workspace = read(root, pinned)
    old = by_request(workspace.widgets)["aisle@0.0.1"]
    given = {"SYNDICATOR_SECRET": "5e" * 32}
    tags = {
        name: CliRunner().invoke(snippet, [name, "--workspace", str(root)], env=given).output
        for name in ("shop-3", "shop-4")
    }
    assert f"w/aisle/{old.fingerprint}/old.js" in tags["shop-3"]
    assert old.integrity["old.js"] in tags["shop-3"]
    assert old.fingerprint not in tags["shop-4"]
    auto = CliRunner().invoke(snippet, ["shop-3", "--auto", "--workspace", str(root)], env=given)
    assert isinstance(auto.exception, UsageError) or "cannot keep to it" in auto.output


def test_a_version_that_does_not_exist_is_told_with_those_that_do(root):
    workspace = read(root, rollout(20).replace("9.0.0-next.1", "7.0.0"))
    (problem,) = [one for one in workspace.problems if one.code == "unknown-version"]
    assert problem.found == "7.0.0"
    assert "configurator@0.0.1" in problem.expected
    both = rollout(20).replace("share: 20", "channel: beta")
    assert {one.code for one in read(root, both).problems} >= {"two-kinds"}
