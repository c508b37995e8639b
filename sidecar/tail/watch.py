"""When to look: changes in directories, and a rescan every now and then.

Directories are watched, never files: a watch on a file goes blind when it is rotated away.  `**` and directories
that come and go are not left to the watcher either; the set of directories is asked for anew at each rescan.

The rescan finds whatever no watch tells: symbolic links out of the directory, bind mounts from other machines,
changes between two watches, and a full watch table.  It is due every two seconds by default: a person waiting for
an error to show does not mind two seconds, and a rescan of 1,000 files takes about 16 ms (1 % of a core); the usual
twenty files cost nothing that can be measured.  With `force_polling` it is the only engine, which is what network
mounts need.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import structlog
import watchfiles

_Changes: TypeAlias = Generator[set[watchfiles.main.FileChange], None, None]

# Every so many milliseconds the watcher looks at the stop event, and gives out what it gathered.
_STEP_MS: Final = 50
# A file that is written without pause is told about this often.
_GATHER_MS: Final = 200


# Beyond so many directories, one made again under its name and inode is only seen by the rescans.
_PINNED: Final = 16
_DIRECTORY: Final = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Look:
    """A reason to look at the files.

    Attributes:
        paths: files that changed.
        rescan: it is time to look at all directories.
    """

    paths: frozenset[str]
    rescan: bool


def watch(
    directories: Callable[[], Collection[str]],
    stop: threading.Event,
    *,
    wait: Callable[[], float] = lambda: float("inf"),
    rescan_seconds: float = 2.0,
    force_polling: bool = False,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[Look]:
    """Yield a look whenever there is a reason, until `stop` is set; the first asks for a rescan at once.

    Args:
        directories: those to watch now; asked after each rescan.
        stop: ends it within about 50 ms.
        wait: seconds until the consumer has something to do of its own (a quiet time that ends); 0: now.  While its
            outbox is full it must not say 0, or this turns without a pause.
        rescan_seconds: time between two rescans.
        force_polling: no watches, only rescans.
        monotonic: the clock.
    """
    eyes = _Eyes(stop, use=not force_polling)
    try:
        due = monotonic()
        paths: frozenset[str] = frozenset()
        appeared = False
        while not stop.is_set():
            rescan = appeared or monotonic() >= due
            if rescan or paths or wait() <= 0:
                yield Look(paths, rescan)
            if rescan:
                due = monotonic() + rescan_seconds
                # A watch that is new saw nothing of what happened before it: look once more.
                appeared = eyes.turn_to(directories())
            if appeared:
                paths = frozenset()
                continue
            seconds = min(due - monotonic(), wait())
            paths, appeared = eyes.see(seconds)
    finally:
        eyes.close()


class _Eyes:
    """A watchfiles watcher that is replaced when the directories change, or a plain wait where it cannot work."""

    def __init__(self, stop: threading.Event, *, use: bool) -> None:
        self._stop = stop
        self._use = use
        self._watched: frozenset[tuple[str, int]] = frozenset()
        self._changes: _Changes | None = None
        self._pins: list[int] = []

    def turn_to(self, directories: Collection[str]) -> bool:
        """Watch these; whether new watches began."""
        if not self._use:
            return False
        # The inode as well: a directory removed and made again under its name is another one, and not watched.
        there = frozenset(one for one in map(_numbered, directories) if one is not None)
        if there == self._watched and (self._changes is not None or not there):
            return False
        self.close()
        if there:
            self._arm(sorted(path for path, _ in there))
        self._watched = there if self._changes is not None else frozenset()
        return self._changes is not None

    def see(self, seconds: float) -> tuple[frozenset[str], bool]:
        """Changed paths, and whether a file came or went; waits at most about `seconds`."""
        if self._changes is None:
            self._stop.wait(max(0.0, min(seconds, 3600.0)))
            return frozenset(), False
        if seconds <= 0:
            return frozenset(), False
        try:
            changes = next(self._changes)
        except (StopIteration, OSError, RuntimeError) as error:
            # Stopped, or the watcher broke: the next rescan starts another.
            structlog.get_logger().debug("watch ended", reason=repr(error))
            self.close()
            return frozenset(), False
        moved = any(change != watchfiles.Change.modified for change, _ in changes)
        return frozenset(path for _, path in changes), moved

    def close(self) -> None:
        """Stop watching."""
        if self._changes is not None:
            self._changes.close()
        self._changes = None
        self._watched = frozenset()
        while self._pins:
            os.close(self._pins.pop())

    def _arm(self, paths: list[str]) -> None:
        changes = watchfiles.watch(
            *paths,
            watch_filter=None,
            debounce=_GATHER_MS,
            step=_STEP_MS,
            rust_timeout=_GATHER_MS,
            yield_on_timeout=True,
            stop_event=self._stop,
            recursive=False,
            force_polling=False,
            ignore_permission_denied=True,
        )
        try:
            # While these are held, no new directory gets the inode of a deleted one and passes for it, unwatched.
            self._pins.extend(os.open(path, _DIRECTORY) for path in paths[:_PINNED])
            # The first step sets the watches; what it saw, the rescan that follows sees too.
            next(changes)
        except (StopIteration, FileNotFoundError, NotADirectoryError):
            return  # stopping, or a directory went away since it was listed: the next rescan asks again
        except (OSError, RuntimeError) as error:
            self._use = False
            structlog.get_logger().warning(
                "cannot watch directories, looking at intervals instead; raise fs.inotify.max_user_watches "
                "or fs.inotify.max_user_instances",
                problem=str(error),
                directories=len(paths),
            )
            return
        self._changes = changes


def _numbered(directory: str) -> tuple[str, int] | None:
    try:
        return directory, Path(directory).stat().st_ino
    except OSError:
        return None
