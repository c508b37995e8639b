"""What a backfill says: progress on the way, a summary at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from sidecar.app.summing import summary
from sidecar.pipeline.tally import Tally, sorted_issues


@dataclass(frozen=True, slots=True)
class Report:
    """What a backfill did.

    Attributes:
        tally: what it read.
        delivery: what became of that: a number for each word.
        problems: a line for each thing that was not done, with what to do.
    """

    tally: Tally
    delivery: Mapping[str, int] = field(default_factory=dict)
    problems: Sequence[str] = ()


def print_report(report: Report, *, files: int, seconds: float, as_json: bool) -> None:
    """Print the issues, the totals, and what was delivered."""
    issues = sorted_issues(report.tally)
    if as_json:
        row: dict[str, Any] = summary(report.tally, issues, files=files, seconds=seconds)
        row |= {word.replace(" ", "_"): count for word, count in report.delivery.items()}
        sys.stdout.buffer.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2))
        return
    from sidecar.terminal import output  # noqa: PLC0415 - JSON needs no rich
    from sidecar.terminal.summary import IssueList, day_of, timeless, totals  # noqa: PLC0415

    console = output()
    if issues:
        day = day_of(issues)
        if day:
            console.print(f"{day}, times in UTC\n")
        elif timeless(issues):
            console.print("this log says no times\n")
        console.print(IssueList(issues))
        console.print()
    console.print(totals(report.tally, files=files, seconds=seconds), style="dim")
    if report.delivery:
        console.print(", ".join(f"{count:,} {word}" for word, count in report.delivery.items()), style="dim")


@contextmanager
def progress(doing: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on stderr, where that is a terminal; gives the function that is told of steps done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    from sidecar.terminal import messages  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=messages(), transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda count: bar.advance(task, count)


def bytes_of(paths: Sequence[str]) -> int:
    """Size of the files among *paths*."""
    return sum(Path(path).stat().st_size for path in paths if Path(path).is_file())


def complain(text: str) -> None:
    """Say *text* on stderr, each line behind the program's name."""
    for line in text.splitlines():
        print(f"sidecar: {line}", file=sys.stderr)  # noqa: T201 - the one place where this is done
