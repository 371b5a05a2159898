"""Every fixed format becomes the same kind of product, on fixtures written for the project."""

# ruff: noqa: E501  exports have long lines

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from syndicator.catalog.model import Flag, Number, Product, Relation, RelationType, Span, Words
from syndicator.sources import Reading, SourceSpec, errors, read_catalog

LOCALES = ("en", "de")


def read(folder: Path, kind: str, name: str, text: str, **options: str) -> Reading:
    """Write a file and read it as a source."""
    (folder / name).write_text(text)
    return read_catalog(folder, [SourceSpec(kind, name, "", options)], LOCALES, {})


def products(reading: Reading) -> dict[str, Product]:
    """Return the products of a reading that has no errors."""
    assert errors(reading) == []
    return dict(reading.catalog.products)


SHOPIFY = """Handle,Title,Body (HTML),Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price,Variant Barcode,Image Src,Image Alt Text
fjord,Fjord,<p>Quiet</p>,Norrvind,Bikes,Size,S,F-S,18000,2999.00,'4006381333931,https://n.example/1.jpg,Front
fjord,,,,,,M,F-M,18200,2999.00,,https://n.example/2.jpg,
bell,Bell,,Norrvind,Parts,Title,Default Title,BELL,,9.50,,,
"""


def test_shopify_rows_are_variants(tmp_path: Path) -> None:
    """Variants share words and pictures, and have their own SKU, axis, weight and price."""
    found = products(read(tmp_path, "shopify", "p.csv", SHOPIFY, currency="EUR"))
    small = found["F-S"]
    assert (small.brand, small.gtin, small.title["en"]) == ("Norrvind", "04006381333931", "Fjord S")
    assert small.description == {"en": "<p>Quiet</p>"}
    assert small.variant is not None
    assert (small.variant.group, small.variant.axes) == ("fjord", {"Size": {"en": "S"}})
    assert small.specs["weight"] == Number(value=18000.0, unit="g")
    assert (small.prices[0].amount, small.prices[0].currency) == (Decimal("2999.00"), "EUR")
    assert [media.url[-5:] for media in found["F-M"].media] == ["1.jpg", "2.jpg"]
    assert found["BELL"].variant is None


GOOGLE = """<?xml version="1.0"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Feed</title>
<item><g:id>A</g:id><title>Fjord</title><g:description>Quiet</g:description><g:brand>Norrvind</g:brand>
<g:gtin>4006381333931</g:gtin><g:image_link>https://n.example/1.jpg</g:image_link>
<g:additional_image_link>https://n.example/2.jpg</g:additional_image_link>
<g:price>2999.00 EUR</g:price><g:product_type>Bikes &gt; E-bikes</g:product_type>
<g:item_group_id>fjord</g:item_group_id><g:size>S</g:size>
<g:product_detail><g:section_name>Drive</g:section_name><g:attribute_name>Motor</g:attribute_name>
<g:attribute_value>250 W</g:attribute_value></g:product_detail></item></channel></rss>
"""
GOOGLE_ATOM = GOOGLE.replace("<rss", '<feed xmlns="http://www.w3.org/2005/Atom"').replace(
    "</rss>", "</feed>"
).replace("item>", "entry>").replace("<channel>", "").replace("</channel>", "")  # fmt: skip
GOOGLE_TABLE = (
    "id\ttitle\tdescription\tbrand\tgtin\timage link\tadditional image link\tprice\tproduct type\titem group id\tsize\n"
    "A\tFjord\tQuiet\tNorrvind\t4006381333931\thttps://n.example/1.jpg\thttps://n.example/2.jpg\t"
    "2999.00 EUR\tBikes > E-bikes\tfjord\tS\n"
)


