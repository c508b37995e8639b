"""The files of one source: which are followed, which are only remembered, and what became of each.

A rescan compares what is on the disk with that.  The order in it matters: files known by inode come first, so that
a copy or an archive is only taken for the continuation of a file that is truly gone or truncated.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Collection, Iterable
from typing import Final

from sidecar.errors import InputError
from sidecar.identity import Checkpoint, fingerprint_of
from sidecar.tail.agenda import Agenda
from sidecar.tail.books import Books
from sidecar.tail.discover import Sighting, WatchSpec, discover, relatives
from sidecar.tail.evidence import begins_like, end_of_lines, has_before, is_copy
from sidecar.tail.follow import Follower
from sidecar.tail.followed import Followed, family, real_path
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
from sidecar.tail.past import Past
from sidecar.tail.probe import Probe

#: Path of the checkpoint that only says that a source was started before.
BIRTH: Final = ""


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
        self.agenda = Agenda()
        self._by_path: dict[str, FileId] = {}
        self._books = Books(stored)
        self._past = Past((one for one in stored if one.path != BIRTH), now)
        self._first = not stored
        self._quiet = quiet_seconds
        self._probe = Probe(complain)
        self._live: dict[bytes, list[Follower]] = {}

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
            self._books.put(Checkpoint(self.spec.source, BIRTH, 0, 0, b"", 0, 0))
        self._live = {}
        for one in self.files.values():
            self._live.setdefault(one.follower.fingerprint, []).append(one.follower)
        unsettled = {family(one.follower.path) for one in self.files.values() if one.is_unsettled()}
        for sighting in self._strangers(seen):
            self._meet(sighting, now, settled=family(sighting.path) not in unsettled)
        self._first = False
        self._probe.keep(seen)
        self._by_path = {path: id_ for id_, one in self.files.items() for path in one.paths()}
        self.agenda.unblock(self.files)

    def forget_before(self, since: float) -> None:
        """Let go of files that were last seen before this time."""
        for checkpoint in self._past.since_before(since):
            self._drop(checkpoint)

    def retire(self, id_: FileId, now: float) -> None:
        """Stop following a file that is gone and read to its end; it stays known, should an archive of it appear."""
        followed = self.files.pop(id_)
        followed.follower.close()
        self.agenda.remove(id_)
        position = followed.follower.position()
        self._books.put(position)
        self._past.add(position, now, followed.follower.context)

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
        self.agenda.due(self._by_path[path] for path in paths if path in self._by_path)

    def was_read(self, id_: FileId) -> None:
        """Note what a turn, or an advance, did to a file."""
        followed = self.files.get(id_)
        if followed is not None:
            self._books.touch(id_)
            self.agenda.note(followed.follower)

    def block(self, id_: FileId) -> None:
        """A file cannot be read now: one that does not open is tried at the next rescan, broken data once it changed."""
        follower = self.files[id_].follower
        if follower.log is None:
            self.agenda.block(id_)
        else:
            self.agenda.remove(id_)
        follower.close()

    # -- what to store ------------------------------------------------------------------------------------------

    def take_changed(self) -> list[Checkpoint]:
        """Checkpoints that differ from what was stored or taken before."""
        return self._books.take_changed(lambda id_: self.files[id_].follower.position())

    def take_forgotten(self) -> list[Checkpoint]:
        """Checkpoints of files that nobody will ask for again."""
        return self._books.take_forgotten(self.files.keys() | self._past.ids())

    # -- copies -------------------------------------------------------------------------------------------------

    def copy_of(self, truncated: Follower, now: float) -> Follower | None:
        """Find the copy that was made before a followed file was truncated, and go on in it."""
        beside = relatives(self.spec, (), {truncated.path}, [truncated.path])
        for sighting in reversed(beside):
            there = self.files.get(sighting.id)
            # A closed file's inode may be reused by now, by this very copy.
            if there and (there.follower.log or there.follower.fingerprint == truncated.fingerprint):
                continue
            found = self._probe(sighting)
            if found and is_copy(found, truncated):
                if there:
                    self.retire(sighting.id, now)
                return self._follow(sighting, truncated.position(), now)
        return None

    def _sightings(self) -> dict[FileId, Sighting]:
        """Each file once, under the path it is followed by where that is still one of its names."""
        included = discover(self.spec)
        paths = {one.path: one for one in included}
        known = self._past.paths()
        known |= {followed.sighting.path: id_ for id_, followed in self.files.items()}
        ids = self.files.keys() | self._past.ids()
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
        followed.changed = sighting != before or followed.absent_since is not None
        if followed.changed:
            self.agenda.due([sighting.id])
        if sighting.path != follower.path:
            follower.path = sighting.path
            followed.real = real_path(sighting.path)
            self._books.touch(sighting.id)
        followed.sighting = sighting
        followed.absent_since = None

    def _miss(self, id_: FileId, now: float) -> None:
        followed = self.files[id_]
        if followed.follower.log is None:
            self.retire(id_, now)
            return
        if followed.absent_since is None:
            followed.absent_since = now
        followed.changed = True
        self.agenda.due([id_])  # no directory tells any more that it grows

    def _strangers(self, seen: dict[FileId, Sighting]) -> list[Sighting]:
        """Files not followed: those remembered by inode first, then the newest of several copies."""
        remembered = self._past.ids()
        strangers = [one for id_, one in seen.items() if id_ not in self.files]
        return sorted(strangers, key=lambda one: (one.id not in remembered, -one.mtime_ns, one.path))

    # -- one stranger -------------------------------------------------------------------------------------------

    def _meet(self, sighting: Sighting, now: float, *, settled: bool) -> None:
        found = self._probe(sighting)
        if found is None:
            if self._first and sighting.wanted and sighting.id in self._probe.closed:
                self._skip_unread(sighting, now)
            return
        fingerprint = fingerprint_of(found.head)
        live = self._live.get(fingerprint, ()) if fingerprint else ()
        past = self._past.like(found.id, fingerprint)
        verdict: Verdict | None = identify(found, (one.position() for one in live), past)
        if isinstance(verdict, Twin) and settled:
            verdict = self._compare(sighting, found, verdict.checkpoint, now)
        if isinstance(verdict, Copied) and not self._proven(found, verdict.checkpoint):
            verdict = New()
        # Until a truncation is worked off, bytes that nobody remembers may be its: the next rescan meets them.
        if verdict is not None and (settled or isinstance(verdict, Known | Renamed | Copied)):
            self._accept(sighting, found, verdict, now)

    def _accept(self, sighting: Sighting, found: FoundFile, verdict: Verdict, now: float) -> None:
        match verdict:
            case Known(checkpoint) | Renamed(checkpoint, _):
                context = self._past.context(checkpoint)
                self._past.discard(checkpoint)
                self._follow(sighting, checkpoint, now, context)
            case Truncated(checkpoint):
                # What it was stays among the past: a copy of it may hold its unread bytes.
                self._past.add(checkpoint, now)
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
        offset = end_of_lines(found) if skip else 0
        fingerprint = fingerprint_of(found.head)
        self._follow(
            sighting, Checkpoint(self.spec.source, found.path, *found.id, fingerprint, 0, offset), now
        )

    def _skip_unread(self, sighting: Sighting, now: float) -> None:
        """A file that exists at the first start but is closed to us yet is skipped to its end as others are."""
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
        same = begins_like(found, follower) if has_copy_name(found, original) and not truncated else False
        if truncated or same is None:
            self.agenda.due([follower.id])  # the next turn notices the truncation, and looks for the copy
            return None
        if not same:
            return identify(found, (), self._past.like(found.id, original.fingerprint))
        if found.compressed or follower.offset < found.size:
            # Its bytes are being read in the original; should that be truncated or vanish, this one goes on.
            return None
        self._follow(sighting, dataclasses.replace(original, offset=found.size), now)
        return None

    def _proven(self, found: FoundFile, past: Checkpoint) -> bool:
        context = self._past.context(past)
        return not context or has_before(found, past.offset, context)

    def _follow(
        self, sighting: Sighting, checkpoint: Checkpoint, now: float, context: bytes = b""
    ) -> Follower:
        device, inode = sighting.id
        here = dataclasses.replace(checkpoint, path=sighting.path, device=device, inode=inode)
        follower = Follower(here, quiet_seconds=self._quiet, now=now, context=context)
        self.files[sighting.id] = Followed(follower, sighting, real_path(sighting.path))
        self._live.setdefault(here.fingerprint, []).append(follower)
        self.agenda.due([sighting.id])
        self._books.touch(sighting.id)
        return follower

    def _drop(self, checkpoint: Checkpoint) -> None:
        self._past.discard(checkpoint)
        self._books.forget(checkpoint)
