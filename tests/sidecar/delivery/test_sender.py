"""The threads: that they wake, wait, drain and stop.  What a round does is in `test_courier.py`."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from sidecar.clock import SYSTEM, Clock
from sidecar.delivery.sender import Sender
from sidecar.delivery.transport import Transport
from sidecar.state import NewRow, Store
from tests.sidecar.delivery.ingest import Ingest, Received, Reply

# How long a test waits for something that takes milliseconds, before it fails.
PATIENCE = 10.0


def put(store: Store, *names: str, category: str = "error") -> None:
    rows = [
        NewRow(category, "web", f"{category:.1}{name:0>31}", json.dumps({"name": name}).encode())
        for name in names
    ]
    store.commit([], rows, {})


@pytest.fixture
def real_store(tmp_path: Path) -> Iterator[Store]:
    """A store in the machine's time: for tests that wait with `drain`."""
    with Store.open(tmp_path / "real", SYSTEM) as opened:
        yield opened


@pytest.fixture
def sender(real_store: Store, transport: Transport) -> Iterator[Sender]:
    running = Sender(real_store, transport.post, chance=lambda: 0.0)
    running.start()
    yield running
    running.close(0.0)


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.001)


NAMES = [f"{number:04x}" for number in range(120)]


def test_it_delivers_what_waits(sender: Sender, real_store: Store, ingest: Ingest) -> None:
    put(real_store, *NAMES)
    put(real_store, *NAMES, category="log_item")
    sender.wake()
    assert sender.drain(PATIENCE)
    assert ingest.accepted() == NAMES
    assert ingest.accepted("log_item") == NAMES


def test_it_sleeps_until_woken(sender: Sender, real_store: Store, ingest: Ingest) -> None:
    for number in range(5):
        put(real_store, f"{number:04x}")
        sender.wake()
        assert sender.drain(PATIENCE)
    assert ingest.accepted() == NAMES[:5]


class RacingStore(Store):
    """Stores a row, and wakes the sender, just after the sender has found that nothing waits."""

    wake: Callable[[], None] | None = None

    def next_due(self, category: str) -> float | None:
        found = super().next_due(category)
        if self.wake is not None:
            put(self, "a")
            wake, self.wake = self.wake, None
            wake()
        return found


def test_a_wake_during_a_round_is_not_slept_through(
    tmp_path: Path, transport: Transport, ingest: Ingest
) -> None:
    with RacingStore.open(tmp_path / "racing", SYSTEM) as store:
        sender = Sender(store, transport.post, categories=["error"])
        store.wake = sender.wake
        sender.start()
        eventually(lambda: ingest.accepted() == ["a"])
        sender.close(PATIENCE)


def test_several_connections_send_everything_once(
    real_store: Store, transport: Transport, ingest: Ingest
) -> None:
    put(real_store, *NAMES)
    sender = Sender(real_store, transport.post, connections=4)
    sender.start()
    assert sender.drain(PATIENCE)
    assert sorted(ingest.accepted()) == NAMES
    assert sender.close(PATIENCE)


def test_it_goes_on_by_itself_after_a_failure(sender: Sender, real_store: Store, ingest: Ingest) -> None:
    ingest.script = [Reply(500)]
    put(real_store, "a", "b")
    sender.wake()
    assert sender.drain(PATIENCE), "half a second later, without being woken"
    assert ingest.tried() == ["a", "a", "b"]


def test_a_limit_is_waited_for(
    store: Store, transport: Transport, ingest: Ingest, clock: Clock, advance: Callable[[float], None]
) -> None:
    ingest.rule = lambda _: Reply(429, {"Retry-After": "60"}) if len(ingest.received) == 0 else Reply()
    put(store, "a")
    sender = Sender(store, transport.post, clock=clock)
    sender.start()
    eventually(lambda: store.limits() != {})
    sender.wake()
    advance(59)
    sender.wake()
    assert ingest.tried() == ["a"]
    advance(1)
    sender.wake()
    eventually(lambda: store.pending_rows() == 0)
    assert ingest.accepted() == ["a"]
    # The threads have nothing to do, so they end at once.
    assert sender.close(0.0) or sender.close(PATIENCE)