@pytest.mark.parametrize(
    ("name", "text"), [("p.rss", GOOGLE), ("p.atom", GOOGLE_ATOM), ("p.tsv", GOOGLE_TABLE)]
)
def test_a_merchant_feed_is_read_in_each_of_its_forms(tmp_path: Path, name: str, text: str) -> None:
    """RSS, Atom and tables with the same content are the same product."""
    reading = read(tmp_path, "google", name, text)
    product = products(reading)["A"]
    assert (product.brand, product.gtin, product.category) == (
        "Norrvind",
        "04006381333931",
        "bikes/e-bikes",
    )
    assert reading.catalog.categories["bikes/e-bikes"].label == {"en": "E-bikes"}
    assert [media.url for media in product.media] == [
        "https://n.example/1.jpg",
        "https://n.example/2.jpg",
    ]
    assert (str(product.prices[0].amount), product.prices[0].currency) == ("2999.00", "EUR")
    assert product.variant is not None
    assert product.variant.axes == {"size": {"en": "S"}}
    if name != "p.tsv":
        assert product.specs["motor"] == Words(text={"en": "250 W"})


BMECAT = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE BMECAT SYSTEM "bmecat_new_catalog_1_2.dtd">
<BMECAT version="1.2"><HEADER><CATALOG><LANGUAGE>deu</LANGUAGE><CURRENCY>EUR</CURRENCY></CATALOG>
<SUPPLIER><SUPPLIER_NAME>Norrvind</SUPPLIER_NAME></SUPPLIER></HEADER><T_NEW_CATALOG>
<CATALOG_GROUP_SYSTEM>
<CATALOG_STRUCTURE type="root"><GROUP_ID>1</GROUP_ID><GROUP_NAME>Katalog</GROUP_NAME><PARENT_ID>0</PARENT_ID></CATALOG_STRUCTURE>
<CATALOG_STRUCTURE type="leaf"><GROUP_ID>2</GROUP_ID><GROUP_NAME>Räder</GROUP_NAME><PARENT_ID>1</PARENT_ID></CATALOG_STRUCTURE>
</CATALOG_GROUP_SYSTEM>
<ARTICLE><SUPPLIER_AID>A</SUPPLIER_AID><ARTICLE_DETAILS><DESCRIPTION_SHORT>Fjord</DESCRIPTION_SHORT>
<DESCRIPTION_LONG>Leise</DESCRIPTION_LONG><EAN>4006381333931</EAN><MANUFACTURER_AID>FJ7</MANUFACTURER_AID></ARTICLE_DETAILS>
<ARTICLE_FEATURES><REFERENCE_FEATURE_SYSTEM_NAME>ETIM-8.0</REFERENCE_FEATURE_SYSTEM_NAME>
<REFERENCE_FEATURE_GROUP_ID>EC001</REFERENCE_FEATURE_GROUP_ID>
<FEATURE><FNAME>Leistung</FNAME><FVALUE>250</FVALUE><FUNIT>WTT</FUNIT></FEATURE>
<FEATURE><FNAME>Farbe</FNAME><FVALUE>Blau</FVALUE></FEATURE></ARTICLE_FEATURES>
<ARTICLE_PRICE_DETAILS><ARTICLE_PRICE price_type="net_list"><PRICE_AMOUNT>2999.00</PRICE_AMOUNT><LOWER_BOUND>1</LOWER_BOUND></ARTICLE_PRICE>
<ARTICLE_PRICE price_type="net_list"><PRICE_AMOUNT>2899.00</PRICE_AMOUNT><LOWER_BOUND>10</LOWER_BOUND></ARTICLE_PRICE></ARTICLE_PRICE_DETAILS>
<MIME_INFO><MIME><MIME_TYPE>image/jpeg</MIME_TYPE><MIME_SOURCE>https://n.example/1.jpg</MIME_SOURCE></MIME></MIME_INFO>
<ARTICLE_REFERENCE type="accessories"><ART_ID_TO>B</ART_ID_TO></ARTICLE_REFERENCE></ARTICLE>
<ARTICLE><SUPPLIER_AID>B</SUPPLIER_AID><ARTICLE_DETAILS><DESCRIPTION_SHORT>Klingel</DESCRIPTION_SHORT></ARTICLE_DETAILS></ARTICLE>
<ARTICLE_TO_CATALOGGROUP_MAP><ART_ID>A</ART_ID><CATALOG_GROUP_ID>2</CATALOG_GROUP_ID></ARTICLE_TO_CATALOGGROUP_MAP>
</T_NEW_CATALOG></BMECAT>
"""


def test_bmecat_features_prices_groups_and_references_are_kept(tmp_path: Path) -> None:
    """Features have units, prices their quantities, groups their names, references their type."""
    reading = read(tmp_path, "bmecat", "p.xml", BMECAT)
    product = products(reading)["A"]
    assert (product.brand, product.mpn, product.family) == ("Norrvind", "FJ7", "EC001")
    assert product.title == {"de": "Fjord"}
    assert product.specs["leistung"] == Number(value=250.0, unit="W")
    assert [(p.list, str(p.amount), p.currency, p.min_quantity) for p in product.prices] == [
        ("net-list", "2999.00", "EUR", 1),
        ("net-list", "2899.00", "EUR", 10),
    ]
    assert product.category == "räder"
    assert product.relations == (Relation(type=RelationType.ACCESSORY, sku="B"),)


def test_bmecat_means_the_same_in_any_order(tmp_path: Path) -> None:
    """Elements are known by their names: no order of them is relied on, nor a name space."""
    tree = etree.fromstring(BMECAT.partition("?>")[2].partition(">")[2])
    for node in list(tree.iter()):
        if node.tag not in {"BMECAT", "MIME_INFO", "ARTICLE_PRICE_DETAILS"}:
            node[:] = reversed(node)
    first, *others = (
        products(read(tmp_path, "bmecat", name, text))
        for name, text in (
            ("a.xml", BMECAT),
            ("b.xml", etree.tostring(tree).decode()),
            ("c.xml", BMECAT.replace('version="1.2"', 'xmlns="urn:n" version="1.2"')),
        )
    )
    assert others == [first, first]


WINDOWS = {
    "1.2": (
        """<DATETIME type="valid_start_date"><DATE>2026-01-01</DATE></DATETIME>
        <DATETIME type="valid_end_date"><DATE>2026-12-31</DATE></DATETIME>""",
        dt.datetime(2027, 1, 1, tzinfo=dt.UTC),
        [],
    ),
    "2005": (
        """<VALID_START_DATE>2026-01-01</VALID_START_DATE>
        <VALID_END_DATE>2026-06-30T12:00:00Z</VALID_END_DATE>""",
        dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC),
        [],
    ),
    "no date": (
        "<VALID_START_DATE>2026-01-01</VALID_START_DATE><VALID_END_DATE>soon</VALID_END_DATE>",
        None,
        ["instant"],
    ),
}


@pytest.mark.parametrize(("dates", "until", "codes"), WINDOWS.values(), ids=WINDOWS)
def test_bmecat_prices_hold_as_long_as_the_catalog_says(
    tmp_path: Path, dates: str, until: dt.datetime | None, codes: list[str]
) -> None:
    """The last day is one on which they hold; a limit that is none is told and costs nothing."""
    text = BMECAT.replace("<ARTICLE_PRICE_DETAILS>", f"<ARTICLE_PRICE_DETAILS>{dates}")
    reading = read(tmp_path, "bmecat", "p.xml", text)
    prices = products(reading)["A"].prices
    assert {price.valid_from for price in prices} == {dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}
    assert {price.valid_until for price in prices} == {until}
    assert [problem.code for problem in reading.problems] == codes


@pytest.mark.data
def test_a_real_bmecat_2005_is_read_in_two_languages(shared_data: Path, tmp_path: Path) -> None:
    """Words come in German and English, ECLASS features with their types."""
    path = str(shared_data / "bmecat" / "WEI_BMECat_1609801044.xml")
    reading = read_catalog(tmp_path, [SourceSpec("bmecat", path)], LOCALES, {})
    (product,) = products(reading).values()
    assert product.title == {"de": "Klemmenmarkierung", "en": "Terminal marking"}
    assert (product.gtin, product.model) == ("04008190397111", "DEK 5/5 MC NE WS")
    assert product.specs["breite"] == Number(value=4.9)
    assert len(product.specs) > 30


@pytest.mark.data
def test_a_real_magento_shop_is_read_whole(shared_data: Path, tmp_path: Path) -> None:
    """Every simple product and bundle is there; configurable ones became variant groups."""
    path = str(shared_data / "magento-luma")
    spec = SourceSpec("magento", path, "", {"brand": "Luma", "currency": "USD"})
    found = products(read_catalog(tmp_path, [spec], LOCALES, {}))
    assert len(found) == 1892
    variant = found["MP01-32-Black"].variant
    assert variant is not None
    assert (variant.group, variant.axes) == (
        "MP01",
        {"size": {"en": "32"}, "color": {"en": "Black"}},
    )
    bundle = {relation.sku for relation in found["24-WG080"].relations if relation.type == "part"}
    assert bundle == {"24-WG081-blue", "24-WG084", "24-WG085", "24-WG088"}


MAGENTO = """sku,product_type,categories,name,description,weight,price,additional_attributes,configurable_variations,base_image,crosssell_skus
F,configurable,"Default Category/Bikes/Touring,Default Category",Fjord,<p>Quiet</p>,,,"material=Steel,eco=Yes","sku=F-S,size=S|sku=F-M,size=M",/f.jpg,
F-S,simple,,Fjord S,,18,2999,"size=S,note=light, quick",,,F
F-M,simple,,Fjord M,,18.2,2999,size=M,,,
BELL,simple,Default Category/Parts,Bell,,0.1,9.5,,,/b.jpg,F
"""


def test_magento_variants_take_from_their_configurable_product(tmp_path: Path) -> None:
    """What the configurable product says holds for its variants; it is none itself."""
    options = {"brand": "Norrvind", "media": "https://n.example/media", "weight_unit": "kg"}
    found = products(read(tmp_path, "magento", "p.csv", MAGENTO, **options))
    assert sorted(found) == ["BELL", "F-M", "F-S"]
    small = found["F-S"]
    assert (small.category, small.description["en"]) == ("bikes/touring", "<p>Quiet</p>")
    assert small.specs["eco"] == Flag(value=True)
    assert small.specs["note"] == Words(text={"en": "light, quick"})
    assert small.specs["weight"] == Number(value=18.0, unit="kg")
    assert small.media[0].url == "https://n.example/media/f.jpg"
    assert found["BELL"].relations == (Relation(type=RelationType.ACCESSORY, sku="F-S"),)


def test_a_magento_table_whose_line_ends_early_says_nothing_there(tmp_path: Path) -> None:
    """Links and pictures of the other lines hold, in whichever order the columns stand."""
    (tmp_path / "shop").mkdir()
    tables = {
        "products": MAGENTO,
        "related": "linked_sku,sku\nF-M\nF-M,BELL\n",
        "images": "sku,image\nBELL\nBELL,/c.jpg\n",
    }
    for name, text in tables.items():
        (tmp_path / "shop" / f"{name}.csv").write_text(text)
    options = {"brand": "Norrvind", "media": "https://n.example"}
    spec = SourceSpec("magento", "shop", "", options)
    bell = products(read_catalog(tmp_path, [spec], LOCALES, {}))["BELL"]
    assert [media.url[-6:] for media in bell.media] == ["/b.jpg", "/c.jpg"]
    assert "F-M" in [relation.sku for relation in bell.relations]


ICECAT = """<?xml version="1.0" encoding="UTF-8"?>
<ICECAT-interface><Product ID="42" Prod_id="FJ7" Title="Norrvind Fjord" HighPic="https://n.example/1.jpg" ReleaseDate="2026-05-01">
<CategoryFeatureGroup ID="7"><FeatureGroup><Name Value="Drive"/></FeatureGroup></CategoryFeatureGroup>
<Category ID="1"><Name Value="Bikes"/></Category><EANCode EAN="4006381333931"/>
<ProductDescription LongDesc="Quiet" ShortDesc="A bike" ManualPDFURL="https://n.example/m.pdf"/>
<ProductFeature Value="250" Presentation_Value="250 W" CategoryFeatureGroup_ID="7"><Feature><Measure Sign="W"/><Name Value="Motor"/></Feature></ProductFeature>
<ProductFeature Value="Y" Presentation_Value="Yes" CategoryFeatureGroup_ID="7"><Feature><Measure Sign=""/><Name Value="Foldable"/></Feature></ProductFeature>
<ProductGallery><ProductPicture Pic="https://n.example/2.jpg"/></ProductGallery>
<Supplier ID="1" Name="Norrvind"/></Product></ICECAT-interface>
"""


def test_icecat_features_keep_group_unit_and_type(tmp_path: Path) -> None:
    """A feature is a typed spec with the name of its group."""
    reading = read(tmp_path, "icecat", "p.xml", ICECAT)
    product = products(reading)["IC-42"]
    assert product.specs == {"motor": Number(value=250.0, unit="W"), "foldable": Flag(value=True)}
    definition = next(
        spec for spec in reading.catalog.families["bikes"].specs if spec.key == "motor"
    )
    assert (definition.label, definition.group) == ({"en": "Motor"}, {"en": "Drive"})
    assert product.lifecycle.release == dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    assert [document.type for document in product.documents] == ["manual"]


ETIM = {
    "CatalogueId": "1",
    "Supplier": [
        {
            "SupplierName": "Norrvind",
            "Product": [
                {
                    "ProductIdentification": {
                        "ManufacturerProductNumber": "FJ7",
                        "ProductGTIN": ["4006381333931"],
                        "BrandName": "Norrvind",
                    },
                    "ProductDetails": {
                        "ProductDescriptions": [
                            {"DescriptionLanguage": "en-GB", "MinimalProductDescription": "Fjord"},
                            {
                                "DescriptionLanguage": "de-DE",
                                "MinimalProductDescription": "Fjord (de)",
                            },
                        ]
                    },
                    "EtimClassification": [
                        {
                            "EtimClassCode": "EC000123",
                            "EtimFeatures": [
                                {"EtimFeatureCode": "EF000001", "EtimValueNumeric": 250},
                                {"EtimFeatureCode": "EF000002", "EtimValueLogical": True},
                                {
                                    "EtimFeatureCode": "EF000003",
                                    "EtimValueRangeLower": 1.5,
                                    "EtimValueRangeUpper": 2,
                                },
                                {"EtimFeatureCode": "EF000004", "EtimValueCode": "EV000009"},
                            ],
                        }
                    ],
                    "TradeItem": [{"Pricing": [{"GrossListPrice": 2999, "PriceCurrency": "EUR"}]}],
                }
            ],
        }
    ],
}


def test_etim_features_are_typed(tmp_path: Path) -> None:
    """Numbers, ranges, logical values and codes each become their type."""
    product = products(read(tmp_path, "etim", "p.json", json.dumps(ETIM)))["FJ7"]
    assert product.title == {"en": "Fjord", "de": "Fjord (de)"}
    assert product.specs == {
        "ef000001": Number(value=250.0),
        "ef000002": Flag(value=True),
        "ef000003": Span(low=1.5, high=2.0),
        "ef000004": Words(text={"en": "EV000009"}),
    }
    assert str(product.prices[0].amount) == "2999"


CODES = """
classes: {EC000123: {en: Electric bicycles, de: E-Bikes}}
features: {EF000001: {en: Motor power, de: Motorleistung}, EF000002: Foldable}
values: {EV000009: {en: Red, de: Rot}}
units: {EU000001: W}
"""


def test_codes_are_named_by_a_file_of_the_workspace(tmp_path: Path) -> None:
    """Classes, features, values and units have their words; what has none is said once."""
    etim = json.loads(json.dumps(ETIM))
    features = etim["Supplier"][0]["Product"][0]["EtimClassification"][0]["EtimFeatures"]
    features[0]["EtimUnitCode"] = "EU000001"
    (tmp_path / "names.yaml").write_text(CODES)
    (tmp_path / "p.json").write_text(json.dumps(etim))
    spec = SourceSpec("etim", "p.json", "names.yaml")
    reading = read_catalog(tmp_path, [spec], LOCALES, {})
    product = products(reading)["FJ7"]
    assert product.specs["ef000001"] == Number(value=250.0, unit="W")
    assert product.specs["ef000004"] == Words(text={"en": "Red", "de": "Rot"})
    family = reading.catalog.families["EC000123"]
    assert family.label == {"en": "Electric bicycles", "de": "E-Bikes"}
    labels = {spec.key: spec.label for spec in family.specs}
    assert labels["ef000001"] == {"en": "Motor power", "de": "Motorleistung"}
    assert labels["ef000003"] == {"en": "EF000003"}
    (problem,) = reading.problems
    assert (problem.code, problem.severity) == ("unnamed-code", "warning")
    assert problem.found == "EF000003, EF000004"


def test_codes_in_a_bmecat_are_named_too(tmp_path: Path) -> None:
    """ETIM in BMEcat writes codes where names and values stand."""
    text = BMECAT.replace("Leistung<", "EF000001<").replace("EC001", "EC000123")
    text = text.replace("<FVALUE>Blau<", "<FVALUE>EV000009<")
    (tmp_path / "names.yaml").write_text(CODES)
    (tmp_path / "p.xml").write_text(text)
    reading = read_catalog(tmp_path, [SourceSpec("bmecat", "p.xml", "names.yaml")], LOCALES, {})
    product = products(reading)["A"]
    assert product.specs["farbe"] == Words(text={"en": "Red", "de": "Rot"})
    (family,) = reading.catalog.families.values()
    assert family.label["de"] == "E-Bikes"
    assert {"en": "Motor power", "de": "Motorleistung"} in [spec.label for spec in family.specs]
    assert reading.problems == []


AKENEO = {
    "attributes": "code;label-en_US;label-de_DE;type;default_metric_unit;group;localizable;scopable\n"
    "sku;SKU;SKU;pim_catalog_identifier;;g;0;0\nname;Name;Name;pim_catalog_text;;g;1;0\n"
    "description;Text;Text;pim_catalog_textarea;;g;1;1\nbrand;Brand;Marke;pim_catalog_simpleselect;;g;0;0\n"
    "weight;Weight;Gewicht;pim_catalog_metric;KILOGRAM;g;0;0\nsize;Size;Größe;pim_catalog_simpleselect;;g;0;0\n"
    "photo;Photo;Foto;pim_catalog_image;;g;0;0\nprice;Price;Preis;pim_catalog_price_collection;;g;0;0\n",
    "attribute_groups": "code;label-en_US;label-de_DE\ng;Facts;Fakten\n",
    "attribute_options": "code;attribute;label-en_US;label-de_DE\ns;size;Small;Klein\nm;size;Medium;Mittel\nnv;brand;Norrvind;Norrvind\n",
    "categories": "code;parent;label-en_US;label-de_DE\nmaster;;Master;Stamm\nbikes;master;Bikes;Räder\ntouring;bikes;Touring;Touren\n",
    "channels": "code;tree;locales;currencies\nshop;master;en_US,de_DE;EUR\n",
    "currencies": "code;activated\nEUR;1\nUSD;0\n",
    "locales": "code\nen_US\nde_AT\nde_DE\n",
    "association_types": "code\nX_SELL\n",
    "families": "code;label-en_US;label-de_DE;attributes;attribute_as_label;attribute_as_image;requirements-shop\n"
    "bike;Bikes;Räder;sku,name,description,brand,weight,size,photo,price;name;photo;weight\n",
    "family_variants": "code;family;variant-axes_1\nby_size;bike;size\n",
    "product_models": "code;family_variant;parent;categories;brand;name-en_US;name-de_DE;description-de_DE-shop\n"
    "fjord;by_size;;touring,sale;nv;Fjord;Fjord (de);<b>Leise</b>\n",
    "products": "sku;family;parent;categories;size;weight;weight-unit;price-EUR;photo;X_SELL-products;legacy\n"
    "F-S;bike;fjord;;s;18000;GRAM;2999.00;files/f.png;F-M;old\nF-M;bike;fjord;;m;18.2;KILOGRAM;2999.00;;;\n",
}


def test_akeneo_variants_locales_channels_and_units(tmp_path: Path) -> None:
    """Models complete their variants, options have their labels, quantities their family's unit."""
    for name, text in AKENEO.items():
        (tmp_path / "pim").mkdir(exist_ok=True)
        (tmp_path / "pim" / f"{name}.csv").write_text(text)
    reading = read_catalog(
        tmp_path, [SourceSpec("akeneo", "pim", "", {"channel": "shop"})], LOCALES, {}
    )
    small = products(reading)["F-S"]
    assert (small.brand, small.category) == ("Norrvind", "bikes/touring")
    assert small.title == {"en": "Fjord", "de": "Fjord (de)"}
    assert small.description == {"de": "<b>Leise</b>"}
    assert small.specs["weight"] == Number(value=18.0, unit="kg")
    assert small.variant is not None
    assert (small.variant.group, small.variant.axes) == (
        "fjord",
        {"size": {"en": "Small", "de": "Klein"}},
    )
    assert [(p.list, str(p.amount), p.currency) for p in small.prices] == [
        ("price-eur", "2999.00", "EUR")
    ]
    assert small.relations == (Relation(type=RelationType.ACCESSORY, sku="F-M"),)
    weight = next(s for s in reading.catalog.families["bike"].specs if s.key == "weight")
    assert (weight.label, weight.group, weight.required) == (
        {"en": "Weight", "de": "Gewicht"}, {"en": "Facts", "de": "Fakten"}, True,
    )  # fmt: skip
    assert reading.catalog.categories["bikes/touring"].label == {"en": "Touring", "de": "Touren"}
    assert dict(reading.counts[0].ignored) == {"legacy": 1}
    assert [(p.code, p.origin.line) for p in reading.problems] == [("missing-file", 2)]


