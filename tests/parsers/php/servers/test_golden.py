"""Real logs, record by record: exact bytes, time, stream, outcome, and what the event has; see data/README.md.

After a wanted change: `python -m tests.parsers.php.servers.test_golden`, and read the difference.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from parsers.formats import FORMATS
from parsers.model import Format, LogEvent, Record

DATA = Path(__file__).parent / "data"
LOGS = sorted(path.stem for path in DATA.glob("*.log"))


def described(log: str) -> list[dict[str, Any]]:
    """Each record of a log, as JSON has it."""
    log_format = FORMATS[log.rpartition(".")[0]]
    records = log_format.split((DATA / f"{log}.log").read_bytes(), True).records  # noqa: FBT003 - the shape of `Format.split`
    rows = [_row(log_format, record) for record in records]
    plain: list[dict[str, Any]] = json.loads(json.dumps(rows))
    return plain


def _row(log_format: Format, record: Record) -> dict[str, Any]:
    stamp = log_format.read_stamp(record.stamp)
    event = log_format.parse(record.body)
    row = {
        "at": [record.offset, record.length],
        "time": f"{stamp.when.isoformat()} {stamp.zone or ''}".strip() if stamp else None,
        "stream": record.stream,
        "outcome": event.drop or ("event" if event.issue else "log"),
        "level": event.level,
        "message": event.message,
        "exceptions": _exceptions(event),
        "tags": event.tags,
        "request": event.request,
        "extra": event.extra,
    }
    return {name: value for name, value in row.items() if value not in (None, [], "")}


def _exceptions(event: LogEvent) -> list[Any]:
    return [
        {"type": one.type, "value": one.value, "frames": [frame[:3] for frame in one.frames]}
        for one in event.exceptions
    ]


def test_there_are_logs() -> None:
    assert {log.rpartition(".")[0] for log in LOGS} >= {
        "php.fpm",
        "nginx.error",
        "apache.error",
        "php.stderr",
    }


@pytest.mark.parametrize("log", LOGS)
def test_golden(log: str) -> None:
    lines = (DATA / f"{log}.jsonl").read_text(encoding="utf-8").splitlines()
    assert described(log) == [json.loads(line) for line in lines]


def _write() -> None:
    for log in LOGS:
        rows = [json.dumps(row, ensure_ascii=False) for row in described(log)]
        (DATA / f"{log}.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
