"""Sound inputs of what is attacked beside the files of products."""

# ruff: noqa: E501, ISC004  pieces stand in rows

from __future__ import annotations

import io

from pypdf import PdfWriter
from pypdf.generic import NameObject

from tests.sources.fixtures import TABLES

NEXT = b"\n====\n"
"""Parts the answers of a server, one for each connection."""

_OK = b'HTTP/1.1 200 OK\r\nContent-Length: 22\r\nETag: "v1"\r\nLast-Modified: Mon, 01 Jun 2026 00:00:00 GMT\r\n\r\n'
_BODY = b"id,name\nA,x\nB,y\nC,zzz\n"
ANSWERS = (
    _OK + _BODY + NEXT + b"HTTP/1.1 304 Not Modified\r\n\r\n",
    _OK + _BODY[:9] + NEXT + b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 9-21/22\r\n"
    b'Content-Length: 13\r\nETag: "v1"\r\n\r\n' + _BODY[9:],
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nid,name\n\r\n4;x=1\r\nA,x\n\r\n0\r\nT: 1\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: http://cdn.example/p.csv?a=1\r\nContent-Length: 0\r\n\r\n" + NEXT + _OK + _BODY,
    b"HTTP/1.1 307 Moved\r\nLocation: //other.example:81/\xc3\xa4\r\nConnection: close\r\n\r\n" + NEXT
    + b"HTTP/1.1 301 X\r\nLocation: ../p\r\nSet-Cookie: a=b; Domain=.example\r\n\r\n" + NEXT + _OK + _BODY,
    b"HTTP/1.1 503 Busy\r\nRetry-After: 3\r\nContent-Length: 4\r\n\r\nwait" + NEXT + _OK + _BODY,
    b"HTTP/1.0 200\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0" + NEXT + b"HTTP/1.1 416 No\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" + _OK + _BODY,
    b'HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\nETag: W/"1"\r\n\r\n' + _BODY,
)  # fmt: skip

SETTINGS = (
    b"""[workspace]
id = "n"
name = "N"
locales = ["en", "de"]
fallback = { "de-AT" = ["de"] }
[[sources]]
id = "pim"
format = "csv"
path = "p.csv"
mapping = "m.yaml"
options = { merge = "prices", header = "Authorization: ${TOKEN}" }
[[sources]]
format = "yaml"
path = "content"
[merge]
title = ["pim", "content"]
"specs.weight" = ["content"]
"*" = ["pim"]
[publish]
target = "local"
server_side = ["velohaus"]
""",
    b'workspace = {id = "a", name = "b", locales = ["en"]}\npublish.target = "x"\npublish.server_side = "all"\n',
)

