"""Every way in which Syndicator refuses, as types.

```
SyndicatorError                 exit 1
├── UsageError                  exit 2   the command line is off
├── InvalidInputError           exit 3   carries every Problem that was found
├── ConflictError               exit 4   another publisher was faster
├── TargetError                 exit 5   a target cannot be reached or written
└── VerificationError           exit 6   what is stored is not what was published
```

Bad input is a list of `Problem` values, each with its place, so that one run names them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem matters."""

    ERROR = "error"
    """The record or file cannot be used."""
    WARNING = "warning"
    """It is used, but somebody should look."""


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where a value came from: a file and, where known, its 1-based line or record."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the input, told so that a person can mend it.

    `code` is stable and short (`unknown-key`, `gtin-check-digit`); `path` points into the
    record (`specs.weight`); `expected` and `found` are short phrases; `fix` says what to do.
    """

    code: str
    message: str
    origin: Origin
    path: str = ""
    expected: str = ""
    found: str = ""
    fix: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        where = f"{self.origin}: {self.path}: " if self.path else f"{self.origin}: "
        detail = [f"expected {self.expected}"] if self.expected else []
        if self.found:
            detail.append(f"found {self.found}")
        told = f" ({', '.join(detail)})" if detail else ""
        mend = f". {self.fix}" if self.fix else ""
        return f"{where}{self.message}{told}{mend}"

    def as_json(self) -> dict[str, object]:
        """Return the problem as plain data for `--json`."""
        return {
            "severity": self.severity.value,
            "code": self.code,
            "file": self.origin.file,
            "line": self.origin.line,
            "path": self.path,
            "message": self.message,
            "expected": self.expected,
            "found": self.found,
            "fix": self.fix,
        }


class SyndicatorError(Exception):
    """The root of every expected failure; its message is meant for a person."""

    exit_code = 1


class UsageError(SyndicatorError):
    """The command was called in a way that makes no sense."""

    exit_code = 2


class InvalidInputError(SyndicatorError):
    """The workspace cannot be used as it is."""

    exit_code = 3

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConflictError(SyndicatorError):
    """Another publisher moved the live reference since it was read."""

    exit_code = 4

    def __init__(self, key: str, expected: str | None, got: str | None) -> None:
        super().__init__(f"{key} moved on: expected version {expected}, got {got}")
        self.key, self.expected, self.got = key, expected, got


class TargetError(SyndicatorError):
    """A target cannot be reached, read or written."""

    exit_code = 5


class VerificationError(SyndicatorError):
    """Stored bytes are not the bytes that were published."""

    exit_code = 6
