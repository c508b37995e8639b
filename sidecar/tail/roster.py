"""The files of one source: which are followed, which are only remembered, and what became of each.

A rescan compares what is on the disk with that.  The order in it matters: files known by inode come first, so that
a copy or an archive is only taken for the continuation of a file that is truly gone or truncated.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sidecar.errors import InputError
from sidecar.identity import Checkpoint, fingerprint_of
from sidecar.tail.discover import Sighting, WatchSpec, discover, relatives
from sidecar.tail.follow import END, Follower
from sidecar.tail.identify import (
    Copied,
    FileId,
    FoundFile,
    Known,
    New,
    Renamed,
    Truncated,
    Twin,
    Verdict,
    has_copy_name,
    identify,
)
from sidecar.tail.opening import HEAD_BYTES, open_log
from sidecar.tail.rotation import are_relatives

#: Path of the checkpoint that only says that a source was started before.
BIRTH: Final = ""

# How far back the start of an unfinished last line is looked for.
_LAST_LINE: Final = 1 << 16


@dataclass(slots=True)
class Followed:
    """A follower and what the last rescan saw of its file.

    Attributes:
        follower: reads it.
        sighting: as last seen.
        real: path without symbolic links, under which the watcher reports changes.
        absent_since: monotonic time since when no directory shows it; None while one does.
    """

    follower: Follower
    sighting: Sighting
    real: str
    absent_since: float | None = None

    @property
    def age(self) -> tuple[int, str]:
        """Sort key: oldest first."""
        return self.sighting.mtime_ns, self.sighting.path


class Roster:
    """Keeps track of one source's files.

    Args:
        spec: which files.
        checkpoints: stored ones of this source; none at all means that it never ran before.
        quiet_seconds: see `Follower`.
        now: monotonic time.
        complain: told about a file that cannot be read; called again and again, the receiver says it once.
    """

    def __init__(
        self,
        spec: WatchSpec,
        checkpoints: Iterable[Checkpoint],
        *,
        quiet_seconds: float,
        now: float,
        complain: Callable[[str, InputError], None],
    ) -> None:
        stored = tuple(checkpoints)
        self.spec = spec
        self.files: dict[FileId, Followed] = {}
        self.due: set[FileId] = set()
        self._waiting: dict[FileId, float] = {}  # held bytes, and when they become final
        self._blocked: set[FileId] = set()
        self._by_path: dict[str, FileId] = {}
        self._changed: dict[FileId, Checkpoint | None] = {}  # None: where the follower is when it is asked
        self._forgotten: list[Checkpoint] = []
        self._stored = {(one.device, one.inode): one for one in stored}
        # Files not there, or not seen yet: since when, and the bytes before their offset where they are known.
        self._past = {one: (now, b"") for one in stored if one.path != BIRTH}
        self._first = not stored
        self._quiet = quiet_seconds
        self._complain = complain
        self._probed: dict[FileId, tuple[Sighting, FoundFile]] = {}

    # -- rescan -------------------------------------------------------------------------------------------------

    def rescan(self, now: float, taken: Collection[FileId]) -> None:
        """Look at the disk; `taken` are files that an earlier source follows."""
        seen = {id_: one for id_, one in self._sightings().items() if id_ not in taken}
        for id_, sighting in seen.items():
            if id_ in self.files:
                self._see_again(self.files[id_], sighting, now)
        for id_ in self.files.keys() - seen.keys():
            self._miss(id_, now)
        if self._first:
            self._changed[0, 0] = Checkpoint(self.spec.source, BIRTH, 0, 0, b"", 0, 0)
        for sighting in self._strangers(seen):
            self._meet(sighting, now)
        self._probed = {id_: probed for id_, probed in self._probed.items() if id_ in seen}
        self._by_path = {
            path: id_
            for id_, one in self.files.items()
            if one.absent_since is None
            for path in (one.sighting.path, one.real)
        }
        self.due |= self._blocked & self.files.keys()
        self._blocked.clear()
        self._first = False

    def forget_before(self, since: float) -> None:
        """Let go of files that were last seen before this time."""
        for checkpoint in [one for one, (gone, _) in self._past.items() if gone < since]:
            self._drop(checkpoint)

    def retire(self, id_: FileId, now: float) -> None:
        """Stop following a file that is gone and read to its end; it stays known, should an archive of it appear."""
        followed = self.files.pop(id_)
        followed.follower.close()
        self.due.discard(id_)
        self._waiting.pop(id_, None)
        position = followed.follower.position()
        self._changed[id_] = position
        self._past[position] = now, followed.follower.context

    def drained(self, before: float) -> list[FileId]:
        """Vanished files at their end, without growth since this time."""
        return [
            id_
            for id_, one in self.files.items()
            if one.absent_since is not None
            and max(one.absent_since, one.follower.grew) <= before
            and not (one.follower.held or one.follower.behind)
        ]

    # -- whose turn ---------------------------------------------------------------------------------------------

    def hint(self, paths: Iterable[str]) -> None:
        """These paths changed."""
        self.due.update(self._by_path[path] for path in paths if path in self._by_path)

    def to_read(self, now: float) -> set[FileId]:
        """Files with something to do."""
        return self.due | {id_ for id_, time in self._waiting.items() if time <= now}

    def wait(self, now: float) -> float:
        """Seconds until `to_read` has something."""
        return 0.0 if self.due else max(0.0, min(self._waiting.values(), default=float("inf")) - now)

    def was_read(self, id_: FileId) -> None:
        """Note what a turn, or an advance, did to a file."""
        follower = self.files[id_].follower
        self._changed[id_] = None
        (self.due.add if follower.behind else self.due.discard)(id_)
        if follower.final_at is None:
            self._waiting.pop(id_, None)
        else:
            self._waiting[id_] = follower.final_at

    def block(self, id_: FileId) -> None:
        """A file cannot be read now: one that does not open is tried at the next rescan, broken data once it changed."""
        follower = self.files[id_].follower
        if follower.log is None:
            self._blocked.add(id_)
        follower.close()
        self.due.discard(id_)
        self._waiting.pop(id_, None)

    # -- what to store ------------------------------------------------------------------------------------------

    def take_changed(self) -> list[Checkpoint]:
        """Checkpoints that differ from what was stored or taken before."""
        taken = []
        for id_, kept in self._changed.items():
            position = kept or self.files[id_].follower.position()
            if self._stored.get(id_) != position:
                self._stored[id_] = position
                taken.append(position)
        self._changed.clear()
        return taken

    def take_forgotten(self) -> list[Checkpoint]:
        """Checkpoints of files that nobody will ask for again."""
        used = self.files.keys() | {(one.device, one.inode) for one in self._past}
        # A row belongs to an inode: where that lives on as another file, the row was replaced and must stay.
        taken = [one for one in self._forgotten if (one.device, one.inode) not in used]
        self._forgotten.clear()
        for one in taken:
            self._stored.pop((one.device, one.inode), None)
        return taken

    # -- copies -------------------------------------------------------------------------------------------------

    def copy_of(self, truncated: Follower, now: float) -> Follower | None:
        """Find the copy that was made before a followed file was truncated, and go on in it."""
        beside = relatives(self.spec, (), {truncated.path}, [truncated.path])
        for sighting in reversed(beside):
            found = None if sighting.id in self.files else self._probe(sighting)
            if found and _is_copy(found, truncated):
                return self._follow(sighting, truncated.position(), now)
        return None

    def _sightings(self) -> dict[FileId, Sighting]:
        """Each file once, under the path it is followed by where that is still one of its names."""
        included = discover(self.spec)
        paths = {one.path: one for one in included}
        known = {one.path: (one.device, one.inode) for one in self._past}
        known |= {followed.sighting.path: id_ for id_, followed in self.files.items()}
        ids = self.files.keys() | {(one.device, one.inode) for one in self._past}
        beside = relatives(self.spec, ids, paths, {*known, *paths, *map(os.path.abspath, self.spec.include)})
        seen: dict[FileId, Sighting] = {}
        for one in (*included, *beside):
            if one.id not in seen or known.get(one.path) == one.id:
                seen[one.id] = one
        return seen

    def _see_again(self, followed: Followed, sighting: Sighting, now: float) -> None:
        follower, before = followed.follower, followed.sighting
        if follower.log is None and sighting != before:
            # Only an open descriptor holds an inode fast: this may be another file by now, so meet it anew.
            self.retire(sighting.id, now)
            return
        if (before.size, before.mtime_ns) != (
            sighting.size,
            sighting.mtime_ns,
        ) or followed.absent_since is not None:
            self.due.add(sighting.id)
        if sighting.path != follower.path:
            follower.path = sighting.path
            followed.real = _real(sighting.path)
            self.due.add(sighting.id)
            self._changed[sighting.id] = None
        followed.sighting = sighting
        followed.absent_since = None

    def _miss(self, id_: FileId, now: float) -> None:
        followed = self.files[id_]
        if followed.follower.log is None:
            self.retire(id_, now)
            return
        if followed.absent_since is None:
            followed.absent_since = now
        self.due.add(id_)  # no directory tells any more that it grows

    def _strangers(self, seen: dict[FileId, Sighting]) -> list[Sighting]:
        """Files not followed: those remembered by inode first, then the newest of several copies."""
        remembered = {(one.device, one.inode) for one in self._past}
        strangers = [one for id_, one in seen.items() if id_ not in self.files]
        return sorted(strangers, key=lambda one: (one.id not in remembered, -one.mtime_ns, one.path))

    # -- one stranger -------------------------------------------------------------------------------------------

    def _meet(self, sighting: Sighting, now: float) -> None:
        found = self._probe(sighting)
        if found is None:
            if self._first and sighting.wanted:
                self._skip_unread(sighting, now)
            return
        fingerprint = fingerprint_of(found.head)
        live = [one.follower for one in self.files.values() if one.follower.fingerprint == fingerprint != b""]
        verdict: Verdict | None = identify(found, (one.position() for one in live), self._past)
        if isinstance(verdict, Twin):
            verdict = self._compare(sighting, found, verdict.checkpoint, now)
        if isinstance(verdict, Copied) and not self._proven(found, verdict.checkpoint):
            verdict = New()
        if verdict is not None:
            self._accept(sighting, found, verdict, now)

    def _accept(self, sighting: Sighting, found: FoundFile, verdict: Verdict, now: float) -> None:
        match verdict:
            case Known(checkpoint) | Renamed(checkpoint, _):
                _, context = self._past.pop(checkpoint)
                self._follow(sighting, checkpoint, now, context)
            case Truncated(checkpoint):
                # What it was stays among the past: a copy of it may hold its unread bytes.
                self._past[checkpoint] = now, b""
                anew = dataclasses.replace(
                    checkpoint,
                    fingerprint=fingerprint_of(found.head),
                    generation=checkpoint.generation + 1,
                    offset=0,
                )
                self._follow(sighting, anew, now)
            case Copied(checkpoint):
                self._follow(sighting, checkpoint, now)
                self._drop(checkpoint)
            case _ if sighting.wanted:
                self._start(sighting, found, now)

    def _start(self, sighting: Sighting, found: FoundFile, now: float) -> None:
        # Rotated relatives that no glob names are older than the first start: nobody asked for them.
        skip = self._first and (self.spec.start_at == "end" or not sighting.included)
        offset = _end_of(found) if skip else 0
        fingerprint = fingerprint_of(found.head)
        self._follow(
            sighting, Checkpoint(self.spec.source, found.path, *found.id, fingerprint, 0, offset), now
        )

    def _skip_unread(self, sighting: Sighting, now: float) -> None:
        """A file that exists at the first start but cannot be opened yet is skipped to its end as others are."""
        if self.spec.start_at == "end" or not sighting.included:
            checkpoint = Checkpoint(self.spec.source, sighting.path, *sighting.id, b"", 0, sighting.size)
            self._follow(sighting, checkpoint, now)

    def _compare(
        self, sighting: Sighting, found: FoundFile, original: Checkpoint, now: float
    ) -> Verdict | None:
        """Copy of a live file, or another file with the same first line?  None: ask again at the next rescan."""
        follower = self.files[original.device, original.inode].follower
        try:
            truncated = follower.is_truncated()
        except InputError:
            return None
        same = _same_bytes(found, follower) if has_copy_name(found, original) and not truncated else False
        if truncated or same is None:
            self.due.add(follower.id)  # the next turn notices the truncation, and looks for the copy
            return None
        if not same:
            return identify(found, (), self._past)
        if found.compressed or follower.offset < found.size:
            return (
                None  # its bytes are being read in the original; should that be truncated, the copy goes on
            )
        self._follow(sighting, dataclasses.replace(original, offset=found.size), now)
        return None

    def _proven(self, found: FoundFile, past: Checkpoint) -> bool:
        _, context = self._past[past]
        if not context:
            return True
        try:
            with open_log(found.path, trust=True) as log:
                return log.read_at(past.offset - len(context), len(context)) == context
        except InputError:
            return False

    def _follow(
        self, sighting: Sighting, checkpoint: Checkpoint, now: float, context: bytes = b""
    ) -> Follower:
        device, inode = sighting.id
        here = dataclasses.replace(checkpoint, path=sighting.path, device=device, inode=inode)
        follower = Follower(here, quiet_seconds=self._quiet, now=now, context=context)
        self.files[sighting.id] = Followed(follower, sighting, _real(sighting.path))
        self.due.add(sighting.id)
        self._changed[sighting.id] = None
        return follower

    def _drop(self, checkpoint: Checkpoint) -> None:
        del self._past[checkpoint]
        self._forgotten.append(checkpoint)

    def _probe(self, sighting: Sighting) -> FoundFile | None:
        probed = self._probed.get(sighting.id)
        if probed and probed[0] == sighting:
            return probed[1]
        try:
            with open_log(sighting.path, trust=not sighting.included) as log:
                head, state = log.read_at(0, HEAD_BYTES), log.stat()
                found = FoundFile(
                    sighting.path, state.st_dev, state.st_ino, state.st_size, head, log.compressed
                )
        except InputError as error:
            if sighting.wanted:
                self._complain(sighting.path, error)
            return None
        if found.id != sighting.id:
            return None  # rotated between the two looks; the next rescan sees it as it is
        self._probed[sighting.id] = sighting, found
        return found


def _real(path: str) -> str:
    return os.path.realpath(path) if os.path.islink(path) else path  # noqa: PTH114 - for thousands of files


def _is_copy(found: FoundFile, follower: Follower) -> bool:
    """Whether a file holds what was read of a followed one, and what was not."""
    if fingerprint_of(found.head) != follower.fingerprint or not (follower.fingerprint or follower.held):
        return False
    if not are_relatives(Path(found.path).name, Path(follower.path).name):
        return False
    try:
        with open_log(found.path, trust=True) as log:
            return follower.goes_on_in(log)
    except InputError:
        return False


def _same_bytes(found: FoundFile, follower: Follower) -> bool | None:
    """Whether a file is the beginning of a followed one, by samples; None when one of them cannot be read now."""
    try:
        with open_log(found.path, trust=True) as copy, open_log(follower.path, trust=True) as original:
            state = original.stat()
            if (state.st_dev, state.st_ino) != follower.id:
                return None
            size = HEAD_BYTES if found.compressed else copy.size
            if not found.compressed and size > state.st_size:
                return False
            spots = {0, max(0, size // 2 - HEAD_BYTES), max(0, size - HEAD_BYTES)}
            return all(
                copy.read_at(spot, min(HEAD_BYTES, size))
                == original.read_at(spot, min(HEAD_BYTES, size - spot))
                for spot in sorted(spots)
            )
    except InputError:
        return None


def _end_of(found: FoundFile) -> int:
    """Where the last whole line ends; the unfinished one behind it is read, since its end is yet to come."""
    if found.compressed:
        return END
    try:
        with open_log(found.path, trust=True) as log:
            start = max(0, found.size - _LAST_LINE)
            line_end = log.read_at(start, found.size - start).rfind(b"\n")
    except InputError:
        return found.size
    return start + line_end + 1 if line_end >= 0 or not start else found.size