def test_parquet_columns_are_mapped(tmp_path: Path) -> None:
    """Typed columns, dates and inner structures become fields by the mapping."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet  # noqa: PLC0415  an extra

    rows = [{"id": "A", "info": {"name": "Fjord"}, "weight": 18.5, "released": dt.date(2026, 5, 1)}]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "p.parquet")
    (tmp_path / "m.yaml").write_text(
        "fields: {sku: id, brand: {constant: N}, title: info.name, lifecycle.release: released}\n"
        "specs: [{column: weight, type: number, unit: kg}]\n"
    )
    spec = SourceSpec("parquet", "p.parquet", "m.yaml")
    product = products(read_catalog(tmp_path, [spec], LOCALES, {}))["A"]
    assert product.title == {"en": "Fjord"}
    assert product.specs["weight"] == Number(value=18.5, unit="kg")
    assert product.lifecycle.release == dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


def test_a_parquet_value_that_means_nothing_costs_its_row_only(tmp_path: Path) -> None:
    """A day in the year 40000, which Arrow can hold and no calendar has, is told with its row."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet  # noqa: PLC0415  an extra

    days = pyarrow.array([0, 14_000_000, 1], pyarrow.date32())
    table = pyarrow.table({"id": ["A", "B", "C"], "released": days})
    parquet.write_table(table, tmp_path / "p.parquet")
    (tmp_path / "m.yaml").write_text("fields: {sku: id, title: id, brand: {constant: N}}\n")
    spec = SourceSpec("parquet", "p.parquet", "m.yaml")
    reading = read_catalog(tmp_path, [spec], LOCALES, {})
    assert list(reading.catalog.products) == ["A", "C"]
    assert [(p.code, p.origin.line) for p in reading.problems] == [("parquet", 2)]


