"""Writes the logs that are measured, with their exact counts, and keeps them for the next run.

`log_of` promises: the same kind, size and seed are the same bytes on every machine, and a log that stands in the
cache is complete and was made by the generator as it is now.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from tests.benchmarks import node_text, php_text
from tests.benchmarks.text import Entries

#: Kind of log -> (name that seeds it, entries from there on).  "php-unique" is the text of "php" with a number in each
#: message, so that no two bodies are the same.
KINDS: dict[str, tuple[str, Callable[[random.Random], Entries]]] = {
    "php": ("php", lambda dice: php_text.entries(dice, unique=False)),
    "php-unique": ("php", lambda dice: php_text.entries(dice, unique=True)),
    "node": ("node", node_text.entries),
}

_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class Counts:
    """What the generator put into one log."""

    size: int = 0
    lines: int = 0
    records: int = 0
    exceptions: int = 0
    frames: int = 0
    templates: int = 0


@dataclass(frozen=True, slots=True)
class Log:
    """One generated log."""

    kind: str
    path: Path
    counts: Counts


def log_of(kind: str, size: int, seed: int, folder: Path) -> Log:
    """The log of *kind*, at least *size* bytes long, from *folder* or made there."""
    path = folder / f"{kind}-{size}-seed{seed}.log"
    counts = _remembered(path) or _make(kind, size, seed, path)
    return Log(kind, path, counts)


def write(kind: str, size: int, seed: int, out: BinaryIO) -> Counts:
    """Write entries to *out* until *size* bytes are full, and count them."""
    seed_name, entries = KINDS[kind]
    dice = random.Random(f"{seed_name}-{seed}")  # noqa: S311 - must repeat itself, which a secure one cannot
    done, lines, records, exceptions, frames = 0, 0, 0, 0, 0
    seen = set()
    for entry in entries(dice):
        out.write(entry.data)
        done += len(entry.data)
        lines += entry.data.count(b"\n")
        records += 1
        exceptions += entry.template.exception
        frames += entry.template.frames
        seen.add(entry.template)
        if done >= size:
            break
    return Counts(done, lines, records, exceptions, frames, len(seen))


def _make(kind: str, size: int, seed: int, path: Path) -> Counts:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb", _BUFFER) as out:
        counts = write(kind, size, seed, out)
    # The counts go last: a run that is stopped anywhere leaves a log without counts, which is made again.
    _counts_of(path).unlink(missing_ok=True)
    partial.replace(path)
    _counts_of(path).write_text(json.dumps({"made_by": _maker(), "counts": asdict(counts)}))
    return counts


def _remembered(path: Path) -> Counts | None:
    try:
        found = json.loads(_counts_of(path).read_bytes())
    except FileNotFoundError:
        return None
    return Counts(**found["counts"]) if found["made_by"] == _maker() and path.exists() else None


def _counts_of(path: Path) -> Path:
    return path.with_suffix(".json")


def _maker() -> str:
    """Name of the generator as it is now: a log that an earlier one left in the cache is not measured."""
    sources = sorted(Path(__file__).parent.glob("*text.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
