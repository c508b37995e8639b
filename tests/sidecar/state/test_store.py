"""What the store promises while nothing is broken; `test_broken.py` and `test_crash.py` have the rest."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sidecar.clock import Clock
from sidecar.identity import Checkpoint
from sidecar.state import NewRow, Store

FILE = Checkpoint("web", "/var/log/a.log", 5, 77, b"", 0, 100)


def event(number: int, payload: bytes = b"{}", source: str = "web") -> NewRow:
    return NewRow("error", source, f"{number:032x}", payload)


def log_item(payload: bytes = b"{}") -> NewRow:
    return NewRow("log_item", "web", None, payload)


def put(store: Store, *rows: NewRow) -> None:
    """Commit rows, counted as a pipeline counts them."""
    counts: dict[tuple[str, str], int] = {}
    for row in rows:
        for outcome in ("read", {"error": "event", "log_item": "log"}[row.category]):
            counts[row.source, outcome] = counts.get((row.source, outcome), 0) + 1
    store.commit([], rows, counts)


def due_ids(store: Store, clock: Clock, category: str = "error", limit: int = 100) -> list[int]:
    return [row.id for row in store.due(category, limit, clock.now())]


# Checkpoints ----------------------------------------------------------------------------------------------------


def test_a_checkpoint_survives_a_restart(directory: Path, clock: Clock) -> None:
    odd = Checkpoint("web", "/var/log/\udcff.log", 2**64 - 1, 2**63 + 5, b"\x00" * 16, 3, 2**40)
    with Store.open(directory, clock) as store:
        store.commit([FILE, odd], [], {})
    with Store.open(directory, clock) as store:
        assert sorted(store.checkpoints("web"), key=lambda c: c.path) == [FILE, odd]
        assert store.checkpoints("other") == []


@pytest.mark.parametrize(
    "later",
    [
        Checkpoint("web", "/var/log/a.log", 5, 77, b"f" * 16, 0, 300),
        Checkpoint("web", "/var/log/a.log.1", 5, 77, b"", 0, 200),
        Checkpoint("web", "/var/log/a.log", 5, 77, b"", 1, 0),
        Checkpoint("web", "/var/log/b.log", 5, 77, b"g" * 16, 0, 10),
    ],
    ids=["first line complete", "renamed", "truncated", "inode reused"],
)
def test_a_later_checkpoint_of_the_same_inode_replaces_it(store: Store, later: Checkpoint) -> None:
    store.commit([FILE], [], {})
    store.commit([later], [], {})
    assert store.checkpoints() == [later]


@pytest.mark.parametrize(
    "other",
    [
        Checkpoint("api", "/var/log/a.log", 5, 77, b"", 0, 9),
        Checkpoint("web", "/var/log/a.log", 6, 77, b"", 0, 9),
        Checkpoint("web", "/var/log/a.log", 5, 78, b"", 0, 9),
    ],
    ids=["source", "device", "inode"],
)
def test_files_that_differ_have_their_own(store: Store, other: Checkpoint) -> None:
    store.commit([FILE], [], {})
    store.commit([other], [], {})
    assert len(store.checkpoints()) == 2


def test_forgetting_a_file_leaves_its_successor_on_the_same_inode(store: Store) -> None:
    successor = Checkpoint("web", "/var/log/b.log", 5, 77, b"g" * 16, 0, 10)
    store.commit([successor], [], {})
    store.forget(FILE)
    assert store.checkpoints() == [successor]
    store.forget(successor)
    assert store.checkpoints() == []


# The line -------------------------------------------------------------------------------------------------------


def test_rows_come_out_as_they_went_in_and_in_order(store: Store, clock: Clock) -> None:
    put(store, event(1, b'{"a":1}'), event(2, b"\x00\xff"))
    put(store, event(3))
    rows = store.due("error", 10, clock.now())
    assert [(row.event_id, row.payload) for row in rows] == [
        (f"{1:032x}", b'{"a":1}'),
        (f"{2:032x}", b"\x00\xff"),
        (f"{3:032x}", b"{}"),
    ]
    assert {(row.category, row.source, row.attempts, row.created) for row in rows} == {
        ("error", "web", 0, clock.now())
    }


def test_each_category_has_its_own_line(store: Store, clock: Clock) -> None:
    put(store, event(1), log_item(), log_item())
    assert len(store.due("error", 10, clock.now())) == 1
    assert len(store.due("log_item", 10, clock.now())) == 2
    assert store.due("other", 10, clock.now()) == []


def test_a_row_is_lent_to_one_at_a_time(store: Store, clock: Clock) -> None:
    put(store, *(event(number) for number in range(5)))
    first, second = due_ids(store, clock, limit=3), due_ids(store, clock, limit=3)
    assert (len(first), len(second)) == (3, 2)
    assert not set(first) & set(second)
    assert store.next_due("error") is None
    store.release(first)
    assert due_ids(store, clock) == first


def test_a_lease_ends(store: Store, clock: Clock, advance: Callable[[float], None]) -> None:
    put(store, event(1))
    lent = due_ids(store, clock)
    advance(599)
    assert due_ids(store, clock) == []
    advance(1)
    assert due_ids(store, clock) == lent


def test_a_restart_gives_back_what_was_lent(directory: Path, clock: Clock) -> None:
    with Store.open(directory, clock) as store:
        put(store, event(1))
        lent = due_ids(store, clock)
    with Store.open(directory, clock) as store:
        assert due_ids(store, clock) == lent


def test_big_payloads_are_lent_in_small_numbers(store: Store, clock: Clock) -> None:
    put(store, *(event(number, bytes(1 << 20)) for number in range(7)))
    assert [len(store.due("error", 100, clock.now())) for _ in range(3)] == [4, 3, 0]


def test_a_deferred_row_lets_others_pass_until_its_time(
    store: Store, clock: Clock, advance: Callable[[float], None]
) -> None:
    put(store, event(1), event(2))
    first, second = due_ids(store, clock)
    store.defer([first], clock.now() + 30)
    store.release([second])
    assert due_ids(store, clock) == [second]
    assert store.next_due("error") == clock.now() + 30
    advance(30)
    (again,) = store.due("error", 10, clock.now())
    assert (again.id, again.attempts) == (first, 1)


def test_a_released_row_keeps_its_place(store: Store, clock: Clock) -> None:
    put(store, event(1), event(2))
    ids = due_ids(store, clock)
    store.release(ids[:1], attempted=True)
    store.release(ids[1:])
    assert [(row.id, row.attempts) for row in store.due("error", 10, clock.now())] == [
        (ids[0], 1),
        (ids[1], 0),
    ]


def test_a_row_deferred_under_a_wrong_clock_is_due(store: Store, clock: Clock, times: list[float]) -> None:
    put(store, event(1))
    times[0] += 86_400 * 365
    store.defer(due_ids(store, clock), clock.now() + 300)
    times[0] -= 86_400 * 365
    assert store.next_due("error") == 0.0
    assert len(due_ids(store, clock)) == 1


def test_ids_are_never_used_twice(directory: Path, clock: Clock) -> None:
    with Store.open(directory, clock) as store:
        put(store, event(1))
        first = due_ids(store, clock)
        store.acknowledge(first)
    with Store.open(directory, clock) as store:
        put(store, event(2))
        assert due_ids(store, clock)[0] > first[0]


# The same bytes read twice --------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["waiting", "delivered", "buried"])
def test_a_known_event_is_skipped_and_counted(directory: Path, clock: Clock, state: str) -> None:
    with Store.open(directory, clock) as store:
        put(store, event(1))
        if state == "delivered":
            store.acknowledge(due_ids(store, clock))
        elif state == "buried":
            store.bury(due_ids(store, clock), "no", 400)
        before = store.pending_rows()
    with Store.open(directory, clock) as store:
        skipped = store.commit([FILE], [event(1), event(2)], {("web", "read"): 2, ("web", "event"): 2})
        assert skipped == 1
        assert store.pending_rows() == before + 1
        assert store.checkpoints() == [FILE]
        assert store.counters()["web", "duplicate"] == 1


def test_the_same_event_twice_in_one_commit_is_stored_once(store: Store) -> None:
    assert store.commit([], [event(1), event(1)], {("web", "event"): 2, ("web", "read"): 2}) == 1
    assert store.pending_rows() == 1


def test_rows_without_an_event_id_are_never_duplicates(store: Store) -> None:
    assert store.commit([], [log_item(), log_item()], {}) == 0
    assert store.pending_rows() == 2


def test_many_ids_are_looked_up_at_once(store: Store) -> None:
    rows = [event(number) for number in range(2_000)]
    put(store, *rows)
    assert store.commit([], rows, {("web", "event"): 2_000}) == 2_000


def test_only_the_newest_delivered_ids_are_remembered(directory: Path, clock: Clock) -> None:
    with Store.open(directory, clock, remembered_ids=3) as store:
        put(store, *(event(number) for number in range(5)))
        store.acknowledge(due_ids(store, clock))
        assert store.commit([], [event(number) for number in range(5)], {}) == 3


# The balance ----------------------------------------------------------------------------------------------------


def balance(store: Store, source: str = "web") -> tuple[int, int]:
    """(read, sum of all other outcomes); equal as long as nothing is counted twice or not at all."""
    mine = {outcome: number for (name, outcome), number in store.counters().items() if name == source}
    read = mine.pop("read", 0)
    return read, sum(mine.values())


def test_counts_add_up_and_survive(directory: Path, clock: Clock) -> None:
    with Store.open(directory, clock) as store:
        store.commit([], [event(1)], {("web", "read"): 4, ("web", "event"): 1, ("web", "drop"): 3})
        store.commit([], [], {("web", "read"): 2, ("web", "sampled"): 2, ("api", "drop"): 0})
    with Store.open(directory, clock) as store:
        assert store.counters() == {
            ("web", "drop"): 3,
            ("web", "event"): 1,
            ("web", "read"): 6,
            ("web", "sampled"): 2,
        }


def test_a_record_ends_as_one_outcome_whatever_happens_to_it(store: Store, clock: Clock) -> None:
    put(store, event(1), event(2), log_item(), log_item())
    put(store, event(1))
    store.acknowledge(due_ids(store, clock, limit=1))
    store.bury(due_ids(store, clock), "no", 400)
    store.bury(due_ids(store, clock, "log_item", limit=1), "no", 413)
    assert store.counters() == {
        ("web", "read"): 5,
        ("web", "event"): 1,
        ("web", "log"): 1,
        ("web", "duplicate"): 1,
        ("web", "rejected"): 2,
    }
    store.retry_dead_letters()
    assert balance(store) == (5, 5)
    assert ("web", "rejected") not in store.counters()


def test_the_backlog_is_what_waits(directory: Path, clock: Clock) -> None:
    with Store.open(directory, clock) as store:
        put(store, event(1, b"12345"), event(2, b"123"), log_item(b"1"))
        assert (store.pending_rows(), store.pending_bytes()) == (3, 9)
        assert (store.pending_rows("error"), store.pending_bytes("error")) == (2, 8)
        first, second = due_ids(store, clock)
        store.acknowledge([first])
        store.acknowledge([first])
        assert (store.pending_rows(), store.pending_bytes()) == (2, 4)
        store.bury([second], "no", None)
    with Store.open(directory, clock) as store:
        assert (store.pending_rows(), store.pending_bytes()) == (1, 1)
        store.retry_dead_letters()
        assert (store.pending_rows(), store.pending_bytes()) == (2, 4)


# Dead letters ---------------------------------------------------------------------------------------------------


def test_a_dead_letter_says_why(store: Store, clock: Clock, advance: Callable[[float], None]) -> None:
    put(store, event(1, b'{"x":1}'))
    ids = due_ids(store, clock)
    advance(5)
    store.bury(ids, "HTTP 400: bad envelope", 400)
    (letter,) = store.dead_letters()
    assert (letter.category, letter.source, letter.event_id, letter.size) == ("error", "web", f"{1:032x}", 7)
    assert (letter.reason, letter.status) == ("HTTP 400: bad envelope", 400)
    assert letter.buried - letter.created == 5
    assert store.dead_letter(letter.id) == (letter, b'{"x":1}')
    assert store.dead_letter(letter.id + 1) is None


def test_a_retried_letter_gets_its_old_place_and_a_fresh_start(store: Store, clock: Clock) -> None:
    put(store, event(1), event(2))
    first, second = due_ids(store, clock)
    store.defer([first], clock.now())
    store.bury(due_ids(store, clock), "no", 500)
    store.release([second])
    assert store.retry_dead_letters([first, first, 999]) == 1
    assert [(row.id, row.attempts) for row in store.due("error", 9, clock.now())] == [(first, 0), (second, 0)]
    assert store.dead_letters() == []


def test_a_dropped_letter_is_gone_and_stays_rejected(store: Store, clock: Clock) -> None:
    put(store, event(1), event(2))
    ids = due_ids(store, clock)
    store.bury(ids, "no", 400)
    assert store.drop_dead_letters(ids[:1]) == 1
    assert [letter.id for letter in store.dead_letters()] == ids[1:]
    assert store.drop_dead_letters() == 1
    assert store.counters()["web", "rejected"] == 2
    assert store.retry_dead_letters() == 0


def test_the_list_shows_the_newest(store: Store, clock: Clock) -> None:
    put(store, *(event(number) for number in range(5)))
    ids = due_ids(store, clock)
    store.bury(ids, "no", 400)
    assert [letter.id for letter in store.dead_letters(limit=2)] == ids[-2:]


def test_the_oldest_letters_make_room(directory: Path, clock: Clock) -> None:
    with Store.open(directory, clock, dead_letter_bytes=100) as store:
        put(store, *(event(number, bytes(40)) for number in range(4)))
        ids = due_ids(store, clock)
        assert store.bury(ids[:2], "no", 400) == 0
        assert store.bury(ids[2:], "no", 400) == 2
        assert [letter.id for letter in store.dead_letters()] == ids[2:]
    with Store.open(directory, clock, dead_letter_bytes=100) as store:
        put(store, event(9, bytes(40)))
        assert store.bury(due_ids(store, clock), "no", 400) == 1


# Limits, threads, lock ------------------------------------------------------------------------------------------


def test_limits_survive_until_they_are_over(
    directory: Path, clock: Clock, advance: Callable[[float], None]
) -> None:
    with Store.open(directory, clock) as store:
        store.remember_limits({"error": clock.now() + 60, "": clock.now() + 10})
        store.remember_limits({"error": clock.now() + 90})
    with Store.open(directory, clock) as store:
        assert store.limits() == {"": clock.now() + 10, "error": clock.now() + 90}
        advance(10)
        assert set(store.limits()) == {"error"}
        advance(80)
        assert store.limits() == {}


def test_threads_share_it(store: Store, clock: Clock) -> None:
    taken: list[int] = []

    def write(part: int) -> None:
        for number in range(20):
            put(store, event(part * 1_000 + number))

    def take() -> None:
        for _ in range(200):
            ids = due_ids(store, clock, limit=3)
            store.acknowledge(ids)
            taken.extend(ids)

    threads = [threading.Thread(target=write, args=(part,)) for part in range(3)]
    threads += [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rest = due_ids(store, clock)
    assert len(taken) == len(set(taken))
    assert len(taken) + len(rest) == 60
    assert store.pending_rows() == len(rest)
    assert balance(store) == (60, 60)


def test_a_reader_may_look_beside_the_owner(store: Store, directory: Path, clock: Clock) -> None:
    put(store, event(1))
    with Store.open(directory, clock, read_only=True) as reader:
        assert reader.pending_rows() == 1
        assert reader.counters() == store.counters()
