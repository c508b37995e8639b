"""The real `sidecar` command, run as its users run it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

BINARY = str(Path(sys.executable).with_name("sidecar"))

#: Key of every DSN that no server is meant to see; no output may show it.
KEY = "5ecre7d5ecre7d5ecre7d5ecre7d0000"

_POLL_SECONDS = 0.02


def environment(**more: str) -> dict[str, str]:
    """An environment that says nothing to `sidecar` but *more*; what measures coverage is let through."""
    coverage = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC", **coverage, **more}


def sidecar(
    *arguments: str | bytes | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    given: bytes = b"",
    before: tuple[str, ...] = (),
) -> subprocess.CompletedProcess[bytes]:
    """Run `sidecar` to its end; *given* is its standard input, *before* the command that starts it."""
    return subprocess.run(
        [*before, BINARY, *arguments],
        check=False,
        cwd=cwd,
        env=environment(**(env or {})),
        input=given,
        capture_output=True,
        timeout=60,
    )


@contextmanager
def tailing(config: Path, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """`sidecar run`; what it says is added to `run.log` beside *config*, what it shows to `run.out`."""
    directory = config.parent
    with (directory / "run.log").open("ab") as log, (directory / "run.out").open("ab") as out:
        process = subprocess.Popen(
            [BINARY, "run", "-c", config],
            cwd=directory,
            env=environment(**(env or {})),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def terminated(process: subprocess.Popen[bytes]) -> int:
    """Ask for an orderly end; the exit status, which must come within 5 s."""
    process.send_signal(signal.SIGTERM)
    return process.wait(5)


def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for *condition*.

    Raises:
        TimeoutError: it did not come.
    """
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(_POLL_SECONDS)
