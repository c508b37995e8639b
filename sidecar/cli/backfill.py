"""`sidecar backfill` in the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson

from sidecar.app.plan import Plans
from sidecar.app.summing import open_all, sum_up, summary
from sidecar.clock import SYSTEM
from sidecar.pipeline.tally import Tally, sorted_issues


def dry_run(paths: Sequence[str], plans: Plans, *, as_json: bool) -> None:
    """Print which issues a backfill of *paths* would make."""
    started = time.monotonic()
    open_all(paths, plans, SYSTEM)
    with progress(paths) as advance:
        tally = sum_up(paths, plans, SYSTEM, advance)
    seconds = time.monotonic() - started
    issues = sorted_issues(tally)
    if as_json:
        row = summary(tally, issues, files=len(paths), seconds=seconds)
        sys.stdout.buffer.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2))
        return
    show_summary(tally, files=len(paths), seconds=seconds)


def show_summary(tally: Tally, *, files: int, seconds: float) -> None:
    """Print the issues and the totals."""
    from sidecar.terminal import output  # noqa: PLC0415 - JSON needs no rich
    from sidecar.terminal.summary import IssueList, day_of, totals  # noqa: PLC0415

    console = output()
    issues = sorted_issues(tally)
    if issues:
        day = day_of(issues)
        if day:
            console.print(f"{day}, times in UTC\n")
        console.print(IssueList(issues))
        console.print()
    console.print(totals(tally, files=files, seconds=seconds), style="dim")


@contextmanager
def progress(paths: Sequence[str]) -> Iterator[Callable[[int], None]]:
    """A bar on stderr, where that is a terminal; gives the function that is told of bytes done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    from sidecar.terminal import messages  # noqa: PLC0415

    total = sum(Path(path).stat().st_size for path in paths if Path(path).is_file())
    columns = (TextColumn("reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=messages(), transient=True) as bar:
        task = bar.add_task("reading", total=total)
        yield lambda count: bar.advance(task, count)
