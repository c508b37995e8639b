"""From growing files to the outbox: whatever happens between, each record is stored once.

A real tailer and a real store; only the clock stands still, and the store can be told to fail or to die.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from sidecar.clock import Clock
from sidecar.errors import StateError
from sidecar.identity import Checkpoint
from sidecar.pipeline.live import Live
from sidecar.pipeline.sink import OutboxSink
from sidecar.state.store import Store
from sidecar.state.values import NewRow
from sidecar.tail.discover import WatchSpec
from sidecar.tail.tailer import Tailer
from tests.sidecar.pipeline.conftest import new_interpreter

START = 1_795_436_500.0
TOKEN = re.compile(rb"token (\d+)")
ROW_LIMIT = 100_000


class DiedError(BaseException):
    """Stands for kill -9 at a place in the program."""


class FaultyStore(Store):
    """A store whose next commits go as `script` says: None as usual.  `sizes` are the rows of each commit."""

    script: list[str | None]
    sizes: list[int]

    def commit(
        self, checkpoints: Sequence[Checkpoint], rows: Sequence[NewRow], counts: Mapping[tuple[str, str], int]
    ) -> int:
        fault = self.script.pop(0) if self.script else None
        self.sizes.append(len(rows))
        if fault == "refuse":
            raise StateError("no space left on device")
        if fault == "die before":
            raise DiedError
        done = super().commit(checkpoints, rows, counts)
        if fault == "die after":
            raise DiedError
        return done


class Machine:
    """A directory with a log, and a sidecar that reads it."""

    def __init__(self, directory: Path) -> None:
        self.logs = directory / "logs"
        self.logs.mkdir()
        self.live_log = self.logs / "app.log"
        self.state = directory / "state"
        self.time = START
        self.clock = Clock(now=lambda: self.time, monotonic=lambda: self.time - START)
        self.written = 0
        self.max_bytes = 1 << 30
        self.stopping = False
        self.start()

    # -- the application ----------------------------------------------------------------------------------------

    def record(self, kind: int = 0) -> bytes:
        token = f"token {self.written}"
        self.written += 1
        text = (
            f"PHP Warning:  {token} in /a.php on line 7",
            f"PHP Fatal error:  Uncaught E: {token} in /a.php:7\nStack trace:\n#0 {{main}}\n  thrown in /a.php on line 7",
            f"some text, {token}\nand more of it",
        )[kind]
        return f"[23-Nov-2026 12:20:04 UTC] {text}\n".encode()

    def write(self, data: bytes) -> None:
        with self.live_log.open("ab") as file:
            file.write(data)

    def rotate(self) -> None:
        """By renaming; the log is made anew by the next write."""
        for number in range(30, 0, -1):
            older = self.logs / f"app.log.{number}"
            if older.exists():
                older.rename(self.logs / f"app.log.{number + 1}")
        if self.live_log.exists():
            self.live_log.rename(self.logs / "app.log.1")

    # -- the sidecar --------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.store = FaultyStore.open(self.state, self.clock)
        self.store.script = []
        self.store.sizes = []
        spec = WatchSpec("backend", (str(self.logs / "*.log"),), start_at="beginning")
        self.tailer = Tailer([spec], self.store.checkpoints(), monotonic=self.clock.monotonic)
        interpreter = new_interpreter()
        choosers = {"backend": lambda: lambda _: interpreter}
        self.sink = OutboxSink(self.store, lambda: None, self.max_bytes)
        self.live = Live(self.tailer, choosers, self.sink, self.clock)

    def close(self) -> None:
        self.tailer.close()
        self.store.close()

    def restart(self) -> None:
        self.close()
        self.start()

    def look(self, *, rescan: bool = True, paths: Sequence[Path] = ()) -> None:
        """One look; who dies in it is started again."""
        try:
            self.live.look([str(path) for path in paths], rescan=rescan, stopped=lambda: self.stopping)
        except DiedError:
            self.restart()

    def settle(self) -> None:
        """Let it be quiet until all that can be read is read."""
        self.store.script = []
        for _ in range(4):
            self.time += 2.0
            self.look()

    # -- what came of it ----------------------------------------------------------------------------------------

    def stored(self) -> Counter[int]:
        """How often each record's token is in the outbox."""
        found: Counter[int] = Counter()
        for category in ("error", "log_item"):
            while rows := self.store.due(category, ROW_LIMIT, self.time):
                found.update(int(token) for row in rows for token in set(TOKEN.findall(row.payload)))
        return found


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.close()


def assert_all_once(machine: Machine) -> None:
    """Every record is in the outbox once, and the balance says so; none was even read twice."""
    assert machine.stored() == Counter(range(machine.written))
    counts = {outcome: count for (_, outcome), count in machine.store.counters().items()}
    assert counts.pop("read", 0) == sum(counts.values()) == machine.written
    assert set(counts) <= {"event", "log"}


