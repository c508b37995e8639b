"""The tables, and how older databases become newer ones.

`PRAGMA user_version` counts the migrations that a database has had; `PRAGMA application_id` marks it as ours.  A
migration is a list of statements that run in one transaction together with the new version number, so a crash
leaves either the old schema or the new one.  Never edit a migration that was released; append one.
"""

from __future__ import annotations

#: "SSid" in ASCII: a database with another one, or with tables and none, belongs to somebody else.
APPLICATION_ID = 0x53536964

_FIRST: tuple[str, ...] = (
    # One row a file of a source.  A reused inode replaces the row: the file that had it is gone.  device and inode
    # are text, because st_ino may use all 64 bits and SQLite's integers are signed; path is bytes, as the kernel's.
    """
    CREATE TABLE files (
        source TEXT NOT NULL, device TEXT NOT NULL, inode TEXT NOT NULL, path BLOB NOT NULL,
        fingerprint BLOB NOT NULL, generation INTEGER NOT NULL, "offset" INTEGER NOT NULL,
        PRIMARY KEY (source, device, inode)
    ) WITHOUT ROWID
    """,
    # due: unix time before which a row is not sent; 0 for rows that have their first place in line.
    """
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT, category TEXT NOT NULL, source TEXT NOT NULL, event_id TEXT UNIQUE,
        attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL DEFAULT 0, created REAL NOT NULL,
        payload BLOB NOT NULL
    )
    """,
    "CREATE INDEX outbox_line ON outbox (category, due, id)",
    """
    CREATE TABLE dead_letters (
        id INTEGER PRIMARY KEY, category TEXT NOT NULL, source TEXT NOT NULL, event_id TEXT UNIQUE,
        attempts INTEGER NOT NULL, created REAL NOT NULL, buried REAL NOT NULL, reason TEXT NOT NULL,
        status INTEGER, payload BLOB NOT NULL
    )
    """,
    # What Sentry accepted lately, so that the same bytes read twice are sent once.
    "CREATE TABLE delivered (seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL UNIQUE)",
    """
    CREATE TABLE counters (
        source TEXT NOT NULL, outcome TEXT NOT NULL, records INTEGER NOT NULL, PRIMARY KEY (source, outcome)
    ) WITHOUT ROWID
    """,
    'CREATE TABLE limits (category TEXT PRIMARY KEY, "until" REAL NOT NULL) WITHOUT ROWID',
)

#: In order; the newest schema version is their number.
MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST,)
