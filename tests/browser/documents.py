"""Product documents of an invented maker, as rendering would write them."""

from __future__ import annotations

from typing import Any

PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600" width="800" height="600" fill="none" stroke="{ink}" stroke-width="7" stroke-linecap="round" stroke-linejoin="round">
<circle cx="210" cy="400" r="125"/><circle cx="590" cy="400" r="125"/>
<path d="M210 400 L320 210 L505 210 L400 400 Z M320 210 L400 400 M505 210 L590 400 M505 210 L490 150 H545 M300 175 H350 M320 210 L310 175"/>
<circle cx="400" cy="400" r="26"/><path d="M{shift} 520 h60" stroke-width="3"/></svg>"""


def picture(ink: str = "#24453b", shift: int = 60) -> bytes:
    return PICTURE.format(ink=ink, shift=shift).encode()


def fjord(
    media: list[dict[str, Any]], manual: str = "https://norrvind.example/fjord.pdf"
) -> dict[str, Any]:
    """The touring bicycle that most tests show, complete in every section."""
    return {
        "sku": "NV-FJORD-7",
        "gtin": "04006381333931",
        "brand": "Norrvind",
        "mpn": "FJ7-2026",
        "model": "Fjord 7",
        "title": "Fjord 7 Trekkingrad",
        "summary": "Ein leises Rad für lange Wege: Stahlrahmen, Riemenantrieb und Licht, das immer brennt.",
        "description": [
            [
                "p",
                "Das Fjord 7 ist für Menschen gebaut, die ihr Rad ",
                ["em", "jeden Tag"],
                " nehmen. Der Riemen braucht kein Öl, die Nabe keine Einstellung.",
            ],
            ["h3", "Gebaut für Wetter"],
            [
                "p",
                "Rahmen und Gabel sind innen gewachst und außen pulverbeschichtet. ",
                ["a", {"href": "https://norrvind.example/stahl"}, "Mehr über unseren Stahl"],
                ".",
            ],
            ["ul", ["li", "Schutzbleche aus Aluminium, 55 mm"], ["li", "Gepäckträger bis 27 kg"]],
        ],
        "highlights": [
            "Riemenantrieb ohne Öl",
            "Nabendynamo mit Standlicht",
            "Zehn Jahre Garantie auf den Rahmen",
        ],
        "features": [
            {
                "title": "Der Riemen",
                "text": [["p", "Hält etwa dreimal so lang wie eine Kette und bleibt sauber."]],
                "image": {**media[1], "avif": [{"src": media[1]["src"], "width": 800}]},
            },
            {"title": "Das Licht", "text": [["p", "80 Lux vorn, Standlicht hinten, kein Akku."]]},
        ],
        "category": [
            {"code": "bikes", "label": "Fahrräder"},
            {"code": "touring", "label": "Trekking"},
        ],
        "media": media,
        "specs": [
            {
                "group": "Rahmen",
                "items": [
                    {"key": "frame", "label": "Material", "text": "Chrom-Molybdän-Stahl"},
                    {
                        "key": "weight",
                        "label": "Gewicht",
                        "text": "14,2 kg",
                        "value": 14.2,
                        "unit": "kg",
                    },
                    {
                        "key": "height",
                        "label": "Körpergröße",
                        "text": "165–190 cm",
                        "value": [165, 190],
                        "unit": "cm",
                    },
                ],
            },
            {
                "group": "Antrieb",
                "items": [
                    {"key": "gears", "label": "Gänge", "text": "8", "value": 8},
                    {"key": "belt", "label": "Riemen", "text": "Ja"},
                ],
            },
        ],
        "documents": [
            {
                "src": manual,
                "type": "manual",
                "title": "Bedienungsanleitung Fjord",
                "language": "de",
                "size": 1_840_000,
                "pages": 24,
            }
        ],
        "relations": {
            "accessory": [
                {
                    "sku": "NV-RACK-2",
                    "title": "Gepäckträger Rack 2",
                    "brand": "Norrvind",
                    "image": media[1],
                },
                {"sku": "NV-BOTTLE-1", "title": "Trinkflasche 0,7 l", "brand": "Norrvind"},
            ]
        },
        "price": {
            "amount": "1899.00",
            "currency": "EUR",
            "text": "1.899,00 €",
            "tax": {"included": True, "rate": "19", "text": "inkl. 19 % MwSt."},
        },
        "lifecycle": {"status": "available"},
        "support": {
            "contacts": [
                {
                    "name": "Norrvind Service",
                    "phone": "+49 30 5550100",
                    "email": "hilfe@norrvind.example",
                    "hours": "Mo–Fr 9–17 Uhr",
                }
            ],
            "questions": [
                {
                    "question": "Welche Rahmengröße passt mir?",
                    "answer": [
                        ["p", "Messen Sie Ihre Schrittlänge und multiplizieren Sie mit 0,66."]
                    ],
                }
            ],
        },
    }


def rack() -> dict[str, Any]:
    return {
        "sku": "NV-RACK-2",
        "brand": "Norrvind",
        "title": "Gepäckträger Rack 2",
        "summary": "Trägt 27 kg.",
    }


def english(document: dict[str, Any]) -> dict[str, Any]:
    return document | {
        "title": "Fjord 7 touring bike",
        "summary": "A quiet bike for long ways.",
        "price": {"amount": "1899.00", "currency": "EUR", "text": "€1,899.00"},
    }
