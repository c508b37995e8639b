"""The transactional outbox: file offsets and payloads are committed together, so they can never disagree.

Crash windows, and what closes them:

    read, not committed         the offset is the old one: the bytes are read again and get the same event_id
    committed, not sent         the row is in the outbox; leases live in memory only, so it is due at the next start
    sent, not acknowledged      the row is sent again with the same event_id, which Sentry drops within an hour
    acknowledged, power cut     as before: a lost last transaction brings the row back

One connection under one lock: every method may be called from any thread.  Every method that touches the database
may raise `StateError` (a full disk, for instance); then nothing has changed, and it may be called again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from sidecar.clock import Clock
from sidecar.errors import StateError
from sidecar.identity import Checkpoint
from sidecar.state import dead_letters, files, ledger, limits, outbox
from sidecar.state.backlog import Backlog
from sidecar.state.database import FILE_NAME, Database
from sidecar.state.directory import DirectoryLock, make_directory
from sidecar.state.leases import Leases
from sidecar.state.values import DeadLetter, NewRow, OutboxRow

_LEASE_SECONDS = 600.0

# What one call of `due` may hold in memory, whatever the size of the payloads.
_DUE_BYTES = 4 << 20

_REMEMBERED_IDS = 200_000
_DEAD_LETTER_BYTES = 64 << 20


class Store:
    """The state of one sidecar; open it with `Store.open`, and `close` it (or use it in a `with`)."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        lock: DirectoryLock | None,
        *,
        remembered_ids: int = _REMEMBERED_IDS,
        dead_letter_bytes: int = _DEAD_LETTER_BYTES,
    ) -> None:
        self._database = database
        self._clock = clock
        self._directory_lock = lock
        self._remembered_ids = remembered_ids
        self._dead_letter_limit = dead_letter_bytes
        self._leases = Leases(_LEASE_SECONDS, clock.monotonic)
        with database.reading() as sql:
            self._backlog = Backlog(outbox.sizes(sql))
            self._dead_letter_bytes = dead_letters.total_bytes(sql)

    @classmethod
    def open(
        cls,
        directory: Path,
        clock: Clock,
        *,
        read_only: bool = False,
        remembered_ids: int = _REMEMBERED_IDS,
        dead_letter_bytes: int = _DEAD_LETTER_BYTES,
    ) -> Self:
        """Open the state directory, creating what is missing.

        Args:
            directory: where the database lives; for this process alone.
            clock: what time it is.
            read_only: look at the state of a sidecar that may be running: takes no lock, creates nothing.
            remembered_ids: how many delivered event ids stay known as duplicates.
            dead_letter_bytes: payload bytes of dead letters to keep; the oldest make room.

        Raises:
            StateError: it cannot be used; the message says why and what to do.
        """
        if read_only and not (directory / FILE_NAME).is_file():
            raise StateError(
                f"{directory}: there is no state here; has `sidecar run` been started with this state_dir?"
            )
        with ExitStack() as undo:
            lock = None if read_only else _locked(directory)
            if lock is not None:
                undo.callback(lock.release)
            database = Database.open(directory, read_only=read_only)
            undo.callback(database.close)
            store = cls(
                database, clock, lock, remembered_ids=remembered_ids, dead_letter_bytes=dead_letter_bytes
            )
            undo.pop_all()
        return store

    def close(self) -> None:
        """Let the directory go; a second call does nothing."""
        self._database.close()
        if self._directory_lock is not None:
            self._directory_lock.release()

    def __enter__(self) -> Self:
        """The store itself; it is closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whatever happened in the block."""
        self.close()

    # Reading side -----------------------------------------------------------------------------------------------

    def checkpoints(self, source: str | None = None) -> list[Checkpoint]:
        """How far the files of one source, or of all, have been read."""
        with self._database.reading() as sql:
            return files.load(sql, source)

    def commit(
        self,
        checkpoints: Sequence[Checkpoint],
        rows: Sequence[NewRow],
        counts: Mapping[tuple[str, str], int],
    ) -> int:
        """Store offsets, payloads and counts in one transaction.

        A checkpoint replaces the one of the same source, device and inode, whatever its fingerprint was: the first line
        may have become complete, or the inode has been given to another file.

        Args:
            checkpoints: of the files that `rows` and `counts` come from.
            rows: payloads to deliver.  A row whose event_id is known (waiting, buried, or lately delivered) is skipped.
            counts: (source, outcome) to records to add.  Each row is to be counted here as "event" or "log"; a skipped
                one is moved to "duplicate" by this method.

        Returns:
            How many rows were skipped as duplicates.
        """
        with self._database.lock:
            with self._database.transaction() as sql:
                files.save(sql, checkpoints)
                new, duplicates = outbox.split_known(sql, rows)
                outbox.insert(sql, new, self._clock.now())
                ledger.add(sql, counts)
                for (source, category), number in Counter((r.source, r.category) for r in duplicates).items():
                    ledger.move(sql, source, ledger.outcome_of(category), ledger.DUPLICATE, number)
            self._backlog.add((row.category, len(row.payload)) for row in new)
        return len(duplicates)

    def forget(self, checkpoint: Checkpoint) -> None:
        """Drop the checkpoint of a file that is gone; nothing happens when its inode has another file by now."""
        with self._database.transaction() as sql:
            files.forget(sql, checkpoint)

    def pending_rows(self, category: str | None = None) -> int:
        """Payloads that wait; costs nothing."""
        with self._database.lock:
            return self._backlog.rows(category)

    def pending_bytes(self, category: str | None = None) -> int:
        """Bytes of the payloads that wait; costs nothing."""
        with self._database.lock:
            return self._backlog.bytes(category)

    def counters(self) -> dict[tuple[str, str], int]:
        """The balance: (source, outcome) to records."""
        with self._database.reading() as sql:
            return ledger.load(sql)

    # Sending side -----------------------------------------------------------------------------------------------

    def due(self, category: str, limit: int, now: float) -> list[OutboxRow]:
        """Lend out up to `limit` rows that may be sent now, in the order of storing; fewer where they are big.

        A row that is lent out is not given to anyone else until it is acknowledged, released, deferred or buried, or its
        lease is over.
        """
        with self._database.reading() as sql:
            held = self._leases.held()
            line = outbox.line(sql, category, now, limit + len(held))
            free = [row_id for row_id in line if row_id not in held]
            rows = _within(outbox.load(sql, free[:limit]), _DUE_BYTES)
            self._leases.take(row.id for row in rows)
            return rows

    def next_due(self, category: str) -> float | None:
        """When the next row that is not lent out may be sent (perhaps in the past); None: nothing waits."""
        with self._database.reading() as sql:
            found = outbox.next_due(sql, category, self._leases.held())
        if found is not None and found > self._clock.now() + outbox.HORIZON_SECONDS:
            return 0.0
        return found

    def acknowledge(self, ids: Sequence[int]) -> None:
        """Rows were accepted: they leave the outbox, and their event ids are remembered."""
        with self._database.lock:
            with self._database.transaction() as sql:
                gone = outbox.sizes_of(sql, ids)
                outbox.remember_delivered(sql, ids, self._remembered_ids)
                outbox.remove(sql, ids)
            self._leases.release(ids)
            self._backlog.subtract(gone)

    def release(self, ids: Sequence[int], *, attempted: bool = False) -> None:
        """Rows come back unsent and keep their place in line; `attempted` counts a failed attempt."""
        with self._database.lock:
            self._leases.release(ids)
            if attempted:
                with self._database.transaction() as sql:
                    outbox.count_attempt(sql, ids)

    def defer(self, ids: Sequence[int], until: float) -> None:
        """Rows failed; others go first until the unix time `until`."""
        with self._database.lock:
            with self._database.transaction() as sql:
                outbox.put_off(sql, ids, until)
            self._leases.release(ids)

    def bury(self, ids: Sequence[int], reason: str, status: int | None) -> int:
        """Rows were refused for good: they become dead letters and count as "rejected".

        Returns:
            How many older dead letters were dropped to make room.
        """
        with self._database.lock:
            with self._database.transaction() as sql:
                rows = list(outbox.load(sql, ids))
                dead_letters.bury(sql, rows, reason, status, self._clock.now())
                outbox.remove(sql, [row.id for row in rows])
                size = self._dead_letter_bytes + sum(len(row.payload) for row in rows)
                dropped = dead_letters.oldest(sql, size - self._dead_letter_limit)
                dead_letters.remove(sql, dropped)
            self._dead_letter_bytes = size - sum(letter.size for letter in dropped)
            self._leases.release(ids)
            self._backlog.subtract((row.category, len(row.payload)) for row in rows)
        return len(dropped)

    def limits(self) -> dict[str, float]:
        """Rate limits in force: category ("" is all) to the unix time of their end."""
        with self._database.reading() as sql:
            return limits.load(sql, self._clock.now())

    def remember_limits(self, found: Mapping[str, float]) -> None:
        """Keep rate limits over a restart, in place of earlier ones of the same categories."""
        with self._database.transaction() as sql:
            limits.save(sql, found, self._clock.now())

    # Dead letters -----------------------------------------------------------------------------------------------

    def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """The newest dead letters, oldest of them first."""
        with self._database.reading() as sql:
            return dead_letters.load(sql, limit)

    def dead_letter(self, letter_id: int) -> tuple[DeadLetter, bytes] | None:
        """One dead letter with its payload; None: there is none with this id."""
        with self._database.reading() as sql:
            letter, payload = dead_letters.find(sql, letter_id), dead_letters.payload(sql, letter_id)
        return None if letter is None or payload is None else (letter, payload)

    def retry_dead_letters(self, ids: Sequence[int] | None = None) -> int:
        """Put dead letters (None: all) back into the outbox; returns how many."""
        with self._database.lock:
            with self._database.transaction() as sql:
                letters = dead_letters.present(sql, ids)
                dead_letters.put_back(sql, letters)
            self._dead_letter_bytes -= sum(letter.size for letter in letters)
            self._backlog.add((letter.category, letter.size) for letter in letters)
        return len(letters)

    def drop_dead_letters(self, ids: Sequence[int] | None = None) -> int:
        """Forget dead letters (None: all); returns how many.  They stay counted as rejected."""
        with self._database.lock:
            with self._database.transaction() as sql:
                letters = dead_letters.present(sql, ids)
                dead_letters.remove(sql, letters)
            self._dead_letter_bytes -= sum(letter.size for letter in letters)
        return len(letters)


def _locked(directory: Path) -> DirectoryLock:
    make_directory(directory)
    return DirectoryLock.acquire(directory)


def _within(rows: Iterable[OutboxRow], size: int) -> list[OutboxRow]:
    """The first rows, at least one, until they hold `size` bytes."""
    taken: list[OutboxRow] = []
    for row in rows:
        taken.append(row)
        size -= len(row.payload)
        if size <= 0:
            break
    return taken
