"""The table of payloads refused for good: statements only, the caller owns the transaction.

Dead letters are bounded in bytes like everything here: the oldest make room for the newest.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from sidecar.state import ledger
from sidecar.state.values import DeadLetter, OutboxRow

_BURY = """
    INSERT INTO dead_letters (id, category, source, event_id, attempts, created, buried, reason, status, payload)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_LIST = """
    SELECT id, category, source, event_id, length(payload), reason, status, attempts, created, buried
    FROM dead_letters
"""
_RETURN = """
    INSERT INTO outbox (id, category, source, event_id, created, payload)
    SELECT id, category, source, event_id, created, payload FROM dead_letters WHERE id = ?
"""


def bury(
    sql: sqlite3.Connection, rows: Iterable[OutboxRow], reason: str, status: int | None, now: float
) -> None:
    """Keep rows as dead letters and count them as rejected; the caller takes them out of the outbox."""
    for r in rows:
        values = (
            r.id,
            r.category,
            r.source,
            r.event_id,
            r.attempts,
            r.created,
            now,
            reason,
            status,
            r.payload,
        )
        sql.execute(_BURY, values)
        ledger.move(sql, r.source, ledger.outcome_of(r.category), ledger.REJECTED)


def load(sql: sqlite3.Connection, limit: int) -> list[DeadLetter]:
    """The newest dead letters, oldest of them first."""
    found = sql.execute(f"{_LIST} ORDER BY buried DESC, id DESC LIMIT ?", (limit,)).fetchall()
    return [DeadLetter(*row) for row in reversed(found)]


def find(sql: sqlite3.Connection, letter_id: int) -> DeadLetter | None:
    """One dead letter; None: there is none with this id."""
    found = sql.execute(f"{_LIST} WHERE id = ?", (letter_id,)).fetchone()
    return None if found is None else DeadLetter(*found)


def payload(sql: sqlite3.Connection, letter_id: int) -> bytes | None:
    """What was refused; None: there is no such dead letter."""
    found = sql.execute("SELECT payload FROM dead_letters WHERE id = ?", (letter_id,)).fetchone()
    return None if found is None else bytes(found[0])


def present(sql: sqlite3.Connection, ids: Sequence[int] | None) -> list[DeadLetter]:
    """Those of the ids that exist, or all when ids is None."""
    if ids is None:
        return load(sql, -1)
    return [letter for letter_id in dict.fromkeys(ids) if (letter := find(sql, letter_id)) is not None]


def put_back(sql: sqlite3.Connection, letters: Sequence[DeadLetter]) -> None:
    """Into the outbox again, at their old place in line and as if never tried."""
    for letter in letters:
        sql.execute(_RETURN, (letter.id,))
        ledger.move(sql, letter.source, ledger.REJECTED, ledger.outcome_of(letter.category))
    remove(sql, letters)


def remove(sql: sqlite3.Connection, letters: Sequence[DeadLetter]) -> None:
    """Forget dead letters; they stay counted as rejected."""
    sql.executemany("DELETE FROM dead_letters WHERE id = ?", [(letter.id,) for letter in letters])


def oldest(sql: sqlite3.Connection, excess: int) -> list[DeadLetter]:
    """The oldest dead letters that together hold at least `excess` bytes."""
    found: list[DeadLetter] = []
    for row in sql.execute(f"{_LIST} ORDER BY buried, id"):
        if excess <= 0:
            break
        found.append(DeadLetter(*row))
        excess -= found[-1].size
    return found


def total_bytes(sql: sqlite3.Connection) -> int:
    """Size of all payloads kept."""
    return int(sql.execute("SELECT coalesce(sum(length(payload)), 0) FROM dead_letters").fetchone()[0])