MANIFESTS = (
    b"""kind: program
id: dealers
---
kind: program
id: premium
title: {en: Premium}
parent: dealers
---
kind: partner
id: velohaus
programs: [premium]
locales: [de, en]
territory: DE
timezone: Europe/Berlin
price_list: retail
---
kind: partner
id: stadtrad
distributor: velohaus
---
kind: grant
id: g
to: {program: dealers}
products: category under "bikes" and not @e
from: 2026-01-01
until: 2027-01-01
""",
    b"""{kind: territory, id: dach, countries: [DE, AT]}
---
{kind: selector, id: e, products: 'spec.power > 0 W or price.retail <= 9.90'}
---
{kind: partner, id: p, currency: EUR}
---
{kind: forbid, id: f, to: {territory: dach}, products: 'sku in ["A", "B"]', widgets: [configurator]}
---
{kind: delegation, id: d, distributor: p, to: all, products: brand = "N", early_access: true}
---
{kind: price-list, id: retail, currency: EUR, to: {partner: p}, from: 2026-01-01T00:00:00+01:00}
---
{kind: field-policy, id: h, to: all, except: {partner: p}, hide: [documents, extra.cost]}
---
{kind: override, id: o, partner: p, sku: A, fields: {title: {de: T}}}
---
{kind: rights-window, id: r, files: ["content/*"], territories: [dach, FR], until: 2027-01-01}
---
{kind: widget-grant, id: w, to: all, widget: configurator, channel: beta, share: 20}
---
{kind: grant, id: g, to: all, products: 'all'}
""",
    b'kind: grant\nid: a\nto: all\nproducts: title.de contains "x" and (gtin present or brand != "N")\n',
    b"{kind: partner-table, id: t, csv: dealers.csv, columns: {id: k}, defaults: {locales: [de]}}\n",
)  # fmt: skip
PARTNER_TABLE = b"""kind: partner-table
id: dealers
csv: dealers.csv
columns: {id: k, name: n, programs: tier, territory: country, locales: l, timezone: z}
defaults: {timezone: Europe/Berlin, locales: [de]}
---
kind: program
id: web
"""
_ROWS = (
    b'k,n,tier,country,l,z\nD-1,Rad & Tat,web,DE,de en,\nd-2,"V; o",,AT,,Europe/Vienna\n',
    "k;n;tier;country;l;z\nä;Räder;web|web;XX;de;No/Where\n".encode("utf-16"),
)  # fmt: skip

CHANNELS = (
    b"kind: channel\nid: google\nformat: google\npartners: [velohaus]\nlocale: de\n"
    b'link: "https://velohaus.example/p/{sku}"\n---\nkind: channel\nid: c\nformat: atom\npartners: all\n',
)
TARGETS = (
    b"kind: target\nid: local\ntype: directory\npath: build/site\nbase_url: http://127.0.0.1:8080/\n",
    b"kind: target\nid: s\ntype: s3\nbucket: b-1\nprefix: p/\nregion: eu\n"
    b"endpoint_url: https://s3.example\nprofile: x\nexclusive: true\n",
)
WIDGET = (
    b"""id = "c"
version = "0.1.0"
title = "C"
entry = "c.js"
element = "n-c"
permissions = ["network"]
[pins]
"c.js" = ["r.js", "words.*.json"]
[properties]
rules = { type = "address", required = true, title = "T" }
[size]
min_width = 280
[accessibility]
standard = "WCAG 2.2 AA"
statement = "S"
""",
)

RULES = (
    b"""configurator: 1
id: fjord
title: {en: Build, de: Bauen}
base: {price: {retail: 10.50}, parts: {A: 1}}
groups: [{id: g, label: {en: G}}]
options:
  - id: frame
    group: g
    default: diamond
    values: [{id: diamond, attributes: {weight: 14.1}}, {id: low, price: {retail: 50}, parts: {B: 1}}]
  - {id: size, display: select, values: [{id: S}, {id: M, sku: B, picture: a.png, color: "#2f5d50"}]}
  - {id: bags, range: {from: 0, to: 4, step: 1}, each: {price: {retail: 9}, attributes: {weight: 2}}}
  - {id: lamp, display: toggle, each: {price: {retail: 1}}}
  - {id: cover, visible: bags >= 1, hidden: none, values: [{id: none}, {id: plain}]}
rules:
  - {id: w, require: sum(weight) <= 20 and frame.weight > 1, text: {en: W}}
  - {when: lamp, require: size in [S, M]}
  - {when: "not lamp -> bags + 1 < 3 * 2", exclude: frame = low and size = S}
  - {one_of: [frame = low, bags >= 1]}
  - {table: frames.csv}
combinations: [{id: c, when: frame = low or lamp, price: {retail: -9}, parts: {}}]
""",
)
RULE_TABLE = b"frame,size\ndiamond,S|M\nlow,*\n"
SXFM = b"""<feature_model name="phone">
<feature_tree>
:r phone (_r)
\t:m screen (_s)
\t\t:g (_g) [1,1]
\t\t\t: colour (_c)
\t\t\t: grey (_m)
\t:o camera (_k)
</feature_tree>
<constraints>
c1: ~_k or _c
</constraints>
</feature_model>
"""
UVL = b"""namespace phone
features
    Phone {abstract}
        mandatory
            Screen
                alternative
                    Colour
                    Grey
        optional
            Camera {price 30}
            Integer Storage
        [0..1]
            Red
            "Light blue"
constraints
    Camera => Colour
    !(Red & Camera) | "Light blue" <=> Grey
    Storage > 3
"""
COOM = b"""product {
  Color color
  Frame frame
  0..1 Bag bag
  num 0-3 lamps
}
structure Frame { Size size }
enumeration Color { Red Blue }
enumeration Size {
  attribute num/cm height
  S = ( 45 )
  M = ( 50 )
}
behavior {
  default color = Blue
  condition color = Red
  require frame.size.height > 45
  require lamps <= 2 && color = Red || bag.volume > 3
  imply color = Blue
}
behavior Frame {
  combinations ( size root.color )
  allow ( (S, M) Blue )
  allow ( M -*- )
}
"""
DIMACS = b"c 1 red\nc 2 blue\nc 3 lamp=lid\nc 4 lamp=led\np cnf 4 3\n1 2 0\n-1\n3 0 -4 1 0\n"


