"""A clock that stands still, and a reader that takes lines as the pipeline takes records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

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

    def look(
        self, *, rescan: bool = True, paths: Iterable[str] = (), crash_at: int | None = None
    ) -> list[bytes]:
        """One look, as the pipeline takes it; gives the lines that came with it.

        With `crash_at`, the process dies before the commit of that chunk: neither lines nor offset are stored.
        """
        if rescan:
            self.tailer.rescan()
        before = len(self.lines)
        for number, chunk in enumerate(self.tailer.poll(list(paths))):
            if number == crash_at:
                self.restart()
                break
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
