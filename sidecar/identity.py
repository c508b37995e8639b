"""Names that stay the same: of a file over renames, of a record over restarts.

A file is known by device, inode *and* the fingerprint of its first line: an inode alone is reused, a fingerprint
alone is shared by files with the same header.  A record is known by fingerprint, generation, offset and bytes, so
that reading it twice, live or as a backfill, plain or gzipped, gives the same `event_id`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

#: The part of a first line that counts; a longer one is known by its beginning.
FINGERPRINT_BYTES = 1024

_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far one file has been read and stored.

    Attributes:
        source: name of the source it belongs to.
        path: where it was last seen.
        device: st_dev.
        inode: st_ino.
        fingerprint: of its first line, see `fingerprint_of`; b"" while there is no whole line yet.
        generation: how often it was truncated in place.
        offset: every byte before it is stored in the outbox or counted; reading goes on here.
    """

    source: str
    path: str
    device: int
    inode: int
    fingerprint: bytes
    generation: int
    offset: int


def fingerprint_of(head: bytes) -> bytes:
    """Name of a file from its first bytes: 16 bytes, or b"" while neither a whole line nor 1 KiB is there.

    It does not change while the file grows.
    """
    line, newline, _ = head[:FINGERPRINT_BYTES].partition(b"\n")
    if not newline and len(line) < FINGERPRINT_BYTES:
        return b""
    return hashlib.blake2b(line, digest_size=_ID_BYTES).digest()


def event_id_of(fingerprint: bytes, generation: int, offset: int, record: bytes) -> str:
    """32 hexadecimal digits that name one record for ever; Sentry drops the second event with the same one."""
    key = b"%b %d %d " % (fingerprint, generation, offset)
    return hashlib.blake2b(
        record, digest_size=_ID_BYTES, key=hashlib.blake2b(key, digest_size=32).digest()
    ).hexdigest()
