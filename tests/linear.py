"""Is something linear in the size of its input?  Machines here are busy, so the clock alone does not decide."""

from __future__ import annotations

import time
from collections.abc import Callable

#: As much CPU time as nothing linear needs for a megabyte, even under coverage on a busy machine, most of the time…
_PLENTY_SECONDS = 2.0
#: …and where it does: four times the input takes about four times as long, a quadratic step sixteen times.
_RATIO = 9.0
_TRIES = 3


def assert_linear(work: Callable[[bytes], object], data: bytes, *, plenty: float = _PLENTY_SECONDS) -> None:
    """Fail if *work* on *data* takes seconds, and much more than four times as long as on its first quarter."""
    seen = []
    for _ in range(_TRIES):
        long = _cpu_seconds(work, data)
        if long < plenty:
            return
        short = _cpu_seconds(work, data[: len(data) // 4])
        if long < _RATIO * short:
            return
        seen.append(f"{short:.2f} s for a quarter, {long:.2f} s for the whole")
    raise AssertionError(f"not linear: {'; '.join(seen)}")


def _cpu_seconds(work: Callable[[bytes], object], data: bytes) -> float:
    begin = time.process_time()
    work(data)
    return time.process_time() - begin
