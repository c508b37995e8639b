"""All files of all sources, read in fair turns.

    tailer = Tailer(specs, stored_checkpoints)
    for look in watch(tailer.directories, stop, wait=tailer.wait):
        if look.rescan:
            tailer.rescan()
        for chunk in tailer.poll(look.paths):
            …; chunk.advance(used)
            store.commit(tailer.checkpoints(), rows, counts)

Promises:
- what `checkpoints()` returns belongs together: commit all of it in one transaction (a truncated file's new start
  and the copy that goes on with its old bytes, for instance; stored apart, a crash between would lose the copy);
- a file that is skipped to its end at the first start has a checkpoint at once, and so has a source without any
  file (path `BIRTH`), so that what is written while nobody runs is read at the next start;
- at most `max_open` descriptors, save for deleted files that are not read to their end;
- a look at files that did not change costs nothing: only hinted ones are touched between two rescans.

Known limits while *nobody runs*: a file deleted before it was read; a file truncated and grown past the old offset
with the same first line; of two copies with one first line the newer is taken.  While running: what is written
between the last read and a truncation, where no copy of the file is left in its directory; a file moved to a
directory that no glob names, once it was quiet for `linger_seconds`.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import structlog

from sidecar.errors import InputError
from sidecar.identity import Checkpoint
from sidecar.tail.discover import WatchSpec, directories
from sidecar.tail.follow import Chunk, Follower, MovedError
from sidecar.tail.identify import FileId
from sidecar.tail.opening import shown
from sidecar.tail.roster import BIRTH, Roster

__all__ = ["BIRTH", "CHUNK", "Tailer", "WatchSpec"]

#: Bytes read from one file in one turn.
CHUNK: Final = 1 << 18

_OPEN_LIMIT: Final = 200
# After so many turns `poll` returns, so that its caller gets to rescan and to stop.
_TURNS: Final = 64


class Tailer:
    """Finds, identifies and reads the files of all sources; for one thread.

    Args:
        specs: the sources; a file that several name belongs to the first.
        checkpoints: as stored.
        monotonic: the clock.
        quiet_seconds: after this time without growth a file's last record is complete.
        linger_seconds: a deleted file is let go after this time without growth; its space on the disk is taken
            until then.
        forget_seconds: how long a file that is gone stays known, should an archive of it turn up.
        max_open: descriptors kept; by default 200, or less where the process may open few.
    """

    def __init__(
        self,
        specs: Sequence[WatchSpec],
        checkpoints: Iterable[Checkpoint] = (),
        *,
        monotonic: Callable[[], float] = time.monotonic,
        quiet_seconds: float = 1.0,
        linger_seconds: float = 60.0,
        forget_seconds: float = 86400.0,
        max_open: int | None = None,
    ) -> None:
        stored = tuple(checkpoints)
        self._rosters = [
            Roster(
                spec,
                (one for one in stored if one.source == spec.source),
                quiet_seconds=quiet_seconds,
                complain=self._complain,
                now=monotonic(),
            )
            for spec in specs
        ]
        self._monotonic = monotonic
        self._linger = linger_seconds
        self._forget = forget_seconds
        self._max_open = max_open or max(
            1, min(_OPEN_LIMIT, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4)
        )
        self._open: dict[tuple[int, FileId], Follower] = {}  # least recently read first
        self._complaints: dict[str, str] = {}
        self._log = structlog.get_logger()

    # -- what the caller asks -----------------------------------------------------------------------------------

    def rescan(self) -> None:
        """Look for new, renamed, changed and vanished files in all directories."""
        now = self._monotonic()
        taken: set[FileId] = set()
        for roster in self._rosters:
            roster.rescan(now, taken)
            roster.forget_before(now - self._forget)
            taken.update(roster.files)
            self._let_go(roster, now)

    def directories(self) -> set[str]:
        """Where changes can happen; for the watcher."""
        found: set[str] = set()
        for roster in self._rosters:
            found |= directories(roster.spec)
            found |= {str(Path(one.real).parent) for one in roster.files.values()}
        return found

    def poll(self, paths: Collection[str] = (), *, turns: int = _TURNS) -> Iterator[Chunk]:
        """Read what there is, one chunk a file a turn, oldest files first.

        The caller may stop asking at any time; whatever was not advanced over is given again later.

        Args:
            paths: names of files that changed since the last call.
            turns: at most so many; `wait` returns 0 when there is more to read.
        """
        for roster in self._rosters:
            roster.hint(paths)
        refused: set[tuple[int, FileId]] = set()
        for _ in range(turns):
            now = self._monotonic()
            batch = [
                (r, n, id_)
                for n, r in enumerate(self._rosters)
                for id_ in r.agenda.now(now)
                if id_ in r.files
            ]
            batch = [one for one in batch if one[1:] not in refused]
            if not batch:
                return
            for roster, number, id_ in sorted(batch, key=lambda one: (one[0].files[one[2]].age, one[1])):
                for chunk in self._turn(roster, number, id_, now):
                    yield chunk
                    if chunk.final and id_ in roster.files and roster.files[id_].follower.held:
                        refused.add((number, id_))  # offer it again at the next poll, not at once

    def wait(self) -> float:
        """Seconds until `poll` has something to do even if no file changes; 0 when it has now."""
        now = self._monotonic()
        return min((roster.agenda.wait(now) for roster in self._rosters), default=float("inf"))

    def checkpoints(self) -> list[Checkpoint]:
        """Those changed since the last call; commit them together."""
        return [one for roster in self._rosters for one in roster.take_changed()]

    def forgotten(self) -> list[Checkpoint]:
        """Those that may be deleted from the store since the last call."""
        return [one for roster in self._rosters for one in roster.take_forgotten()]

    def close(self) -> None:
        """Let all descriptors go; held bytes are read again at the next start."""
        for follower in self._open.values():
            follower.close()
        self._open.clear()

    # -- one file, one turn -------------------------------------------------------------------------------------

    def _turn(self, roster: Roster, number: int, id_: FileId, now: float) -> Iterator[Chunk]:
        follower = roster.files[id_].follower
        self._make_room(number, follower)
        try:
            chunk = follower.read(CHUNK, now)
        except MovedError:
            roster.block(id_)
            return
        except InputError as error:
            roster.block(id_)
            self._complain(follower.path, error)
            return
        self._complaints.pop(follower.path, None)
        if follower.truncated:
            yield from self._next_generation(roster, follower, now)
            return
        roster.was_read(id_)
        if chunk is not None:
            yield chunk
            roster.was_read(id_)

    def _next_generation(self, roster: Roster, follower: Follower, now: float) -> Iterator[Chunk]:
        """The file was truncated: go on in the copy that copytruncate left, or give out what was read of it."""
        copy = roster.copy_of(follower, now)
        remainder = None if copy else follower.remainder()
        self._log.info(
            "log truncated in place",
            path=shown(follower.path),
            offset=follower.offset,
            copy=copy and shown(copy.path),
        )
        if remainder is not None:
            roster.was_read(follower.id)
            yield remainder
        follower.restart()
        roster.was_read(follower.id)

    # -- descriptors --------------------------------------------------------------------------------------------

    def _make_room(self, number: int, follower: Follower) -> None:
        self._open.pop((number, follower.id), None)
        if follower.log is None:
            while len(self._open) >= self._max_open and self._close_one():
                pass
        self._open[number, follower.id] = follower

    def _close_one(self) -> bool:
        """Close the file read least recently, one without held bytes if possible; never a vanished one."""
        there = [
            (number, id_)
            for number, id_ in self._open
            if id_ in self._rosters[number].files and self._rosters[number].files[id_].absent_since is None
        ]
        if not there:
            return False
        number, id_ = next(
            (one for one in there if not self._open[one].held and not self._open[one].behind), there[0]
        )
        # What it held waits on: when that becomes final the file is opened again.
        self._open.pop((number, id_)).close()
        return True

    def _let_go(self, roster: Roster, now: float) -> None:
        for id_ in roster.drained(now - self._linger):
            roster.retire(id_, now)
        number = self._rosters.index(roster)
        for key in [key for key, one in self._open.items() if key[0] == number and one.log is None]:
            del self._open[key]

    def _complain(self, path: str, error: InputError) -> None:
        """Say it once, and again only when the reason changes or the file was readable in between."""
        if self._complaints.get(path) != str(error):
            self._complaints[path] = str(error)
            self._log.warning("log cannot be read", problem=str(error))
