"""The table of payloads that wait, and the memory of those delivered: statements only, the caller owns the transaction.

A row stands in line by (due, id): rows that were never put off have due 0, so they go in the order of storing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from sidecar.state.values import NewRow, OutboxRow

#: A row put off for longer than any rule does was put off under a wrong clock; it is due.
HORIZON_SECONDS = 86_400.0

# Old SQLite allows 999 variables a statement.
_CHUNK = 300

_KNOWN = """
    SELECT event_id FROM outbox WHERE event_id IN ({marks})
    UNION ALL SELECT event_id FROM delivered WHERE event_id IN ({marks})
    UNION ALL SELECT event_id FROM dead_letters WHERE event_id IN ({marks})
"""
_INSERT = "INSERT INTO outbox (category, source, event_id, created, payload) VALUES (?, ?, ?, ?, ?)"
_ROW = "SELECT id, category, source, event_id, payload, attempts, created FROM outbox WHERE id = ?"
_LINE = "SELECT id FROM outbox WHERE category = ? AND (due <= ? OR due > ?) ORDER BY due, id LIMIT ?"
_REMEMBER = "INSERT OR IGNORE INTO delivered (event_id) SELECT event_id FROM outbox WHERE id = ? AND event_id NOT NULL"
_PRUNE = "DELETE FROM delivered WHERE seq <= (SELECT max(seq) FROM delivered) - ?"


def split_known(sql: sqlite3.Connection, rows: Sequence[NewRow]) -> tuple[list[NewRow], list[NewRow]]:
    """Part rows into (new, duplicates): of one stored, delivered or buried before, or of an earlier one here."""
    seen = set(_known_ids(sql, [row.event_id for row in rows if row.event_id is not None]))
    new: list[NewRow] = []
    duplicates: list[NewRow] = []
    for row in rows:
        (duplicates if row.event_id in seen else new).append(row)
        if row.event_id is not None:
            seen.add(row.event_id)
    return new, duplicates


def _known_ids(sql: sqlite3.Connection, ids: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        marks = ",".join("?" * len(chunk))
        for (event_id,) in sql.execute(_KNOWN.format(marks=marks), [*chunk, *chunk, *chunk]):
            yield event_id


def insert(sql: sqlite3.Connection, rows: Iterable[NewRow], created: float) -> None:
    """Append rows to the end of the line."""
    sql.executemany(_INSERT, [(r.category, r.source, r.event_id, created, r.payload) for r in rows])


def line(sql: sqlite3.Connection, category: str, now: float, limit: int) -> list[int]:
    """Ids of the rows that may be sent now, first in line first."""
    found = sql.execute(_LINE, (category, now, now + HORIZON_SECONDS, limit))
    return [row_id for (row_id,) in found]


def next_due(sql: sqlite3.Connection, category: str, without: set[int]) -> float | None:
    """When the first row in line that is not among `without` may be sent; None: there is none."""
    query = "SELECT id, due FROM outbox WHERE category = ? ORDER BY due, id LIMIT ?"
    for row_id, due in sql.execute(query, (category, len(without) + 1)):
        if row_id not in without:
            return float(due)
    return None


def load(sql: sqlite3.Connection, ids: Iterable[int]) -> Iterator[OutboxRow]:
    """Rows by id, read one by one as they are asked for; ids that are gone are skipped."""
    for row_id in ids:
        found = sql.execute(_ROW, (row_id,)).fetchone()
        if found is not None:
            yield OutboxRow(*found)


def remember_delivered(sql: sqlite3.Connection, ids: Iterable[int], keep: int) -> None:
    """Remember the event ids of rows as delivered; only the newest `keep` stay known."""
    sql.executemany(_REMEMBER, [(row_id,) for row_id in ids])
    sql.execute(_PRUNE, (keep,))


def remove(sql: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Take rows out of the line."""
    sql.executemany("DELETE FROM outbox WHERE id = ?", [(row_id,) for row_id in ids])


def put_off(sql: sqlite3.Connection, ids: Iterable[int], until: float) -> None:
    """Count a failed attempt and move rows back in the line, to `until`."""
    values = [(until, row_id) for row_id in ids]
    sql.executemany("UPDATE outbox SET attempts = attempts + 1, due = ? WHERE id = ?", values)


def count_attempt(sql: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Count a failed attempt; the rows keep their place in line."""
    sql.executemany("UPDATE outbox SET attempts = attempts + 1 WHERE id = ?", [(row_id,) for row_id in ids])


def sizes(sql: sqlite3.Connection) -> Iterator[tuple[str, int, int]]:
    """(category, rows, bytes) of all that waits; length() reads no payload."""
    yield from sql.execute("SELECT category, count(*), sum(length(payload)) FROM outbox GROUP BY category")


def sizes_of(sql: sqlite3.Connection, ids: Iterable[int]) -> list[tuple[str, int]]:
    """(category, bytes) of rows; ids that are gone are skipped."""
    query = "SELECT category, length(payload) FROM outbox WHERE id = ?"
    return [found for row_id in ids for found in sql.execute(query, (row_id,))]
