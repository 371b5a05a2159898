"""What stands around products: families, brands, categories and support, from their records."""

from __future__ import annotations

import re

from syndicator.catalog import records as written
from syndicator.catalog.fields import Fields, Vocabulary, parse_address
from syndicator.catalog.model import (
    SECTIONS,
    Brand,
    Category,
    Contact,
    Family,
    Product,
    Question,
    SpecDefinition,
    Support,
)
from syndicator.catalog.shapes import Place, take
from syndicator.catalog.values import FieldError
from syndicator.errors import Problem

_CATEGORY = re.compile(r"[^\x00-\x20/\x7f]+(?:/[^\x00-\x20/\x7f]+)*")


def build_family(
    data: object, vocabulary: Vocabulary, place: Place
) -> tuple[Family | None, list[Problem]]:
    """Return the family that a written record means, or every problem that it has."""
    record, problems = take(data, written.FamilyRecord, place)
    if record is None:
        return None, problems
    frame = Frame(vocabulary, place)
    family = frame.family(record)
    return (None, frame.problems) if frame.problems else (family, [])


def build_brand(
    data: object, vocabulary: Vocabulary, place: Place
) -> tuple[Brand | None, list[Problem]]:
    """Return the brand that a written record means, or every problem that it has."""
    record, problems = take(data, written.BrandRecord, place)
    if record is None:
        return None, problems
    frame = Frame(vocabulary, place)
    frame.sections(record.aisle)
    brand = Brand(name=record.brand.strip(), aisle=tuple(record.aisle))
    return (None, frame.problems) if frame.problems else (brand, [])


def build_category(
    data: object, vocabulary: Vocabulary, place: Place
) -> tuple[Category | None, list[Problem]]:
    """Return the category that a written record means, or every problem that it has."""
    record, problems = take(data, written.CategoryRecord, place)
    if record is None:
        return None, problems
    frame = Frame(vocabulary, place)
    path = frame.checked("path", record.path, parse_category)
    category = Category(path=path or "", label=frame.text(record.label, "label"))
    return (None, frame.problems) if frame.problems else (category, [])


def build_support(
    data: object, vocabulary: Vocabulary, place: Place
) -> tuple[Support | None, list[Problem]]:
    """Return the support that a written record means, or every problem that it has."""
    record, problems = take(data, written.SupportRecord, place)
    if record is None:
        return None, problems
    frame = Frame(vocabulary, place)
    support = frame.support(record, "")
    return (None, frame.problems) if frame.problems else (support, [])


class Frame(Fields):
    """Makes families, brands and support from records."""

    def support(self, item: written.SupportRecord, path: str = "support") -> Support:
        """Return contacts and questions."""
        contacts = []
        for i, contact in enumerate(item.contacts):
            where = under(path, f"contacts[{i}]")
            if contact.url:
                self.checked(f"{where}.url", contact.url, parse_address)
            name, hours = (
                self.words(f"{where}.name", contact.name),
                self.text(contact.hours, f"{where}.hours"),
            )
            contacts.append(
                Contact(
                    name=name,
                    phone=contact.phone,
                    email=contact.email,
                    url=contact.url,
                    hours=hours,
                    territories=self.territories(contact.territories, where),
                )
            )
        questions = [
            Question(
                question=self.words(under(path, f"questions[{i}].question"), question.question),
                answer=self.words(under(path, f"questions[{i}].answer"), question.answer),
            )
            for i, question in enumerate(item.questions)
        ]
        return Support(contacts=tuple(contacts), questions=tuple(questions))

    def family(self, record: written.FamilyRecord) -> Family:
        """Return a family; its spec keys must differ, its required fields must exist."""
        specs: dict[str, SpecDefinition] = {}
        for i, item in enumerate(record.specs):
            path = f"specs[{i}]"
            if item.key in specs:
                self.wrong(
                    f"{path}.key",
                    FieldError(
                        "duplicate-spec", "the family defines this spec twice", "", item.key
                    ),
                )
            specs[item.key] = SpecDefinition(
                key=item.key,
                type=item.type,
                label=self.text(item.label, f"{path}.label"),
                unit=item.unit,
                group=self.text(item.group, f"{path}.group"),
                choices={
                    code: self.text(label, f"{path}.choices.{code}")
                    for code, label in item.choices.items()
                },
                required=item.required,
                compare=item.compare,
            )
        for i, name in enumerate(record.required):
            if name not in Product.__struct_fields__:
                error = FieldError(
                    "unknown-field", "a product has no such field", "a field of a product", name
                )
                self.wrong(f"required[{i}]", error)
        self.sections(record.aisle)
        label = self.text(record.label, "label")
        return Family(
            code=record.code,
            label=label,
            specs=tuple(specs.values()),
            required=tuple(record.required),
            aisle=tuple(record.aisle),
        )

    def sections(self, names: list[str]) -> None:
        """Tell what an aisle template names that is no section, or names twice."""
        for i, name in enumerate(names):
            if name not in SECTIONS or name in names[:i]:
                expected = f"each once, of: {', '.join(SECTIONS)}"
                error = FieldError("section", "the aisle has no such section", expected, name)
                self.wrong(f"aisle[{i}]", error)


def under(path: str, name: str) -> str:
    """Return the path of a name in what stands at a path."""
    return f"{path}.{name}" if path else name


def parse_category(value: object) -> str:
    """Return a category path.

    Raises:
        FieldError: `category`.
    """
    text = str(value).strip()
    if not _CATEGORY.fullmatch(text):
        raise FieldError(
            "category", "this is not a category path", "codes and slashes, bikes/e-bikes", value
        )
    return text
