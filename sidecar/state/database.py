"""One SQLite connection, opened with suspicion and shared by all threads under one lock.

Promises: a block under `transaction` happens as a whole or not at all, and each way that SQLite can fail comes out
as a `StateError` that says what to do.  Broken databases are refused, never replaced: starting anew would silently skip
unread logs (`start_at = "end"`) and lose what was not sent; that is a person's decision.

Why WAL with synchronous=NORMAL is enough: a commit survives the death of the process at any instant, and a power
cut can take back the last commits but never a part of one.  Offset and payload are committed together, so what is taken
back is read again from the file and gets the same event_id.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sidecar.errors import StateError
from sidecar.state.schema import APPLICATION_ID, MIGRATIONS

FILE_NAME = "state.sqlite3"

# Only `sidecar status` reads beside us, for milliseconds.
_BUSY_SECONDS = 10.0

# After an outage the log may have grown; cut it back when it is reset.
_WAL_KEEP_BYTES = 8 << 20

_RESTART = (
    f"to start anew move {FILE_NAME}* out of the directory: files are then read as at the very first start, "
    "and what was not sent yet is lost"
)
_ADVICE = {
    sqlite3.SQLITE_FULL: "free some space; nothing is lost, reading goes on from the last stored offset",
    sqlite3.SQLITE_NOTADB: _RESTART,
    sqlite3.SQLITE_CORRUPT: _RESTART,
    sqlite3.SQLITE_READONLY: "make the state directory writable",
    sqlite3.SQLITE_CANTOPEN: "check that it exists and is readable and writable",
    sqlite3.SQLITE_IOERR: "check the disk that it is on",
    sqlite3.SQLITE_BUSY: "another process keeps it locked; stop that process",
}


class Database:
    """The connection; see the module for its promises."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        #: Held by every statement; hold it longer where memory must agree with the database.
        self.lock = threading.RLock()

    @classmethod
    def open(cls, directory: Path, *, read_only: bool = False) -> Database:
        """Open or create the database of a state directory.

        Raises:
            StateError: not a database, broken, not ours, of a newer version, or not accessible.
        """
        path = directory / FILE_NAME
        with _explained(path):
            database = cls(path, _connect(path, read_only=read_only))
            try:
                database._prepare(read_only=read_only)
            except BaseException:
                database.close()
                raise
        return database

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All statements of the block are committed together, or none when it raises."""
        with self.lock, _explained(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after some errors, such as a full disk.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection for statements that only read, not interrupted by other threads."""
        with self.lock, _explained(self._path):
            yield self._connection

    def close(self) -> None:
        """Close the connection; SQLite folds the log into the database file.  A second call does nothing."""
        with self.lock:
            self._connection.close()

    def _prepare(self, *, read_only: bool) -> None:
        version = _known_version(self._connection, self._path)
        if read_only:
            self._connection.execute("PRAGMA query_only = ON")
            return
        _check_whole(self._connection, self._path)
        _set_durability(self._connection)
        for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
            self._migrate(number, statements)

    def _migrate(self, number: int, statements: tuple[str, ...]) -> None:
        with self.transaction() as sql:
            for statement in statements:
                sql.execute(statement)
            sql.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            sql.execute(f"PRAGMA user_version = {number}")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.ProgrammingError:
        # A mistake of ours (such as use after close), which a traceback explains best.
        raise
    except sqlite3.DatabaseError as error:
        # The low byte is the primary result code, the rest says more than the user can act on.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        advice = _ADVICE.get(code, "please report this")
        raise StateError(f"{path}: {error}; {advice}") from error
    except OSError as error:
        raise StateError(f"{path}: {error.strerror}; {_ADVICE[sqlite3.SQLITE_CANTOPEN]}") from error


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    mode = "ro" if read_only else "rw"
    if not read_only:
        # Made here, not by SQLite, so that it is never readable by others; its -wal and -shm files inherit the mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def _known_version(sql: sqlite3.Connection, path: Path) -> int:
    version = int(sql.execute("PRAGMA user_version").fetchone()[0])
    owner = int(sql.execute("PRAGMA application_id").fetchone()[0])
    empty = sql.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
    if owner != APPLICATION_ID and not (empty and owner == 0 and version == 0):
        raise StateError(f"{path}: is a database of another program; set another state_dir")
    if version > len(MIGRATIONS):
        raise StateError(
            f"{path}: was written by a newer version (schema {version}, this one knows {len(MIGRATIONS)}); "
            "upgrade sentry-sidecar or set another state_dir"
        )
    return version


def _check_whole(sql: sqlite3.Connection, path: Path) -> None:
    # Reads the whole file (measured: 0.16 s for 165 MB in cache), once a start, against sending from a half-broken outbox.
    found = str(sql.execute("PRAGMA quick_check(1)").fetchone()[0])
    if found != "ok":
        raise StateError(f"{path}: the database is damaged ({' '.join(found.split())}); {_RESTART}")


def _set_durability(sql: sqlite3.Connection) -> None:
    mode = sql.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    # Some network mounts have no shared memory and refuse WAL; with a rollback journal only FULL is safe.
    sql.execute(f"PRAGMA synchronous = {'NORMAL' if mode == 'wal' else 'FULL'}")
    sql.execute(f"PRAGMA journal_size_limit = {_WAL_KEEP_BYTES}")
