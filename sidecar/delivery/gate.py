"""Which category may send when; shared by all sender threads.

Three things close the gate: limits that Sentry announced (for a category, or all), a pause after failures (for a category)
and a hold while the DSN is refused (for all).  Limits are wall-clock moments, because they are kept over a restart; pauses
are monotonic, because a clock that is set back must not make them longer.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from sidecar.clock import Clock
from sidecar.delivery.limits import limited_until, longer

# A limit that slides with every answer (Bugsink: "86400:transaction") is not written to disk with every answer.
_WORTH_STORING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a category is doing.

    Attributes:
        failures: attempts that failed in a row.
        healthy: the last attempt was accepted.
    """

    failures: int = 0
    healthy: bool = False


class Gate:
    """Open, or closed for some seconds; see the module for what closes it."""

    def __init__(self, clock: Clock, limits: Mapping[str, float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._limits = dict(limits)
        self._stored = dict(limits)
        self._standing: dict[str, Standing] = {}
        self._pauses: dict[str, float] = {}
        self._held_until = 0.0
        self._held = False

    def wait(self, category: str) -> float:
        """Seconds until the category may send; 0.0: now."""
        now, monotonic = self._clock.now(), self._clock.monotonic()
        with self._lock:
            limited = limited_until(self._limits, category, now) - now
            paused = self._pauses.get(category, 0.0) - monotonic
            held = self._held_until - monotonic if self._held else 0.0
        return max(limited, paused, held, 0.0)

    def standing(self, category: str) -> Standing:
        """How the category is doing."""
        with self._lock:
            return self._standing.get(category, Standing())

    def delivered(self, category: str) -> tuple[int, bool]:
        """Something was accepted: no pause, no hold any more.  Returns (failures before it, a hold was lifted)."""
        with self._lock:
            failures, held = self._standing.get(category, Standing()).failures, self._held
            self._standing[category] = Standing(healthy=True)
            self._pauses.pop(category, None)
            self._held = False
        return failures, held

    def failed(self, category: str, seen: Standing, seconds: float) -> None:
        """An attempt failed that was begun while the standing was `seen`: pause the category.

        Requests that were under way together fail together; they count once.
        """
        with self._lock:
            if self._standing.get(category, Standing()).failures == seen.failures:
                self._standing[category] = Standing(failures=seen.failures + 1)
                self._pauses[category] = self._clock.monotonic() + seconds

    def doubt(self, category: str) -> None:
        """Rows failed that seem to be alone to blame; if the next ones fail too, it is the service."""
        with self._lock:
            self._standing.pop(category, None)

    def hold(self, seconds: float) -> None:
        """Nothing is sent at all for a while."""
        with self._lock:
            self._standing.clear()
            self._held = True
            self._held_until = self._clock.monotonic() + seconds

    def limit(self, found: Mapping[str, float]) -> dict[str, float]:
        """Limits were announced.  Returns those that changed enough to be stored."""
        now = self._clock.now()
        with self._lock:
            self._limits = {name: end for name, end in longer(self._limits, found).items() if end > now}
            changed = {
                category: self._limits[category]
                for category in found
                if category in self._limits
                and self._limits[category] - self._stored.get(category, 0.0) > _WORTH_STORING_SECONDS
            }
            self._stored |= changed
        return changed
