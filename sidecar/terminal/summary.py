"""The list of issues that a backfill ends with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions
from rich.text import Text

from sidecar.pipeline.tally import IssueCount, Tally
from sidecar.terminal.style import PLACE, QUIET, TITLE, level, safe

_LEVEL, _COUNT, _GAP = 7, 8, 2
_INDENT = _LEVEL + _COUNT + _GAP
_HEADER = "level       count  issue"
_SEEN = "first – last seen"


class IssueList:
    """Two lines an issue: level, count and title; place, and when it was first and last seen."""

    def __init__(self, issues: Sequence[IssueCount]) -> None:
        """In the order of *issues*."""
        self._issues = issues

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """The lines, as wide as the terminal."""
        width = options.max_width
        timed = not timeless(self._issues)
        same_day = on_one_day(self._issues)
        yield Text(_HEADER + (_SEEN.rjust(width - len(_HEADER)) if timed else ""), style=QUIET, no_wrap=True)
        for issue in self._issues:
            yield _first_line(issue, width)
            yield _second_line(issue, _seen(issue, same_day=same_day) if timed else "", width)


def _first_line(issue: IssueCount, width: int) -> Text:
    title = _fitting(safe(issue.title), width - _INDENT)
    name = level(issue.level)
    return Text.assemble(
        name,
        " " * (_LEVEL - len(name)),
        f"{issue.count:>{_COUNT},}",
        " " * _GAP,
        (title, TITLE),
        no_wrap=True,
    )


def _second_line(issue: IssueCount, seen: str, width: int) -> Text:
    room = width - _INDENT - len(seen) - _GAP
    file, _, function = safe(issue.culprit).partition(" in ")
    if cell_len(file) > room:
        file = file[-max(room, 1) :]  # files are told apart by their end
        while cell_len(file) >= max(room, 1):
            file = file[1:]
        file = "…" + file
    function = f" in {function}" if function else ""
    function = _fitting(function, room - cell_len(file)) if room - cell_len(file) > len(" in …") else ""
    gap = " " * (room - cell_len(file) - cell_len(function) + _GAP)
    line = Text.assemble(" " * _INDENT, (file, PLACE), (function, QUIET), gap, (seen, QUIET), no_wrap=True)
    line.rstrip()
    return line


def timeless(issues: Sequence[IssueCount]) -> bool:
    """Did no record of any issue say a time?"""
    return bool(issues) and all(issue.first_seen is None for issue in issues)


def _fitting(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def totals(tally: Tally, *, files: int, seconds: float) -> str:
    """One line: what was read, and what it is."""
    outcomes = tally.outcomes
    parts = [
        f"{_many(outcomes['event'], 'event')} of {_many(len(tally.issues), 'issue')}",
        _many(outcomes["log"], "log item"),
    ]
    if outcomes["drop"]:
        parts.append(f"{outcomes['drop']:,} dropped")
    read = (
        f"{_many(tally.records, 'record')} in {_many(files, 'file')} ({_size(tally.bytes)}, {seconds:.1f} s)"
    )
    return f"{read}: {', '.join(parts)}"


def on_one_day(issues: Sequence[IssueCount]) -> bool:
    """Were all *issues* seen on the same day, in UTC?"""
    times = [when for issue in issues for when in (issue.first_seen, issue.last_seen) if when is not None]
    return not times or _day(min(times)) == _day(max(times))


def day_of(issues: Sequence[IssueCount]) -> str | None:
    """The day that all *issues* were seen on; None where there are several, or no times."""
    times = [issue.first_seen for issue in issues if issue.first_seen is not None]
    return _day(times[0]) if times and on_one_day(issues) else None


def _day(unix: float) -> str:
    return dt.datetime.fromtimestamp(unix, dt.UTC).strftime("%-d %b %Y")


def _seen(issue: IssueCount, *, same_day: bool) -> str:
    if issue.first_seen is None or issue.last_seen is None:
        return "no time in the log"
    first, last = _when(issue.first_seen, same_day=same_day), _when(issue.last_seen, same_day=same_day)
    return first if first == last else f"{first} – {last}"


def _when(unix: float, *, same_day: bool) -> str:
    return dt.datetime.fromtimestamp(unix, dt.UTC).strftime("%H:%M" if same_day else "%-d %b %y %H:%M")


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:  # noqa: PLR2004 - SI prefixes
            return f"{count:.1f} {unit}" if unit == "MB" else f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.2f} GB"
