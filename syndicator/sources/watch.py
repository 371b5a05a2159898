"""Saves in a workspace, gathered into bursts (watchdog)."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

QUIET = 0.15
"""Seconds without a further save that end a burst: editors write a file in several steps."""
LONGEST = 1.0
"""Seconds after which a burst ends even if saving goes on."""

_IGNORED = frozenset({".git", ".syndicator", ".venv", "__pycache__", "build", "node_modules"})
_READ_ONLY = frozenset({"opened", "closed_no_write"})


def bursts(root: Path, wait: Callable[[], float | None]) -> Iterator[frozenset[Path]]:
    """Yield the paths of each burst of saves below `root`, for ever.

    `wait` gives the seconds to wait for a save before an empty burst is yielded; None waits on.
    Hidden files, editors' temporary files, build output and caches are not looked at.
    """
    saves: queue.Queue[Path] = queue.Queue()
    observer = Observer()
    observer.schedule(_Listener(root, saves), str(root), recursive=True)
    observer.start()
    try:
        while True:
            yield _burst(saves, wait())
    finally:
        observer.stop()
        observer.join()


def _burst(saves: queue.Queue[Path], patience: float | None) -> frozenset[Path]:
    try:
        paths = {saves.get(timeout=patience)}
    except queue.Empty:
        return frozenset()
    end = time.monotonic() + LONGEST
    while (left := end - time.monotonic()) > 0:
        try:
            paths.add(saves.get(timeout=min(QUIET, left)))
        except queue.Empty:
            break
    return frozenset(paths)


class _Listener(FileSystemEventHandler):
    """Puts the path of every save that matters into a queue."""

    def __init__(self, root: Path, saves: queue.Queue[Path]) -> None:
        self.root, self.saves = root, saves

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Keep where something was written, made, moved or deleted."""
        if event.is_directory or event.event_type in _READ_ONLY:
            return
        for told in filter(None, (event.src_path, event.dest_path)):
            path = Path(str(told))
            if matters(path.relative_to(self.root)):
                self.saves.put(path)


def matters(path: Path) -> bool:
    """Tell whether a save of `path`, relative to the workspace, can change what is published."""
    if _IGNORED.intersection(path.parts) or any(part.startswith(".") for part in path.parts):
        return False
    return not path.name.endswith(("~", ".swp", ".swx", ".tmp", ".bak", ".part"))