# -- histories ------------------------------------------------------------------------------------------------------

FAULTS = ("refuse", "refuse", "die before", "die after", None)


def step(machine: Machine, chance: random.Random) -> None:
    """One thing that happens to a log or to the sidecar."""
    action = chance.choice(
        ("write", "write", "write", "torn", "rotate", "restart", "faults", "look", "look", "wait")
    )
    if action == "write":
        machine.write(b"".join(machine.record(chance.randrange(3)) for _ in range(chance.randrange(1, 5))))
    elif action == "torn":
        whole = machine.record(chance.randrange(3))
        cut = chance.randrange(1, len(whole))
        machine.write(whole[:cut])
        machine.look(rescan=chance.random() < 0.5, paths=[machine.live_log])
        machine.write(whole[cut:])
    elif action == "rotate":
        machine.rotate()
    elif action == "restart":
        machine.restart()
    elif action == "faults":
        machine.store.script = [chance.choice(FAULTS) for _ in range(chance.randrange(1, 4))]
    elif action == "look":
        machine.look(rescan=chance.random() < 0.5, paths=[machine.live_log])
    else:
        machine.time += chance.choice((0.5, 2.0))


@pytest.mark.parametrize("seed", range(20))
def test_any_history(machine: Machine, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable is what is wanted
    machine.look()  # what was rotated before the very first start is nobody's
    for _ in range(60):
        step(machine, chance)
    machine.settle()
    assert machine.written > 20
    assert_all_once(machine)


# -- one thing at a time --------------------------------------------------------------------------------------------


def test_an_exception_that_ends_itself_is_stored_at_once(machine: Machine) -> None:
    machine.write(machine.record(1))
    machine.look()
    assert machine.stored() == Counter([0])


def test_what_may_go_on_waits_for_quiet(machine: Machine) -> None:
    machine.write(machine.record(2))
    machine.look()
    assert machine.stored() == Counter()
    machine.time += 2.0
    machine.look(rescan=False)
    assert machine.stored() == Counter([0])


@pytest.mark.parametrize("fault", ["die before", "die after"])
def test_death_at_a_commit(machine: Machine, fault: str) -> None:
    for _ in range(3):
        machine.write(machine.record(1))
        machine.store.script = [None, fault]
        machine.look()
    machine.settle()
    assert_all_once(machine)


def test_while_nothing_can_be_stored_nothing_is_read(machine: Machine) -> None:
    machine.look()
    machine.write(machine.record(1))
    machine.store.script = ["refuse"] * 9
    machine.look()
    machine.write(machine.record(1) * 50)
    for _ in range(5):
        machine.look()
        assert machine.sink.pending == 0  # the rescan's checkpoints wait, and with them all reading
        assert 0 < machine.live.wait() <= 1.0
    machine.store.script = []
    machine.time += 1.0
    assert machine.live.wait() == 0
    machine.look()
    assert machine.sink.pending == 0
    assert machine.live.wait() > 0


def test_a_full_outbox_stops_the_reading(machine: Machine) -> None:
    machine.max_bytes = 1
    machine.restart()
    machine.write(machine.record(1))
    machine.look()
    machine.write(machine.record(1))
    machine.look()
    assert machine.store.pending_rows() == 1
    assert machine.live.wait() == float("inf")
    machine.store.acknowledge([row.id for row in machine.store.due("error", 9, machine.time)])
    machine.look()
    assert machine.stored() == Counter([1])


def test_it_stops_between_two_chunks(machine: Machine) -> None:
    (machine.logs / "b.log").write_bytes(machine.record(1))
    machine.write(machine.record(1))
    machine.stopping = True
    machine.look()
    assert machine.store.pending_rows() == 1
    machine.stopping = False
    machine.look()
    assert machine.stored() == Counter([0, 1])


def test_a_large_log_is_committed_in_parts(machine: Machine) -> None:
    machine.write(b"".join(machine.record(1) for _ in range(6000)))
    for _ in range(20):
        machine.look()
    assert sum(machine.store.sizes) == 6000
    assert max(machine.store.sizes) < 3000
    assert_all_once(machine)


def test_a_log_without_times_has_that_of_reading(machine: Machine) -> None:
    machine.write(b"token 0\n")
    machine.written = 1
    machine.time += 100
    machine.look()
    machine.time += 2
    machine.look()
    (row,) = machine.store.due("log_item", 9, machine.time)
    assert b'"timestamp":%.1f,' % (START + 102) in row.payload
    assert b'"log.time":{"value":"read"' in row.payload
