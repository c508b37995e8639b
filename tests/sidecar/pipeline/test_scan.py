"""A whole log as batches, whatever size its reads have."""

from __future__ import annotations

import io

import pytest

from parsers.php import ERROR_LOG
from parsers.plain import PLAIN
from sidecar.pipeline.interpret import Interpreter
from sidecar.pipeline.scan import scan
from tests.sidecar.pipeline.conftest import new_interpreter

DATA = b"".join(b"[23-Nov-2026 12:20:%02d UTC] text %d\n more\n" % (n % 60, n) for n in range(300))


@pytest.mark.parametrize("size", [7, 1000, 1 << 20])
@pytest.mark.parametrize("head", [0, 5, 2000, len(DATA)])
def test_all_records(size: int, head: int) -> None:
    file = io.BytesIO(DATA[head:])
    interpreter = new_interpreter()
    found = []
    for batch in scan(lambda _: interpreter, lambda most: file.read(min(most, size)), DATA[:head], base=40):
        for record in batch.records:
            span = batch.data[record.offset : record.offset + record.length]
            found.append((batch.base + record.offset, span))
    whole = ERROR_LOG.split(DATA, True).records  # noqa: FBT003 - the shape of `Format.split`
    assert found == [(40 + one.offset, DATA[one.offset : one.offset + one.length]) for one in whole]


def test_nothing() -> None:
    assert list(scan(lambda _: new_interpreter(), lambda _: b"")) == []


def test_a_format_that_shows_late() -> None:
    """What was given out stays; the rest is read in the format that was found."""
    plain, php = new_interpreter(PLAIN), new_interpreter()

    def choose(data: bytes) -> Interpreter:
        return php if b"UTC]" in data else plain

    reads = iter([b"starting\nup\n", b"[23-Nov-2026 12:20:04 UTC] a\nb\n", b""])
    batches = list(scan(choose, lambda _: next(reads)))
    assert [(batch.interpreter, [record.body for record in batch.records]) for batch in batches] == [
        (plain, [b"starting"]),
        (php, [b"up"]),
        (php, [b"a\nb"]),
    ]
