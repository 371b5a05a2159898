"""Targets: where published bytes go, and how they get there safely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syndicator.lazily import homes

if TYPE_CHECKING:
    from syndicator.targets.apply import publish
    from syndicator.targets.delivery import Delivery, DeliveryError, Feeds, affected, deliver
    from syndicator.targets.directory import DirectoryTarget
    from syndicator.targets.garbage import Garbage, Retention, gc, survey
    from syndicator.targets.history import (
        ReleaseInfo,
        Rollback,
        find_release,
        plan_rollback,
        releases,
        roll_back,
        stored_release,
    )
    from syndicator.targets.memory import MemoryTarget
    from syndicator.targets.port import (
        AmbiguousError,
        Blob,
        Entry,
        Readable,
        Swap,
        Target,
        Usage,
        blob,
    )
    from syndicator.targets.profile import (
        TargetProfile,
        forget_buckets,
        open_target,
        parse_targets,
    )
    from syndicator.targets.reading import Live, fetcher, read_live, read_release
    from syndicator.targets.reference import read_ref
    from syndicator.targets.report import Report
    from syndicator.targets.verification import Verification, repair, verify

__all__ = [
    "AmbiguousError",
    "Blob",
    "Delivery",
    "DeliveryError",
    "DirectoryTarget",
    "Entry",
    "Feeds",
    "Garbage",
    "Live",
    "MemoryTarget",
    "Readable",
    "ReleaseInfo",
    "Report",
    "Retention",
    "Rollback",
    "Swap",
    "Target",
    "TargetProfile",
    "Usage",
    "Verification",
    "affected",
    "blob",
    "deliver",
    "fetcher",
    "find_release",
    "forget_buckets",
    "gc",
    "open_target",
    "parse_targets",
    "plan_rollback",
    "publish",
    "read_live",
    "read_ref",
    "read_release",
    "releases",
    "repair",
    "roll_back",
    "stored_release",
    "survey",
    "verify",
]

_HOMES = {
    "publish": "apply",
    "Delivery": "delivery",
    "DeliveryError": "delivery",
    "Feeds": "delivery",
    "affected": "delivery",
    "deliver": "delivery",
    "DirectoryTarget": "directory",
    "Garbage": "garbage",
    "Retention": "garbage",
    "gc": "garbage",
    "survey": "garbage",
    "ReleaseInfo": "history",
    "Rollback": "history",
    "find_release": "history",
    "plan_rollback": "history",
    "releases": "history",
    "roll_back": "history",
    "stored_release": "history",
    "MemoryTarget": "memory",
    "AmbiguousError": "port",
    "Blob": "port",
    "Entry": "port",
    "Readable": "port",
    "Swap": "port",
    "Target": "port",
    "Usage": "port",
    "blob": "port",
    "TargetProfile": "profile",
    "forget_buckets": "profile",
    "open_target": "profile",
    "parse_targets": "profile",
    "Live": "reading",
    "fetcher": "reading",
    "read_live": "reading",
    "read_ref": "reference",
    "read_release": "reading",
    "Report": "report",
    "Verification": "verification",
    "repair": "verification",
    "verify": "verification",
}
__getattr__ = homes(__name__, _HOMES)
