"""Any order of operations, crashes included: every payload is in exactly one place, and the balance adds up."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sidecar.clock import Clock
from sidecar.state import NewRow, OutboxRow, Store

NUMBERS = st.lists(st.integers(0, 30), min_size=1, max_size=4)


class StoreMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.time = 1_795_000_000.0
        self.clock = Clock(now=lambda: self.time, monotonic=lambda: self.time)
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "state"
        self.store = Store.open(self.path, self.clock)
        self.read = 0
        self.waiting: set[str] = set()
        self.buried: set[str] = set()
        self.done: set[str] = set()
        self.lent: list[OutboxRow] = []

    @rule(numbers=NUMBERS)
    def commit(self, numbers: list[int]) -> None:
        ids = [f"{number:032x}" for number in numbers]
        rows = [NewRow("error", "web", event_id, event_id.encode()) for event_id in ids]
        new = set(ids) - self.waiting - self.buried - self.done
        skipped = self.store.commit([], rows, {("web", "read"): len(ids), ("web", "event"): len(ids)})
        assert skipped == len(ids) - len(new)
        self.read += len(ids)
        self.waiting |= new

    @rule(limit=st.integers(1, 3))
    def lend(self, limit: int) -> None:
        rows = self.store.due("error", limit, self.time)
        assert not {row.id for row in rows} & {row.id for row in self.lent}
        assert {row.event_id for row in rows} <= self.waiting
        self.lent += rows

    @precondition(lambda self: self.lent)
    @rule()
    def acknowledge(self) -> None:
        row = self.lent.pop(0)
        self.store.acknowledge([row.id])
        self._move(row, self.done)

    @precondition(lambda self: self.lent)
    @rule()
    def bury(self) -> None:
        row = self.lent.pop(0)
        assert self.store.bury([row.id], "no", 400) == 0
        self._move(row, self.buried)

    @precondition(lambda self: self.lent)
    @rule(seconds=st.integers(0, 60))
    def defer(self, seconds: int) -> None:
        self.store.defer([self.lent.pop().id], self.time + seconds)

    @precondition(lambda self: self.lent)
    @rule(attempted=st.booleans())
    def release(self, attempted: bool) -> None:  # noqa: FBT001  # drawn by hypothesis
        self.store.release([self.lent.pop().id], attempted=attempted)

    @rule()
    def retry(self) -> None:
        assert self.store.retry_dead_letters() == len(self.buried)
        self.waiting |= self.buried
        self.buried = set()

    @rule(seconds=st.integers(1, 60))
    def wait(self, seconds: int) -> None:
        self.time += seconds
        if seconds > 50:
            self.lent = []
            self.time += 600

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = Store.open(self.path, self.clock)
        self.lent = []

    @invariant()
    def every_payload_is_in_one_place(self) -> None:
        assert self.store.pending_rows() == len(self.waiting)
        assert self.store.pending_bytes() == 32 * len(self.waiting)
        assert {letter.event_id for letter in self.store.dead_letters()} == self.buried

    @invariant()
    def the_balance_adds_up(self) -> None:
        counters = {outcome: number for (_, outcome), number in self.store.counters().items()}
        assert counters.pop("read", 0) == self.read == sum(counters.values())
        assert counters.get("event", 0) == len(self.waiting) + len(self.done)
        assert counters.get("rejected", 0) == len(self.buried)

    def teardown(self) -> None:
        self.time += 1_000
        rest = {row.event_id for row in self.store.due("error", 1_000, self.time)}
        self.store.close()
        self.folder.cleanup()
        assert rest == self.waiting

    def _move(self, row: OutboxRow, to: set[str]) -> None:
        assert row.event_id is not None
        self.waiting.remove(row.event_id)
        to.add(row.event_id)


StoreMachine.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestStore = StoreMachine.TestCase
