"""The table of checkpoints: statements only, the caller owns the transaction."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable

from sidecar.identity import Checkpoint

_SAVE = """
    INSERT INTO files (source, device, inode, path, fingerprint, generation, "offset") VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (source, device, inode) DO UPDATE SET
        path = excluded.path, fingerprint = excluded.fingerprint,
        generation = excluded.generation, "offset" = excluded."offset"
"""
_LOAD = 'SELECT source, path, device, inode, fingerprint, generation, "offset" FROM files'
_FORGET = "DELETE FROM files WHERE source = ? AND device = ? AND inode = ? AND fingerprint = ?"


def save(sql: sqlite3.Connection, checkpoints: Iterable[Checkpoint]) -> None:
    """Store checkpoints in place of earlier ones of the same source, device and inode."""
    sql.executemany(
        _SAVE,
        [
            (
                c.source,
                str(c.device),
                str(c.inode),
                os.fsencode(c.path),
                c.fingerprint,
                c.generation,
                c.offset,
            )
            for c in checkpoints
        ],
    )


def load(sql: sqlite3.Connection, source: str | None) -> list[Checkpoint]:
    """Checkpoints of one source, or of all."""
    where, values = (" WHERE source = ?", (source,)) if source is not None else ("", ())
    return [
        Checkpoint(row[0], os.fsdecode(row[1]), int(row[2]), int(row[3]), *row[4:])
        for row in sql.execute(f"{_LOAD}{where} ORDER BY source, device, inode", values)
    ]


def forget(sql: sqlite3.Connection, checkpoint: Checkpoint) -> None:
    """Remove a checkpoint, unless another file has its inode by now (the fingerprint differs)."""
    sql.execute(
        _FORGET, (checkpoint.source, str(checkpoint.device), str(checkpoint.inode), checkpoint.fingerprint)
    )
