"""Real files through every kind of rotation, fault and restart; named cases beside the model in test_model.py."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog

from sidecar.identity import event_id_of
from sidecar.tail.tailer import BIRTH, WatchSpec
from tests.sidecar.tail.reading import Reader

MakeReader = Callable[..., Reader]


def append(path: Path, text: str) -> None:
    with path.open("ab") as log:
        log.write(text.encode())


def shift(path: Path, keep: int = 9) -> None:
    for number in range(keep, 0, -1):
        old = path.with_name(f"{path.name}.{number}")
        if old.exists():
            old.rename(path.with_name(f"{path.name}.{number + 1}"))
    path.rename(path.with_name(f"{path.name}.1"))


def copytruncate(path: Path, copy: str) -> None:
    shutil.copyfile(path, path.with_name(copy))
    path.write_bytes(b"")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "app.log"


def test_a_line_is_given_once_it_is_whole(log: Path, make_reader: MakeReader) -> None:
    append(log, "one\ntw")
    reader = make_reader()
    assert reader.look() == [b"one"]
    append(log, "o\nthree\n")
    assert reader.look(rescan=False) == []
    assert reader.look(rescan=False, paths=[str(log)]) == [b"two", b"three"]


def test_what_stays_unfinished_is_given_when_it_is_quiet(log: Path, make_reader: MakeReader) -> None:
    append(log, "one\ntorn")
    reader = make_reader()
    assert reader.look() == [b"one"]
    assert 0 < reader.tailer.wait() <= 1.0
    assert reader.quiet() == [b"torn"]
    assert reader.tailer.wait() == float("inf")
    append(log, " and more\n")
    assert reader.look() == [b" and more"]


def test_growth_puts_the_quiet_time_off(log: Path, make_reader: MakeReader) -> None:
    append(log, "a")
    reader = make_reader()
    reader.look()
    for _ in range(5):
        reader.clock.time += 0.9
        append(log, "b")
        assert reader.look() == []
    reader.clock.time += 1.0
    assert reader.look() == [b"abbbbb"]


@pytest.mark.parametrize("include", ["app.log", "*.log", "app.log*"])
@pytest.mark.parametrize("turns", [1, 2, 5])
@pytest.mark.parametrize("down", [False, True])
def test_renamed_any_number_of_times_between_two_looks(
    log: Path, make_reader: MakeReader, include: str, turns: int, *, down: bool
) -> None:
    append(log, "read\n")
    reader = make_reader(include)
    assert reader.look() == [b"read"]
    for turn in range(turns):
        append(log, f"unread {turn}\n")
        shift(log)
    append(log, "new\n")
    append(log.with_name(f"app.log.{turns}"), "late writer\n")
    if down:
        reader.restart()
    expected = [*(f"unread {turn}".encode() for turn in range(turns)), b"late writer", b"new"]
    assert sorted(reader.look()) == sorted(expected)
    assert reader.quiet() == []


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("include", ["app.log", "app.log*"])
def test_copytruncate_goes_on_in_the_copy(
    log: Path, make_reader: MakeReader, include: str, *, down: bool
) -> None:
    append(log, "read\n")
    reader = make_reader(include)
    reader.look()
    append(log, "unread\n")
    copytruncate(log, "app.log.1")
    append(log, "after\n")
    if down:
        reader.restart()
    assert sorted(reader.look()) == [b"after", b"unread"]
    generations = {line: generation for line, _, generation, _ in reader.origins}
    assert generations == {b"read\n": 0, b"unread\n": 0, b"after\n": 1}
    reader.restart()
    assert reader.quiet() == []


def test_the_copy_has_the_event_ids_of_its_original(log: Path, make_reader: MakeReader) -> None:
    append(log, "one\ntwo\n")
    reader = make_reader()
    reader.look()
    append(log, "three\n")
    copytruncate(log, "app.log.1")
    reader.look()
    live = {event_id_of(print_, generation, at, line) for line, print_, generation, at in reader.origins}
    again = make_reader("app.log.1")
    again.look()
    assert live == {
        event_id_of(print_, generation, at, line) for line, print_, generation, at in again.origins
    }
    assert len(live) == 3


def test_a_copy_not_yet_followed_by_the_truncation_is_not_read_again(
    log: Path, make_reader: MakeReader
) -> None:
    append(log, "one\n")
    reader = make_reader("app.log*")
    assert reader.look() == [b"one"]
    shutil.copyfile(log, log.with_name("app.log.1"))
    assert reader.look() == []
    append(log, "two\n")
    log.with_name("app.log.2").write_bytes(b"one\ntwo\n")
    log.write_bytes(b"")
    assert reader.look() == [b"two"]
    assert reader.quiet() == []


def test_truncated_without_a_copy_gives_what_was_read_of_it(log: Path, make_reader: MakeReader) -> None:
    append(log, "one\npart")
    reader = make_reader()
    assert reader.look() == [b"one"]
    log.write_bytes(b"")
    append(log, "two\n")
    assert reader.look() == [b"part", b"two"]


@pytest.mark.parametrize(
    "regrown", ["other", "same length!\n", "first\nthe file is longer than it was before\n"]
)
def test_truncated_and_grown_again_is_seen_by_the_bytes_before_the_offset(
    log: Path, make_reader: MakeReader, regrown: str
) -> None:
    append(log, "first\nsecond\n")
    reader = make_reader()
    reader.look()
    log.write_bytes(regrown.encode())
    reader.look()
    reader.quiet()
    assert reader.lines[2:] == regrown.encode().splitlines()
    assert reader.origins[-1][2] == 1


def test_a_writer_that_goes_on_at_its_old_offset_leaves_no_zeros(log: Path, make_reader: MakeReader) -> None:
    reader = make_reader()
    with log.open("wb") as writer:
        writer.write(b"before\n" * 20_000)
        writer.flush()
        reader.look()
        os.truncate(log, 0)
        writer.write(b"after\n")
        writer.flush()
        assert reader.look() == [b"after"]
        os.truncate(log, 0)
        writer.write(b"again\n")
    assert reader.look() == [b"again"]


def test_deleted_while_open_is_read_to_its_end_and_let_go(log: Path, make_reader: MakeReader) -> None:
    reader = make_reader()
    with log.open("ab", buffering=0) as writer:
        writer.write(b"one\n")
        reader.look()
        writer.write(b"two\n")
        log.unlink()
        append(log, "other file\n")
        assert sorted(reader.look()) == [b"other file", b"two"]
        writer.write(b"three\nfour")
        assert reader.look() == [b"three"]
        assert reader.quiet() == [b"four"]
        assert len(reader.tailer._open) == 2
    reader.clock.time += 10
    reader.look()
    assert [follower.path for follower in reader.tailer._open.values()] == [str(log)]


def test_recreated_with_the_same_lines_is_another_file(log: Path, make_reader: MakeReader) -> None:
    append(log, "header\nline\n")
    reader = make_reader()
    reader.look()
    log.unlink()
    append(log, "header\nline\n")
    assert reader.look() == [b"header", b"line"]


@pytest.mark.parametrize("down", [False, True])
def test_rotated_with_the_same_first_line(log: Path, make_reader: MakeReader, *, down: bool) -> None:
    reader = make_reader("*.log")
    for turn in range(3):
        append(log, f"# header\nline {turn}\n")
        if down:
            reader.restart()
        assert reader.look() == [b"# header", b"line %d" % turn]
        shift(log)


def test_files_with_equal_first_lines_are_all_read(tmp_path: Path, make_reader: MakeReader) -> None:
    for name in "abc":
        append(tmp_path / f"{name}.log", "# header\n")
    reader = make_reader()
    assert reader.look() == [b"# header"] * 3
    for name in "abc":
        append(tmp_path / f"{name}.log", f"{name}\n")
    reader.restart()
    assert sorted(reader.look()) == [b"a", b"b", b"c"]


@pytest.mark.parametrize("text", ["", "\n", "x", "x\n"])
def test_tiny_files(log: Path, make_reader: MakeReader, text: str) -> None:
    append(log, text)
    reader = make_reader()
    reader.look()
    reader.quiet()
    reader.restart()
    assert reader.quiet() == []
    assert reader.lines == text.encode().splitlines()


def test_a_symbolic_link_that_is_swapped(tmp_path: Path, make_reader: MakeReader) -> None:
    (tmp_path / "pods").mkdir()
    link = tmp_path / "app.log"
    for name in ("one", "two"):
        append(tmp_path / "pods" / name, f"{name}\n")
    link.symlink_to("pods/one")
    reader = make_reader()
    assert reader.look() == [b"one"]
    assert str(tmp_path / "pods") in reader.tailer.directories()
    append(tmp_path / "pods" / "one", "hinted\n")
    assert reader.look(rescan=False, paths=[str(tmp_path / "pods" / "one")]) == [b"hinted"]
    append(tmp_path / "pods" / "one", "last of one\n")
    link.unlink()
    link.symlink_to("pods/two")
    assert sorted(reader.look()) == [b"last of one", b"two"]


def test_links_to_one_file_are_one_file(tmp_path: Path, make_reader: MakeReader) -> None:
    append(tmp_path / "a.log", "one\n")
    (tmp_path / "b.log").hardlink_to(tmp_path / "a.log")
    (tmp_path / "c.log").symlink_to("a.log")
    reader = make_reader()
    assert reader.look() == [b"one"]
    (tmp_path / "a.log").unlink()
    append(tmp_path / "b.log", "two\n")
    assert reader.look() == [b"two"]
    reader.restart()
    assert reader.look() == []


def test_two_sources_do_not_share_a_file(log: Path, tmp_path: Path) -> None:
    append(log, "one\n")
    specs = [WatchSpec(name, (f"{tmp_path}/*.log",), (), "beginning") for name in ("first", "second")]
    reader = Reader(specs)
    assert reader.look() == [b"one"]
    assert {one.source for one in reader.stored.values() if one.path != BIRTH} == {"first"}


@pytest.mark.parametrize("include", ["app.log", "app.log*"])
@pytest.mark.parametrize("down", [False, True])
def test_archived_while_unread(log: Path, make_reader: MakeReader, include: str, *, down: bool) -> None:
    append(log, "read\n")
    reader = make_reader(include, exclude=("*.gz",) if include == "app.log" else ())
    reader.look()
    append(log, "unread\n")
    if down:
        reader.restart()
    log.with_name("app.log.1.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    append(log, "new\n")
    assert sorted(reader.look()) == [b"new", b"unread"]
    for _ in range(5):
        assert reader.quiet() == []
    reader.restart()
    assert reader.look() == []


def test_a_broken_archive_is_read_as_far_as_it_goes_and_reported_once(
    tmp_path: Path, make_reader: MakeReader
) -> None:
    text = b"".join(b"line %d\n" % number for number in range(2000))
    (tmp_path / "app.log.gz").write_bytes(gzip.compress(text)[:-2000])
    with structlog.testing.capture_logs() as said:
        reader = make_reader("*.gz")
        for _ in range(4):
            reader.quiet()
    assert len(reader.lines) > 100
    assert text.startswith(b"\n".join(reader.lines))
    assert [one["problem"].split(": ")[1][:27] for one in said] == ["the gzip data ends too early"[:27]]
    (tmp_path / "app.log.gz").write_bytes(gzip.compress(text))
    reader.look()
    assert b"".join(line for line, *_ in reader.origins) == text


# -- starting ---------------------------------------------------------------------------------------------------


def test_the_first_start_skips_what_is_there_for_ever(log: Path, make_reader: MakeReader) -> None:
    append(log, "old\nhalf")
    append(log.with_name("app.log.1"), "older\n")
    log.with_name("app.log.2.gz").write_bytes(gzip.compress(b"oldest\n"))
    reader = make_reader("app.log*", start_at="end")
    assert reader.look() == []
    reader.restart()  # before anything was written: the skip itself was stored
    append(log, " a line\nnew\n")
    append(log.with_name("app.log.1"), "late\n")
    assert sorted(reader.look()) == [b"half a line", b"late", b"new"]
    shift(log)
    append(log, "next\n")
    assert reader.look() == [b"next"]


@pytest.mark.parametrize("start_at", ["end", "beginning"])
def test_rotated_logs_that_no_glob_names_are_not_dug_up(
    log: Path, make_reader: MakeReader, start_at: str
) -> None:
    append(log.with_name("app.log.1"), "older\n")
    append(log, "old\n")
    reader = make_reader("app.log", start_at=start_at)
    assert reader.look() == ([b"old"] if start_at == "beginning" else [])
    reader.restart()
    shift(log)
    append(log, "new\n")
    assert reader.look() == [b"new"]


def test_a_source_without_files_was_started_all_the_same(log: Path, make_reader: MakeReader) -> None:
    reader = make_reader(start_at="end")
    reader.look()
    assert [one.path for one in reader.stored.values()] == [BIRTH]
    reader.restart()
    append(log, "written while nobody ran\n")
    assert reader.look() == [b"written while nobody ran"]


def test_a_file_that_appears_later_is_read_from_its_beginning(
    tmp_path: Path, make_reader: MakeReader
) -> None:
    append(tmp_path / "a.log", "old\n")
    reader = make_reader(start_at="end")
    reader.look()
    append(tmp_path / "b.log", "all of it\n")
    assert reader.look() == [b"all of it"]


# -- crashes ----------------------------------------------------------------------------------------------------


def test_a_restart_after_every_step(log: Path, make_reader: MakeReader) -> None:
    reader = make_reader()
    expected = []
    for step in range(12):
        append(log, f"{step}\n")
        expected.append(b"%d" % step)
        if step % 3 == 2:
            shift(log)
        if step % 5 == 4:
            reader.look(crash_at=0)
        reader.restart()
        reader.look()
    assert sorted(reader.lines) == sorted(expected)


def test_what_was_not_committed_is_given_again(log: Path, make_reader: MakeReader) -> None:
    append(log, "one\n")
    reader = make_reader()
    assert reader.look(crash_at=0) == []
    assert reader.look() == [b"one"]


def test_a_caller_that_stops_in_the_middle_gets_the_rest_later(
    tmp_path: Path, make_reader: MakeReader
) -> None:
    for name in "abc":
        append(tmp_path / f"{name}.log", f"{name}\n")
    reader = make_reader()
    reader.tailer.rescan()
    next(iter(reader.tailer.poll()))
    assert sorted(reader.look(rescan=False) + reader.quiet()) == [b"a", b"b", b"c"]


# -- fairness and bounds ----------------------------------------------------------------------------------------


def test_turns_are_fair_and_the_oldest_file_comes_first(tmp_path: Path, make_reader: MakeReader) -> None:
    for age, name in enumerate("cab"):
        (tmp_path / f"{name}.log").write_bytes(b"x" * 99 + b"\n" + (b"y" * 99 + b"\n") * 6000)
        os.utime(tmp_path / f"{name}.log", (age, age))
    reader = make_reader()
    reader.tailer.rescan()
    order = []
    for chunk in reader.tailer.poll():
        order.append(Path(chunk.path).stem)
        chunk.advance(len(chunk.data))
    assert order == ["c", "a", "b"] * 3


def test_a_poll_ends_while_there_is_more_and_says_so(log: Path, make_reader: MakeReader) -> None:
    log.write_bytes((b"y" * 99 + b"\n") * 10_000)
    reader = make_reader()
    reader.tailer.rescan()
    for chunk in reader.tailer.poll(turns=2):
        chunk.advance(len(chunk.data))
    assert reader.tailer.wait() == 0


def test_an_unchanged_file_is_not_touched_between_rescans(tmp_path: Path, make_reader: MakeReader) -> None:
    append(tmp_path / "a.log", "a\n")
    append(tmp_path / "b.log", "b\n")
    reader = make_reader()
    reader.look()
    append(tmp_path / "a.log", "more\n")
    append(tmp_path / "b.log", "more\n")
    assert reader.look(rescan=False, paths=[str(tmp_path / "b.log")]) == [b"more"]
    assert reader.tailer.checkpoints() == []


def test_few_descriptors_read_many_files(tmp_path: Path, make_reader: MakeReader) -> None:
    reader = make_reader(max_open=2)
    for turn in range(3):
        for number in range(20):
            append(tmp_path / f"{number}.log", f"{number} {turn}\n")
        reader.look()
        assert len(reader.tailer._open) == 2
    assert sorted(reader.lines) == sorted(b"%d %d" % (n, t) for n in range(20) for t in range(3))


def test_a_long_line_stops_nothing(log: Path, make_reader: MakeReader) -> None:
    log.write_bytes(b"x" * 9_000_000 + b"\nafter\n")
    reader = make_reader()
    reader.tailer.rescan()
    got, largest = b"", 0
    for chunk in reader.tailer.poll():
        used = len(chunk.data) if chunk.final else chunk.data.rfind(b"\n") + 1
        largest = max(largest, len(chunk.data))
        got += chunk.data[:used]
        chunk.advance(used)
    assert got == log.read_bytes()
    assert largest < (1 << 21) + (1 << 18) + 1


def test_what_cannot_be_read_is_said_once_and_tried_again(tmp_path: Path, make_reader: MakeReader) -> None:
    bad = tmp_path / "bad.log"
    bad.write_bytes(bytes(range(256)) * 9)
    append(tmp_path / "good.log", "good\n")
    with structlog.testing.capture_logs() as said:
        reader = make_reader()
        assert reader.look() == [b"good"]
        reader.look()
    assert [one["log_level"] for one in said] == ["warning"]
    assert said[0]["problem"].startswith(f"{bad}: is binary data")
    bad.write_bytes(b"text now\n")
    assert reader.look() == [b"text now"]


def test_files_long_gone_are_forgotten(log: Path, make_reader: MakeReader) -> None:
    append(log, "one\n")
    reader = make_reader()
    reader.look()
    log.unlink()
    for _ in range(3):
        reader.clock.time += 10
        reader.look()
    assert len(reader.stored) == 2
    reader.clock.time += 86_401
    reader.look()
    assert [one.path for one in reader.stored.values()] == [BIRTH]


def test_a_chunk_cannot_be_used_up_twice(log: Path, make_reader: MakeReader) -> None:
    append(log, "one\n")
    reader = make_reader()
    reader.tailer.rescan()
    chunk = next(iter(reader.tailer.poll()))
    with pytest.raises(ValueError, match="5 of 4 bytes"):
        chunk.advance(5)
    chunk.advance(4)
    with pytest.raises(ValueError, match="used up before"):
        chunk.advance(4)
