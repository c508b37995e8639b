"""Time as an argument: two callables that travel together.

Whatever needs the time takes a `Clock`, so that tests pass their own and nothing sleeps in a test.  Stored moments
(`Deferred.until`, rate limits) are `now`, because they must mean something after a restart; durations inside one
process (leases, deadlines) are `monotonic`, because the wall clock may be set back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the time comes from.

    Attributes:
        now: seconds since 1970 in UTC; may jump when the machine's clock is set.
        monotonic: seconds from some moment; never goes back, means nothing to another process.
    """

    now: Callable[[], float]
    monotonic: Callable[[], float]


#: The machine's own.
SYSTEM = Clock(now=time.time, monotonic=time.monotonic)
