"""The watcher on real directories; every wait here ends by an event, the time limits only stop a broken test."""

from __future__ import annotations

import functools
import itertools
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
import watchfiles

from sidecar.tail.watch import Look, watch

LIMIT = 10.0


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    timer = threading.Timer(LIMIT, event.set)
    timer.start()
    yield event
    timer.cancel()
    event.set()


def until(looks: Iterator[Look], met: Callable[[Look], bool]) -> Look:
    for look in looks:
        if met(look):
            return look
    raise AssertionError("stopped before it was seen")


def test_a_written_file_is_told_without_waiting_for_the_rescan(tmp_path: Path, stop: threading.Event) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"")
    looks = watch(lambda: {str(tmp_path)}, stop, rescan_seconds=60)
    assert next(looks) == Look(frozenset(), rescan=True)
    assert next(looks).rescan  # the watches are set by now
    log.write_bytes(b"x\n")
    assert until(looks, lambda look: bool(look.paths)).paths == {str(log)}


def test_a_new_file_asks_for_a_rescan(tmp_path: Path, stop: threading.Event) -> None:
    looks = watch(lambda: {str(tmp_path)}, stop, rescan_seconds=60)
    next(looks), next(looks)
    (tmp_path / "app.log").write_bytes(b"x\n")
    assert until(looks, lambda look: look.rescan)


def test_a_directory_that_goes_and_comes_again(tmp_path: Path, stop: threading.Event) -> None:
    place = tmp_path / "log"
    looks = watch(lambda: {str(place)}, stop, rescan_seconds=0.1)
    next(looks)

    def told_of(log: Path, look: Look) -> bool:
        told = str(log) in look.paths
        if place.exists():
            log.write_bytes(b"x\n")
        return told

    for turn in range(2):
        place.mkdir()
        until(looks, functools.partial(told_of, place / f"{turn}.log"))
        shutil.rmtree(place)


def test_polling_needs_no_watches(tmp_path: Path, stop: threading.Event) -> None:
    looks = watch(lambda: {str(tmp_path)}, stop, rescan_seconds=0.01, force_polling=True)
    assert list(itertools.islice(looks, 5)) == [Look(frozenset(), rescan=True)] * 5


def test_a_full_watch_table_is_said_once_and_polled(
    tmp_path: Path, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> object:
        raise OSError(28, "OS file watch limit reached")

    def full(*_: object, **__: object) -> Iterator[object]:
        return map(refuse, [None])  # as the real one, it fails at the first step

    monkeypatch.setattr(watchfiles, "watch", full)
    with structlog.testing.capture_logs() as said:
        looks = list(itertools.islice(watch(lambda: {str(tmp_path)}, stop, rescan_seconds=0.01), 4))
    assert all(look.rescan for look in looks)
    assert [one["log_level"] for one in said] == ["warning"]
    assert "fs.inotify.max_user_watches" in said[0]["event"]


def test_the_consumers_own_time_is_kept(tmp_path: Path, stop: threading.Event) -> None:
    times = iter([float("inf"), float("inf"), 0.0, 0.0])
    looks = watch(lambda: {str(tmp_path)}, stop, wait=lambda: next(times, 0.0), rescan_seconds=60)
    next(looks), next(looks)
    assert until(looks, lambda look: not look.rescan) == Look(frozenset(), rescan=False)


@pytest.mark.parametrize("force_polling", [False, True])
def test_stop_ends_it_soon(tmp_path: Path, stop: threading.Event, *, force_polling: bool) -> None:
    looks = watch(lambda: {str(tmp_path)}, stop, rescan_seconds=60, force_polling=force_polling)
    next(looks)
    threading.Timer(0.1, stop.set).start()
    began = time.monotonic()
    assert all(look.rescan for look in looks)
    assert time.monotonic() - began < 2
