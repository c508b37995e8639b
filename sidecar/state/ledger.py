"""The balance: how many records of each source ended as what; statements only.

`read` counts the records; every other outcome counts how they ended, each record once, so that the others add up to
`read`.  A payload that turns out to be a duplicate, or is refused for good, is moved from one outcome to
another, never counted twice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

DUPLICATE = "duplicate"
REJECTED = "rejected"

_ADD = """
    INSERT INTO counters (source, outcome, records) VALUES (?, ?, ?)
    ON CONFLICT (source, outcome) DO UPDATE SET records = records + excluded.records
"""
_OUTCOMES = {"error": "event", "log_item": "log"}


def outcome_of(category: str) -> str:
    """As what a record counts whose payload is of this data category."""
    return _OUTCOMES.get(category, category)


def add(sql: sqlite3.Connection, counts: Mapping[tuple[str, str], int]) -> None:
    """Add records to (source, outcome)."""
    sql.executemany(
        _ADD, [(source, outcome, number) for (source, outcome), number in counts.items() if number]
    )


def move(sql: sqlite3.Connection, source: str, before: str, after: str, number: int = 1) -> None:
    """Count records under another outcome than so far."""
    add(sql, {(source, before): -number, (source, after): number})


def load(sql: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """All counters that are not zero."""
    rows = sql.execute(
        "SELECT source, outcome, records FROM counters WHERE records != 0 ORDER BY source, outcome"
    )
    return {(source, outcome): number for source, outcome, number in rows}
