"""Linear time: a MiB of anything is split in less than a second."""

from __future__ import annotations

import pytest

from parsers.carriers import CARRIERS
from parsers.formats import choose
from tests.linear import assert_linear
from tests.parsers.carriers.wrapping import docker, in_pieces, whole

SIZE = 1 << 20
ROW = docker([("stderr", b"x", True)])
JSON_HEAD = b'{"message":"'

TEXTS: dict[str, bytes] = {
    "a line": b"x" * SIZE,
    "backslashes": b'{"log":"' + b"\\" * SIZE,
    "escapes": b'{"log":"' + rb"\n" * (SIZE // 2),
    "quotes": b'{"log":"' + b'","stream":"stderr' * (SIZE // 18),
    "beginnings": b'{"log":"' * (SIZE // 8),
    "one long text": ROW[:8] + b"x" * SIZE + ROW[9:],
    "line ends": b"\n" * (SIZE // 8),  # a million lines of nothing are no log; this is linear all the same
    "empty partials": docker([("stderr", b"", False)]) * (SIZE // 70),
    "stamps": b"2026-11-23T11:50:43Z " * (SIZE // 21),
    "blanks": b"a" + b" " * SIZE,
    "pm2": JSON_HEAD + b'","timestamp":"","type":"' * (SIZE // 25),
    "nested": b'{"MESSAGE":' + b"[" * SIZE,
    "digits": b'{"process_id":' + b"9" * SIZE,
    "dots": b"Nov 23 11:49:52 " + b"a." * (SIZE // 2),
    "errors without a stack": docker([("stderr", b"Error: x", True), ("stdout", b"y", True)]) * (SIZE // 170),
    "streams that never rest": docker([("stderr", b"    at x", True), ("stdout", b"    at y", True)])
    * (SIZE // 150),
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("carrier", [one.name for one in CARRIERS])
def test_splitting(carrier: str, text: str) -> None:
    log_format = choose(f"{carrier}.node.console", b"")
    assert_linear(lambda data: whole(log_format, data), TEXTS[text])


@pytest.mark.parametrize("text", TEXTS)
def test_choosing(text: str) -> None:
    assert_linear(lambda data: choose("auto", data), TEXTS[text])


def test_a_stream_that_holds_back_is_not_read_again_and_again() -> None:
    data = docker([("stderr", b"Error: x", True), *[("stdout", b"y" * 200, True)] * 12_000])
    log_format = choose("docker.node.console", b"")
    assert_linear(
        lambda text: in_pieces(
            log_format, [text[at : at + 65536] for at in range(0, len(text), 65536)], SIZE
        ),
        data,
    )
