"""`sidecar explain --json`: the contract that tools and tests build on (DESIGN)."""

from __future__ import annotations

import gzip
import json
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.binary import sidecar
from tests.e2e.examples import NODE, PHP

pytestmark = pytest.mark.e2e

_DATA = Path(__file__).parent / "data"
_KEYS = ["file", "offset", "length", "format", "stream", "outcome", "rule", "payload"]
LOGS = (PHP.log, NODE.log, *sorted(_DATA.rglob("*.log")))
#: Enough of them for what costs a process each.
SOME = (PHP.log, NODE.log, _DATA / "php/cli-file.log", _DATA / "node/f006_cause3_props.combined.log")


def explain(*arguments: str | Path, cwd: Path, given: bytes = b"") -> list[dict[str, Any]]:
    done = sidecar("explain", "--json", *arguments, cwd=cwd, given=given)
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What each of the logs becomes, all in one run."""
    found: dict[str, list[dict[str, Any]]] = {str(path): [] for path in LOGS}
    for row in explain(*LOGS, cwd=tmp_path_factory.mktemp("explain")):
        found[row["file"]].append(row)
    return found


@pytest.mark.parametrize("log", LOGS, ids=lambda log: str(log.name))
def test_rows_cover_the_file_and_say_what_design_says(
    rows: dict[str, list[dict[str, Any]]], log: Path
) -> None:
    found = rows[str(log)]
    assert [list(row) for row in found] == [_KEYS] * len(found)
    ends = list(accumulate(row["length"] for row in found))
    assert [row["offset"] for row in found] == [0, *ends[:-1]]
    assert ends[-1] == log.stat().st_size
    for row in found:
        assert row["outcome"] in {"event", "log", "breadcrumb", "drop"}
        assert (row["rule"] is not None) == (row["outcome"] == "drop")
        assert "sent_at" not in row["payload"]
        assert (row["outcome"] == "event") == ("event_id" in row["payload"])


def test_no_two_records_share_an_id(rows: dict[str, list[dict[str, Any]]]) -> None:
    ids = [
        row["payload"]["event_id"] for of_log in rows.values() for row in of_log if row["outcome"] == "event"
    ]
    assert len(ids) > 500
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("log", SOME, ids=lambda log: str(log.name))
def test_plain_gzip_and_standard_input_are_the_same_events(tmp_path: Path, log: Path) -> None:
    packed = tmp_path / "packed.log.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    plain = explain(log, cwd=tmp_path)
    for other in (explain(packed, cwd=tmp_path), explain("-", cwd=tmp_path, given=log.read_bytes())):
        assert [_identity(row) for row in other] == [_identity(row) for row in plain]


def _identity(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["offset"], row["length"], row["outcome"], row["payload"].get("event_id")
