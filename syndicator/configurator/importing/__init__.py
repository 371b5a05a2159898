"""Rules that others wrote, as models: SXFM, UVL, COOM and DIMACS.

Each reader takes the text and returns the model with a list of what does not map: problems of
severity warning are left out of the model, problems of severity error make it useless.
"""

from __future__ import annotations

from syndicator.configurator.importing.coom import read_coom
from syndicator.configurator.importing.dimacs import read_dimacs, value_map
from syndicator.configurator.importing.sxfm import read_sxfm
from syndicator.configurator.importing.uvl import read_uvl

READERS = {"sxfm": read_sxfm, "uvl": read_uvl, "coom": read_coom, "cnf": read_dimacs}
"""The reader of each file name ending."""

__all__ = ["READERS", "read_coom", "read_dimacs", "read_sxfm", "read_uvl", "value_map"]
