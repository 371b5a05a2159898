"""What a publish did: counts, cost and the time from change to live for each partner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syndicator.targets.port import Usage

if TYPE_CHECKING:
    from syndicator.bundle import Withdrawal
    from syndicator.targets.reading import Live


@dataclass(slots=True)
class Report:
    """The outcome of one publish. Times are seconds since the change, as far as it is known."""

    generation: int
    committed: bool = False
    """Whether a new release was made; False where only a delivery was completed, or nothing."""
    objects: int = 0
    """Public objects, media and browser code that were written."""
    heads: int = 0
    entries: int = 0
    feeds: int = 0
    feed_warnings: int = 0
    """Items that feeds left out, and causes for which their readers may refuse others."""
    retired: int = 0
    retries: int = 0
    """How often another publisher was faster."""
    usage: Usage = field(default_factory=Usage)
    committed_after: float = 0.0
    seconds: float = 0.0
    live: Mapping[str, float] = field(default_factory=dict)
    """Partner id to the seconds after which its last head was live."""
    began: float = 0.0
    """When the change was made, on the caller's clock."""
    withdrawn: Withdrawal | None = None
    """What somebody lost by this release, and where it stays until collection."""
    after: Live | None = None
    """What is live now; the next publish of this process need not read it again."""

    @property
    def idle(self) -> bool:
        """Whether nothing was written at all."""
        return not (self.committed or self.heads or self.entries or self.feeds or self.retired)

    def losses(self) -> Iterator[str]:
        """Yield what to tell a person of what was withdrawn; nothing where nothing was."""
        yield from self.withdrawn.lines() if self.withdrawn else ()

    def percentile(self, share: float) -> float:
        """Return the seconds within which this share of the partners was live."""
        times = sorted(self.live.values())
        return times[min(len(times) - 1, int(share * len(times)))] if times else 0.0

    def slowest(self, count: int = 5) -> dict[str, float]:
        """Return the partners who were live last, with their seconds, the slowest first."""
        times = sorted(self.live.items(), key=lambda pair: (-pair[1], pair[0]))
        return {partner: round(seconds, 3) for partner, seconds in times[:count]}

    def as_json(self) -> dict[str, object]:
        """Return plain data for `--json`."""
        return {
            "generation": self.generation,
            "committed": self.committed,
            "objects": self.objects,
            "heads": self.heads,
            "entries": self.entries,
            "feeds": self.feeds,
            "feed_warnings": self.feed_warnings,
            "retired": self.retired,
            "retries": self.retries,
            "bytes": self.usage.bytes_written,
            "requests": self.usage.requests,
            "dollars": round(self.usage.dollars(), 6),
            "seconds": round(self.seconds, 3),
            "committed_after": round(self.committed_after, 3),
            "partners": len(self.live),
            "live_p50": round(self.percentile(0.5), 3),
            "live_p95": round(self.percentile(0.95), 3),
            "withdrawn": self.withdrawn.as_json() if self.withdrawn else None,
            "slowest": self.slowest(),
        }

    def summary(self) -> str:
        """Return two lines for a person."""
        if self.idle:
            live = f"release {self.generation} is live everywhere"
            return f"Nothing to publish: {live}. 0 objects written."
        done = "published" if self.committed else "delivered"
        return (
            f"Release {self.generation} {done}: {self.objects} objects, {self.heads} heads, "
            f"{self.entries} partner entries, {self.feeds} feeds, "
            f"{self.usage.bytes_written:,} bytes\n"
            f"{len(self.live)} partners live after {self.percentile(0.5):.2f} s (half) and "
            f"{self.percentile(0.95):.2f} s (95 %); {self.usage.requests} requests, about "
            f"${self.usage.dollars():.5f} on S3; {self.seconds:.2f} s"
        )
