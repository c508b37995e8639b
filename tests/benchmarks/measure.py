"""Whole-process runs: what one program costs for one log, and what it says it read.

A run that reads another number of records than the generator wrote is an error, not a figure: a program that skips
work is fast.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.generate import Log

_HERE = Path(__file__).parent
_SIDECAR = Path(sys.executable).with_name("sidecar")
_PAGE = 1 << 20


class MeasureError(Exception):
    """A run that failed, or read something else than what is in the log."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one program.

    Attributes:
        cpu: user and system seconds, of the process and all that it waited for.
        peak: resident set at its largest, in MB.
        peak_known: False when the peak was below what can be seen.
    """

    cpu: float
    peak: float
    peak_known: bool
    output: bytes


@dataclass(frozen=True, slots=True)
class Program:
    """One program that is measured.

    Attributes:
        name: as the table shows it.
        command: log -> command line.
        check: (output, log) -> (what it should have read, what it did).
    """

    name: str
    command: Callable[[Log], list[str]]
    check: Callable[[bytes, Log], tuple[int, int]]


def _sidecar(log: Log) -> list[str]:
    return [str(_SIDECAR), "backfill", "--dry-run", "--json", str(log.path)]


def _baseline(log: Log) -> list[str]:
    return [sys.executable, str(_HERE / "baseline.py"), log.kind.partition("-")[0], str(log.path)]


def _grep(log: Log) -> list[str]:
    return ["grep", "-c", "", str(log.path)]


def _sidecar_check(output: bytes, log: Log) -> tuple[int, int]:
    summary = json.loads(output)
    # PHP's warnings are issues too, so exceptions are a lower bound; a plain text in their place would be quick work.
    if summary["events"] < log.counts.exceptions:
        return log.counts.exceptions, summary["events"]
    return log.counts.records, summary["records"]


SIDECAR = Program("sidecar", _sidecar, _sidecar_check)
BASELINE = Program("40 lines", _baseline, lambda output, log: (log.counts.records, int(output)))
GREP = Program("grep -c", _grep, lambda output, log: (log.counts.lines, int(output)))
PROGRAMS = (SIDECAR, BASELINE, GREP)


def rounds(log: Log, repeat: int) -> Iterator[dict[str, Run]]:
    """Run all programs in turn, *repeat* times, so that a busy minute of the machine hits all of them alike."""
    _warm(log.path)
    for _ in range(repeat):
        yield {program.name: run(program, log) for program in PROGRAMS}


def run(program: Program, log: Log) -> Run:
    """Run *program* once over *log*, pinned to one core.

    Raises:
        MeasureError: it failed or read wrongly.
    """
    done = _spend(program.command(log))
    try:
        expected, read = program.check(done.output, log)
    except ValueError as error:
        raise MeasureError(f"{program.name} said {done.output[:80]!r}, not what it read") from error
    if read != expected:
        raise MeasureError(f"{program.name} read {read:,} of {expected:,} in {log.path}")
    return done


def _spend(command: list[str]) -> Run:
    core = str(max(os.sched_getaffinity(0)))
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "stdout")
        launch = [sys.executable, "-I", "-S", str(_HERE / "launch.py"), core, str(output), *command]
        # An empty folder and environment: no settings of this machine, and one locale for grep everywhere.
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        # No terminal on stderr either, where a program might draw its progress.
        said = subprocess.run(
            launch, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        user, system, peak, status, floor = said.stdout.split() or ["0", "0", "0", "1", "0"]
        if int(status) != 0:
            raise MeasureError(f"{command[0]} failed ({status}): {said.stderr.strip()[-500:]}")
        cpu, kilobytes = float(user) + float(system), max(int(peak), int(floor))
        return Run(cpu, kilobytes * 1024 / 1e6, int(peak) > int(floor), output.read_bytes())


def _warm(path: Path) -> None:
    """Read the file once, so that no run pays for the disk."""
    with path.open("rb", buffering=0) as log:
        while log.read(_PAGE):
            pass
