"""One followed file: bytes out in chunks, and how far they are used up.

The follower keeps a descriptor, so that a file that was renamed or deleted is still read to its end, and the bytes
read but not used up yet (*held*).  `offset` is that of the first held byte; only `Chunk.advance` moves it on.

Promises:
- a chunk ends with a line end, unless it is `final` or one line fills it;
- held bytes never exceed `HELD_MAX` plus one chunk;
- a truncation is noticed by size, or by the bytes before the reading position being others than were read there.
  What is held by then is given once more as `final`, unless a copy of the file was found to go on with.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sidecar.errors import InputError
from sidecar.identity import FINGERPRINT_BYTES, Checkpoint, fingerprint_of
from sidecar.tail.identify import FileId
from sidecar.tail.opening import GzipLog, Log, PlainLog, open_log, shown

#: Twice the longest record, so that a consumer that cuts records at their limit always gets on.
HELD_MAX: Final = 1 << 21
#: Offset of a compressed file that is skipped to its end without unpacking it.
END: Final = (1 << 63) - 1

# A line this long is given on without its end.
_LONG_LINE: Final = (1 << 20) + (1 << 16)
# Log lines carry times and numbers: this many bytes are never the same by chance at the same offset.
_GUARD: Final = 64


class MovedError(InputError):
    """A closed file is no longer where it was; a rescan finds it."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes of one file.

    Attributes:
        source: name of the source.
        path: where the file is now.
        fingerprint: of its first line; b"" when that is not whole yet.
        generation: how often the file was truncated in place.
        offset: of the first byte of `data` in the file's text.
        data: from `offset`; begins with whatever the consumer has not used up before.
        final: nothing belongs to its last record any more; use up all of it.
        advance: call it with the number of bytes used up, 0 included, before the next chunk is asked for.
    """

    source: str
    path: str
    fingerprint: bytes
    generation: int
    offset: int
    data: bytes
    final: bool
    advance: Callable[[int], None]


class Follower:
    """Reads one file; see the module.

    Args:
        checkpoint: where to go on.
        quiet_seconds: after this time without growth the held bytes are final.
        now: monotonic time.
        context: the last bytes before its offset, where they are known.
    """

    def __init__(
        self, checkpoint: Checkpoint, *, quiet_seconds: float, now: float, context: bytes = b""
    ) -> None:
        self.source = checkpoint.source
        self.path = checkpoint.path
        self.id: FileId = (checkpoint.device, checkpoint.inode)
        self.fingerprint = checkpoint.fingerprint
        self.generation = checkpoint.generation
        self.offset = checkpoint.offset
        self.truncated = False
        self.grew = now
        self.log: Log | None = None
        self._quiet = quiet_seconds
        self._held = b""
        self._guard = context
        self._compressed: bool | None = None
        self._furthest = checkpoint.offset
        self._more = True
        self._stuck = False

    # -- what it knows ------------------------------------------------------------------------------------------

    def position(self) -> Checkpoint:
        """What to store."""
        return Checkpoint(
            self.source, self.path, *self.id, self.fingerprint, self.generation, offset=self.offset
        )

    @property
    def behind(self) -> bool:
        """There is more to read at once, be it the error at the end of a broken archive."""
        return self._more or (not self._held and isinstance(self.log, GzipLog) and self.log.broken)

    @property
    def held(self) -> int:
        """Bytes read but not used up."""
        return len(self._held)

    @property
    def final_at(self) -> float | None:
        """When the held bytes become final; None while there are none."""
        return self.grew + self._quiet if self._held else None

    @property
    def context(self) -> bytes:
        """The last bytes before `offset`, by which a copy proves that it is one; b"" while none were seen."""
        return self._guard

    def at(self, size: int) -> bool:
        """Whether a plain file of this size was read to its end."""
        return size == self.offset + len(self._held)

    def goes_on_in(self, log: Log) -> bool:
        """Whether `log` holds the same bytes around `offset`, held ones included."""
        expected = self._guard + self._held
        return log.read_at(self.offset - len(self._guard), len(expected)) == expected

    # -- descriptor ---------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Open the file again; does nothing when it is open.

        Raises:
            MovedError: the path leads to another file by now.
            InputError: it cannot be read.
        """
        if self.log is not None:
            return
        log = self._reopen()
        self._compressed = log.compressed
        self.log = log
        self._more = True
        self.truncated = self.truncated or self._is_other(log)

    def _reopen(self) -> Log:
        try:
            log = open_log(self.path, trust=True)
        except InputError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise MovedError(str(error)) from error
            raise
        state = log.stat()
        # An inode is reused at once on many file systems; the archive of a log is never the log.
        if (state.st_dev, state.st_ino) != self.id or self._compressed not in {None, log.compressed}:
            log.close()
            raise MovedError(f"{shown(self.path)}: was moved away; a rescan finds it")
        return log

    def close(self) -> None:
        """Let the descriptor go, and the held bytes with it; they are read again from `offset`."""
        if self.log is not None:
            self.log.close()
        self.log = None
        self._held = b""
        self._more = False

    def _is_other(self, log: Log) -> bool:
        """Whether the text changed before `offset` while the file was closed."""
        if log.compressed:
            return False
        if self.fingerprint and fingerprint_of(log.read_at(0, FINGERPRINT_BYTES)) != self.fingerprint:
            return True
        before = log.read_at(max(0, self.offset - _GUARD), min(_GUARD, self.offset))
        if not self._guard:
            self._guard = before
        return log.size < self.offset or not before.endswith(self._guard)

    # -- reading ------------------------------------------------------------------------------------------------

    def read(self, max_bytes: int, now: float) -> Chunk | None:
        """Read on by at most `max_bytes`; None when there is nothing to give now, or it was `truncated`.

        Raises:
            InputError: the file cannot be opened, or its gzip data is broken.
        """
        if self.offset == END:
            self._more = False
            return None
        self.open()
        fresh = b"" if self.truncated or len(self._held) >= HELD_MAX else self._fetch(max_bytes)
        if self.truncated or self.log is None:
            return None
        if self._gained(now) and (b"\n" in fresh or len(self._held) >= _LONG_LINE):
            return self._chunk(self._whole_lines(), final=False)
        if len(self._held) >= HELD_MAX:
            return (
                self._chunk(self._held, final=True)
                if self._stuck
                else self._chunk(self._whole_lines(), final=False)
            )
        if self._held and not self._more and now - self.grew >= self._quiet:
            return self._chunk(self._held, final=True)
        return None

    def remainder(self) -> Chunk | None:
        """The held bytes of a truncated file, which are the last of their generation."""
        return self._chunk(self._held, final=True) if self._held else None

    def restart(self) -> None:
        """Begin the next generation of a truncated file."""
        self.generation += 1
        self.offset = self._furthest = 0
        self.fingerprint = self._held = self._guard = b""
        self.truncated = self._stuck = False
        self._more = True

    def is_truncated(self) -> bool:
        """Look at the file, without reading on.

        Raises:
            InputError: as `open`.
        """
        if isinstance(self.log, PlainLog) and not self.truncated:
            guard = self._before()
            self.truncated = self.log.read_at(self.offset + len(self._held) - len(guard), len(guard)) != guard
        elif self.log is None:
            self.open()
            self.close()
        return self.truncated

    def _fetch(self, max_bytes: int) -> bytes:
        log = self.log
        position = self.offset + len(self._held)
        if isinstance(log, GzipLog):
            fresh = self._unpack(log, position, max_bytes)
            self._more = len(fresh) == max_bytes
        elif log is None:
            return b""
        else:
            # One read for both: the bytes before the position, which must be the ones read there, and the new ones.
            guard = self._before()
            data = log.read_at(position - len(guard), len(guard) + max_bytes)
            if not data.startswith(guard) or (not guard and log.size < position):
                self.truncated = True
                return b""
            fresh = data[len(guard) :]
            self._more = len(fresh) == max_bytes
            if not position and fresh.startswith(b"\0"):
                fresh = self._skip_zeros(log, fresh, max_bytes)
        self._held += fresh
        self._learn()
        return fresh

    def _unpack(self, log: GzipLog, position: int, max_bytes: int) -> bytes:
        try:
            return log.read_at(position, max_bytes)
        except InputError:
            if self._held:
                return b""  # the good part first: what is held becomes final, then this is raised
            raise

    def _skip_zeros(self, log: PlainLog, fresh: bytes, max_bytes: int) -> bytes:
        """A writer without O_APPEND goes on at its old offset after a truncation: a hole, then the log."""
        start = log.first_data()
        fresh = log.read_at(start, max_bytes) if start else fresh
        text = fresh.lstrip(b"\0")
        self.offset = self._furthest = start + len(fresh) - len(text)
        self._guard = bytes(min(self.offset, _GUARD))
        self._more = len(fresh) == max_bytes
        return text

    def _learn(self) -> None:
        """The fingerprint is that of the first whole line and then stays."""
        if self.fingerprint or self.log is None:
            return
        head = self._held if not self.offset else self._reread_head(self.log)
        self.fingerprint = fingerprint_of(head[:FINGERPRINT_BYTES])

    @staticmethod
    def _reread_head(log: Log) -> bytes:
        # Going back in a gzip file means unpacking all of it again; its fingerprint is known before it is followed.
        return b"" if log.compressed else log.read_at(0, FINGERPRINT_BYTES)

    def _gained(self, now: float) -> bool:
        """Whether bytes were read that were never read before, even under an earlier descriptor."""
        end = self.offset + len(self._held)
        if end <= self._furthest:
            return False
        self._furthest, self.grew = end, now
        return True

    def _before(self) -> bytes:
        """The last bytes before the reading position."""
        if len(self._held) >= _GUARD:
            return self._held[-_GUARD:]
        return (self._guard + self._held)[-_GUARD:]

    def _whole_lines(self) -> bytes:
        end = self._held.rfind(b"\n") + 1
        return self._held[:end] if end else self._held

    # -- chunks -------------------------------------------------------------------------------------------------

    def _chunk(self, data: bytes, *, final: bool) -> Chunk:
        advance = functools.partial(self._advance, self.generation, self.offset)
        return Chunk(
            self.source, self.path, self.fingerprint, self.generation, self.offset, data, final, advance
        )

    def _advance(self, generation: int, offset: int, n: int) -> None:
        if (generation, offset) != (self.generation, self.offset):
            raise ValueError(f"{shown(self.path)}: chunk at {offset} was used up before")
        if not 0 <= n <= len(self._held):
            raise ValueError(f"{shown(self.path)}: {n} of {len(self._held)} bytes cannot be used up")
        self._stuck = n == 0 and len(self._held) >= HELD_MAX
        self._guard = (self._guard + self._held[max(0, n - _GUARD) : n])[-_GUARD:]
        self._held = self._held[n:]
        self.offset += n
