"""Feature models: a tree of yes/no features with groups, and constraints across it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from syndicator.configurator.formulas import TRUE, Among, Between, Formula, implies
from syndicator.configurator.model import Display, Model, Option, Rule, Value
from syndicator.errors import Origin, Problem, Severity

_NO_YES = (Value("no"), Value("yes"))
YES = frozenset((1,))


@dataclass(slots=True)
class FeatureModel:
    """Features and rules as they are read; `problems` are what could not be."""

    file: str
    options: list[Option] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)

    def feature(self, name: str, line: int, label: str = "") -> int | None:
        """Add a feature; None where the name is taken."""
        if name in self.index:
            self.error("duplicate-id", f"the feature {name!r} is declared twice", line)
            return None
        self.index[name] = len(self.options)
        origin = Origin(self.file, line)
        label_text = {"en": label or name}
        self.options.append(
            Option(name, _NO_YES, label_text, display=Display.TOGGLE, origin=origin)
        )
        return self.index[name]

    def rule(self, formula: Formula, line: int, source: str) -> None:
        """Add a rule that the file writes at `line`."""
        origin = Origin(self.file, line)
        self.rules.append(Rule(f"line-{line}", formula, {}, source, origin))

    def child(self, parent: int, child: int, line: int, *, mandatory: bool) -> None:
        """Hang a feature below another."""
        self.rule(implies(yes(child), yes(parent)), line, "a feature needs its parent")
        if mandatory:
            self.rule(implies(yes(parent), yes(child)), line, "mandatory")

    def group(self, parent: int, children: Sequence[int], low: int, high: int, line: int) -> None:
        """Hang a group below a feature: with it, from `low` to `high` of the children."""
        members = tuple(map(yes, children))
        self.rule(implies(yes(parent), Between(members, low, high)), line, f"group [{low},{high}]")
        for child in children:
            self.rule(implies(yes(child), yes(parent)), line, "a feature needs its parent")

    def error(self, code: str, message: str, line: int, found: str = "") -> None:
        """Note what makes the model useless."""
        self.problems.append(Problem(code, message, Origin(self.file, line), found=found[:80]))

    def unmapped(self, what: str, line: int, found: str = "") -> None:
        """Note what the model leaves out."""
        self.problems.append(
            Problem(
                "not-mapped",
                f"{what} does not map and is left out",
                Origin(self.file, line),
                found=found[:80],
                severity=Severity.WARNING,
            )
        )

    def model(self, name: str) -> tuple[Model, list[Problem]]:
        """Return the model and its problems; the first feature is the root and always chosen."""
        if not self.options:
            self.error("no-options", "the file has no features", 1)
        else:
            root = Rule("root", yes(0), {}, "the root is chosen", self.options[0].origin)
            self.rules.insert(0, root)
        model = Model(
            id=name or "imported",
            options=tuple(self.options),
            title={"en": name},
            rules=tuple(rule for rule in self.rules if rule.formula != TRUE),
            origin=Origin(self.file),
        )
        return model, self.problems


def yes(feature: int) -> Formula:
    """Return the formula that a feature is chosen."""
    return Among(feature, YES)
