"""kill -9 at any instant: offset and payloads never disagree."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sidecar.clock import Clock
from sidecar.state import Store

# Each commit stores one row for each byte that the offset advances, so that the two can be compared.
WRITER = """
import itertools, sys
from pathlib import Path
from sidecar.clock import SYSTEM
from sidecar.identity import Checkpoint
from sidecar.state import NewRow, Store

store = Store.open(Path(sys.argv[1]), SYSTEM)
start = max((c.offset for c in store.checkpoints()), default=0)
for offset in itertools.count(start + 7, 7):
    rows = [NewRow("error", "web", f"{n:032x}", b"x" * 3000) for n in range(offset - 7, offset)]
    store.commit([Checkpoint("web", "/a.log", 1, 2, b"", 0, offset)], rows, {("web", "event"): 7})
    lent = store.due("error", 3, SYSTEM.now())
    store.acknowledge([row.id for row in lent[:1]])
    print(offset, flush=True)
"""


@pytest.mark.parametrize("rounds", [3])
def test_kill_9_leaves_offset_and_payloads_together(tmp_path: Path, clock: Clock, rounds: int) -> None:
    directory = tmp_path / "state"
    for number in range(rounds):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(directory)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
        ) as writer:
            assert writer.stdout is not None
            said = 0
            for _ in range(20 + number * 13):
                said = int(writer.stdout.readline())
            os.kill(writer.pid, signal.SIGKILL)
        assert writer.returncode == -signal.SIGKILL

        with Store.open(directory, clock) as store:
            (checkpoint,) = store.checkpoints()
            events = store.counters()["web", "event"]
            delivered = _delivered(store)
            assert checkpoint.offset >= said, "a commit that was reported is there"
            assert events == checkpoint.offset
            assert store.pending_rows() + delivered == checkpoint.offset
            ids = {row.event_id for row in store.due("error", 10_000, clock.now())}
            assert max(ids, key=str) == f"{checkpoint.offset - 1:032x}"


def _delivered(store: Store) -> int:
    with store._database.reading() as sql:
        return int(sql.execute("SELECT count(*) FROM delivered").fetchone()[0])
