"""Comparing bytes of files on the disk, where names, inodes and first lines do not decide."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sidecar.errors import InputError
from sidecar.identity import fingerprint_of
from sidecar.tail.follow import END, Follower
from sidecar.tail.identify import FoundFile
from sidecar.tail.opening import HEAD_BYTES, Log, open_log
from sidecar.tail.rotation import are_relatives

# How far back the start of an unfinished last line is looked for.
_LAST_LINE: Final = 1 << 16


def is_copy(found: FoundFile, truncated: Follower) -> bool:
    """Whether a file holds what was read of a truncated one, so that it also holds what was not."""
    if fingerprint_of(found.head) != truncated.fingerprint or not (truncated.fingerprint or truncated.held):
        return False
    if not are_relatives(Path(found.path).name, Path(truncated.path).name):
        return False
    try:
        with open_log(found.path, trust=True) as log:
            return truncated.goes_on_in(log)
    except InputError:
        return False


def has_before(found: FoundFile, offset: int, context: bytes) -> bool:
    """Whether these bytes stand right before the offset."""
    try:
        with open_log(found.path, trust=True) as log:
            return log.read_at(offset - len(context), len(context)) == context
    except InputError:
        return False


def begins_like(found: FoundFile, follower: Follower) -> bool | None:
    """Whether a file is the beginning of a followed one, by samples; None when one of them cannot be read now."""
    try:
        with open_log(found.path, trust=True) as copy, open_log(follower.path, trust=True) as original:
            state = original.stat()
            if (state.st_dev, state.st_ino) != follower.id:
                return None
            # How much text an archive holds is not known without unpacking it: its first bytes have to do.
            size = len(found.head) if found.compressed else copy.size
            return (found.compressed or size <= state.st_size) and _same_samples(copy, original, size)
    except InputError:
        return None


def end_of_lines(found: FoundFile) -> int:
    """Where the last whole line ends; the unfinished one behind it is read, since its end is yet to come."""
    if found.compressed:
        return END
    start = max(0, found.size - _LAST_LINE)
    try:
        with open_log(found.path, trust=True) as log:
            line_end = log.read_at(start, found.size - start).rfind(b"\n")
    except InputError:
        return found.size
    return start + line_end + 1 if line_end >= 0 or not start else found.size


def _same_samples(one: Log, other: Log, size: int) -> bool:
    spots = sorted({0, max(0, size // 2 - HEAD_BYTES), max(0, size - HEAD_BYTES)})
    lengths = [min(HEAD_BYTES, size - spot) for spot in spots]
    return all(one.read_at(*at) == other.read_at(*at) for at in zip(spots, lengths, strict=True))
