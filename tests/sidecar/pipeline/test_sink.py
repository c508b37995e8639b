"""Where records go: rows, counts and offsets together, also when a commit fails; or the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from parsers.php import ERROR_LOG
from sidecar.clock import Clock
from sidecar.errors import StateError
from sidecar.identity import Checkpoint
from sidecar.pipeline.interpret import FileReader, Interpreted, LogFile
from sidecar.pipeline.sink import OutboxSink, TerminalSink
from sidecar.state.store import Store
from sidecar.state.values import NewRow
from tests.sidecar.pipeline.conftest import new_interpreter

NOW = 1_795_436_500.0
HEAD = b"[23-Nov-2026 12:20:04 UTC] "
DATA = HEAD + b"PHP Warning:  a in /a.php on line 7\n" + HEAD + b"text\n" + HEAD + b"\n"


class FullDisk(Store):
    """A store that cannot write as long as it is told so."""

    full_disk = False

    def commit(
        self, checkpoints: Sequence[Checkpoint], rows: Sequence[NewRow], counts: Mapping[tuple[str, str], int]
    ) -> int:
        if self.full_disk:
            raise StateError("no space left on device")
        return super().commit(checkpoints, rows, counts)

    def forget(self, checkpoint: Checkpoint) -> None:
        if self.full_disk:
            raise StateError("no space left on device")
        super().forget(checkpoint)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FullDisk]:
    with FullDisk.open(tmp_path / "state", Clock(now=lambda: NOW, monotonic=lambda: 0.0)) as opened:
        yield opened


@pytest.fixture
def woken() -> list[None]:
    return []


@pytest.fixture
def sink(store: FullDisk, woken: list[None]) -> OutboxSink:
    return OutboxSink(store, lambda: woken.append(None), max_bytes=1 << 20)


def records(base: int = 0, data: bytes = DATA) -> list[Interpreted]:
    reader = FileReader(LogFile("/log", b"f" * 16, 0, NOW, "read"))
    split = ERROR_LOG.split(data, True).records  # noqa: FBT003 - the shape of `Format.split`
    return list(reader.interpret(new_interpreter(), split, base, data))


def checkpoint(offset: int) -> Checkpoint:
    return Checkpoint("backend", "/log", 1, 2, b"f" * 16, 0, offset)


def take(sink: OutboxSink, taken: Sequence[Interpreted]) -> None:
    for one in taken:
        sink.take("backend", one)


def stored(store: Store, category: str) -> dict[str | None, bytes]:
    rows = store.due(category, 100, NOW)
    store.release([row.id for row in rows])
    return {row.event_id: row.payload for row in rows}


def test_rows_counts_and_offsets(sink: OutboxSink, store: FullDisk, woken: list[None]) -> None:
    event, log, blank = records()
    take(sink, [event, log, blank])
    assert (sink.pending, store.pending_rows(), woken) == (2, 0, [])
    sink.commit([checkpoint(len(DATA))])
    assert stored(store, "error") == {event.place.event_id: event.payload()}
    assert stored(store, "log_item") == {log.place.event_id: log.payload()}
    assert store.counters() == {
        ("backend", "read"): 3,
        ("backend", "event"): 1,
        ("backend", "log"): 1,
        ("backend", "drop"): 1,
    }
    assert store.checkpoints() == [checkpoint(len(DATA))]
    assert (sink.pending, sink.stored, sink.duplicates, woken) == (0, 2, 0, [None])


def test_nothing_to_commit_does_nothing(sink: OutboxSink, store: FullDisk, woken: list[None]) -> None:
    store.full_disk = True
    sink.commit([])
    assert woken == []


def test_offsets_alone_are_kept(sink: OutboxSink, store: FullDisk, woken: list[None]) -> None:
    sink.commit([checkpoint(7)])
    assert (store.checkpoints(), woken) == ([checkpoint(7)], [])


def test_records_that_send_nothing_are_counted(sink: OutboxSink, store: FullDisk, woken: list[None]) -> None:
    take(sink, records()[2:])
    sink.commit([])
    assert store.counters() == {("backend", "read"): 1, ("backend", "drop"): 1}
    assert woken == []


def test_a_failed_commit_keeps_everything(sink: OutboxSink, store: FullDisk, woken: list[None]) -> None:
    event, log, blank = records()
    take(sink, [event])
    store.full_disk = True
    for _ in range(3):
        with pytest.raises(StateError):
            sink.commit([checkpoint(63)])
    take(sink, [log, blank])
    with pytest.raises(StateError):
        sink.commit([checkpoint(100)])
    assert (store.pending_rows(), store.checkpoints(), store.counters(), woken) == (0, [], {}, [])
    store.full_disk = False
    sink.commit([])
    assert set(stored(store, "error")) == {event.place.event_id}
    assert set(stored(store, "log_item")) == {log.place.event_id}
    assert store.counters()["backend", "read"] == 3
    assert store.checkpoints() == [checkpoint(100)]
    assert (sink.stored, woken) == (2, [None])


def test_the_same_bytes_again_are_duplicates(sink: OutboxSink, store: FullDisk, woken: list[None]) -> None:
    take(sink, records())
    sink.commit([])
    take(sink, records())
    sink.commit([])
    assert (sink.stored, sink.duplicates, woken) == (2, 2, [None])
    assert store.pending_rows() == 2
    assert store.counters() == {
        ("backend", "read"): 6,
        ("backend", "event"): 1,
        ("backend", "log"): 1,
        ("backend", "drop"): 2,
        ("backend", "duplicate"): 2,
    }


def test_it_is_full_at_its_limit(store: FullDisk, woken: list[None]) -> None:
    taken = records()
    size = sum(len(one.payload()) for one in taken[:2])
    sink = OutboxSink(store, lambda: woken.append(None), max_bytes=size)
    take(sink, taken[:1])
    sink.commit([])
    assert not sink.full()
    take(sink, taken[1:])
    assert not sink.full()
    sink.commit([])
    assert sink.full()
    store.acknowledge([row.id for row in store.due("error", 10, NOW)])
    assert not sink.full()


def test_files_that_are_gone_are_forgotten(sink: OutboxSink, store: FullDisk) -> None:
    sink.commit([checkpoint(7)])
    store.full_disk = True
    with pytest.raises(StateError):
        sink.forget([checkpoint(7)])
    store.full_disk = False
    sink.forget([checkpoint(7)])
    assert store.checkpoints() == []


def test_the_terminal_is_shown_all_but_drops() -> None:
    shown: list[Interpreted] = []
    sink = TerminalSink(shown.append)
    taken = records()
    for one in taken:
        sink.take("backend", one)
    sink.commit([checkpoint(7)])
    sink.forget([checkpoint(7)])
    assert shown == taken[:2]
    assert (sink.pending, sink.full()) == (0, False)
