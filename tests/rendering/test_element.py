"""The aisle as the server draws it: complete, escaped, in the reader's language."""

from __future__ import annotations

import re

import pytest

from syndicator.rendering import inline_look, linked_look, render_element

WORDS = {
    "documents": "Dokumente",
    "doc-manual": "Anleitung",
    "pages": "{count} Seiten",
    "recommended": "UVP",
}
DOCUMENT = {
    "sku": "B-1",
    "brand": "Maker",
    "title": "Rad <1>",
    "description": [["p", "Fährt ", ["em", "gut"]]],
    "price": {"amount": "9.90", "currency": "EUR", "text": "9,90 €"},
    "documents": [
        {
            "src": "m/ab/x.pdf",
            "type": "manual",
            "title": "Buch",
            "language": "de",
            "pages": 8,
            "size": 1_840_000,
        }
    ],
    "videos": [{"src": "javascript://x/%0aalert(1)", "title": "Böse"}],
}


def drawn(document=DOCUMENT, **options):
    given = {"base_url": "https://aisle.example/", "locale": "de", "partner": "p", "words": WORDS}
    given["look"] = inline_look("")
    return render_element(document, **(given | options)).decode()


def test_content_stands_in_an_open_declarative_shadow_root():
    page = drawn()
    assert (
        '<syndicator-aisle partner="p" sku="B-1" lang="de"><template shadowrootmode="open">' in page
    )
    assert "<p>Fährt <em>gut</em></p>" in page
    assert 'href="https://aisle.example/m/ab/x.pdf"' in page


def test_facts_of_a_file_are_written_for_the_reader():
    assert re.sub(r"\s", " ", drawn()).count("Anleitung · Deutsch · 8 Seiten · 1,8 MB") == 1


def test_pictures_are_offered_as_avif_first():
    sizes = [{"src": "m/a-320.webp", "width": 320}]
    avif = [{"src": "m/a-320.avif", "width": 320}, {"src": "m/a.avif", "width": 800}]
    image = {"src": "m/a.jpg", "role": "hero", "alt": "A", "width": 800, "height": 600}
    page = drawn({**DOCUMENT, "media": [{**image, "sizes": sizes, "avif": avif}]})
    source = (
        '<picture><source type="image/avif" srcset="https://aisle.example/m/a-320.avif 320w, '
        'https://aisle.example/m/a.avif 800w" sizes="auto, (max-width: 40rem) 100vw, 40rem"><img '
    )
    assert source in page
    assert page.count("</picture>") == page.count("<picture>") > 0
    assert "<picture>" not in drawn({**DOCUMENT, "media": [{**image, "sizes": sizes}]})


def test_text_is_escaped_and_bad_addresses_are_dropped():
    page = drawn()
    assert "Rad &lt;1&gt;</h2>" in page
    assert "javascript:" not in page


@pytest.mark.parametrize(("locale", "direction"), [("de", "ltr"), ("ar", "rtl"), ("he-IL", "rtl")])
def test_the_direction_follows_the_locale(locale, direction):
    assert f'dir="{direction}" data-sku' in drawn(locale=locale)


def test_the_look_is_inline_or_a_file_with_its_hash():
    assert "<style>a{}</style>" in drawn(look=inline_look("a{}"))
    linked = drawn(look=linked_look("https://aisle.example/w/a.css", "sha256-x"))
    assert (
        '<link rel="stylesheet" href="https://aisle.example/w/a.css" integrity="sha256-x"' in linked
    )
    assert "<style>" not in linked


def test_a_style_cannot_close_its_element():
    assert "</style><script>" not in drawn(look=inline_look("</style><script>"))


def test_the_smallest_document_is_drawn():
    assert "<h2" in drawn({"sku": "B-2", "brand": "Maker"})


def test_no_offer_competes_with_the_partners():
    assert '"offers"' not in drawn()
