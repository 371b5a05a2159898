"""Watching a workspace: saved files come as bursts, each burst once."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
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
        self.paths: queue.Queue[str] = queue.Queue()

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in _KINDS or (
            event.is_directory and event.event_type == "modified"
        ):
            return
        for path in (event.src_path, event.dest_path):
            if path and (name := self.relevant(Path(str(path)))):
                self.paths.put(name)

    def relevant(self, path: Path) -> str:
        """Return the path from the workspace, or nothing for what no editor means to publish."""
        if not path.is_relative_to(self.root):
            return ""
        inner = path.relative_to(self.root)
        name = inner.name
        if (
            name.endswith(_TEMPORARY)
            or name.startswith((".#", "#", ".goutputstream"))
            or name.isdigit()
        ):
            return ""
        text = inner.as_posix()
        if _IGNORED.intersection(inner.parts) or any(
            text.startswith(f"{p}/") for p in self.ignored
        ):
            return ""
        return text


class Watch:
    """Changes below one folder, handed out as bursts."""

    def __init__(self, collector: _Collector) -> None:
        self._paths = collector.paths

    def burst(self, timeout: float | None = None) -> frozenset[str]:
        """Wait for the next burst and return its paths from the workspace, slash-separated.

        Returns nothing if `timeout` seconds pass without a change. A burst ends with `QUIET`
        seconds without a change, or `PATIENCE` seconds after its first one.
        """
        try:
            found = {self._paths.get(timeout=timeout)}
        except queue.Empty:
            return frozenset()
        end = time.monotonic() + PATIENCE
        while (left := end - time.monotonic()) > 0:
            try:
                found.add(self._paths.get(timeout=min(QUIET, left)))
            except queue.Empty:
                break
        return frozenset(found)

    def __iter__(self) -> Iterator[frozenset[str]]:
        while True:
            yield self.burst()


@contextmanager
def watch(root: Path, ignored: frozenset[str] = frozenset()) -> Iterator[Watch]:
    """Watch `root` while the context is open; `ignored` are folders of it that hold output.

    Changes are seen from the moment the context is entered. The folders of version control,
    environments, caches and builds, and temporary files of editors, never count.
    """
    root = root.resolve()
    collector = _Collector(root, ignored)
    observer = Observer()
    observer.schedule(collector, str(root), recursive=True)
    observer.start()
    try:
        yield Watch(collector)
    finally:
        observer.stop()
        observer.join()
