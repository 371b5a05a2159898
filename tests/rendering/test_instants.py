"""When documents change by themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from syndicator.catalog.model import Catalog, Lifecycle, Media, Price, Product, Rights
from syndicator.rendering import next_change

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def test_the_first_later_instant_of_any_kind_is_next() -> None:
    """Of a price, a picture's rights and a release the nearest one counts; the past does not."""
    product = Product(
        sku="A",
        brand="M",
        title={"en": "A"},
        lifecycle=Lifecycle(release=day(9)),
        prices=(
            Price(
                list="eur",
                amount=Decimal(1),
                currency="EUR",
                valid_from=day(-2),
                valid_until=day(3),
            ),
        ),
        media=(Media(file="a.svg", rights=Rights(valid_until=day(5))),),
    )
    catalog = Catalog(locales=("en",), products={"A": product})
    assert [next_change(catalog, day(n)) for n in (0, 3, 5, 9)] == [day(3), day(5), day(9), None]