def test_a_hold_is_lifted_for_all_categories(
    store: Store, transport: Transport, ingest: Ingest, clock: Clock, advance: Callable[[float], None]
) -> None:
    ingest.script = [Reply(403)]
    put(store, "a")
    sender = Sender(store, transport.post, clock=clock)
    sender.start()
    eventually(lambda: (store.next_due("error") or 0) > clock.now())
    put(store, "l", category="log_item")
    advance(300)
    sender.wake()
    eventually(lambda: store.pending_rows() == 0)
    sender.close(0.0)


def test_drain_gives_up(sender: Sender, real_store: Store, ingest: Ingest) -> None:
    ingest.rule = lambda _: Reply(429)
    put(real_store, "a")
    sender.wake()
    assert not sender.drain(0.05)
    assert real_store.pending_rows() == 1


def test_drain_of_nothing_returns_at_once(sender: Sender) -> None:
    assert sender.drain(0.0)


def test_close_sends_what_may_be_sent_and_keeps_the_rest(
    real_store: Store, transport: Transport, ingest: Ingest
) -> None:
    ingest.rule = lambda asked: (
        Reply(429, {"X-Sentry-Rate-Limits": "60:error:key"}) if asked.category == "error" else Reply()
    )
    put(real_store, *NAMES)
    put(real_store, *NAMES, category="log_item")
    sender = Sender(real_store, transport.post)
    sender.start()
    begun = time.monotonic()
    assert sender.close(PATIENCE)
    assert time.monotonic() - begun < PATIENCE / 2, "it does not wait for the limit"
    assert ingest.accepted("log_item") == NAMES
    assert real_store.pending_rows() == 120


def test_close_keeps_its_deadline(real_store: Store, ingest: Ingest) -> None:
    entered, leave = threading.Event(), threading.Event()

    def hang(_: bytes) -> object:
        entered.set()
        leave.wait(PATIENCE)
        raise OSError("too late")

    put(real_store, "a")
    sender = Sender(real_store, hang)  # type: ignore[arg-type]  # it never answers
    sender.start()
    assert entered.wait(PATIENCE)
    assert not sender.close(0.01)
    leave.set()
    eventually(lambda: sender.close(0.0))
    assert real_store.pending_rows() == 1
    assert ingest.received == []


def test_close_without_start(real_store: Store, transport: Transport) -> None:
    assert Sender(real_store, transport.post).close(0.0)


def test_a_thread_outlives_trouble_with_the_outbox(
    store: Store, transport: Transport, ingest: Ingest, clock: Clock
) -> None:
    put(store, "a")
    with store._database.reading() as sql:
        sql.execute("PRAGMA query_only = ON")
    with capture_logs() as logs:
        sender = Sender(store, transport.post, clock=clock)
        sender.start()
        eventually(lambda: any(line["event"] == "outbox_trouble" for line in logs))
        with store._database.reading() as sql:
            sql.execute("PRAGMA query_only = OFF")
        sender.wake()
        eventually(lambda: store.pending_rows() == 0)
        sender.close(0.0)
    assert ingest.tried() == ["a"]


def test_closing_the_store_under_a_request_is_quiet(
    tmp_path: Path, transport: Transport, ingest: Ingest
) -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow(_: Received) -> Reply:
        entered.set()
        leave.wait(PATIENCE)
        return Reply()

    ingest.rule = slow
    with closing(Store.open(tmp_path / "closed", SYSTEM)) as store:
        put(store, "a")
        sender = Sender(store, transport.post)
        sender.start()
        assert entered.wait(PATIENCE)
        assert not sender.close(0.0)
    with capture_logs() as logs:
        leave.set()
        eventually(lambda: sender.close(0.0))
    assert logs == []
