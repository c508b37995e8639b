"""The table of rate limits in force: statements only.  A restart must not be a way around a limit."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

_SAVE = """
    INSERT INTO limits (category, "until") VALUES (?, ?)
    ON CONFLICT (category) DO UPDATE SET "until" = excluded."until"
"""


def save(sql: sqlite3.Connection, limits: Mapping[str, float], now: float) -> None:
    """Set limits; those that are over are removed."""
    sql.executemany(_SAVE, list(limits.items()))
    sql.execute('DELETE FROM limits WHERE "until" <= ?', (now,))


def load(sql: sqlite3.Connection, now: float) -> dict[str, float]:
    """Limits in force: category to unix time."""
    return dict(
        sql.execute('SELECT category, "until" FROM limits WHERE "until" > ? ORDER BY category', (now,))
    )
