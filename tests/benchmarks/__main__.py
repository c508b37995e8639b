"""`make bench`: measures the sidecar against what people would use instead, and prints one table."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from tests.benchmarks.generate import KINDS, Log, log_of
from tests.benchmarks.measure import MeasureError, rounds
from tests.benchmarks.report import Row, markdown_of, note_of, rows_of, table_of

_CACHE = Path(__file__).parents[2] / ".cache" / "bench"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    options = _options(arguments)
    try:
        rows, note = _measure(options)
    except MeasureError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    if options.markdown:
        print(markdown_of(rows, note))
    else:
        # In a pipe the width is not known; 80 columns always hold the table.
        Console(width=None if sys.stdout.isatty() else 80).print(table_of(rows, note))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--mb", type=megabytes, default=100.0, help="size of each log (default: 100)")
    parser.add_argument("--repeat", type=times, default=3, help="rounds (default: 3)")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="logs (default: all)")
    parser.add_argument("--seed", type=int, default=7, help="of the logs (default: 7)")
    parser.add_argument("--markdown", action="store_true", help="print the table as README.md has it")
    parser.add_argument("--cache", type=Path, default=_CACHE, help="where the logs are kept")
    return parser.parse_args(arguments)


def megabytes(text: str) -> float:
    """A size, of at least one byte."""
    number = float(text)
    if not 1e-6 <= number < math.inf:
        raise ValueError(text)
    return number


def times(text: str) -> int:
    """A number of rounds, of at least one."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _measure(options: argparse.Namespace) -> tuple[list[Row], str]:
    before, rows, logs = os.getloadavg()[0], list[Row](), list[Log]()
    with Console(stderr=True).status("", refresh_per_second=2) as status:
        for kind in options.kinds:
            status.update(f"writing the {kind} log")
            log = log_of(kind, int(options.mb * 1e6), options.seed, options.cache.absolute())
            status.update(f"measuring {kind}")
            rows += rows_of(log, list(rounds(log, options.repeat)))
            logs.append(log)
    return rows, note_of(logs, options.repeat, (before, os.getloadavg()[0]))


if __name__ == "__main__":
    sys.exit(main())