def documents() -> tuple[bytes, ...]:
    """Return small PDFs: of today, with a page tree of its own, with compressed objects."""
    made = []
    for pages in (1, 3):
        writer = PdfWriter()
        for _ in range(pages):
            writer.add_blank_page(72, 72)
        writer.root_object[NameObject("/PageMode")] = NameObject("/UseNone")
        out = io.BytesIO()
        writer.write(out)
        made.append(out.getvalue())
    return (*made, _COMPRESSED)


_COMPRESSED = (
    b"%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    b"4 0 obj<</Type/XRef/Size 5/W[1 2 1]/Root 1 0 R/Index[0 5]/Length 20/Filter/ASCIIHexDecode>>stream\n"
    b"0000000001000900010034000100700001\nendstream endobj\nstartxref\n180\n%%EOF\n"
)


def lake() -> tuple[bytes, ...]:
    """Return small Parquet files: flat, compressed and nested."""
    import pyarrow as pa  # noqa: PLC0415  slow to import
    from pyarrow.parquet import write_table  # noqa: PLC0415

    rows = [{"id": "A", "name": "x", "price": 5, "weight": 2.5}, {"id": "B", "name": None}]
    inner = [{"id": "C", "name": "z", "in": {"a": [1, 2]}, "ean": ["4006381333931"]}]
    made = []
    for table, options in (
        (pa.Table.from_pylist(rows), {"compression": "none"}),
        (pa.Table.from_pylist(rows), {"compression": "snappy", "use_dictionary": False}),
        (pa.Table.from_pylist(inner), {"compression": "zstd", "data_page_version": "2.0"}),
    ):
        out = io.BytesIO()
        write_table(table, out, **options)
        made.append(out.getvalue())
    return tuple(made)


def beside() -> dict[str, tuple[bytes, ...]]:
    """Return the sound inputs by parser."""
    return {
        "http": ANSWERS,
        "parquet": lake(),
        "parquet types": (bytes(range(40)),),
        "settings": SETTINGS,
        "manifests": MANIFESTS,
        "partner rows": _ROWS,
        "channels": CHANNELS,
        "targets": TARGETS,
        "widget": WIDGET,
        "pdf": documents(),
        "rules": RULES,
        "rule table": (RULE_TABLE,),
        "rules sxfm": (SXFM,),
        "rules uvl": (UVL,),
        "rules coom": (COOM,),
        "rules cnf": (DIMACS,),
        "first contact": (
            *TABLES,
            b"SKU;Titel;Hersteller;EAN;Preis\n1;A;N;4006381333931;9,50 EUR\n",
        ),
    }
