"""Rows to the bytes of envelopes.

Promises: one data category an envelope (a 429 for one item would leave the fate of the others open); one event an
envelope; at most 100 log items in one container, which Sentry asks for; `sent_at` is of this very attempt, because Relay
shifts all timestamps of an envelope whose `sent_at` is an hour old.
"""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Iterator, Sequence

from sentry_sdk.envelope import Envelope, Item

from sidecar.delivery.outcome import PATIENCE
from sidecar.delivery.ports import Row

LOG_ITEM = "log_item"

_LOG_CONTENT_TYPE = "application/vnd.sentry.items.log+json"
_LOGS_A_CONTAINER = 100

# Relay's limits (relay-config): 1 MiB an event, 2 MiB a log, 12 MiB a log container.
_MAX_BYTES = {LOG_ITEM: 2 << 20}
_MAX_EVENT_BYTES = 1 << 20
_CONTAINER_BYTES = 8 << 20

# Level 1 takes half the time of level 6 and sends 14 % more.
_GZIP_LEVEL = 1


def oversize(category: str, row: Row) -> str | None:
    """Why a row is too big to be sent at all; None: it is not."""
    most = _MAX_BYTES.get(category, _MAX_EVENT_BYTES)
    if len(row.payload) <= most:
        return None
    return f"too big: {len(row.payload)} bytes, Sentry takes {most}"


def batches(category: str, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Part rows, in order, into what one envelope each may hold.

    A log item that failed before travels alone, so that the one that is to blame is found.
    """
    if category != LOG_ITEM:
        yield from ([row] for row in rows)
        return
    batch: list[Row] = []
    size = 0
    for row in rows:
        alone = row.attempts >= PATIENCE
        if batch and (alone or len(batch) == _LOGS_A_CONTAINER or size + len(row.payload) > _CONTAINER_BYTES):
            yield batch
            batch, size = [], 0
        if alone:
            yield [row]
        else:
            batch.append(row)
            size += len(row.payload)
    if batch:
        yield batch


def envelope_of(category: str, rows: Sequence[Row], sent_at: float) -> bytes:
    """The gzipped envelope of one batch."""
    headers = {"sent_at": _rfc3339(sent_at)}
    if category == LOG_ITEM:
        item = _log_container(rows)
    else:
        (row,) = rows
        item = Item(row.payload, type="event", content_type="application/json")
        if row.event_id is not None:
            headers = {"event_id": row.event_id, **headers}
    return gzip.compress(Envelope(headers=headers, items=[item]).serialize(), _GZIP_LEVEL, mtime=0)


def _log_container(rows: Sequence[Row]) -> Item:
    # Version 2 without ingest settings: Relay does not take our address and user agent for those of a visitor.
    payload = b'{"version":2,"items":[' + b",".join(row.payload for row in rows) + b"]}"
    return Item(payload, type="log", content_type=_LOG_CONTENT_TYPE, headers={"item_count": len(rows)})


def _rfc3339(moment: float) -> str:
    return dt.datetime.fromtimestamp(moment, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
