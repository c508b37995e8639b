"""One round of delivery: due rows out of the outbox, posted, and settled by outcome.  No thread and no sleep in here.

Promises: while the gate is closed nothing is posted; a row stays in the outbox until Sentry accepted it or refused it for
good; a row that fails alone is put aside, then buried, and never stops the others.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import structlog
from structlog.typing import FilteringBoundLogger

from sidecar.clock import Clock
from sidecar.delivery.envelope import LOG_ITEM, batches, envelope_of, oversize
from sidecar.delivery.gate import Gate, Standing
from sidecar.delivery.outcome import PATIENCE, Buried, Deferred, Delivered, Held, Outcome, blame, outcome_of
from sidecar.delivery.ports import Outbox, Post, Row

# Rows taken at once: enough to be quick, few enough that a stop gives back little.
_EVENTS_A_ROUND = 50
_LOGS_A_ROUND = 200


class Courier:
    """Delivers one category; each sender thread has its own, and all share the gate and the outbox."""

    def __init__(
        self,
        category: str,
        outbox: Outbox,
        post: Post,
        gate: Gate,
        clock: Clock,
        *,
        stopped: Callable[[], bool] = lambda: False,
        chance: Callable[[], float] = random.random,
        log: FilteringBoundLogger | None = None,
    ) -> None:
        """Take what a round needs.

        Args:
            category: Sentry's data category of the rows to deliver.
            outbox: where they wait.
            post: sends one envelope.
            gate: who may send when.
            clock: what time it is.
            stopped: True: no further envelope is begun.
            chance: 0.0 to 1.0, for the jitter of pauses.
            log: for our own messages.
        """
        self._category = category
        self._outbox = outbox
        self._post = post
        self._gate = gate
        self._clock = clock
        self._stopped = stopped
        self._chance = chance
        self._log: FilteringBoundLogger = (log or structlog.get_logger()).bind(category=category)
        self._accepted: list[int] = []

    def round(self) -> float | None:
        """Deliver what is due, if the gate is open.

        Returns:
            Seconds until there may be something to do again, 0.0 for at once; None: not before new rows are stored.

        Raises:
            StateError: the outbox cannot be used now; nothing is lost, and the next round goes on where this one stopped.
        """
        self._acknowledge()
        wait = self._gate.wait(self._category)
        if wait > 0:
            return wait
        limit = _LOGS_A_ROUND if self._category == LOG_ITEM else _EVENTS_A_ROUND
        rows = self._outbox.due(self._category, limit, self._clock.now())
        if not rows:
            due = self._outbox.next_due(self._category)
            return None if due is None else max(0.0, due - self._clock.now())
        self._deliver_all(rows)
        return 0.0

    def _deliver_all(self, rows: Sequence[Row]) -> None:
        left = list(rows)
        try:
            for batch in batches(self._category, rows):
                self._deliver(batch)
                del left[: len(batch)]
        except Exception:
            # The outbox failed: give back what is not settled.  Accepted rows stay lent to us until they are acknowledged,
            # or they would be sent twice.
            self._outbox.release([row.id for row in left if row.id not in self._accepted])
            raise

    def _deliver(self, rows: Sequence[Row]) -> None:
        if self._stopped() or self._gate.wait(self._category) > 0:
            self._outbox.release(_ids(rows))
        elif len(rows) == 1 and (reason := oversize(self._category, rows[0])) is not None:
            self._bury(rows, reason, None)
        else:
            self._send(rows)

    def _send(self, rows: Sequence[Row]) -> None:
        seen = self._gate.standing(self._category)
        answer = self._post(envelope_of(self._category, rows, self._clock.now()))
        now, jitter = self._clock.now(), self._chance()
        outcome = outcome_of(
            answer.status,
            answer.headers,
            answer.error,
            now,
            attempts=seen.failures,
            jitter=jitter,
            category=self._category,
            detail=answer.detail,
        )
        changed = self._limit(outcome)
        attempts = min(row.attempts for row in rows)
        self._settle(rows, blame(outcome, attempts, now, jitter, healthy=seen.healthy), seen, answer.status)
        # Last, because it may fail: what was accepted must be acknowledged first.
        if changed:
            self._outbox.remember_limits(changed)

    def _settle(self, rows: Sequence[Row], outcome: Outcome, seen: Standing, status: int | None) -> None:
        match outcome:
            case Delivered():
                self._accepted += _ids(rows)
                self._recovered()
                self._acknowledge()
            case Deferred(limited=True):
                self._outbox.release(_ids(rows))
            case Deferred(alone=True):
                self._put_aside(rows, outcome)
            case Deferred():
                self._pause(rows, outcome, seen)
            case Held():
                self._hold(rows, outcome)
            case Buried() if len(rows) > 1:
                # One item spoils the container: look for it in halves.
                self._deliver(rows[: len(rows) // 2])
                self._deliver(rows[len(rows) // 2 :])
            case Buried():
                self._bury(rows, outcome.reason, status)

    def _acknowledge(self) -> None:
        if self._accepted:
            self._outbox.acknowledge(self._accepted)
            self._accepted = []

    def _recovered(self) -> None:
        failures, held = self._gate.delivered(self._category)
        if failures or held:
            self._log.info("delivery_works_again", failures=failures)

    def _pause(self, rows: Sequence[Row], outcome: Deferred, seen: Standing) -> None:
        seconds = outcome.until - self._clock.now()
        self._gate.failed(self._category, seen, seconds)
        # An outage of a day is not a message every five minutes: say the first failure, the second, the fourth…
        failures = seen.failures + 1
        if failures & (failures - 1) == 0:
            self._log.warning(
                "delivery_failed", reason=outcome.reason, failures=failures, next_try_in=round(seconds, 1)
            )
        self._step_back(rows, outcome.until)

    def _put_aside(self, rows: Sequence[Row], outcome: Deferred) -> None:
        self._gate.doubt(self._category)
        self._log.warning("put_aside", row=rows[0].id, rows=len(rows), reason=outcome.reason)
        self._outbox.defer(_ids(rows), outcome.until)

    def _hold(self, rows: Sequence[Row], outcome: Held) -> None:
        seconds = outcome.until - self._clock.now()
        self._gate.hold(seconds)
        self._log.error(
            "delivery_refused",
            reason=outcome.reason,
            advice="check the DSN (its host, key and project) and any proxy; nothing is lost, all waits in the outbox",
            next_try_in=round(seconds, 1),
        )
        # Other rows are tried next, in case it is these that somebody on the way refuses.
        self._outbox.defer(_ids(rows), outcome.until)

    def _step_back(self, rows: Sequence[Row], until: float) -> None:
        # While it may be the service that fails, the order is kept: the gate waits, not the rows.
        if rows[0].attempts + 1 < PATIENCE:
            self._outbox.release(_ids(rows), attempted=True)
        else:
            self._outbox.defer(_ids(rows), until)

    def _bury(self, rows: Sequence[Row], reason: str, status: int | None) -> None:
        dropped = self._outbox.bury(_ids(rows), reason, status)
        self._log.warning("dead_letter", reason=reason, event_id=rows[0].event_id, row=rows[0].id)
        if dropped:
            self._log.error(
                "dead_letters_full", dropped=dropped, advice="the oldest were dropped to make room"
            )

    def _limit(self, outcome: Outcome) -> dict[str, float]:
        before = self._gate.wait(self._category)
        changed = self._gate.limit(outcome.limits)
        after = self._gate.wait(self._category)
        if after > before:
            self._log.warning("rate_limited", seconds=round(after, 1))
        return changed


def _ids(rows: Sequence[Row]) -> list[int]:
    return [row.id for row in rows]
