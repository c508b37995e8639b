"""A log directory, a clock that stands still, and a reader that takes lines as the pipeline takes records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sidecar.identity import Checkpoint
from sidecar.tail.tailer import Tailer, WatchSpec


@dataclass
class StillClock:
    time: float = 1000.0

    def __call__(self) -> float:
        return self.time


@dataclass
class Reader:
    """Runs a Tailer over a directory, stores its checkpoints as the outbox would, and collects lines."""

    specs: list[WatchSpec]
    clock: StillClock = field(default_factory=StillClock)
    stored: dict[tuple[str, int, int], Checkpoint] = field(default_factory=dict)
    lines: list[bytes] = field(default_factory=list)
    origins: list[tuple[bytes, bytes, int, int]] = field(default_factory=list)
    max_open: int | None = None
    tailer: Tailer = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.tailer = Tailer(
            self.specs,
            list(self.stored.values()),
            monotonic=self.clock,
            max_open=self.max_open,
            linger_seconds=5.0,
        )

    def restart(self) -> None:
        self.tailer.close()
        self.start()

    def look(self, *, rescan: bool = True, paths: Iterable[str] = ()) -> list[bytes]:
        """One look, as the pipeline takes it; gives the lines that came with it."""
        if rescan:
            self.tailer.rescan()
        before = len(self.lines)
        for chunk in self.tailer.poll(list(paths)):
            used = len(chunk.data) if chunk.final else chunk.data.rfind(b"\n") + 1
            offset = chunk.offset
            for line in chunk.data[:used].splitlines(keepends=True):
                self.lines.append(line.rstrip(b"\n"))
                self.origins.append((line, chunk.fingerprint, chunk.generation, offset))
                offset += len(line)
            chunk.advance(used)
            self.commit()
        self.commit()
        return self.lines[before:]

    def quiet(self) -> list[bytes]:
        """Let the quiet time pass, then look."""
        self.clock.time += 2.0
        return self.look()

    def commit(self) -> None:
        for one in self.tailer.checkpoints():
            self.stored[one.source, one.device, one.inode] = one
        for one in self.tailer.forgotten():
            self.stored.pop((one.source, one.device, one.inode), None)


MakeReader = Callable[..., Reader]


@pytest.fixture
def make_reader(tmp_path: Path) -> MakeReader:
    def make(
        *include: str, exclude: tuple[str, ...] = (), start_at: str = "beginning", max_open: int | None = None
    ) -> Reader:
        patterns = tuple(str(tmp_path / one) for one in include or ("*.log",))
        spec = WatchSpec("web", patterns, exclude, "end" if start_at == "end" else "beginning")
        return Reader([spec], max_open=max_open)

    return make
