"""The list of issues that a backfill ends with."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from sidecar.pipeline.tally import IssueCount, Tally
from sidecar.terminal import messages, output
from sidecar.terminal.style import level, moment, safe
from sidecar.terminal.summary import IssueList, day_of, on_one_day, totals
from tests.sidecar.terminal.conftest import Printed

NOON = 1795435200.0
DAY = 86400.0


def issue(
    title: str = "E: m",
    culprit: str = "a.php:7 in f",
    *,
    count: int = 3,
    first: float | None = NOON,
    last: float | None = None,
) -> IssueCount:
    made = IssueCount(title, title, culprit, "error", count)
    if first is not None:
        made.first, made.last = first, first if last is None else last
    return made


def test_two_lines_an_issue(printed: Printed) -> None:
    issues = [issue(last=NOON + 3600), issue("Oops", "b.php", count=12345678)]
    assert printed(IssueList(issues)).splitlines() == [
        "level       count  issue                                       first – last seen",
        "error         3  E: m",
        "                 a.php:7 in f                                      12:00 – 13:00",
        "error  12,345,678  Oops",
        "                 b.php                                                     12:00",
    ]


def test_days_where_there_are_several(printed: Printed) -> None:
    shown = printed(IssueList([issue(last=NOON + DAY)]))
    assert "23 Nov 26 12:00 – 24 Nov 26 12:00\n" in shown


def test_no_time(printed: Printed) -> None:
    assert printed(IssueList([issue(first=None), issue()])).splitlines()[2].endswith("no time in the log")


def test_no_times_at_all(printed: Printed) -> None:
    assert printed(IssueList([issue(first=None)])).splitlines() == [
        "level       count  issue",
        "error         3  E: m",
        "                 a.php:7 in f",
    ]


def test_no_issues(printed: Printed) -> None:
    assert len(printed(IssueList([])).splitlines()) == 1


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize(
    ("title", "culprit"),
    [
        ("E: m", "a.php:7 in f"),
        ("E: " + "long " * 40, "/srv/" + "long/" * 40 + "a.php:7 in " + "long" * 40),
        ("E: " + "日本語" * 40, "/srv/" + "日本語/" * 40 + "a.php:7 in " + "日本語" * 40),
        ("E: \x1b[2J\x07", "\x1b[2J.php in \x9b"),
        ("", ""),
        ("E" * 500_000, "/" + "x" * 500_000 + ".php"),
    ],
)
def test_lines_fit(printed: Printed, width: int, title: str, culprit: str) -> None:
    lines = printed(IssueList([issue(title, culprit, first=NOON, last=NOON + DAY)]), width=width).splitlines()
    assert len(lines) == 3
    assert max(map(cell_len, lines)) <= width
    assert all(line.isprintable() for line in lines)
    if width >= 60:
        assert lines[2].endswith(" 23 Nov 26 12:00 – 24 Nov 26 12:00")


def test_a_file_is_cut_at_its_beginning(printed: Printed) -> None:
    shown = printed(IssueList([issue(culprit="/srv/" + "日本語/" * 40 + "cart.php:7 in f")]))
    assert "語/cart.php:7 " in shown
    assert "…" in shown


def test_totals() -> None:
    tally = Tally(records=1234, bytes=56_789_000, outcomes={"event": 1, "log": 1200, "drop": 33})
    tally.issues["k"] = issue()
    assert totals(tally, files=2, seconds=1.25) == (
        "1,234 records in 2 files (56.8 MB, 1.2 s): 1 event of 1 issue, 1,200 log items, 33 dropped"
    )
    assert totals(Tally(), files=1, seconds=0) == (
        "0 records in 1 file (0 bytes, 0.0 s): 0 events of 0 issues, 0 log items"
    )


def test_days() -> None:
    assert on_one_day([])
    assert on_one_day([issue(), issue(first=None), issue(first=NOON + 100)])
    assert not on_one_day([issue(), issue(first=NOON + DAY)])
    assert day_of([issue(first=None), issue()]) == "23 Nov 2026"
    assert day_of([issue(last=NOON + DAY)]) is None
    assert day_of([issue(first=None)]) is None


def test_style() -> None:
    assert safe("a\tb\nc\x00\x1b\x9f\u202e") == "a\tb\nc" + "\ufffd" * 4
    assert safe("größe 日本語 🦀") == "größe 日本語 🦀"
    assert level("fatal").plain == "fatal"
    assert level("odd").style == ""
    assert moment(0.0) == "1 Jan 1970 00:00:00 UTC"


def test_a_pipe_gets_80_columns_and_no_colours(capsys: pytest.CaptureFixture[str]) -> None:
    output().print("x" * 100, style="bold red")
    messages().print("[b]said[/b] :bug: " + "1" * 3)
    captured = capsys.readouterr()
    assert captured.out == "x" * 80 + "\n" + "x" * 20 + "\n"
    assert captured.err == "[b]said[/b] :bug: 111\n"
