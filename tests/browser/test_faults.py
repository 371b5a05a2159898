"""Whatever goes wrong, the partner's page keeps working and one event tells why."""

from __future__ import annotations

import copy
import shutil

import pytest

from syndicator.widgets import built_in_folder
from syndicator.widgets.package import package
from tests.browser import documents
from tests.browser.conftest import FLAGS
from tests.browser.origins import Answer, published
from tests.browser.test_rendering import TAG, TEXT

pytestmark = pytest.mark.browser


def answers_below(world, *kinds):
    return [answer for key, answer in world.store.answers.items() if key.startswith(kinds)]


def page_object(world):
    """The answer of the object that holds the product."""
    held = answers_below(world, "/o/")
    return next(answer for answer in held if b"Trekkingrad" in answer.body)


def down(world):
    for answer in answers_below(world, "/p/", "/e/", "/o/"):
        answer.status, answer.body = 503, b"no"


def half(world):
    page_object(world).cut = True


def not_json(world):
    for answer in answers_below(world, "/e/"):
        answer.body = b"<!doctype html><p>Captive portal"


def another_format(world):
    for answer in answers_below(world, "/e/"):
        answer.body = answer.body.replace(b'"format":1', b'"format":2')


def half_a_page(world):
    """The object ends in the middle, and says that this is all of it."""
    answer = page_object(world)
    answer.body = answer.body[: len(answer.body) // 2]


def data_as_html(world):
    """A wrong type for data is harmless: data is parsed as data, whatever it is called."""
    for answer in answers_below(world, "/p/"):
        answer.status = 200
        answer.headers["Content-Type"] = "text/html"
        answer.body = b"<!doctype html><title>Not what you asked for</title>"


def gone(world):
    for key in [key for key in world.store.answers if key.startswith("/o/")]:
        del world.store.answers[key]


def wrong_type(world):
    for key, answer in world.store.answers.items():
        if key.endswith("/view.de.js"):
            answer.headers["Content-Type"] = "text/plain"
            answer.headers["X-Content-Type-Options"] = "nosniff"


FAULTS = {
    down: "http",
    half: "network",
    half_a_page: "integrity",
    data_as_html: "format",
    not_json: "format",
    another_format: "format",
    gone: "absent",
    wrong_type: "script",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_of_the_publisher_leaves_the_fallback(world, tab, heard, fault):
    fault(world)
    tab.goto(world.show(TAG))
    assert heard("error")["reason"] == FAULTS[fault]
    assert tab.locator(".own").is_visible()
    assert [one["name"] for one in tab.evaluate("window.heard")] == ["error"]


def test_a_policy_of_the_shop_that_forgot_the_publisher_leaves_the_fallback(world, tab, heard):
    store = world.store.url.rstrip("/")
    policy = f"default-src 'self'; script-src {store}"
    tab.goto(world.show(TAG, Content_Security_Policy=policy))
    assert heard("error")["reason"] == "network"
    assert tab.locator(".own").is_visible()


BLOCKED = {"the entry": "**/aisle.js", "what draws": "**/view.*.js", "the data": "**/p/*.json"}


@pytest.mark.parametrize("rule", BLOCKED)
def test_a_rule_of_an_ad_blocker_leaves_the_shop_as_it_is(world, tab, rule):
    """Whatever the rule names: the shop's words stand, its own script works, one event at most."""
    thrown = []
    tab.on("pageerror", lambda error: thrown.append(str(error)))
    tab.route(BLOCKED[rule], lambda route: route.abort("blockedbyclient"))
    shop = "<button onclick='this.textContent = 1'>0</button>"
    tab.goto(world.show(TAG + shop))
    tab.wait_for_load_state("networkidle")
    tab.wait_for_timeout(200)
    assert tab.locator(".own").is_visible()
    tab.get_by_role("button", name="0").click()
    assert tab.get_by_role("button", name="1").count() == 1
    told = [(one["name"], one["reason"]) for one in tab.evaluate("window.heard")]
    expected = {
        "the entry": [],
        "what draws": [("error", "script")],
        "the data": [("error", "network")],
    }
    assert told == expected[rule]
    assert thrown == []


def test_a_product_that_disappears_makes_room_for_the_fallback(world, tab, heard):
    tab.goto(world.show(TAG))
    heard("view")
    world.zone.publish([documents.rack()], generation=2)
    world.refresh()
    tab.evaluate("""async () => {
      for (const one of performance.getEntriesByType('resource'))
        if (/\\/[pe]\\//.test(one.name)) await fetch(one.name, { cache: 'reload' });
      document.querySelector('syndicator-aisle').refresh();
    }""")
    assert heard("missing")["reason"] == "not-found"
    assert tab.locator(".own").is_visible()


def test_a_publisher_that_goes_down_later_leaves_the_last_good_content(world, tab, heard):
    for answer in answers_below(world, "/p/", "/e/"):
        answer.headers["Cache-Control"] = "no-store"
    tab.goto(world.show(TAG))
    heard("view")
    down(world)
    tab.evaluate("void document.querySelector('syndicator-aisle').refresh()")
    assert heard("error")["reason"] == "http"
    assert "Trekkingrad" in tab.evaluate(TEXT)


def test_an_element_deleted_while_it_loads_says_nothing(world, tab):
    for answer in answers_below(world, "/p/"):
        answer.delay = 0.4
    thrown = []
    tab.on("pageerror", lambda error: thrown.append(str(error)))
    tab.goto(world.show(TAG))
    tab.evaluate("document.querySelector('syndicator-aisle').remove()")
    tab.wait_for_timeout(800)
    assert tab.evaluate("window.heard") == []
    assert thrown == []


def test_an_element_moved_while_it_loads_is_shown_once(world, tab, heard):
    for answer in answers_below(world, "/p/"):
        answer.delay = 0.4
    tab.goto(world.show(TAG + "<main></main>"))
    tab.wait_for_timeout(100)
    tab.evaluate(
        "document.querySelector('main').append(document.querySelector('syndicator-aisle'))"
    )
    heard("view")
    tab.wait_for_timeout(300)
    assert [one["name"] for one in tab.evaluate("window.heard")] == ["replace", "view"]
    assert tab.evaluate(
        "document.querySelector('main').contains(document.querySelector('syndicator-aisle'))"
    )


def test_two_versions_of_the_script_share_a_page(world, tab, heard, tmp_path):
    """The first in the page defines the elements, the second, of another content, stands back."""
    folder = tmp_path / "aisle"
    shutil.copytree(built_in_folder() / "aisle", folder)
    declared = folder / "widget.toml"
    declared.write_text(declared.read_text().replace('version = "', 'version = "9'))
    sheet = folder / "aisle.css"
    sheet.write_text(sheet.read_text() + ".aisle { outline: 9px solid red; }")
    other = package(folder)
    assert other.fingerprint != world.package.fingerprint
    world.store.answers |= published(other.keys())
    source = f"{world.store.url}{other.key(other.entry)}"
    first = f'<script type="module" src="{source}" crossorigin="anonymous"></script>'
    thrown = []
    tab.on("pageerror", lambda error: thrown.append(str(error)))
    tab.goto(world.show(TAG + '<div id="later"></div>' + first))
    tab.evaluate("tag => { later.innerHTML = tag }", TAG.replace("FJORD-7", "RACK-2"))
    heard("view", times=2)
    outlines = tab.evaluate(
        "[...document.querySelectorAll('syndicator-aisle')].map((one) => getComputedStyle(one.shadowRoot.querySelector('.aisle')).outlineWidth)"
    )
    assert outlines == ["9px", "9px"], "one version draws everything"
    entries = [path for path in world.store.asked if path.endswith("/aisle.js")]
    assert len(entries) == 2
    assert thrown == []


BOOTSTRAP = """
*, *::before, *::after { box-sizing: border-box } body { margin: 0; font-family: system-ui; line-height: 1.5 }
h1, h2, h3, h4, h5, h6 { margin-top: 0; margin-bottom: .5rem; font-weight: 500; line-height: 1.2 }
p, ul, ol, dl { margin-top: 0; margin-bottom: 1rem } ul, ol { padding-left: 2rem } img, svg { vertical-align: middle }
.img-fluid, img { max-width: 100%; height: auto } .d-none { display: none !important } .text, .body { color: #f00 !important }
table { caption-side: bottom; border-collapse: collapse } th { text-align: -webkit-match-parent } thead, tbody, tr, td, th { border: 0 solid }
.card { position: relative; display: flex; flex-direction: column; background: #fff; border: 1px solid #000 }
.section, .hero, .offer, .price, .specs, .facts, .cards, .label, .status, .more, .close, .frame { display: none !important }
button, input, select, textarea { margin: 0; font-family: inherit } [type=search] { appearance: textfield; outline-offset: -2px }
dialog { display: none !important } summary { display: list-item } [hidden] { display: none !important }
.w-100, syndicator-aisle { width: 100% !important } .row > * { flex-shrink: 0; width: 100%; max-width: 100%; padding: 0 12px }
"""
"""What Bootstrap's reboot and utilities say, and class names that a framework may share with us."""

HOSTILE = {
    "a framework's reset and utilities": BOOTSTRAP,
    "everything unset": "* { all: unset }",
    "important resets": "* { margin: 0 !important; padding: 0 !important; font-size: 7px !important; line-height: 0 !important; display: inline !important; box-sizing: content-box !important }",
    "an opinionated framework": "h2 { font-size: 9px; color: red; display: none } img { width: 5px !important; float: right } ul { list-style: square } button { position: fixed; opacity: 0 } table { display: flex }",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_the_shops_own_rules_do_not_reach_inside(world, tab, heard, case):
    tab.goto(world.show(TAG, head=f"<style>{HOSTILE[case]}</style>"))
    heard("view")
    tab.wait_for_load_state("networkidle")
    box = tab.evaluate("""(() => {
      const root = document.querySelector('syndicator-aisle').shadowRoot;
      const [title, image, host] = [root.querySelector('h2'), root.querySelector('.strip img'), root.host];
      const style = getComputedStyle(title);
      return [style.display, image.clientWidth, title.offsetHeight, getComputedStyle(host).display];
    })()""")
    assert box[0] == "block"
    assert box[1] > 200
    assert box[2] > 0
    assert box[3] == "flow-root"


def test_ancestors_that_transform_and_clip_do_no_harm(world, tab, heard):
    tab.goto(
        world.show(
            f'<div style="transform: scale(.9); overflow: hidden; contain: content; width: 700px">{TAG}</div>'
        )
    )
    heard("view")
    assert tab.locator("syndicator-aisle .lead h2").is_visible()


INJECTIONS = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<svg onload=alert(1)>",
    "javascript:alert(1)",
    "'\"><iframe srcdoc='<script>parent.alert(1)</script>'>",
    "{{constructor.constructor('alert(1)')()}}",
    "<template><img src=x onerror=alert(1)></template>",
    "data:text/html,<script>alert(1)</script>",
]


def poisoned(value, poison):
    """Put `poison` in place of every text, and add nodes that no publisher would write."""
    if isinstance(value, dict):
        return {key: poisoned(one, poison) for key, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one, poison) for one in value]
    return poison if isinstance(value, str) else value


def test_no_text_of_a_document_runs_or_leads_to_a_script(world, tab, heard):
    products = []
    for number, poison in enumerate(INJECTIONS):
        product = poisoned(copy.deepcopy(world.document), poison) | {"sku": f"P{number}"}
        evil = ["a", {"href": poison, "onclick": poison, "style": poison}, poison]
        frames = [
            ["script", poison],
            ["iframe", {"srcdoc": poison}, "x"],
            ["svg", {"onload": poison}],
            ["img", {"src": poison, "onerror": poison}],
            ["form", {"action": poison}, ["input", {"autofocus": "", "onfocus": poison}]],
        ]
        product["description"] = [["p", evil, *frames]]
        products.append(product)
    world.zone.publish(products)
    world.refresh()
    tab.add_init_script(
        "window.ran = 0; for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => { window.ran++ };"
    )
    body = "".join(
        f'<syndicator-aisle partner="velohaus" sku="P{n}"></syndicator-aisle>'
        for n in range(len(INJECTIONS))
    )
    tab.goto(world.show(f'<div style="display:flex;flex-wrap:wrap">{body}</div>'))
    heard("view", times=len(INJECTIONS))
    told = tab.evaluate("""(() => {
      const inside = [...document.querySelectorAll('syndicator-aisle')].flatMap((one) => [...one.shadowRoot.querySelectorAll('*')]);
      for (const one of inside) for (const name of ['mouseover', 'focus', 'error', 'load']) one.dispatchEvent(new Event(name));
      const names = new Set(inside.map((one) => one.localName));
      const attributes = new Set(inside.flatMap((one) => one.getAttributeNames()));
      const addresses = inside.flatMap((one) => [one.href, one.src].filter(Boolean)).map((one) => new URL(one).protocol);
      return { ran: window.ran, names: [...names], attributes: [...attributes], protocols: [...new Set(addresses)] };
    })()""")
    assert told["ran"] == 0
    assert not {"script", "iframe", "svg", "form", "object", "template", "style"} & set(
        told["names"]
    )
    assert [
        name for name in told["attributes"] if name.startswith("on") or name in {"style", "srcdoc"}
    ] == []
    assert set(told["protocols"]) <= {"http:", "https:", "mailto:", "tel:"}


def test_the_probe_of_the_injections_would_see_one_run(world, tab):
    """The same texts as plain markup do run: the test above can fail."""
    tab.add_init_script("window.ran = 0; window.alert = () => { window.ran++ };")
    tab.goto(world.show("".join(INJECTIONS[:3])))
    tab.wait_for_timeout(300)
    assert tab.evaluate("window.ran") >= 2


def test_ten_thousand_specs_are_shown_without_a_long_task(world, tab, heard):
    items = [{"key": f"k{n}", "label": f"Merkmal {n}", "text": f"Wert {n}"} for n in range(10_000)]
    world.zone.publish([world.document | {"specs": [{"group": "Alles", "items": items}]}])
    world.refresh()
    tab.goto(world.show(TAG))
    heard("view")
    rows = "document.querySelector('syndicator-aisle').shadowRoot.querySelectorAll('tr')"
    assert tab.evaluate(f"{rows}.length") == 60
    tab.locator("input[type=search]").fill("Wert 9999")
    tab.get_by_text("1 gefunden", exact=True).wait_for()
    assert tab.evaluate(f"{rows}.length") == 1
    tab.locator("input[type=search]").fill("")
    tab.locator(".specs .more").click()
    tab.wait_for_function(f"{rows}.length == 10_000", timeout=30_000)
    shown = tab.evaluate(f"[...{rows}].map((row) => row.textContent)")
    assert shown == [f"Merkmal {n}Wert {n}" for n in range(10_000)]


def test_a_title_of_five_hundred_letters_stays_in_its_box(world, tab, heard):
    title = ("Donaudampfschifffahrtsgesellschaftskapitän" * 12)[:500]
    world.zone.publish([world.document | {"title": title}])
    world.refresh()
    tab.set_viewport_size({"width": 320, "height": 700})
    tab.goto(world.show(TAG))
    heard("view")
    assert overflowing(tab) == []
    assert tab.locator("syndicator-aisle .lead h2").inner_text().replace("\u00ad", "") == title


def test_marks_from_right_to_left_turn_nothing_around_them(world, tab, heard):
    """An override that nobody closed ends with its field: what follows reads as it should."""
    marked = "Rad \u202eNEDNEW\u2067\u05d0\u05d1"
    specs = [{"group": "Maße", "items": [{"key": "a", "label": marked, "text": "12 kg"}]}]
    world.zone.publish(
        [world.document | {"title": marked, "summary": "12–14 kg (neu)", "specs": specs}]
    )
    world.refresh()
    tab.goto(world.show(f"<p class=before>Vorher 1-2</p>{TAG}<p class=after>Nachher 1-2</p>"))
    heard("view")
    # The boxes of single letters tell in which order they are painted.
    order = """([host, selector]) => {
      const root = host ? document.querySelector(host).shadowRoot : document;
      const text = root.querySelector(selector).firstChild;
      return [...text.data].map((_, at) => {
        const range = document.createRange();
        range.setStart(text, at); range.setEnd(text, at + 1);
        return range.getBoundingClientRect().left;
      });
    }"""
    for host, selector in (
        ("syndicator-aisle", ".summary"),
        ("syndicator-aisle", ".specs td"),
        ("syndicator-aisle", ".specs caption"),
        ("", ".after"),
    ):
        lefts = tab.evaluate(order, [host, selector])
        assert lefts == sorted(lefts), selector
    turned = tab.evaluate(order, ["syndicator-aisle", "h2"])
    assert turned != sorted(turned), "the marks themselves work: the test can fail"


def overflowing(tab):
    """Names of elements that reach out of the host, except inside what may scroll."""
    return tab.evaluate("""(() => {
      const out = [];
      for (const host of document.querySelectorAll('[partner]')) {
        const box = host.getBoundingClientRect();
        for (const one of host.shadowRoot.querySelectorAll('*')) {
          if (one.closest('.strip, .thumbs, .scroll')) continue;
          const { left, right, width } = one.getBoundingClientRect();
          if (width && (left < box.left - 1 || right > box.right + 1)) out.push(one.localName + '.' + one.className);
        }
      }
      return out;
    })()""")


def test_a_wide_comparison_scrolls_in_its_own_box(world, tab, heard):
    others = [world.document | {"sku": f"NV-{n}", "gtin": "", "mpn": ""} for n in range(3)]
    world.zone.publish([world.document, *others])
    world.refresh()
    tab.set_viewport_size({"width": 320, "height": 700})
    tab.goto(
        world.show(
            '<syndicator-compare partner="velohaus" skus="NV-FJORD-7 NV-0 NV-1 NV-2"></syndicator-compare>'
        )
    )
    heard("view")
    assert overflowing(tab) == []
    assert tab.evaluate(
        "(() => { const one = document.querySelector('syndicator-compare').shadowRoot.querySelector('.scroll'); return one.scrollWidth > one.clientWidth && one.tabIndex == 0 })()"
    )


def test_several_elements_share_what_they_fetch(world, tab, heard):
    tab.goto(world.show(TAG * 3 + TAG.replace("syndicator-aisle", "syndicator-specs")))
    heard("view", times=4)
    asked = [
        path
        for path in world.store.asked
        if path.startswith(("/o/", "/e/", "/p/")) or path.endswith((".js", ".css"))
    ]
    assert len(asked) == len(set(asked))


def test_a_single_page_shop_changes_the_product_in_place(world, tab, heard):
    tab.goto(world.show(TAG))
    heard("view")
    tab.evaluate("""(() => {
      const one = document.querySelector('syndicator-aisle');
      one.setAttribute('sku', 'NV-NONE');
      one.setAttribute('sku', 'NV-RACK-2');
      one.remove();
      document.body.append(one);
    })()""")
    assert heard("view", times=2)["sku"] == "NV-RACK-2"
    assert [one["name"] for one in tab.evaluate("window.heard")].count("missing") == 0


def test_the_page_comes_back_from_the_back_forward_cache_as_it_was(world, browser):
    """Really from the cache: the page says `persisted`, its memory is alive, nothing is asked again.

    The test tool switches that cache off, so this is a browser of its own without that switch.
    """
    kind = browser.browser_type
    ignored = ["--disable-back-forward-cache"]
    with kind.launch(
        executable_path=shutil.which("chromium"), args=FLAGS, ignore_default_args=ignored
    ) as other:
        tab = other.new_context(locale="de-DE").new_page()
        tab.goto(world.show(TAG))
        host = "document.querySelector('syndicator-aisle')"
        tab.wait_for_function(f"{host}.shadowRoot.querySelector('.support')")
        tab.evaluate(
            "window.alive = true; addEventListener('pageshow', (event) => { window.persisted = event.persisted })"
        )
        tab.wait_for_load_state("networkidle")
        asked = len(world.store.asked)
        tab.goto(world.show("<p>Warenkorb</p>", path="/cart"))
        tab.evaluate("history.back()")
        tab.wait_for_function("window.alive && window.persisted")
        assert tab.locator("syndicator-aisle .lead h2").inner_text() == "Fjord 7 Trekkingrad"
        assert [path for path in world.store.asked[asked:] if "aisle.js" not in path] == []
        tab.locator("[data-act=open]").first.click()
        tab.wait_for_function(f"{host}.shadowRoot.querySelector('h2').textContent.includes('Rack')")


def test_a_proxy_path_of_the_shop_itself_works(world, tab, heard):
    """First-party delivery: the same files below any path, and no other host is asked."""
    for path, answer in published(world.zone.files).items():
        world.shop.answers[f"/norrvind{path}"] = answer
    script = f"/norrvind/w/aisle/{world.package.fingerprint}/aisle.js"
    html = (
        f'<!doctype html><html lang="de"><body>{TAG}<script type="module" src="{script}"></script>'
    )
    world.shop.answers["/own"] = Answer(
        html.encode(),
        headers={"Content-Type": "text/html", "Content-Security-Policy": "default-src 'self'"},
    )
    tab.goto(world.shop.url + "own")
    assert heard("view")["sku"] == "NV-FJORD-7"
    assert world.store.asked == []


def test_without_script_the_fallback_is_the_page(world, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(world.show(TAG))
    assert page.locator(".own").is_visible()
    context.close()


def test_a_pinned_tag_refuses_a_changed_entry(world, tab):
    tag = f'<script type="module" src="{world.script}" integrity="{world.package.integrity["aisle.js"]}" crossorigin="anonymous"></script>'
    world.shop.answers["/pinned"] = Answer(
        f"<!doctype html><html lang=de><body>{TAG}{tag}".encode(),
        headers={"Content-Type": "text/html"},
    )
    tab.goto(world.shop.url + "pinned")
    tab.locator("syndicator-aisle .lead h2").wait_for()
    world.store.answers[f"/w/aisle/{world.package.fingerprint}/aisle.js"].body += b"\n"
    other = tab.context.browser.new_context()
    page = other.new_page()
    page.goto(world.shop.url + "pinned")
    page.wait_for_load_state("networkidle")
    assert page.locator(".own").is_visible()
    assert page.evaluate("customElements.get('syndicator-aisle') === undefined")
    other.close()