BAD_XML = {
    "an entity bomb": (
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rss><item><id>&b;</id></item></rss>',
        "xml-entity",
    ),
    "an external entity": (
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><item><id>&a;</id></item></rss>',
        "xml-entity",
    ),
    "a file that ends too early": ("<rss><item><id>A</id>", "xml"),
    "deep nesting": ("<rss><item>" + "<a>" * 500, "xml-depth"),
    "an encoding that is none": ('<?xml version="1.0" encoding="x-none"?><rss/>', "encoding"),
    "no XML at all": ("<<<", "xml"),
}


@pytest.mark.parametrize("name", BAD_XML)
def test_bad_xml_is_one_problem(tmp_path: Path, name: str) -> None:
    """Bombs, outside references and broken files are refused, each by its name."""
    text, code = BAD_XML[name]
    assert [p.code for p in read(tmp_path, "google", "p.xml", text).problems] == [code]


def test_items_before_a_break_are_kept(tmp_path: Path) -> None:
    """What was read before a file breaks is still the catalog."""
    text = "<rss><item><id>A</id><title>T</title><brand>N</brand></item><item><id>B</"
    reading = read(tmp_path, "google", "p.xml", text)
    assert list(reading.catalog.products) == ["A"]
    assert [p.code for p in reading.problems] == ["xml"]


@pytest.mark.parametrize("text", ["[]", "{", '{"Supplier": 3}', "\x00", "[" * 100_000])
def test_what_is_no_etim_catalog_is_told(tmp_path: Path, text: str) -> None:
    """Other JSON, broken JSON and none at all are one problem."""
    assert len(read(tmp_path, "etim", "p.json", text).problems) == 1
