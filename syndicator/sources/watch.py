"""Watching a workspace: saved files come as bursts, each burst once."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

QUIET = 0.15
"""Seconds without a change that end a burst: editors and formatters save in several steps."""
PATIENCE = 1.0
"""Seconds after which a burst that does not end is handed out anyway."""

_IGNORED = frozenset(
    {".syndicator", ".git", ".venv", "__pycache__", "node_modules", "build", "dist"}
)
_TEMPORARY = (".swp", ".swx", ".tmp", "~", ".part", ".crdownload", ".new")
_KINDS = frozenset({"created", "modified", "moved", "deleted"})


class _Collector(FileSystemEventHandler):
    def __init__(self, root: Path, ignored: frozenset[str]) -> None:
        self.root, self.ignored = root, ignored
        # A simple queue may be put to by a signal that interrupts its reader; others would lock up.
        self.paths: queue.SimpleQueue[tuple[float, str]] = queue.SimpleQueue()

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in _KINDS or (
            event.is_directory and event.event_type == "modified"
        ):
            return
        for path in (event.src_path, event.dest_path):
            if path and (name := self.relevant(Path(str(path)))):
                self.paths.put((time.monotonic(), name))

    def relevant(self, path: Path) -> str:
        """Return the path from the workspace, or nothing for what no editor means to publish."""
        inner = path.relative_to(self.root) if path.is_relative_to(self.root) else path
        name = inner.name
        if (
            name.endswith(_TEMPORARY)
            or name.startswith((".#", "#", ".goutputstream"))
            or name.isdigit()
        ):
            return ""
        text = inner.as_posix()
        if _IGNORED.intersection(inner.parts) or any(
            f"{text}/".startswith(f"{folder}/") for folder in self.ignored
        ):
            return ""
        return text


class Watch:
    """Changes below some folders, handed out as bursts."""

    def __init__(self, collector: _Collector) -> None:
        self._collector = collector
        self._paths = collector.paths
        self.stopped = False
        self.since = 0.0
        """When the first change of the last burst was seen, on `time.monotonic`."""

    def ignore(self, folders: frozenset[str]) -> None:
        """Never hand out changes below these folders of the root: output goes there."""
        self._collector.ignored = folders

    def stop(self) -> None:
        """Let the current or next `burst` return at once; may be called by a signal."""
        self.stopped = True
        self._paths.put((time.monotonic(), ""))

    def burst(self, timeout: float | None = None) -> frozenset[str]:
        """Wait for the next burst and return its paths from the root, slash-separated.

        Returns nothing if `timeout` seconds pass without a change, or once stopped. A burst ends
        with `QUIET` seconds without a change, or `PATIENCE` seconds after its first one.
        """
        try:
            self.since, first = self._paths.get(timeout=timeout)
        except queue.Empty:
            return frozenset()
        found, end = {first}, time.monotonic() + PATIENCE
        while not self.stopped and (left := end - time.monotonic()) > 0:
            try:
                found.add(self._paths.get(timeout=min(QUIET, left))[1])
            except queue.Empty:
                break
        return frozenset(found - {""})

    def __iter__(self) -> Iterator[frozenset[str]]:
        while not self.stopped:
            yield self.burst()


@contextmanager
def watch(
    root: Path, ignored: frozenset[str] = frozenset(), others: Iterable[Path] = ()
) -> Iterator[Watch]:
    """Watch `root` while the context is open; `ignored` are folders of it that hold output.

    `others` are folders elsewhere; their changes are told with whole paths. Changes are seen from
    the moment the context is entered. The folders of version control, environments, caches and
    builds, and temporary files of editors, never count.
    """
    root = root.resolve()
    collector = _Collector(root, ignored)
    observer = Observer()
    for folder in (root, *others):
        observer.schedule(collector, str(folder), recursive=True)
    observer.start()
    try:
        yield Watch(collector)
    finally:
        observer.stop()
        observer.join()
