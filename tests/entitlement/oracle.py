"""The written meaning once more: one product, one partner, one instant, one question at a time.

Follows docs/formats/entitlement.md word by word over the documents as data. Slow, and shares no
code with the engine.
"""

from __future__ import annotations

from collections import defaultdict
from fnmatch import fnmatchcase
from itertools import combinations

from worlds import instant


class Oracle:
    def __init__(self, documents):
        self.documents = documents
        self.partners = {d["id"]: d for d in documents if d["kind"] == "partner"}
        self.parents = {d["id"]: d["parent"] for d in documents if d["kind"] == "program"}
        self.countries = {d["id"]: d["countries"] for d in documents if d["kind"] == "territory"}

        self.kinds = defaultdict(list)
        for document in documents:
            self.kinds[document["kind"]].append(document)
        self.asked = {}

    def of(self, kind):
        return self.kinds[kind]

    def addresses(self, scope, name):
        """Does a scope hold for a partner?"""
        if scope == "all":
            return True
        partner = self.partners[name]
        ((kind, target),) = scope.items()
        if kind == "partner":
            return target == name
        if kind == "territory":
            return partner["territory"] in self.countries.get(target, [target])
        return any(target in self.line(program) for program in partner["programs"])

    def line(self, program):
        """A program and all above it."""
        return [program, *self.line(self.parents[program])] if program else []

    def holds(self, rule, name, at):
        """Is a rule in effect by a partner's clock?"""
        zone = self.partners[name]["timezone"]
        if "from" in rule and at < instant(rule["from"], zone):
            return False
        return not ("until" in rule and at >= instant(rule["until"], zone))

    def effective(self, kind, name, at):
        """The rules of a kind that address a partner and are in effect; asked once, then kept."""
        if (kind, name, at) not in self.asked:
            self.asked[kind, name, at] = [
                rule
                for rule in self.of(kind)
                if self.addresses(rule["to"], name) and self.holds(rule, name, at)
            ]
        return self.asked[kind, name, at]

    def permits(self, name, at):
        """The rules in effect that permit something to a partner."""
        above = self.partners[name]["distributor"]
        if above:
            passed = self.effective("delegation", name, at)
            return [rule for rule in passed if rule["distributor"] == above]
        return self.effective("grant", name, at)

    def allowed(self, name, product, at):
        """May this partner show this product at this instant?"""
        if any(rule["products"].takes(product, at) for rule in self.effective("forbid", name, at)):
            return False
        above = self.partners[name]["distributor"]
        if above and not self.allowed(above, product, at):
            return False
        announce = product.lifecycle.announce
        embargo = announce is not None and at < announce
        return any(
            rule["products"].takes(product, at) and (rule["early_access"] or not embargo)
            for rule in self.permits(name, at)
        )

    def hidden(self, name, at):
        """Which fields does this partner not see?"""
        found = set()
        for rule in self.of("field-policy"):
            spared = "except" in rule and self.addresses(rule["except"], name)
            if self.addresses(rule["to"], name) and not spared and self.holds(rule, name, at):
                found |= set(rule["hide"])
        above = self.partners[name]["distributor"]
        return found | self.hidden(above, at) if above else found

    def nearer(self, one, other):
        """Does one scope address a partner more closely than another?"""
        if "all" in (one, other):
            return one != other and other == "all"
        ((kind, name),), ((other_kind, other_name),) = one.items(), other.items()
        if kind != other_kind:
            order = ["territory", "program", "partner"]
            return order.index(kind) > order.index(other_kind)
        if kind == "program":
            return name != other_name and other_name in self.line(name)
        return kind == "territory" and name not in self.countries and other_name in self.countries

    def overlap(self, one, other, zone):
        """Are two rules in effect at the same time, some time?"""
        starts = [instant(rule["from"], zone) for rule in (one, other) if "from" in rule]
        ends = [instant(rule["until"], zone) for rule in (one, other) if "until" in rule]
        return not starts or not ends or max(starts) < min(ends)

    def price_list(self, name, at):
        """Which price list does this partner have?"""
        partner = self.partners[name]
        if partner["price_list"]:
            lists = [rule for rule in self.of("price-list") if rule["id"] == partner["price_list"]]
            return next((rule["id"] for rule in lists if self.holds(rule, name, at)), "")
        lists = [
            rule
            for rule in self.of("price-list")
            if "to" in rule
            and self.addresses(rule["to"], name)
            and partner["currency"] in ("", rule["currency"])
        ]
        for one, other in combinations(lists, 2):
            ordered = self.nearer(one["to"], other["to"]) or self.nearer(other["to"], one["to"])
            if not ordered and self.overlap(one, other, partner["timezone"]):
                return ""
        held = [rule for rule in lists if self.holds(rule, name, at)]
        nearest = [
            rule for rule in held if not any(self.nearer(other["to"], rule["to"]) for other in held)
        ]
        return nearest[0]["id"] if nearest else ""

    def words(self, name, product):
        """Which fields of a product does this partner word itself, and how?"""
        return {
            field: value
            for rule in self.of("override")
            if rule["partner"] == name and rule["sku"] == product.sku
            for field, value in rule["fields"].items()
        }

    def withheld(self, name, product, at):
        """Which files of a product may this partner not show?"""
        country = self.partners[name]["territory"]
        found = set()
        for file, rights in files(product):
            licences = [
                rule
                for rule in self.of("rights-window")
                if any(fnmatchcase(file, pattern) for pattern in rule["files"])
            ]
            licensed = not licences or any(
                self.holds(rule, name, at) and self.inside(country, rule.get("territories", []))
                for rule in licences
            )
            if not licensed or not (rights is None or self.stated(rights, country, at)):
                found.add(file)
        return found

    def inside(self, country, names):
        """Does a country lie in one of these territories? No territories: everywhere."""
        codes = [code for name in names for code in self.countries.get(name, [name])]
        return not codes or country in codes

    def stated(self, rights, country, at):
        """Do the rights that a product states hold here and now?"""
        if rights.valid_from and at < rights.valid_from:
            return False
        if rights.valid_until and at >= rights.valid_until:
            return False
        return not rights.territories or country in rights.territories

    def widgets(self, name, at):
        """Which widgets does this partner have?"""
        taken = {
            widget
            for rule in self.effective("forbid", name, at)
            for widget in rule.get("widgets", [])
        }
        above = self.partners[name]["distributor"]
        if above:
            passed = {widget for rule in self.permits(name, at) for widget in rule["widgets"]}
            return (self.widgets(above, at) & passed) - taken
        granted = {rule["widget"] for rule in self.effective("widget-grant", name, at)}
        return granted - taken


def files(product):
    """The pictures and documents of a product, each with the rights that it states."""
    return [(each.file, each.rights) for each in (*product.media, *product.documents)]
