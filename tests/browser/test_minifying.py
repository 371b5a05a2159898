"""Minified code means the same as the source, judged by a real browser."""

from __future__ import annotations

import json

import pytest

from syndicator.widgets.minifying import minified

pytestmark = pytest.mark.browser

# Each check is an expression with its value; together they touch what minifiers get wrong.
CHECKS = {
    "nested templates": "`a${`b${`c`}`}`",
    "regex after division": "8 / 2 / /x/.source.length",
    "regex with slashes": r"/[/\]]+/.test('/]')",
    "private fields": "new (class { #x = 1; get x() { return this.#x } }).constructor().x",
    "static blocks": "(class { static x; static { this.x = 2 } }).x",
    "optional chaining": "({a: {b: null}}).a?.b?.c ?? 'none'",
    "nullish and or": "(null ?? (0 || 'x'))",
    "exponent": "(-2) ** 2",
    "comma in arrow": "((a, b = (1, 2)) => a + b)(1)",
    "labels": "(() => { o: for (;;) { for (;;) { break o } } return 'out' })()",
    "getters": "({ get a() { return 1 }, set a(v) {} }).a",
    "computed keys": "({ ['a' + 1]: 3 }).a1",
    "spread": "[...'ab', ...[1]].join()",
    "default and rest": "(({ a = 1, ...r }) => a + Object.keys(r).length)({ b: 1 })",
    "numbers": "[.5, 5., 0x10, 1e3, 1_000, 0b11].join()",
    "strings": r"'\u{1F6B2}\x41\n'.length",
    "typeof undeclared": "typeof nothing",
    "in and instanceof": "'a' in { a: 1 } && [] instanceof Array",
    "void and delete": "(() => { const o = { a: 1 }; delete o.a; return 'a' in o || void 0 })() === undefined",
    "return on a new line": "(() => { return\n1 })() === undefined",
    "increments": "(() => { let a = 1; const b = a+++ ++a; return b + a })()",
    "closures in loops": "(() => { const f = []; for (let i = 0; i < 3; i++) f.push(() => i); return f.map(g => g()).join() })()",
    "order of declarations": "(() => { const a = [1]; const b = a[0]; const c = b + 1; for (const [d, e] of [[c, b]]) return d + e })()",
    "generators": "[...(function* () { yield* [1, 2] })()].join()",
    "tagged templates": "((s, ...v) => s.raw.join('|') + v)`a${1}\\n`",
    "switch": "(() => { switch (2) { case 1: return 'a'; case 2: { const x = 'b'; return x } default: return 'c' } })()",
    "try without binding": "(() => { try { throw 1 } catch { return 'caught' } finally { } })()",
    "object at statement start": "(() => ({}).toString())()",
    "sequence of awaits": "typeof (async () => { for await (const x of []) x })",
    "logical assignment": "(() => { let a = null; a ??= 1; a &&= 2; a ||= 3; return a })()",
    "bigint": "(2n ** 64n).toString()",
    "html comments": "(() => { let x = 1; return x --> 0 })()",
}


def test_minified_checks_give_what_the_source_gives(tab):
    source = (
        "window.told = {"
        + ",\n".join(f"{json.dumps(name)}: {code}" for name, code in CHECKS.items())
        + "};"
    )
    small = minified("checks.js", source.encode()).decode()
    tab.goto("about:blank")
    told = []
    for text in (source, small):
        tab.evaluate(
            "text => { delete window.told; const s = document.createElement('script'); s.type = 'text/plain'; (0, eval)(text); }",
            text,
        )
        told.append(tab.evaluate("window.told"))
    assert len(told[0]) == len(CHECKS)
    assert told[0] == told[1]


def test_every_file_of_the_aisle_is_a_module(tab, aisle):
    """A script that the minifier broke would not even parse."""
    tab.goto("about:blank")
    for name, data in aisle.files.items():
        if name.endswith(".js") and name != "aisle.js":
            names = tab.evaluate(
                "text => import(URL.createObjectURL(new Blob([text], {type: 'text/javascript'}))).then(Object.keys)",
                data.decode(),
            )
            assert names, name
