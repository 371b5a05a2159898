"""The selector language as text: a grammar, and errors that point at the column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError
from lark.visitors import v_args

from syndicator.entitlement import selector as tree
from syndicator.entitlement.names import suggest

MAX_LENGTH = 1_000_000
"""Characters of one selector. Sixty thousand SKUs in one list still fit."""
MAX_TERMS = 100_000
"""Comparisons and listed values of one selector."""

_GRAMMAR = r"""
?start: either
?either: both (_OR both)*
?both: negation (_AND negation)*
?negation: _NOT negation -> negated
         | primary
?primary: "(" either ")"
        | ALL -> everything
        | NAMED -> named
        | FIELD COMPARE value -> compare
        | FIELD IN list -> compare
        | FIELD UNDER (value | list) -> compare
?list: "[" value ("," value)* ","? "]" -> list
     | TEXTS -> texts
?value: TEXT -> text
      | INSTANT -> instant
      | QUANTITY -> quantity
      | TRUE -> yes
      | FALSE -> no

_OR.9: /or\b/
_AND.9: /and\b/
_NOT.9: /not\b/
ALL.9: /all\b(?![.])/
IN.9: /in\b/
UNDER.9: /under\b/
TRUE.9: /true\b/
FALSE.9: /false\b/
COMPARE: /!=|<=|>=|=|<|>/
NAMED: /@[A-Za-z0-9][\w.-]*/
FIELD: /[A-Za-z_]\w*(\.("[^"\n]*"|[\w-]+))*/
TEXT: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/s
TEXTS.8: /\[\s*"[^"\\\n]*"(?:\s*,\s*"[^"\\\n]*")*\s*,?\s*\]/
INSTANT.5: /\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?/
QUANTITY: /[+-]?\d+(?:\.\d+)?(?:\s*(?!(?:and|or)\b)(?:[^\W\d_]|[°%µΩ"])[\w°%µΩ\/²³·^"]*)?/
%import common.WS
%ignore WS
"""

_SAID = {
    "FIELD": "a field",
    "COMPARE": "an operator",
    "IN": "'in'",
    "UNDER": "'under'",
    "TEXT": "a quoted text",
    "QUANTITY": "a number",
    "INSTANT": "a date",
    "TRUE": "true",
    "FALSE": "false",
    "LSQB": "'['",
    "TEXTS": "'['",
    "RSQB": "']'",
    "LPAR": "'('",
    "RPAR": "')'",
    "COMMA": "','",
    "_AND": "'and'",
    "_OR": "'or'",
    "_NOT": "'not'",
    "ALL": "'all'",
    "NAMED": "'@name'",
    "$END": "the end",
}
_VALUES = {"TEXT", "QUANTITY", "INSTANT", "TRUE", "FALSE"}
_STARTS = {"FIELD", "LPAR", "_NOT", "ALL", "NAMED"}


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a text is not a selector: where (1-based line and column), what, and what to do."""

    line: int
    column: int
    message: str
    expected: str = ""
    found: str = ""
    fix: str = ""

    @property
    def place(self) -> str:
        """The place inside the selector, as people say it."""
        where = f"column {self.column}"
        return where if self.line == 1 else f"line {self.line}, {where}"


class _MistakeError(ValueError):
    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.message)
        self.mistake = mistake


@v_args(inline=True)
class _Build(Transformer[Token, Any]):
    """Turns reductions of the grammar into nodes, bottom up, while the text is read."""

    def either(self, *operands: tree.Selector) -> tree.Selector:
        return tree.Either(operands)

    def both(self, *operands: tree.Selector) -> tree.Selector:
        return tree.Both(operands)

    def negated(self, operand: tree.Selector) -> tree.Selector:
        return tree.Negation(operand)

    def everything(self, _: Token) -> tree.Selector:
        return tree.Everything()

    def named(self, token: Token) -> tree.Selector:
        return tree.Named(str(token)[1:], token.column or 0)

    def list(self, *values: tree.Value) -> tuple[tree.Value, ...]:
        return values

    def texts(self, token: Token) -> tuple[tree.Value, ...]:
        # Lists of thousands of SKUs are common: one token for all of them reads ten times faster.
        return tuple(re.findall(r'"([^"]*)"', token))

    def compare(
        self, field: Token, operator: Token, value: tree.Value | tuple[tree.Value, ...]
    ) -> tree.Selector:
        name, _, key = str(field).partition(".")
        values = value if isinstance(value, tuple) else (value,)
        return tree.Comparison(name, _unquote_key(key), str(operator), values, field.column or 0)

    def text(self, token: Token) -> str:
        return re.sub(r"\\(.)", r"\1", str(token)[1:-1], flags=re.DOTALL)

    def quantity(self, token: Token) -> tree.Quantity:
        number = re.match(r"[+-]?\d+(?:\.\d+)?", str(token))
        assert number is not None  # noqa: S101  the terminal begins so
        return tree.Quantity(float(number[0]), str(token)[number.end() :].strip())

    def instant(self, token: Token) -> datetime:
        try:
            return read_instant(str(token))
        except ValueError as error:
            raise _MistakeError(
                Mistake(
                    token.line or 1,
                    token.column or 1,
                    "there is no such date",
                    "a date of the calendar",
                    str(token),
                )
            ) from error

    def yes(self, _: Token) -> bool:
        return True

    def no(self, _: Token) -> bool:
        return False


