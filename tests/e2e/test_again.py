"""A backfill that is run again: what was read is known, what was written anew is read, an interruption is orderly."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

from tests.e2e.binary import BINARY, environment, sidecar, until
from tests.e2e.scripted import ScriptedSentry


def backfill(log: Path, sentry: ScriptedSentry) -> dict[str, int]:
    done = sidecar("backfill", "--json", log, cwd=log.parent, env=given(log, sentry))
    assert done.returncode == 0, done.stderr.decode()
    summary: dict[str, int] = json.loads(done.stdout)
    return summary


def given(log: Path, sentry: ScriptedSentry) -> dict[str, str]:
    return {"SENTRY_DSN": sentry.dsn, "SIDECAR_STATE_DIR": str(log.parent / "state")}


def text(run: int) -> bytes:
    return b"server up\n" + b"Error: run %d\n    at f (/a.js:1:2)\n    at g (/b.js:3:4)\n" % run


def test_a_log_that_was_written_anew_is_read(tmp_path: Path) -> None:
    log = tmp_path / "node.log"
    with ScriptedSentry().running() as sentry:
        log.write_bytes(text(1))
        assert backfill(log, sentry)["sent"] == 2
        assert backfill(log, sentry)["bytes_read_before"] == len(text(1))
        log.write_bytes(text(2))
        assert backfill(log, sentry)["sent"] == 1  # the first line is at the same place with the same bytes
        with log.open("ab") as file:
            file.write(text(3))
        assert backfill(log, sentry)["records"] == 2


def test_an_interruption_loses_and_doubles_nothing(tmp_path: Path) -> None:
    log = tmp_path / "php_error.log"
    lines = [b"[23-Nov-2026 12:00:00 UTC] PHP Warning:  no %d in /a.php on line 1\n" % n for n in range(4000)]
    log.write_bytes(b"".join(lines))
    with ScriptedSentry().running() as sentry:
        env = environment(**given(log, sentry))
        with subprocess.Popen(
            [BINARY, "backfill", log],
            env=env,
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as process:
            until(lambda: len(sentry.events) > 50, 20, "some events")
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            said = process.stderr.read().decode()
        assert (process.returncode, "interrupted" in said) == (1, True)
        assert "Traceback" not in said
        assert backfill(log, sentry)["known_already"] == 0
        ids = [event["event_id"] for event in sentry.events]
    assert len(set(ids)) == len(lines)
