"""Real logs (see data/README.md) and what each record of them must be, kept beside them as JSON.

The expectations were checked against what @sentry/node 11.12.0 sent for the same errors when they were written.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from parsers.model import ExceptionValue, Frame, LogEvent
from parsers.node import CONSOLE

DATA = Path(__file__).parent / "data"
FINAL = True
LOGS = sorted(DATA.glob("*.log"))


def as_data(event: LogEvent) -> dict[str, Any]:
    """An event as short JSON: what is as usual is left out."""
    found: dict[str, Any] = {"level": event.level, "message": event.message[:120]}
    if event.issue:
        found["issue"] = True
    if event.logger:
        found["logger"] = event.logger
    if event.contexts:
        found["contexts"] = {name: dict(values) for name, values in event.contexts.items()}
    if event.exceptions:
        found["exceptions"] = [_exception(one) for one in event.exceptions]
    return found


def _exception(one: ExceptionValue) -> dict[str, Any]:
    mechanism = one.mechanism
    marks = [mechanism.type, "handled" if mechanism.handled else "unhandled"]
    marks += ["synthetic"] * mechanism.synthetic + ["group"] * mechanism.is_exception_group
    if mechanism.exception_id is not None:
        marks += [f"{mechanism.exception_id} of {mechanism.parent_id} {mechanism.source}"]
    return {
        "type": one.type,
        "value": one.value,
        "mechanism": ", ".join(marks),
        "frames": [_frame(frame) for frame in one.frames],
    }


def _frame(frame: Frame) -> str:
    return f"{frame.function} | {frame.path}:{frame.line}:{frame.column}"


def records_of(log: Path) -> list[dict[str, Any]]:
    """All records of *log* as JSON."""
    return [
        {
            "offset": record.offset,
            "length": record.length,
            "stamp": record.stamp.decode(),
            **as_data(CONSOLE.parse(record.body)),
        }
        for record in CONSOLE.split(log.read_bytes(), FINAL).records
    ]


def test_there_are_logs() -> None:
    assert len(LOGS) >= 40


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
def test_records_are_as_written_down(log: Path) -> None:
    expected = json.loads(log.with_suffix(".json").read_text(encoding="utf-8"))
    assert expected, "a golden file that expects nothing shows nothing"
    assert records_of(log) == expected
