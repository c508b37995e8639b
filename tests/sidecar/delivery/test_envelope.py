from __future__ import annotations

import gzip
import json

import pytest
from sentry_sdk.envelope import Envelope

from sidecar.delivery.envelope import batches, envelope_of, oversize
from sidecar.state import OutboxRow


def row(number: int, payload: bytes = b"{}", *, attempts: int = 0, event_id: str | None = None) -> OutboxRow:
    return OutboxRow(number, "error", "web", event_id, payload, attempts, 0.0)


def test_an_event_as_bytes() -> None:
    payload = '{"message":"é\\n"}'.encode()
    body = envelope_of("error", [row(1, payload, event_id="ab" * 16)], 1_795_433_347.25)
    head, item, rest = gzip.decompress(body).split(b"\n", 2)
    assert json.loads(head) == {"event_id": "ab" * 16, "sent_at": "2026-11-23T11:29:07.250000Z"}
    assert json.loads(item) == {"type": "event", "content_type": "application/json", "length": len(payload)}
    assert rest == payload + b"\n"


def test_logs_as_bytes() -> None:
    body = envelope_of("log_item", [row(1, b'{"body":"a"}'), row(2, b'{"body":"b"}')], 0.0)
    head, item, rest = gzip.decompress(body).split(b"\n", 2)
    assert json.loads(head) == {"sent_at": "1970-01-01T00:00:00.000000Z"}
    assert json.loads(item) == {
        "type": "log",
        "item_count": 2,
        "content_type": "application/vnd.sentry.items.log+json",
        "length": len(rest) - 1,
    }
    assert json.loads(rest) == {"version": 2, "items": [{"body": "a"}, {"body": "b"}]}


def test_sentry_sdk_reads_it_back() -> None:
    read = Envelope.deserialize(gzip.decompress(envelope_of("error", [row(1, b'{"a":1}')], 0.0)))
    assert "event_id" not in read.headers
    assert [(item.type, item.get_event()) for item in read.items] == [("event", {"a": 1})]


def test_the_same_rows_differ_by_sent_at_only() -> None:
    first, again = (envelope_of("error", [row(1)], moment) for moment in (5.0, 5.0))
    assert first == again


def test_one_event_an_envelope() -> None:
    rows = [row(1), row(2), row(3)]
    assert list(batches("error", rows)) == [[rows[0]], [rows[1]], [rows[2]]]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], []),
        ([row(n) for n in range(100)], [100]),
        ([row(n) for n in range(201)], [100, 100, 1]),
        ([row(n, bytes(2 << 20)) for n in range(9)], [4, 4, 1]),
        ([row(1), row(2, attempts=3), row(3, attempts=3), row(4)], [1, 1, 1, 1]),
        ([row(1), row(2), row(3, attempts=9), row(4), row(5, attempts=2)], [2, 1, 2]),
    ],
    ids=["none", "full", "three", "big", "suspects", "one suspect"],
)
def test_logs_share_containers(rows: list[OutboxRow], expected: list[int]) -> None:
    found = list(batches("log_item", rows))
    assert [len(batch) for batch in found] == expected
    assert [row for batch in found for row in batch] == rows


@pytest.mark.parametrize(
    ("category", "size", "reason"),
    [
        ("error", 1 << 20, None),
        ("error", (1 << 20) + 1, "too big: 1048577 bytes, Sentry takes 1048576"),
        ("log_item", 2 << 20, None),
        ("log_item", (2 << 20) + 1, "too big: 2097153 bytes, Sentry takes 2097152"),
    ],
)
def test_what_is_too_big_to_send(category: str, size: int, reason: str | None) -> None:
    assert oversize(category, row(1, bytes(size))) == reason
