"""Rules of a configurable product: read, checked, compiled to a diagram, explained.

Pure: takes documents and bytes, returns values. The browser's half is `widgets/configurator/`;
docs/formats/configurator.md is the contract between the two.
"""

from syndicator.configurator.checking import Explanation, check_model, explain
from syndicator.configurator.compiling import (
    Artefact,
    CompileBudgetError,
    ContradictionError,
    compile_model,
)
from syndicator.configurator.labelling import labels
from syndicator.configurator.model import Model
from syndicator.configurator.reading import parse_model, table_names
from syndicator.configurator.searching import Budget

__all__ = [
    "Artefact",
    "Budget",
    "CompileBudgetError",
    "ContradictionError",
    "Explanation",
    "Model",
    "check_model",
    "compile_model",
    "explain",
    "labels",
    "parse_model",
    "table_names",
]
