"""Sums: every record is counted once, whatever it became."""

from __future__ import annotations

import pytest

from parsers.model import Record
from parsers.php import ERROR_LOG
from sidecar.pipeline import tally as tally_module
from sidecar.pipeline.tally import Tally, sorted_issues
from tests.sidecar.pipeline.conftest import new_interpreter

HEAD = b"[23-Nov-2026 12:20:%02d UTC] "


def log(*bodies: bytes) -> bytes:
    return b"".join(HEAD % second + body + b"\n" for second, body in enumerate(bodies))


def records_of(data: bytes) -> list[Record]:
    return ERROR_LOG.split(data, True).records  # noqa: FBT003 - the shape of `Format.split`


def tallied(*logs: bytes) -> Tally:
    tally, interpreter = Tally(), new_interpreter()
    for data in logs:
        tally.add(interpreter, records_of(data))
    return tally


A = b"PHP Warning:  a in /a.php on line 7"
B = b"PHP Fatal error:  b in /a.php on line 7"
MIXED = log(A, b"text", B, b"", A, b"text", A)


def test_outcomes_add_up() -> None:
    tally = tallied(MIXED)
    assert tally.outcomes == {"event": 4, "log": 2, "drop": 1}
    assert (tally.records, tally.bytes) == (7, len(MIXED))


def test_nothing() -> None:
    tally = tallied(b"")
    assert (tally.records, tally.bytes, tally.outcomes, tally.issues) == (
        0,
        0,
        {"event": 0, "log": 0, "drop": 0},
        {},
    )


def test_issues() -> None:
    worst, other = sorted_issues(tallied(MIXED))
    assert (worst.title, worst.culprit, worst.level, worst.count) == (
        "Sentry\\Exception\\FatalErrorException: Error: b",
        "/a.php:7",
        "fatal",
        1,
    )
    assert (other.title, other.level, other.count) == ("ErrorException: Warning: a", "warning", 3)
    assert (other.first_seen, other.last_seen) == (1795436400.0, 1795436406.0)
    assert worst.first_seen == worst.last_seen == 1795436402.0


def test_order_of_issues() -> None:
    c = b"PHP Warning:  c in /a.php on line 7"
    d = b"PHP Warning:  d in /a.php on line 7"
    notice = b"PHP Notice:  n in /a.php on line 7"
    titles = [issue.title[-1] for issue in sorted_issues(tallied(log(d, notice, notice, notice, c, A, A, B)))]
    assert titles == ["b", "a", "c", "d", "n"]


def test_batches_add_up() -> None:
    first, second = tallied(MIXED), tallied(log(A, b"text"), log(B, b"", A, b"text", A))
    assert (first.records, first.outcomes) == (second.records, second.outcomes)
    assert [issue.count for issue in sorted_issues(first)] == [issue.count for issue in sorted_issues(second)]


def test_one_by_one_is_as_all_at_once() -> None:
    tally, interpreter = Tally(), new_interpreter()
    for record in records_of(MIXED):
        tally.add_one(interpreter.templates[record.body], record.length, interpreter.times[record.stamp])
    assert tally == tallied(MIXED)


def test_an_issue_that_said_no_time() -> None:
    tally, interpreter = Tally(), new_interpreter()
    tally.add(interpreter, records_of(A + b"\n"))
    (issue,) = tally.issues.values()
    assert (issue.count, issue.first_seen, issue.last_seen) == (1, None, None)
    tally.add(interpreter, records_of(log(A)))
    assert (issue.count, issue.first_seen, issue.last_seen) == (2, 1795436400.0, 1795436400.0)


def test_many_issues_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally_module, "MAX_ISSUES", 50)
    words = [a + b for a in "abcdefghij" for b in "klmnopqrst"]
    bodies = [f"PHP Warning:  {word} in /a.php on line 7".encode() for word in words]
    tally = tallied(b"".join(HEAD % 1 + body + b"\n" for body in bodies * 2))
    assert len(tally.issues) == 51
    assert tally.issues["other issues"].count == 100
    assert sum(issue.count for issue in tally.issues.values()) == tally.outcomes["event"] == 200


def test_issues_do_not_grow_without_end() -> None:
    assert tally_module.MAX_ISSUES <= 20_000
