"""Each way that the state can be broken, and the one clear line that answers it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from sidecar.clock import Clock
from sidecar.errors import StateError
from sidecar.identity import Checkpoint
from sidecar.state import NewRow, Store
from sidecar.state.schema import APPLICATION_ID

NAME = "state.sqlite3"
FILE = Checkpoint("web", "/a.log", 5, 77, b"", 0, 100)


def rows(first: int, number: int, size: int = 100) -> list[NewRow]:
    return [NewRow("error", "web", f"{n:032x}", bytes(size)) for n in range(first, first + number)]


def filled(directory: Path, clock: Clock) -> None:
    """A database of many pages."""
    with Store.open(directory, clock) as store:
        store.commit([FILE], rows(0, 200, 3_000), {})


def garbage(directory: Path, _clock: Clock) -> None:
    directory.mkdir()
    (directory / NAME).write_bytes(b"this is no database, whatever its name says\n" * 100)


def cut_in_half(directory: Path, clock: Clock) -> None:
    filled(directory, clock)
    path = directory / NAME
    os.truncate(path, path.stat().st_size // 2)


def overwritten(directory: Path, clock: Clock) -> None:
    filled(directory, clock)
    with (directory / NAME).open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xa5" * 4096 * 20)


def damaged_where_nobody_looks_at_first(directory: Path, clock: Clock) -> None:
    with Store.open(directory, clock) as store:
        store.commit([FILE], rows(0, 9_000, 0), {})
        for _ in range(3):
            store.acknowledge([row.id for row in store.due("error", 3_000, clock.now())])
    # Leaves of the table of delivered ids, which no query of the start reads.
    path = directory / NAME
    with closing(sqlite3.connect(path)) as look:
        (root,) = look.execute("SELECT rootpage FROM sqlite_master WHERE name = 'delivered'").fetchone()
    content = bytearray(path.read_bytes())
    first_child = int.from_bytes(
        content[(root - 1) * 4096 + 8 :][:4], "big"
    )  # right-most child of an interior page
    content[(first_child - 1) * 4096 : first_child * 4096] = b"\xa5" * 4096
    path.write_bytes(content)


def foreign(directory: Path, _clock: Clock) -> None:
    directory.mkdir()
    with closing(sqlite3.connect(directory / NAME)) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
        other.commit()


def foreign_and_marked(directory: Path, _clock: Clock) -> None:
    directory.mkdir()
    with closing(sqlite3.connect(directory / NAME)) as other:
        other.execute("PRAGMA application_id = 252006674")


def newer(directory: Path, clock: Clock) -> None:
    filled(directory, clock)
    with closing(sqlite3.connect(directory / NAME)) as later:
        later.execute("PRAGMA user_version = 99")


def directory_as_database(directory: Path, _clock: Clock) -> None:
    (directory / NAME).mkdir(parents=True)


def directory_as_lock(directory: Path, _clock: Clock) -> None:
    (directory / "lock").mkdir(parents=True)


def file_as_directory(directory: Path, _clock: Clock) -> None:
    directory.write_text("not a directory")


def file_as_parent(directory: Path, _clock: Clock) -> None:
    directory.parent.rmdir()
    directory.parent.write_text("not a directory")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (garbage, "file is not a database; to start anew move state.sqlite3*"),
        (cut_in_half, "to start anew move state.sqlite3*"),
        (overwritten, "to start anew move state.sqlite3*"),
        (damaged_where_nobody_looks_at_first, "the database is damaged ("),
        (foreign, "is a database of another program; set another state_dir"),
        (foreign_and_marked, "is a database of another program; set another state_dir"),
        (newer, "was written by a newer version (schema 99, this one knows 1); upgrade"),
        (directory_as_database, "check that it exists and is readable and writable"),
        (directory_as_lock, "the state directory is not writable (Is a directory)"),
        (file_as_directory, "is a file, but the state needs a directory; set another state_dir"),
        (file_as_parent, "cannot create the state directory (Not a directory)"),
    ],
)
def test_it_is_refused_in_one_line_that_says_what_to_do(
    tmp_path: Path, clock: Clock, make: Callable[[Path, Clock], None], said: str
) -> None:
    directory = tmp_path / "parent" / "state"
    directory.parent.mkdir()
    make(directory, clock)
    for _ in range(2):  # a refusal changes nothing, and leaves no lock behind
        with pytest.raises(StateError) as caught:
            Store.open(directory, clock)
        message = str(caught.value)
        assert said in message
        assert message.startswith(str(directory))
        assert "\n" not in message


def test_a_refused_database_is_left_as_it_was(directory: Path, clock: Clock) -> None:
    garbage(directory, clock)
    before = (directory / NAME).read_bytes()
    with pytest.raises(StateError):
        Store.open(directory, clock)
    assert (directory / NAME).read_bytes() == before


@contextmanager
def as_nobody(directory: Path) -> Iterator[None]:
    """Root may write anywhere; be somebody else for a moment."""
    if os.geteuid() != 0:
        directory.chmod(0o500)
        yield
        return
    directory.chmod(0o755)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_directory_that_is_not_writable(clock: Clock) -> None:
    # Not in tmp_path, whose parents let only their owner pass.
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with (
            as_nobody(directory),
            pytest.raises(StateError, match=r"not writable \(Permission denied\); give it to"),
        ):
            Store.open(directory, clock)
        with as_nobody(directory), pytest.raises(StateError, match="cannot create the state directory"):
            Store.open(directory / "below", clock)


def test_a_database_that_is_not_writable(clock: Clock) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name) / "state"
        filled(directory, clock)
        directory.chmod(0o777)
        (directory / "lock").chmod(0o666)
        (directory / NAME).chmod(0o444)
        if os.geteuid() == 0:
            Path(name).chmod(0o755)
            os.seteuid(65534)
        try:
            with pytest.raises(
                StateError, match="Permission denied; check that it exists and is readable and writ"
            ):
                Store.open(directory, clock)
        finally:
            os.seteuid(os.getuid())


def test_nothing_to_look_at(directory: Path, clock: Clock) -> None:
    with pytest.raises(StateError, match="there is no state here; has `sidecar run` been started"):
        Store.open(directory, clock, read_only=True)
    assert not directory.exists()


def test_a_reader_changes_nothing(store: Store, directory: Path, clock: Clock) -> None:
    with Store.open(directory, clock, read_only=True) as reader, pytest.raises(StateError, match="readonly"):
        reader.commit([FILE], [], {})
    assert store.checkpoints() == []


def test_an_empty_file_is_a_new_database(directory: Path, clock: Clock) -> None:
    directory.mkdir()
    (directory / NAME).touch()
    with Store.open(directory, clock) as store:
        assert store.checkpoints() == []


def test_state_is_for_its_owner_only(store: Store, directory: Path) -> None:
    store.commit([FILE], rows(0, 1), {})
    assert directory.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in directory.iterdir()}
    assert set(modes) >= {NAME, NAME + "-wal", "lock"}
    assert set(modes.values()) == {0o600}


def test_it_is_marked_as_ours(store: Store, directory: Path) -> None:
    assert store.counters() == {}
    with closing(sqlite3.connect(directory / NAME)) as look:
        assert look.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert look.execute("PRAGMA user_version").fetchone() == (1,)
        assert look.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_one_process_at_a_time(store: Store, directory: Path, clock: Clock) -> None:
    with pytest.raises(StateError, match=f"already in use by pid {os.getpid()}; stop that process"):
        Store.open(directory, clock)
    store.close()
    store.close()
    Store.open(directory, clock).close()


def test_another_process_is_named(store: Store, directory: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from sidecar.clock import SYSTEM; from sidecar.state import Store\n"
        "from sidecar.errors import StateError\n"
        "try: Store.open(Path(sys.argv[1]), SYSTEM)\n"
        "except StateError as error: sys.exit(str(error))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(directory)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path.cwd(),
    )
    assert run.returncode == 1
    assert f"already in use by pid {os.getpid()}" in run.stderr
    assert store.pending_rows() == 0


def fill_disk(store: Store) -> None:
    with store._database.reading() as sql:
        pages = sql.execute("PRAGMA page_count").fetchone()[0]
        sql.execute(f"PRAGMA max_page_count = {pages}")


def free_disk(store: Store) -> None:
    with store._database.reading() as sql:
        sql.execute("PRAGMA max_page_count = 1073741823")


def test_a_full_disk_changes_nothing_and_may_be_tried_again(store: Store, clock: Clock) -> None:
    store.commit([FILE], rows(0, 3), {("web", "event"): 3})
    further = Checkpoint("web", "/a.log", 5, 77, b"", 0, 999)
    fill_disk(store)
    with pytest.raises(StateError, match="full; free some space; nothing is lost"):
        store.commit([further], rows(3, 100, 9_000), {("web", "event"): 100})
    assert store.checkpoints() == [FILE]
    assert store.counters() == {("web", "event"): 3}
    assert (store.pending_rows(), store.pending_bytes()) == (3, 300)
    free_disk(store)
    store.commit([further], rows(3, 100, 9_000), {("web", "event"): 100})
    assert store.pending_rows() == 103
    assert len(store.due("error", 200, clock.now())) == 103


def test_use_after_close_is_a_mistake_of_ours(store: Store) -> None:
    store.close()
    with pytest.raises(sqlite3.ProgrammingError):
        store.checkpoints()
