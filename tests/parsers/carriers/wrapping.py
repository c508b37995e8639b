"""Logs as carriers write them, and feeding them in pieces; shared by the tests here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from hypothesis import strategies as st

from parsers.model import Format, Record

#: What a program writes: (stream, line without its end, whether it ends here).
Written = tuple[str, bytes, bool]

#: Lines that matter to the formats inside, in no order.
TEXTS = (
    b"listening on 8080",
    b"Error: no row -1",
    b"TypeError [ERR_X]: message {",
    b"    at main (/srv/a.js:1:2)",
    b"    at Object.<anonymous> (/srv/a.js:3:1) {",
    b"  code: 'E',",
    b"}",
    b"",
    b"/srv/a.js:7",
    b"  throw new Error('x')",
    b"        ^",
    b"Node.js v20.20.2",
    b"[23-Nov-2026 12:20:04 UTC] PHP Fatal error:  Uncaught Exception: m in /a.php:7",
    b"#0 {main}",
    b"  thrown in /a.php on line 7",
    b'say "hi" \\ back',
    "Zażółć → ✅".encode(),
    b"half \xf0\x9f\x99",
    b"carriage\r",
)


def docker(written: Iterable[Written]) -> bytes:
    r"""Docker's json-file; bytes that are no UTF-8 become U+FFFD there, and `<` becomes \u003c."""
    return b"".join(
        _json(
            {
                "log": text.decode("utf-8", "replace") + "\n" * ended,
                "stream": stream,
                "time": f"2026-11-23T11:50:43.{number:03d}Z",
            }
        ).replace(b"<", b"\\u003c")
        for number, (stream, text, ended) in enumerate(written)
    )


def cri(written: Iterable[Written]) -> bytes:
    """Containerd's log."""
    return b"".join(
        b"2026-11-23T11:50:43.%09dZ %s %s %s\n" % (number, stream.encode(), b"F" if ended else b"P", text)
        for number, (stream, text, ended) in enumerate(written)
    )


def compose(written: Iterable[Written]) -> bytes:
    """`docker compose logs`, which knows no partial lines."""
    return b"".join(b"%s-1  | %s\n" % (stream.encode(), text) for stream, text, _ in written)


def pm2_json(written: Iterable[Written]) -> bytes:
    """`log_type: json`, two writes an object where they are of the same stream."""
    found: list[list[str]] = []
    for stream, text, ended in written:
        line = text.decode("utf-8", "replace") + "\n" * ended
        if found and found[-1][0] == stream and found[-1][1].count("\n") < 2:
            found[-1][1] += line
        else:
            found.append([stream, line])
    return b"".join(
        _json({"message": text, "timestamp": "2026-11-23 12:00:00", "type": stream[3:], "process_id": 0})
        for stream, text in found
    )


def journald(written: Iterable[Written]) -> bytes:
    """`journalctl -o json`; MESSAGE is an array of bytes where it is no clean text."""
    return b"".join(
        _json(
            {
                "_PID": "1" if stream == "stdout" else "2",
                "__REALTIME_TIMESTAMP": str(1795436018839306 + number),
                "MESSAGE": list(text) if b"\xf0" in text or b"\r" in text else text.decode(),
            }
        )
        for number, (stream, text, _) in enumerate(written)
    )


def iso(written: Iterable[Written]) -> bytes:
    """A time before each line."""
    return b"".join(b"2026-11-23T11:50:43.%03dZ %s\n" % (n, text) for n, (_, text, _) in enumerate(written))


def _json(fields: dict[str, object]) -> bytes:
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


WRAPPINGS: dict[str, Callable[[Iterable[Written]], bytes]] = {
    "docker": docker,
    "cri": cri,
    "compose": compose,
    "pm2-json": pm2_json,
    "journald": journald,
    "iso": iso,
}


def writings(longest: int = 40) -> st.SearchStrategy[list[Written]]:
    """What a program may write, on two streams, a few lines in parts."""
    line = st.tuples(
        st.sampled_from(["stdout", "stderr"]),
        st.sampled_from(TEXTS),
        st.sampled_from([True, True, True, True, False]),
    )
    return st.lists(line, min_size=1, max_size=longest)


def whole(log_format: Format, data: bytes) -> list[Record]:
    """The records of *data* in one call, which must cover it."""
    records, consumed = log_format.split(data, True)  # noqa: FBT003 - the shape of `Format.split`
    assert consumed == len(data)
    assert_covered(records, data)
    return records


def assert_covered(records: list[Record], data: bytes) -> None:
    """In order of offset, no two at the same place, of one stream without overlap; every byte belongs to a record."""
    offsets = [record.offset for record in records]
    assert offsets == sorted(set(offsets))
    reached = 0
    last: dict[str | None, int] = {}
    for record in records:
        end = record.offset + record.length
        assert record.offset <= reached
        assert record.length > 0
        assert record.offset >= last.get(record.stream, 0)
        last[record.stream] = end
        reached = max(reached, end)
    assert reached == len(data)


def in_pieces(log_format: Format, pieces: Iterable[bytes], most: int) -> list[Record]:
    """The records of a log that comes in *pieces*; never more than *most* bytes are held back."""
    found: list[Record] = []
    held, base = b"", 0
    for piece in pieces:
        held += piece
        records, consumed = log_format.split(held, False)  # noqa: FBT003
        # A clean cut: what is returned lies before it, whole.
        assert all(record.offset + record.length <= consumed for record in records)
        found += [record._replace(offset=base + record.offset) for record in records]
        held, base = held[consumed:], base + consumed
        assert len(held) <= most
    records, consumed = log_format.split(held, True)  # noqa: FBT003
    assert consumed == len(held)
    return found + [record._replace(offset=base + record.offset) for record in records]
