"""Real logs in carriers (see data/README.md) and what each record of them must be, kept beside them as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from parsers import formats
from parsers.carriers import CARRIERS
from tests.parsers.carriers.wrapping import whole

DATA = Path(__file__).parent / "data"
LOGS = sorted(DATA.glob("*.log"))


def records_of(log: Path) -> list[dict[str, Any]]:
    """All records of *log* as short JSON."""
    data = log.read_bytes()
    chosen = formats.choose("node", data)
    found = []
    for record in whole(chosen, data):
        event, stamp = chosen.parse(record.body), chosen.read_stamp(record.stamp)
        found.append(
            {
                "span": [record.offset, record.length],
                "format": event.format,
                "stream": record.stream,
                "time": stamp and stamp.when.isoformat(),
                "level": event.level,
                "message": event.message[:60],
                "exceptions": [
                    [
                        one.type,
                        one.value,
                        [f"{frame.path}:{frame.line}" for frame in one.frames[-2:]],
                        len(one.frames),
                    ]
                    for one in event.exceptions
                ],
            }
        )
    return found


def test_there_are_logs_of_every_carrier() -> None:
    assert {log.name.split(".")[0] for log in LOGS} == {one.name for one in CARRIERS}


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
def test_records_are_as_written_down(log: Path) -> None:
    expected = json.loads(log.with_suffix(".json").read_text(encoding="utf-8"))
    assert expected, "a golden file that expects nothing shows nothing"
    assert records_of(log) == expected


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
def test_the_carrier_is_recognised(log: Path) -> None:
    data = log.read_bytes()
    carrier = log.name.split(".")[0]
    assert formats.choose("node", data).name == f"{carrier}.node.console"
    assert formats.choose("auto", data).name.startswith(f"{carrier}.")
