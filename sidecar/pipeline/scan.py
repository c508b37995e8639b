"""Reading a whole log from its first to its last byte, as batches of records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from parsers.model import Record
from sidecar.errors import InputError
from sidecar.pipeline.interpret import Interpreter

#: As much as is read at once.  A chunk that stays in the processor's cache is split faster than a larger one.
CHUNK_BYTES = 1 << 18


class Batch(NamedTuple):
    """Records in a row.

    Attributes:
        interpreter: of the format that they are in.
        base: offset in the log of the first byte of *data*.
        data: bytes that the records' offsets count in.
        records: whole records.
    """

    interpreter: Interpreter
    base: int
    data: bytes
    records: list[Record]


def scan(
    choose: Callable[[bytes], Interpreter], read: Callable[[int], bytes], head: bytes = b"", base: int = 0
) -> Iterator[Batch]:
    """All records of a log.

    Args:
        choose: the interpreter for the log, of which it is given more and more.
        read: gives at most so many bytes further; b"" at the end.
        head: bytes that were read before.
        base: offset in the log of the first byte of *head*.

    Raises:
        InputError: *read* raised it; all that came before has been given.
    """
    rest = head
    broken: InputError | None = None
    while True:
        try:
            chunk = read(CHUNK_BYTES)
        except InputError as error:
            # Packed data that is damaged gave its good part first: that is used before the fault is told.
            broken, chunk = error, b""
        data = rest + chunk if rest else chunk
        interpreter = choose(data)
        records, consumed = interpreter.format.split(data, not chunk)
        if records:
            yield Batch(interpreter, base, data, records)
        if broken:
            raise broken
        if not chunk:
            return
        rest = data[consumed:]
        base += consumed
