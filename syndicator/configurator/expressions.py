"""The rule language: `battery = b750 and 2 * lights + sum(watts) <= motor.watts`.

```
rule        = or ("->" rule)?                        implication, to the right
or          = and ("or" and)*        and = not ("and" not)*        not = "not" not | comparison
comparison  = sum (("=" "!=" "<" "<=" ">" ">=") sum | "not"? "in" "[" item ("," item)* "]")?
sum         = product (("+" | "-") product)*         product = factor ("*" factor)*
factor      = "-" factor | number | "text" | name ("." name)? | "sum" "(" name ")" | "(" rule ")"
```
Names are letters, digits, `_` and inner `-`; a minus sign has a space after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

MAX_LENGTH = 4_000
MAX_DEPTH = 60
"""Deeper brackets are a mistake or an attack; the parser is recursive."""


class ExpressionError(ValueError):
    """An expression cannot be read; `at` is the 0-based place in it."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class Name:
    """An option, a value, or `option.attribute`."""

    first: str
    second: str
    at: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, or quoted text that names a value."""

    value: Fraction | str
    at: int


@dataclass(frozen=True, slots=True)
class Total:
    """`sum(attribute)` over all options that have the attribute."""

    attribute: str
    at: int


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator with its operands."""

    operator: str
    operands: tuple[Expression, ...]
    at: int


Expression: TypeAlias = Name | Literal | Total | Operation

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)(?![\w-]*[A-Za-z_])
    |(?P<name>\w+(?:-\w+)*)
    |(?P<text>"[^"]*")
    |(?P<sign>->|<=|>=|!=|==|[=<>+\-*().,\[\]])
    |(?P<end>$))""",
    re.VERBOSE,
)
_WORDS = frozenset(("and", "or", "not", "in", "sum"))
_COMPARISONS = {"=": "=", "==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Expression:
    """Return the expression that `text` writes.

    Raises:
        ExpressionError: It is not in the rule language, too long or too deep.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression is longer than {MAX_LENGTH} characters", MAX_LENGTH)
    parser = _Parser(_tokens(text))
    found = parser.rule()
    parser.expect("end", "")
    return found


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while not tokens or tokens[-1].kind != "end":
        match = _TOKEN.match(text, at)
        if match is None:
            raise ExpressionError(f"{text[at:].strip()[:1]!r} means nothing here", at)
        kind = match.lastgroup or "end"
        word = match.group(kind)
        tokens.append(_Token("sign" if word in _WORDS else kind, word, match.start(kind)))
        at = match.end()
    return tokens


class _Parser:
    """Recursive descent; every method reads one rule of the grammar above."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def _peek(self, *texts: str) -> bool:
        token = self._tokens[self._next]
        return token.kind == "sign" and token.text in texts

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        return token

    def expect(self, kind: str, text: str) -> _Token:
        """Take the next token, which must be this one."""
        token = self._take()
        if token.kind != kind or (text and token.text != text):
            found = repr(token.text) if token.text else "the end"
            raise ExpressionError(f"expected {text or kind}, found {found}", token.at)
        return token

    def rule(self) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError("brackets are nested too deeply", self._tokens[self._next].at)
        left = self._chain(("or",), lambda: self._chain(("and",), self._not))
        if self._peek("->"):
            at = self._take().at
            left = Operation("->", (left, self.rule()), at)
        self._depth -= 1
        return left

    def _chain(self, operators: tuple[str, ...], operand: Callable[[], Expression]) -> Expression:
        """Read operands between equal-ranking operators into one flat operation."""
        operands = [operand()]
        at = self._tokens[self._next].at
        while self._peek(*operators):
            token = self._take()
            right = operand()
            operands.append(Operation("negate", (right,), token.at) if token.text == "-" else right)
        return operands[0] if len(operands) == 1 else Operation(operators[0], tuple(operands), at)

    def _not(self) -> Expression:
        negative = False
        at = self._tokens[self._next].at
        while self._peek("not"):
            self._take()
            negative = not negative
        found = self._comparison()
        return Operation("not", (found,), at) if negative else found

    def _comparison(self) -> Expression:
        left = self._sum()
        if self._peek(*_COMPARISONS):
            token = self._take()
            return Operation(_COMPARISONS[token.text], (left, self._sum()), token.at)
        if self._peek("in", "not"):
            token = self._take()
            if token.text == "not":
                self.expect("sign", "in")
            among = Operation("in", (left, *self._items()), token.at)
            return Operation("not", (among,), token.at) if token.text == "not" else among
        return left

    def _items(self) -> list[Expression]:
        self.expect("sign", "[")
        items = [self._sum()]
        while self._peek(","):
            self._take()
            items.append(self._sum())
        self.expect("sign", "]")
        return items

    def _sum(self) -> Expression:
        return self._chain(("+", "-"), lambda: self._chain(("*",), self._factor))

    def _factor(self) -> Expression:
        negative = False
        at = self._tokens[self._next].at
        while self._peek("-"):
            self._take()
            negative = not negative
        found = self._atom()
        return Operation("negate", (found,), at) if negative else found

    def _atom(self) -> Expression:
        token = self._take()
        if token.kind == "number":
            return Literal(Fraction(token.text), token.at)
        if token.kind == "text":
            return Literal(token.text[1:-1], token.at)
        if token.kind == "name":
            return self._name(token)
        if token.text == "sum":
            self.expect("sign", "(")
            name = self.expect("name", "")
            self.expect("sign", ")")
            return Total(name.text, token.at)
        if token.text == "(":
            inner = self.rule()
            self.expect("sign", ")")
            return inner
        found = repr(token.text) if token.text else "the end"
        raise ExpressionError(f"expected a name or a number, found {found}", token.at)

    def _name(self, token: _Token) -> Name:
        if not self._peek("."):
            return Name(token.text, "", token.at)
        self._take()
        return Name(token.text, self.expect("name", "").text, token.at)
