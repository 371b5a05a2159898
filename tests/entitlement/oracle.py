"""The written meaning once more: one product, one partner, one instant, one question at a time.

Follows docs/formats/entitlement.md word by word over the documents as data. Slow, and shares no
code with the engine.
"""

from __future__ import annotations

from worlds import instant


class Oracle:
    def __init__(self, documents):
        self.documents = documents
        self.partners = {d["id"]: d for d in documents if d["kind"] == "partner"}
        self.parents = {d["id"]: d["parent"] for d in documents if d["kind"] == "program"}
        self.countries = {d["id"]: d["countries"] for d in documents if d["kind"] == "territory"}

    def of(self, kind):
        return (d for d in self.documents if d["kind"] == kind)

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

    def permits(self, name, at):
        """The rules in effect that permit something to a partner."""
        above = self.partners[name]["distributor"]
        if above:
            rules = (d for d in self.of("delegation") if d["distributor"] == above)
        else:
            rules = self.of("grant")
        return [r for r in rules if self.addresses(r.get("to"), name) and self.holds(r, name, at)]

    def allowed(self, name, product, at):
        """May this partner show this product at this instant?"""
        for rule in self.of("forbid"):
            if (
                self.addresses(rule["to"], name)
                and self.holds(rule, name, at)
                and rule["products"].takes(product, at)
            ):
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

    def price_list(self, name, at):
        """Which price list does this partner have? (The worlds have one or none.)"""
        held = (
            rule["id"]
            for rule in self.of("price-list")
            if "to" in rule and self.addresses(rule["to"], name) and self.holds(rule, name, at)
        )
        return next(held, "")

    def widgets(self, name, at):
        """Which widgets does this partner have?"""
        above = self.partners[name]["distributor"]
        if above:
            passed = {widget for rule in self.permits(name, at) for widget in rule["widgets"]}
            return self.widgets(above, at) & passed
        return {
            rule["widget"]
            for rule in self.of("widget-grant")
            if self.addresses(rule["to"], name) and self.holds(rule, name, at)
        }
