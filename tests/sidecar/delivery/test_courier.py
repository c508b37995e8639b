"""Real store, real HTTP server, scripted answers; the clock jumps to wherever the couriers want to wait for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from sidecar.clock import Clock
from sidecar.delivery.courier import Courier
from sidecar.delivery.gate import Gate
from sidecar.delivery.transport import Transport
from sidecar.errors import StateError
from sidecar.state import NewRow, OutboxRow, Store
from tests.sidecar.delivery.ingest import Ingest, Received, Reply

Advance = Callable[[float], None]
LIMIT_ERRORS = {"X-Sentry-Rate-Limits": "60:error:organization:quota"}


def put(store: Store, *names: str, category: str = "error", padding: int = 0) -> None:
    rows = [
        NewRow(
            category,
            "web",
            f"{name:0>32}" if category == "error" else None,
            json.dumps({"name": name, "pad": "x" * padding}).encode(),
        )
        for name in names
    ]
    outcome = {"error": "event", "log_item": "log"}[category]
    store.commit([], rows, {("web", "read"): len(rows), ("web", outcome): len(rows)})


class Bench:
    """Couriers of both categories around one gate."""

    def __init__(self, store: Store, transport: Transport, clock: Clock, advance: Advance) -> None:
        self.store, self.transport, self.clock, self.advance = store, transport, clock, advance
        self.stopped = False
        self.couriers = self._start()

    def _start(self) -> dict[str, Courier]:
        gate = Gate(self.clock, self.store.limits())
        return {
            category: Courier(
                category,
                self.store,
                self.transport.post,
                gate,
                self.clock,
                stopped=lambda: self.stopped,
                chance=lambda: 1.0,
                log=structlog.get_logger(),
            )
            for category in ("error", "log_item")
        }

    def restart(self) -> None:
        self.couriers = self._start()

    def round(self, category: str = "error") -> float | None:
        return self.couriers[category].round()

    def run(self, most_seconds: float = 50_000.0) -> float:
        """Let time pass until nothing waits; returns how much of it did."""
        passed = 0.0
        while passed <= most_seconds:
            waits = [wait for courier in self.couriers.values() if (wait := courier.round()) is not None]
            if not waits:
                return passed
            passed += min(waits)
            self.advance(min(waits))
        pytest.fail(f"{self.store.pending_rows()} rows still wait after {passed} s")


@pytest.fixture
def bench(store: Store, transport: Transport, clock: Clock, advance: Advance) -> Bench:
    return Bench(store, transport, clock, advance)


NAMES = [f"{number:04x}" for number in range(12)]

TROUBLES: dict[str, Sequence[Reply]] = {
    "none": [],
    "429 with nothing": [Reply(), Reply(429), Reply(), Reply(429)],
    "429 with seconds": [Reply(429, {"Retry-After": "7"}), Reply()],
    "429 with a date": [Reply(), Reply(429, {"Retry-After": "Tue, 17 Nov 2026 06:30:00 GMT"})],
    "429 with details": [Reply(429, LIMIT_ERRORS), Reply(), Reply(429, LIMIT_ERRORS)],
    "limit on a 200": [Reply(200, LIMIT_ERRORS), Reply(200, LIMIT_ERRORS)],
    "500s": [Reply(500), Reply(502), Reply(), Reply(503), Reply(504)],
    "a 503 with a date": [Reply(503, {"Retry-After": "600"})],
    "reset": [Reply(how="reset"), Reply(), Reply(how="reset")],
    "closed": [Reply(), Reply(how="close"), Reply(how="close")],
    "silent": [Reply(how="silent")],
    "wrong DSN for a while": [Reply(403), Reply(401), Reply(404)],
    "one of each": [Reply(429), Reply(500), Reply(how="reset"), Reply(403), Reply(how="close"), Reply(301)],
    "a long outage": [Reply(503)] * 40,
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_nothing_is_lost_and_nothing_is_accepted_twice(
    bench: Bench, ingest: Ingest, store: Store, trouble: str
) -> None:
    ingest.script = list(TROUBLES[trouble])
    put(store, *NAMES)
    bench.run()
    assert sorted(ingest.accepted()) == NAMES
    assert store.pending_rows() == 0
    assert store.dead_letters() == []
    assert store.counters() == {("web", "read"): 12, ("web", "event"): 12}
    for received in ingest.received:
        assert received.envelope["event_id"] == f"{received.names[0]:0>32}"


IN_ORDER = [
    "none",
    "429 with nothing",
    "429 with seconds",
    "429 with a date",
    "429 with details",
    "limit on a 200",
]


@pytest.mark.parametrize("trouble", [*IN_ORDER, "500s", "a 503 with a date", "reset", "closed", "silent"])
def test_short_troubles_keep_the_order(bench: Bench, ingest: Ingest, store: Store, trouble: str) -> None:
    ingest.script = list(TROUBLES[trouble])
    put(store, *NAMES)
    bench.run()
    assert ingest.accepted() == NAMES


def test_each_attempt_has_its_own_sent_at(bench: Bench, ingest: Ingest, store: Store) -> None:
    ingest.script = [Reply(503), Reply(429)]
    put(store, "a")
    bench.run()
    first, second, third = [received.envelope["sent_at"] for received in ingest.received]
    assert first < second < third
    assert len({received.payload for received in ingest.received}) == 1


def test_a_limit_on_errors_does_not_hold_back_logs(bench: Bench, ingest: Ingest, store: Store) -> None:
    ingest.rule = lambda asked: Reply(429, LIMIT_ERRORS) if asked.category == "error" else Reply()
    put(store, "a", "b")
    put(store, "l1", "l2", category="log_item")
    assert bench.round("error") == 0.0
    assert bench.round("error") == 60.0
    assert bench.round("log_item") == 0.0
    assert ingest.accepted("log_item") == ["l1", "l2"]
    assert ingest.tried() == ["a"], "the rest was not even tried"


def test_a_limit_on_all_holds_back_both(bench: Bench, ingest: Ingest, store: Store) -> None:
    ingest.script = [Reply(429, {"X-Sentry-Rate-Limits": "60::key"})]
    put(store, "a")
    put(store, "l1", category="log_item")
    bench.round("error")
    assert bench.round("log_item") == 60.0
    assert ingest.tried("log_item") == []


def test_a_limit_outlives_a_restart(bench: Bench, ingest: Ingest, store: Store, advance: Advance) -> None:
    ingest.script = [Reply(429, LIMIT_ERRORS)]
    put(store, "a")
    bench.round()
    advance(20)
    bench.restart()
    assert bench.round() == 40.0
    assert len(ingest.received) == 1


def test_waiting_for_a_limit_is_no_attempt(bench: Bench, ingest: Ingest, store: Store, clock: Clock) -> None:
    ingest.script = [Reply(429)] * 20
    put(store, "a")
    for _ in range(20):
        bench.round()
        bench.advance(60)
    assert [row.attempts for row in store.due("error", 9, clock.now())] == [0]


def test_an_outage_is_not_hammered(bench: Bench, ingest: Ingest, store: Store) -> None:
    put(store, *[f"{number:04x}" for number in range(500)])
    ingest.rule = lambda _: Reply(503)
    with pytest.raises(pytest.fail.Exception):
        bench.run(most_seconds=3_600)
    assert 15 <= len(ingest.received) <= 25
    ingest.rule = lambda _: Reply()
    assert bench.run() <= 300
    assert len(set(ingest.accepted())) == 500


def test_pauses_grow(bench: Bench, ingest: Ingest, store: Store) -> None:
    ingest.script = [Reply(500)] * 11
    put(store, "a", "b")
    waits = []
    for _ in range(11):
        assert bench.round() == 0.0
        wait = bench.round()
        assert wait is not None
        waits.append(wait)
        bench.advance(wait)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


@pytest.mark.parametrize("status", [400, 413])
def test_a_refused_event_is_buried_and_the_rest_goes_on(
    bench: Bench, ingest: Ingest, store: Store, status: int
) -> None:
    ingest.rule = lambda asked: Reply(status, body=b'{"detail":"bad"}') if asked.names == ["b"] else Reply()
    put(store, "a", "b", "c")
    assert bench.run() == 0.0
    assert ingest.accepted() == ["a", "c"]
    (letter,) = store.dead_letters()
    assert (letter.event_id, letter.status, letter.reason) == (
        f"{'b':0>32}",
        status,
        f'HTTP {status}: {{"detail":"bad"}}',
    )
    assert store.counters() == {("web", "read"): 3, ("web", "event"): 2, ("web", "rejected"): 1}


def test_a_dead_letter_is_sent_when_retried(bench: Bench, ingest: Ingest, store: Store) -> None:
    ingest.script = [Reply(400)]
    put(store, "a")
    bench.run()
    store.retry_dead_letters()
    bench.run()
    assert ingest.accepted() == ["a"]
    assert store.counters() == {("web", "read"): 1, ("web", "event"): 1}


def test_an_event_too_big_is_never_sent(bench: Bench, ingest: Ingest, store: Store) -> None:
    put(store, "a")
    put(store, "b", padding=1 << 20)
    put(store, "c")
    bench.run()
    assert ingest.tried() == ["a", "c"]
    (letter,) = store.dead_letters()
    assert letter.status is None
    assert letter.reason.startswith("too big: 1048")


def test_dead_letters_that_had_to_go_are_said(
    tmp_path: Path, transport: Transport, ingest: Ingest, clock: Clock, advance: Advance
) -> None:
    ingest.rule = lambda _: Reply(400)
    with Store.open(tmp_path / "small", clock, dead_letter_bytes=100) as store, capture_logs() as logs:
        put(store, *NAMES)
        Bench(store, transport, clock, advance).run()
        kept = len(store.dead_letters())
    assert sum(line["dropped"] for line in logs if line["event"] == "dead_letters_full") == 12 - kept > 0


POISON: dict[str, Reply] = {
    "500": Reply(500),
    "403 of a firewall": Reply(403),
    "reset": Reply(how="reset"),
    "closed": Reply(how="close"),
}


@pytest.mark.parametrize("kind", POISON)
def test_a_poison_event_is_found_and_never_stops_the_others(
    bench: Bench, ingest: Ingest, store: Store, clock: Clock, kind: str
) -> None:
    poison = POISON[kind]
    ingest.rule = lambda asked: poison if asked.names == ["0003"] else Reply()
    put(store, *NAMES)
    start = clock.now()
    for _ in range(100):
        # The log goes on, so the service is seen to be well.
        put(store, f"{_:08x}")
        for _ in range(4):
            bench.round()
        bench.advance(30)
        if store.dead_letters():
            break
    assert "000b" in ingest.accepted()
    (letter,) = store.dead_letters()
    assert letter.event_id == f"{'0003':0>32}"
    assert "while others were accepted" in letter.reason
    assert ingest.tried().count("0003") <= 15
    assert clock.now() - start < 3_000
    bench.run()
    assert store.pending_rows() == 0


def test_poison_delays_the_others_by_seconds(bench: Bench, ingest: Ingest, store: Store) -> None:
    ingest.rule = lambda asked: Reply(500) if asked.names == ["0000"] else Reply()
    put(store, *NAMES)
    passed = 0.0
    while len(ingest.accepted()) < len(NAMES) - 1:
        wait = bench.round()
        assert wait is not None
        passed += wait
        bench.advance(wait)
    assert passed < 10


def test_one_bad_log_item_does_not_bury_its_container(bench: Bench, ingest: Ingest, store: Store) -> None:
    ingest.rule = lambda asked: Reply(400 if "0007" in asked.names else 200)
    names = [f"{number:04x}" for number in range(100)]
    put(store, *names, category="log_item")
    bench.run()
    assert sorted(ingest.accepted("log_item")) == [name for name in names if name != "0007"]
    (letter,) = store.dead_letters()
    found = store.dead_letter(letter.id)
    assert found is not None
    assert json.loads(found[1])["name"] == "0007"
    assert len(ingest.received) <= 2 * 8


def test_a_log_item_that_breaks_its_container_is_found(bench: Bench, ingest: Ingest, store: Store) -> None:
    ingest.rule = lambda asked: Reply(500 if "bad" in asked.names else 200)
    put(store, "x", "bad", "y", category="log_item")
    for number in range(100):
        put(store, f"later{number}", category="log_item")
        for _ in range(3):
            bench.round("log_item")
        bench.advance(60)
    assert {"x", "y", "later99"} <= set(ingest.accepted("log_item"))
    (letter,) = store.dead_letters()
    assert (letter.category, letter.source) == ("log_item", "web")


def test_logs_travel_a_hundred_at_a_time(bench: Bench, ingest: Ingest, store: Store) -> None:
    names = [f"{number:04x}" for number in range(250)]
    put(store, *names, category="log_item")
    bench.run()
    assert ingest.accepted("log_item") == names
    assert [received.item["item_count"] for received in ingest.received] == [100, 100, 50]


def test_a_wrong_dsn_holds_everything_and_says_so(bench: Bench, ingest: Ingest, store: Store) -> None:
    ingest.rule = lambda _: Reply(403, body=b'{"detail":"event submission rejected with_reason: ProjectId"}')
    put(store, *NAMES)
    put(store, "l", category="log_item")
    with capture_logs() as logs:
        bench.round("error")
        assert bench.round("error") == 300.0
        assert bench.round("log_item") == 300.0
    assert len(ingest.received) == 1
    (said,) = [line for line in logs if line["log_level"] == "error"]
    assert said["event"] == "delivery_refused"
    assert "HTTP 403" in said["reason"]
    assert "check the DSN" in said["advice"]
    assert store.dead_letters() == []
    with pytest.raises(pytest.fail.Exception):
        bench.run(most_seconds=3_600)
    assert len(ingest.received) <= 2 * 13
    ingest.rule = lambda _: Reply()
    bench.run()
    assert sorted(ingest.accepted()) == NAMES


def test_a_dsn_that_stops_working_holds_after_one_more_try(
    bench: Bench, ingest: Ingest, store: Store
) -> None:
    ingest.rule = lambda asked: Reply(200 if asked.names[0] < "0003" else 403)
    put(store, *NAMES)
    bench.round()
    assert bench.round() == 300.0
    assert ingest.tried() == NAMES[:5]


def test_the_key_is_never_logged(bench: Bench, ingest: Ingest, store: Store) -> None:
    ingest.script = [Reply(403), Reply(how="reset"), Reply(500), Reply(429), Reply(400), Reply(how="silent")]
    put(store, *NAMES)
    with capture_logs() as logs:
        bench.run()
    assert len(logs) >= 6
    assert "publickey" not in repr(logs)


def test_recovery_is_said_once(bench: Bench, ingest: Ingest, store: Store) -> None:
    ingest.script = [Reply(500)] * 3
    put(store, *NAMES)
    with capture_logs() as logs:
        bench.run()
    assert [(line["event"], line.get("failures")) for line in logs] == [
        ("delivery_failed", 1),
        ("delivery_failed", 2),
        ("delivery_works_again", 3),
    ]


def test_a_stop_takes_effect_between_two_envelopes(
    bench: Bench, ingest: Ingest, store: Store, clock: Clock
) -> None:
    def stop_at_third(asked: Received) -> Reply:
        bench.stopped = asked.names == ["0002"]
        return Reply()

    ingest.rule = stop_at_third
    put(store, *NAMES)
    bench.round()
    assert ingest.accepted() == NAMES[:3]
    assert len(store.due("error", 100, clock.now())) == 9


# The outbox fails -----------------------------------------------------------------------------------------------


@contextmanager
def full_disk(store: Store) -> Iterator[None]:
    with store._database.reading() as sql:
        sql.execute("PRAGMA query_only = ON")
    yield
    with store._database.reading() as sql:
        sql.execute("PRAGMA query_only = OFF")


def test_what_was_accepted_is_not_sent_again_when_the_disk_is_full(
    bench: Bench, ingest: Ingest, store: Store
) -> None:
    put(store, *NAMES)
    with full_disk(store):
        for _ in range(3):
            with pytest.raises(StateError):
                bench.round()
        assert ingest.tried() == NAMES[:1]
    bench.run()
    assert ingest.tried() == NAMES


def test_another_thread_does_not_send_it_again_either(bench: Bench, ingest: Ingest, store: Store) -> None:
    put(store, *NAMES)
    other = Bench(store, bench.transport, bench.clock, bench.advance)
    with full_disk(store):
        for thread in (bench, other, bench, other):
            with pytest.raises(StateError):
                thread.round()
    assert ingest.tried() == NAMES[:2]
    bench.round()
    other.round()
    bench.run()
    assert sorted(ingest.tried()) == NAMES


def test_rows_are_given_back_when_the_disk_is_full(
    bench: Bench, ingest: Ingest, store: Store, clock: Clock
) -> None:
    ingest.script = [Reply(400)]
    put(store, *NAMES)
    with full_disk(store), pytest.raises(StateError):
        bench.round()
    rows: list[OutboxRow] = store.due("error", 100, clock.now())
    assert len(rows) == 12


def test_sent_but_not_acknowledged_before_a_crash(
    tmp_path: Path, ingest: Ingest, transport: Transport, clock: Clock, advance: Advance
) -> None:
    directory = tmp_path / "crashed"
    with Store.open(directory, clock) as store:
        put(store, "a")
        with full_disk(store), pytest.raises(StateError):
            Bench(store, transport, clock, advance).round()
    with Store.open(directory, clock) as store:
        Bench(store, transport, clock, advance).run()
    assert ingest.accepted() == ["a", "a"]
    assert len({received.envelope["event_id"] for received in ingest.received}) == 1
