"""Targets: where published bytes go, and how they get there safely."""

from __future__ import annotations

from syndicator.targets.apply import publish
from syndicator.targets.deliver import Delivery, Feeds, affected, deliver
from syndicator.targets.directory import DirectoryTarget
from syndicator.targets.memory import MemoryTarget
from syndicator.targets.port import AmbiguousError, Blob, Entry, Readable, Swap, Target, Usage, blob
from syndicator.targets.profile import TargetProfile, open_target, parse_targets
from syndicator.targets.reading import Live, fetcher, read_live, read_ref, read_release
from syndicator.targets.report import Report

__all__ = [
    "AmbiguousError",
    "Blob",
    "Delivery",
    "DirectoryTarget",
    "Entry",
    "Feeds",
    "Live",
    "MemoryTarget",
    "Readable",
    "Report",
    "Swap",
    "Target",
    "TargetProfile",
    "Usage",
    "affected",
    "blob",
    "deliver",
    "fetcher",
    "open_target",
    "parse_targets",
    "publish",
    "read_live",
    "read_ref",
    "read_release",
]
