"""The threads that deliver: at least one a category, so that a limit on one does not hold back the others.

Lifecycle, each verb once and in this order:

    start()         threads run; they sleep until rows are due, the gate opens, or `wake` is called
    wake()          rows were stored: look now; any number of times, from any thread
    drain(seconds)  wait until nothing is left in the outbox; the threads go on as ever
    close(seconds)  send what may be sent now, then stop; what is left stays in the outbox for the next start

The threads are daemons: a request that hangs does not keep the process from ending, and its rows are sent again.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence

import structlog
from structlog.typing import FilteringBoundLogger

from sidecar.clock import SYSTEM, Clock
from sidecar.delivery.courier import Courier
from sidecar.delivery.gate import Gate
from sidecar.delivery.ports import Outbox, Post

CATEGORIES = ("error", "log_item")

# The wall clock may be set while we sleep; look again at least this often.
_LONGEST_SLEEP_SECONDS = 60.0

# After the outbox failed (a full disk) or a mistake of ours.
_TROUBLE_SECONDS = 5.0


class Sender:
    """Delivers an outbox; see the module for its lifecycle."""

    def __init__(
        self,
        outbox: Outbox,
        post: Post,
        *,
        clock: Clock = SYSTEM,
        categories: Sequence[str] = CATEGORIES,
        connections: int = 1,
        chance: Callable[[], float] = random.random,
        log: FilteringBoundLogger | None = None,
    ) -> None:
        """Prepare the threads.

        Args:
            outbox: where rows wait.
            post: sends one envelope, such as `Transport.post`.
            clock: what time it is.
            categories: data categories to deliver.
            connections: threads a category.  With one, rows are sent in order; with more, Sentry far away is used better.
            chance: 0.0 to 1.0, for the jitter of pauses.
            log: for our own messages.

        Raises:
            StateError: the limits kept in the outbox cannot be read.
        """
        self._outbox = outbox
        self._clock = clock
        self._log: FilteringBoundLogger = log or structlog.get_logger()
        self._changed = threading.Condition()
        self._wakes = 0
        self._closing = False
        self._stop = threading.Event()
        gate = Gate(clock, outbox.limits())
        self._threads = [
            threading.Thread(
                target=self._run,
                name=f"send-{category}-{number}",
                daemon=True,
                args=(
                    Courier(
                        category, outbox, post, gate, clock, stopped=self._stop.is_set, chance=chance, log=log
                    ),
                ),
            )
            for category in categories
            for number in range(connections)
        ]

    def start(self) -> None:
        """Begin to deliver."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Rows were stored, or the clock was set: look now instead of later."""
        with self._changed:
            self._wakes += 1
            self._changed.notify_all()

    def drain(self, seconds: float) -> bool:
        """Wait until the outbox is empty, limits and pauses included; False: it was not within `seconds`."""
        end = self._clock.monotonic() + seconds
        with self._changed:
            while self._outbox.pending_rows():
                left = end - self._clock.monotonic()
                if left <= 0 or self._stop.is_set():
                    return False
                self._changed.wait(left)
        return True

    def close(self, seconds: float) -> bool:
        """Send what may be sent now, for at most `seconds`; then stop.

        Returns:
            True: the threads have ended.  False: a request still hangs; its rows are sent again at the next start.
        """
        self._closing = True
        self.wake()
        self._join(seconds)
        self._stop.set()
        self.wake()
        return self._join(0.1)

    def _join(self, seconds: float) -> bool:
        end = self._clock.monotonic() + seconds
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, end - self._clock.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, courier: Courier) -> None:
        while not self._stop.is_set():
            seen = self._wakes
            wait = self._round(courier)
            if wait == 0.0:
                self._tell()
            elif self._closing:
                return
            else:
                self._sleep(seen, wait)

    def _round(self, courier: Courier) -> float | None:
        try:
            return courier.round()
        except Exception as error:  # noqa: BLE001  # a thread that dies silently is an outbox that fills for ever
            if not self._stop.is_set():
                self._log.exception("outbox_trouble", error=str(error), next_try_in=_TROUBLE_SECONDS)
            return _TROUBLE_SECONDS

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _sleep(self, seen: int, wait: float | None) -> None:
        seconds = _LONGEST_SLEEP_SECONDS if wait is None else min(wait, _LONGEST_SLEEP_SECONDS)
        with self._changed:
            # A wake that came during the round must not be slept through.
            if self._wakes == seen and not self._closing:
                self._changed.wait(seconds)
