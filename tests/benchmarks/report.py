"""Runs to rows, and rows to a table on the terminal or in Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median

from rich import box
from rich.table import Table

from tests.benchmarks.generate import Log
from tests.benchmarks.measure import BASELINE, GREP, PROGRAMS, Run

HEADINGS = ("log", "program", "MB/CPU-s", "range", "RSS MB", "vs 40 lines", "vs grep")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; see HEADINGS."""

    log: str
    program: str
    speed: float
    lowest: float
    highest: float
    peak: str
    to_baseline: float
    to_grep: float

    def cells(self) -> tuple[str, ...]:
        """Its texts, in the order of HEADINGS."""
        return (
            self.log,
            self.program,
            f"{self.speed:.0f}",
            f"{self.lowest:.0f}–{self.highest:.0f}",
            self.peak,
            f"{self.to_baseline:.2f}x",
            f"{self.to_grep:.3f}x",
        )


def rows_of(log: Log, rounds: Sequence[dict[str, Run]]) -> list[Row]:
    """One row a program: medians, and medians of the ratios within each round."""
    return [_row(log, program.name, rounds) for program in PROGRAMS]


def _row(log: Log, name: str, rounds: Sequence[dict[str, Run]]) -> Row:
    megabytes = log.counts.size / 1e6
    speeds = [megabytes / one[name].cpu for one in rounds]
    return Row(
        log=log.kind,
        program=name,
        speed=median(speeds),
        lowest=min(speeds),
        highest=max(speeds),
        peak=_peak([one[name] for one in rounds]),
        to_baseline=median(one[BASELINE.name].cpu / one[name].cpu for one in rounds),
        to_grep=median(one[GREP.name].cpu / one[name].cpu for one in rounds),
    )


def _peak(runs: Sequence[Run]) -> str:
    unseen = not any(run.peak_known for run in runs)
    return f"{'≤ ' if unseen else ''}{median(run.peak for run in runs):.0f}"


def table_of(rows: Sequence[Row], note: str) -> Table:
    """The table for a terminal of 80 columns."""
    table = Table(*HEADINGS[:2], box=box.SIMPLE_HEAD, show_edge=False, caption=note, caption_justify="left")
    for heading in HEADINGS[2:]:
        table.add_column(heading, justify="right")
    for block in _blocks(rows):
        for cells in block:
            table.add_row(*cells)
        table.add_section()
    return table


def markdown_of(rows: Sequence[Row], note: str) -> str:
    """The table that stands in README.md."""
    body = [_bar(cells) for block in _blocks(rows) for cells in block]
    return "\n".join([_bar(HEADINGS), "|---|---|" + "---:|" * len(HEADINGS[2:]), *body, "", note])


def _blocks(rows: Sequence[Row]) -> list[list[tuple[str, ...]]]:
    """The cells of all rows, a block a log; only the first of a block names it."""
    blocks = [list(block) for _, block in groupby(rows, key=lambda row: row.log)]
    return [
        [("" if number else row.log, *row.cells()[1:]) for number, row in enumerate(block)]
        for block in blocks
    ]


def _bar(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def note_of(logs: Sequence[Log], repeat: int, loads: tuple[float, float]) -> str:
    """Under which conditions the figures were measured."""
    records = ", ".join(
        f"{log.kind} {log.counts.size / 1e6:.0f} MB of {log.counts.records:,} records" for log in logs
    )
    return (
        f"Medians of {repeat}, in turn, one core of {os.cpu_count()} ({_processor()}), Python "
        f"{platform.python_version()}. Load {loads[0]:.1f} before, {loads[1]:.1f} after. {records}."
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    models = [
        line.partition(":")[2].strip() for line in information.splitlines() if line.startswith("model name")
    ]
    return models[0] if models else platform.machine()
