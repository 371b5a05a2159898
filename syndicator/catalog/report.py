"""The data-quality report as one HTML file that can be mailed around: no scripts, no links out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from syndicator.catalog.quality import Completeness, Duplicate, language, overview
from syndicator.errors import Problem, Severity

MAX_PROBLEMS = 1000
"""Problems that are listed in full; the rest is counted by kind."""

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
body{color:#1d232a}
td:nth-child(4){white-space:nowrap}
table{border-collapse:collapse;width:100%;margin:1rem 0;font-size:.9rem}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #d8dde3;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.error{color:#a4161a;font-weight:600}.warning{color:#7a5200;font-weight:600}
svg{display:block}.gap{white-space:nowrap}td:has(b),td:has(b)~td{border-top:2px solid #aab4bf}
@media print{body{margin:0;max-width:none;font-size:11px}tr{break-inside:avoid}}
code{background:#f1f3f5;padding:.1rem .3rem;border-radius:.2rem}
"""


def render_report(
    name: str,
    products: int,
    problems: Sequence[Problem],
    rows: Sequence[Completeness],
    doubles: Sequence[Duplicate],
) -> str:
    """Return the report of a workspace called `name`; everything from the data is escaped."""
    title = f"Catalog quality: {name}"
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    counts = f"{products:,} products, {errors:,} errors, {len(problems) - errors:,} warnings"
    counts += f", {len(doubles):,} duplicates"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{counts}.</p>",
        "<h2>Ready for</h2>",
        _overview(rows),
        "<h2>Completeness by family</h2>",
        "<p>How many products have all that it takes. Words count in their own language only.</p>",
        _completeness(rows),
        "<h2>Problems</h2>",
        _kinds(problems),
        _problems(problems),
        "<h2>Duplicates</h2>",
        _duplicates(doubles),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _overview(rows: Sequence[Completeness]) -> str:
    """Show for each purpose how much of the whole catalog is complete in each locale."""
    locales = list(dict.fromkeys(row.locale for row in rows))
    whole = overview(rows)
    shares = {(row.purpose, row.locale): row.share for row in whole}
    lines = (
        (escape(title), *(_bar(shares[name, locale]) for locale in locales))
        for name, title in {row.purpose: row.title for row in whole}.items()
    )
    return _table(("Purpose", *map(language, locales)), lines)


def _completeness(rows: Sequence[Completeness]) -> str:
    head = ("Family", "Products", "Locale", "For", "Complete", "Missing most")
    before = [None, *rows]
    pairs = zip(rows, before, strict=False)
    return _table(head, (_completeness_row(row, last) for row, last in pairs))


def _completeness_row(row: Completeness, last: Completeness | None) -> tuple[str, ...]:
    """Return the cells of a row; what the row above says already is not said again."""
    widest = list(row.missing.items())[:4]
    gaps = ", ".join(_gap(key, count, row.examples.get(key, ())) for key, count in widest)
    new = last is None or last.family != row.family
    family = f"<b>{escape(row.family or '(no family)')}</b>" if new else ""
    locale = escape(row.locale) if new or (last and last.locale != row.locale) else ""
    products = f"{row.products:,}" if new else ""
    return (family, products, locale, escape(row.title), _bar(row.share), gaps)


def _gap(key: str, count: int, examples: Sequence[str]) -> str:
    shown = escape(", ".join(examples))
    return f'<span class="gap" title="{shown}"><code>{escape(key)}</code> {count:,}</span>'


def _bar(share: float) -> str:
    """Draw a share as a bar with its figure, readable without colour."""
    width = round(120 * share)
    return (
        f'<svg width="180" height="18" role="img" aria-label="{share:.0%} complete">'
        f'<rect width="120" height="14" y="2" fill="#d8dde3"/>'
        f'<rect width="{width}" height="14" y="2" fill="#2b6cb0"/>'
        f'<text x="126" y="14" font-size="12" fill="#1d232a">{share:.0%}</text></svg>'
    )


def _kinds(problems: Sequence[Problem]) -> str:
    counts = Counter((problem.severity.value, problem.code) for problem in problems)
    rows = (
        (
            f'<span class="{severity}">{severity}</span>',
            f"<code>{escape(code)}</code>",
            f"{count:,}",
        )
        for (severity, code), count in sorted(
            counts.items(), key=lambda item: (item[0][0], -item[1])
        )
    )
    return _table(("Severity", "Kind", "Count"), rows)


def _problems(problems: Sequence[Problem]) -> str:
    ordered = sorted(problems, key=lambda p: (p.severity.value, p.origin.file, p.origin.line or 0))
    rows = (
        (
            f'<span class="{problem.severity.value}">{problem.severity.value}</span>',
            escape(str(problem.origin)),
            f"<code>{escape(problem.path)}</code>" if problem.path else "",
            escape(_told(problem)),
            escape(problem.fix),
        )
        for problem in ordered[:MAX_PROBLEMS]
    )
    table = _table(("Severity", "Place", "Field", "Problem", "What to do"), rows)
    rest = len(problems) - MAX_PROBLEMS
    return table + (f"<p>and {rest:,} more</p>" if rest > 0 else "")


def _told(problem: Problem) -> str:
    detail = [f"expected {problem.expected}"] if problem.expected else []
    if problem.found:
        detail.append(f"found {problem.found}")
    return f"{problem.message} ({', '.join(detail)})" if detail else problem.message


def _duplicates(doubles: Sequence[Duplicate]) -> str:
    rows = (
        (
            "GTIN" if double.kind == "gtin" else "brand and part number",
            escape(double.key),
            ", ".join(escape(sku) for sku in double.skus),
        )
        for double in doubles[:MAX_PROBLEMS]
    )
    return _table(("Shared", "Value", "Products"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are HTML already."""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    if not body:
        return "<p>None.</p>"
    titles = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    return f"<table><thead><tr>{titles}</tr></thead>\n<tbody>{body}</tbody></table>"