def read_instant(text: str) -> datetime:
    """Read a date (midnight UTC) or an instant; without an offset it is UTC.

    Raises:
        ValueError: There is no such date or time.
    """
    if len(text) == len("2026-01-01"):
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    read = datetime.fromisoformat(text)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_Build(), propagate_positions=False)


def parse_selector(text: str) -> tree.Selector | Mistake:
    """Read a selector, or say what is wrong with it and where.

    Cost: linear in the text. Limits: `MAX_LENGTH`, `MAX_TERMS`, `selector.MAX_DEPTH`.
    """
    if len(text) > MAX_LENGTH:
        return Mistake(
            1, 1, "the selector is too long", f"at most {MAX_LENGTH} characters", str(len(text))
        )
    if not text.strip():
        return Mistake(1, 1, "the selector is empty", "'all' or a comparison", "nothing")
    try:
        node = cast("tree.Selector", _parser().parse(text))  # the transformer makes nodes
    except UnexpectedInput as error:
        return _explain(error, text)
    except VisitError as error:
        if isinstance(error.orig_exc, _MistakeError):
            return error.orig_exc.mistake
        raise
    except _MistakeError as error:
        return error.mistake
    return _within_limits(node)


def _within_limits(node: tree.Selector) -> tree.Selector | Mistake:
    terms = sum(len(n.values) for n in tree.walk(node) if isinstance(n, tree.Comparison))
    if terms > MAX_TERMS:
        return Mistake(
            1,
            1,
            "the selector has too many terms",
            f"at most {MAX_TERMS}",
            str(terms),
            "Mark the products with an extra field and select by that.",
        )
    levels = tree.depth(node, {})
    if levels > tree.MAX_DEPTH:
        limit = f"at most {tree.MAX_DEPTH} levels"
        return Mistake(1, 1, "the selector is nested too deeply", limit, str(levels))
    return node


def _explain(error: UnexpectedInput, text: str) -> Mistake:
    line, column, found, wanted = _place(error, text)
    expected = " or ".join(sorted(_phrases(wanted))) or "something else"
    return Mistake(line, column, "this is not a selector", expected, found, _advice(found, wanted))


def _place(error: UnexpectedInput, text: str) -> tuple[int, int, str, set[str]]:
    if isinstance(error, UnexpectedToken):
        wanted = set(error.accepts or error.expected)
        if error.token.type == "$END":
            lines = text.rstrip().split("\n")
            return len(lines), len(lines[-1]) + 1, "the end", wanted
        return error.line, error.column, repr(str(error.token)), wanted
    wanted = set(error.allowed or ()) if isinstance(error, UnexpectedCharacters) else set()
    rest = text[error.pos_in_stream or 0 :]
    word = re.match(r"\w+|\W", rest)
    return error.line, error.column, repr(word[0] if word else rest[:1]), wanted


def _phrases(wanted: set[str]) -> set[str]:
    phrases = {_SAID[name] for name in wanted - _VALUES - _STARTS if name in _SAID}
    if wanted & _VALUES:
        phrases.add("a value (quoted text, number, date, true or false)")
    if wanted & _STARTS:
        phrases.add("a comparison")
    return phrases


def _advice(found: str, wanted: set[str]) -> str:
    word = found.strip("'")
    if found == "the end":
        return ""
    if wanted & _VALUES and re.fullmatch(r"\w+", word):
        return f'Put text into quotes: "{word}".'
    if "COMPARE" in wanted and word in {"==", "is", "like", "contains"}:
        return "Use '='." if word in {"==", "is"} else ""
    if "_AND" in wanted and re.fullmatch(r"\w+", word):
        return suggest(word, ("and", "or"))
    if "COMPARE" in wanted and re.fullmatch(r"\w+", word):
        return suggest(word, tree.OPERATORS)
    return ""


def _unquote_key(key: str) -> str:
    return key[1:-1] if key.startswith('"') and key.endswith('"') else key
