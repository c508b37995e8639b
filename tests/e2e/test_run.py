"""`sidecar run` as a process: a growing log, rotation, kill -9, signals, Sentry down, and no DSN at all."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import threading
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.binary import sidecar, tailing, terminated, until
from tests.e2e.bugsink import Project, free_port
from tests.e2e.examples import PHP, settings
from tests.e2e.scripted import ScriptedSentry

pytestmark = pytest.mark.e2e

_SEED = 20261123


@dataclass
class Writer:
    """Appends the PHP example to `php.log` in *directory* as an application would, and may rotate it."""

    directory: Path
    pieces: list[bytes] = field(default_factory=list)
    rotations: int = 0

    @property
    def pattern(self) -> Path:
        return self.directory / "*.log"

    @property
    def path(self) -> Path:
        return self.directory / "php.log"

    def write(self) -> None:
        """Append the next piece."""
        with self.path.open("ab") as log:
            log.write(self.pieces.pop(0))

    def rotate(self) -> None:
        """Give the log another name, which the settings do not name."""
        self.rotations += 1
        self.path.rename(self.directory / f"php.log.{self.rotations}")

    def logs(self) -> list[Path]:
        return sorted(self.directory.glob("php.log*"))


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    """A writer with all of the example, in pieces."""
    directory = tmp_path / "logs"
    directory.mkdir()
    return Writer(directory, cut(PHP.text, 24))


def cut(text: bytes, pieces: int) -> list[bytes]:
    """*text* in pieces that end anywhere, but for the middle one, which ends with a record."""
    chance = random.Random(_SEED)  # noqa: S311 - the same places every time
    middle = text.rindex(b"\n[", 0, len(text) // 2) + 1
    half = pieces // 2 - 1
    inside = [*chance.sample(range(1, middle), half), *chance.sample(range(middle + 1, len(text)), half)]
    places = sorted([0, *inside, middle, len(text)])
    return [text[start:end] for start, end in pairwise(places)]


def explained(config: Path, writer: Writer) -> tuple[list[str], list[str]]:
    """What all logs together must become: ids of events, texts of log items; both sorted."""
    told = sidecar("explain", "--json", "-c", config, *writer.logs(), cwd=config.parent)
    assert (told.returncode, told.stderr) == (0, b"")
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert {row["outcome"] for row in rows} == {"event", "log"}
    events = [row["payload"] for row in rows if row["outcome"] == "event"]
    return ids(events), texts([row["payload"] for row in rows if row["outcome"] == "log"])


def ids(events: list[dict[str, Any]]) -> list[str]:
    return sorted(event["event_id"] for event in events)


def texts(items: list[dict[str, Any]]) -> list[str]:
    return sorted(
        f"{item['timestamp']} {item['attributes']['log.offset']['value']} {item['body']}" for item in items
    )


def test_a_growing_log_arrives_whole_and_once(tmp_path: Path, writer: Writer, sentry: ScriptedSentry) -> None:
    config = settings(tmp_path, dsn=sentry.dsn, logs=writer.pattern)
    with tailing(config) as process:
        while writer.pieces:
            if len(writer.pieces) == 12:
                writer.rotate()
            writer.write()
            taken = len(sentry.events)
            # Now and then it is seen what was written so far: the file is read while it grows, not at the end.
            if len(writer.pieces) % 8 == 0:
                until(lambda before=taken: len(sentry.events) > before, 10, "another event")  # type: ignore[misc]
        events, logs = explained(config, writer)
        until(lambda: len(sentry.events) >= len(events) and len(sentry.logs) >= len(logs), 20, "all records")
        assert terminated(process) == 0
    assert (ids(sentry.events), texts(sentry.logs)) == (events, logs)


def test_kill_9_and_rotation_lose_nothing_and_double_nothing(
    tmp_path: Path, writer: Writer, project: Project
) -> None:
    """Killed at random moments; Bugsink keeps one event an id and lists what it has, so its list is the proof."""
    chance = random.Random(_SEED)  # noqa: S311 - the same moments every time
    config = settings(tmp_path, dsn=project.dsn, logs=writer.pattern)
    writer.pieces = cut(PHP.text[: len(PHP.text) // 4], 6)
    while writer.pieces:
        with tailing(config) as process:
            writer.write()
            if len(writer.pieces) == 3:
                until(lambda: bool(project.events()), 20, "the first event")
                writer.rotate()
            kill_after(process, chance.uniform(0.2, 1.2))
    events, _ = explained(config, writer)
    with tailing(config) as process:
        until(lambda: len(project.events()) >= len(events), 30, "all events")
        assert terminated(process) == 0
    assert ids(project.events()) == events


def kill_after(process: subprocess.Popen[bytes], seconds: float) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.kill()
    process.wait()


def test_kill_9_before_the_answer_is_heard(tmp_path: Path, writer: Writer, sentry: ScriptedSentry) -> None:
    """The worst moment: Sentry has the event, the sidecar does not know.  It comes again, under the same id."""
    chance = random.Random(_SEED)  # noqa: S311 - the same moments every time
    config = settings(tmp_path, dsn=sentry.dsn, logs=writer.pattern)
    kills = 0
    running: list[subprocess.Popen[bytes]] = []
    fatal = threading.Semaphore(0)

    def status() -> int:
        if len(sentry.events) % 40 == 20 and fatal.acquire(blocking=False):
            running[-1].kill()
        return 200

    sentry.status = status
    while writer.pieces:
        for _ in range(min(len(writer.pieces), chance.randint(3, 6))):
            writer.write()
        fatal.release()
        with tailing(config) as process:
            running.append(process)
            kills += 1
            assert process.wait(20) == -signal.SIGKILL
    events, logs = explained(config, writer)
    with tailing(config) as process:
        running.append(process)
        until(lambda: set(ids(sentry.events)) >= set(events), 20, "all events")
        until(lambda: set(texts(sentry.logs)) >= set(logs), 20, "all log items")
        assert terminated(process) == 0
    assert (set(ids(sentry.events)), set(texts(sentry.logs))) == (set(events), set(logs))
    assert kills >= 4
    assert len(sentry.events) - len(events) <= kills


def test_what_is_read_while_sentry_is_down_arrives_when_it_is_up(tmp_path: Path, writer: Writer) -> None:
    port = free_port()
    down = ScriptedSentry(port)
    config = settings(tmp_path, dsn=down.dsn, logs=writer.pattern)
    with down.running():
        pass
    with tailing(config) as process:
        while writer.pieces:
            writer.write()
        until(lambda: b"no answer" in (tmp_path / "run.log").read_bytes(), 10, "word that Sentry is down")
        events, logs = explained(config, writer)
        with ScriptedSentry(port).running() as up:
            until(lambda: len(up.events) >= len(events) and len(up.logs) >= len(logs), 30, "all records")
            assert terminated(process) == 0
            assert (ids(up.events), texts(up.logs)) == (events, logs)


def test_sigterm_ends_it_while_sentry_is_down(tmp_path: Path, writer: Writer) -> None:
    config = settings(tmp_path, dsn=f"http://key@127.0.0.1:{free_port()}/1", logs=writer.pattern)
    with tailing(config) as process:
        writer.write()
        until(lambda: b"no answer" in (tmp_path / "run.log").read_bytes(), 10, "word that Sentry is down")
        assert terminated(process) == 0
    assert b"Traceback" not in (tmp_path / "run.log").read_bytes()


def test_a_second_signal_forces_the_end(tmp_path: Path, writer: Writer, sentry: ScriptedSentry) -> None:
    config = settings(tmp_path, dsn=sentry.dsn, logs=writer.pattern)
    asked, answer = threading.Event(), threading.Event()

    def silence() -> int:
        asked.set()
        answer.wait(30)
        return 503

    sentry.status = silence
    try:
        with tailing(config) as process:
            writer.write()
            assert asked.wait(10)
            process.send_signal(signal.SIGTERM)
            until(lambda: b"stopping" in (tmp_path / "run.log").read_bytes(), 3, "it to stop")
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.3)
            process.send_signal(signal.SIGTERM)
            assert process.wait(1) == 128 + signal.SIGTERM
    finally:
        answer.set()


def test_run_without_a_dsn_shows_events_and_keeps_nothing(tmp_path: Path, writer: Writer) -> None:
    config = settings(tmp_path, logs=writer.pattern)
    out = tmp_path / "run.out"
    with tailing(config) as process:
        while writer.pieces:
            writer.write()
        # The last issue of the log, then its last record.
        types = [issue["type"] for issue in PHP.expected["issues"]]
        until(lambda: all(one in out.read_text() for one in types), 30, "all issues to be shown")
        assert terminated(process) == 0
    assert not (tmp_path / "state").exists()


def test_backfill_without_a_dsn_shows_events_and_keeps_nothing(tmp_path: Path) -> None:
    config = settings(tmp_path)
    done = sidecar("backfill", "-c", config, PHP.log, cwd=tmp_path)
    shown = done.stdout.decode()
    assert (done.returncode, done.stderr.count(b"\n")) == (0, 1)
    assert b"SENTRY_DSN" in done.stderr
    # Each event of an uncaught exception or error is shown in full; the table at the end names each issue once more.
    for issue in PHP.expected["issues"]:
        assert shown.count(issue["type"]) > issue["count"]
    assert not (tmp_path / "state").exists()
