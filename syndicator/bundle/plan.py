"""The plan: what a publish will do, for a person to read and a machine to hold to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from syndicator import canonical
from syndicator.bundle.withdrawal import Withdrawal
from syndicator.canonical import Namer

_SHOWN = 10
"""Products named in a summary line before the rest is counted."""
_WIDGET = ("widget", "before", "after")


@dataclass(frozen=True, slots=True)
class Delta:
    """Products that come, go or look different, each in the order of the catalog."""

    gained: tuple[str, ...]
    lost: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.gained or self.lost or self.changed)

    @classmethod
    def union(cls, deltas: Iterable[Delta]) -> Delta:
        """Return what a partner sees over all its locales, each product once for each kind."""
        parts: tuple[dict[str, None], ...] = ({}, {}, {})
        for delta in deltas:
            for part, skus in zip(parts, (delta.gained, delta.lost, delta.changed), strict=True):
                part.update(dict.fromkeys(skus))
        return cls(*(tuple(part) for part in parts))

    def as_json(self) -> dict[str, list[str]]:
        """Return plain data."""
        return {"gained": list(self.gained), "lost": list(self.lost), "changed": list(self.changed)}

    def counts(self) -> dict[str, int]:
        """Return how many of each."""
        return {"gained": len(self.gained), "lost": len(self.lost), "changed": len(self.changed)}

    def __str__(self) -> str:
        named = (("+", self.gained), ("-", self.lost), ("~", self.changed))
        return (
            ", ".join(f"{sign}{_few(skus)}" for sign, skus in named if skus) or "no product differs"
        )


@dataclass(frozen=True, slots=True)
class EditionPlan:
    """What happens to one edition.

    `status` is `new`, `changed`, `gone`, `same`, or `members`: it shows the same, but to others or
    under other terms. `base` is the edition that its readers saw before, where there was one.
    """

    edition: str
    status: str
    locale: str
    partners: tuple[str, ...]
    delta: Delta
    base: str | None = None
    content: str = ""
    """Fingerprint of what it will show."""
    widgets: tuple[tuple[str, str, str], ...] = ()
    """Widgets of another version than before: id, version before, version after; "" is none."""

    @property
    def flips(self) -> bool:
        """Whether its head is written."""
        return self.status in {"new", "changed"}

    def as_json(self) -> dict[str, object]:
        """Return plain data for `--json`."""
        return {
            "edition": self.edition,
            "status": self.status,
            "locale": self.locale,
            "partners": list(self.partners),
            "base": self.base,
            "content": self.content,
            "widgets": [dict(zip(_WIDGET, one, strict=True)) for one in self.widgets],
            **self.delta.as_json(),
        }


@dataclass(frozen=True)
class Plan:
    """The difference between two releases, and so the work of publishing the second.

    `generation` is what the release will be called if nobody publishes before. `partners` holds
    everyone who is touched, also by a new entry or channel with the same products.
    """

    parent: str
    generation: int
    editions: tuple[EditionPlan, ...]
    partners: Mapping[str, Delta]
    objects: tuple[str, ...]
    """Keys of the public objects to write."""
    media: tuple[str, ...]
    files: tuple[str, ...]
    aliases: tuple[str, ...]
    namer: Namer
    withdrawn: Withdrawal = field(default_factory=Withdrawal)
    """What somebody loses, and where it stays until collection."""

    @property
    def empty(self) -> bool:
        """Whether publishing would change nothing."""
        kept = all(edition.status == "same" for edition in self.editions)
        return kept and not (self.partners or self.media or self.files or self.aliases)

    @property
    def heads(self) -> tuple[str, ...]:
        """Editions whose heads are written."""
        return tuple(edition.edition for edition in self.editions if edition.flips)

    @cached_property
    def fingerprint(self) -> str:
        """What was reviewed: equal only for a plan with the same parent and the same effect."""
        return canonical.fingerprint(canonical.encode(self._effect()))

    def as_json(self) -> dict[str, object]:
        """Return plain data for `--json` and for `publish --plan FILE`."""
        return {
            "format": 1,
            "fingerprint": self.fingerprint,
            "parent": self.parent,
            "generation": self.generation,
            "empty": self.empty,
            "editions": [
                edition.as_json() for edition in self.editions if edition.status != "same"
            ],
            "partners": {partner: delta.counts() for partner, delta in self.partners.items()},
            "objects": len(self.objects),
            "media": len(self.media),
            "files": list(self.files),
            "aliases": list(self.aliases),
            "heads": len(self.heads),
            "withdrawn": self.withdrawn.as_json(),
        }

    def summary(self) -> str:
        """Return the plan as lines for a person."""
        return "\n".join(self._lines())

    def markdown(self) -> str:
        """Return the plan as a comment on a change: a table of partners, details of editions."""
        if self.empty:
            return "**Nothing to publish.** Every partner already sees this.\n"
        rows = [
            f"| {_cell(partner)} | {len(delta.gained)} | {len(delta.lost)} | {len(delta.changed)} |"
            for partner, delta in self.partners.items()
        ]
        head = f"**Release {self.generation}** touches {len(self.partners)} partners.\n\n"
        table = "| partner | gained | lost | changed |\n|---|--:|--:|--:|\n" + "\n".join(rows)
        details = "\n".join(_cell(line) for line in self._lines())
        folded = f"<details><summary>Editions</summary>\n\n```\n{details}\n```\n</details>"
        return f"{head}{table}\n\n{folded}\n"

    def _lines(self) -> Iterator[str]:
        if self.empty:
            yield "Nothing to publish: every partner already sees this."
            return
        counts = {"partners": self.partners, "editions": self.heads, "objects": self.objects}
        counts |= {"media": self.media, "widget files": self.files}
        told = ", ".join(f"{len(things)} {name}" for name, things in counts.items())
        yield f"Release {self.generation}: {told}"
        for edition in self.editions:
            if edition.status != "same":
                who = _few(edition.partners)
                yield f"  {edition.status:<8} {edition.locale:<6} for {who}: {edition.delta}"
                for widget, before, after in edition.widgets:
                    yield f"{'':18} {widget} {before or 'none'} -> {after or 'none'}"
        seen = {
            partner
            for edition in self.editions
            for partner in edition.partners
            if edition.status != "same"
        }
        for partner in self.partners.keys() - seen:
            yield f"  entry    {partner}: {self.partners[partner]}"
        yield from self.withdrawn.lines()

    def _effect(self) -> dict[str, object]:
        return {
            "parent": self.parent,
            "editions": [edition.as_json() for edition in self.editions],
            "partners": {partner: delta.as_json() for partner, delta in self.partners.items()},
            "objects": sorted(self.objects),
            "media": sorted(self.media),
            "files": list(self.files),
            "aliases": list(self.aliases),
        }


def _few(names: Iterable[str]) -> str:
    names = tuple(names)
    shown = " ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'")
