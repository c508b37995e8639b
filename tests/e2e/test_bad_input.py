"""What users get wrong, with the real binary: one clear line on stderr, the promised exit status, nothing half done."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.binary import BINARY, KEY, environment, sidecar, tailing, terminated, until
from tests.e2e.examples import NODE, PHP, settings
from tests.e2e.scripted import ScriptedSentry

pytestmark = pytest.mark.e2e

_LOG = PHP.text[:3000]
_BAD_DSN = f"https://{KEY}@sentry.example/none"
#: Starts a program that may not read or write what its permissions forbid, even as root.
_UNPRIVILEGED = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")

_LOG_COMMANDS = (("explain",), ("explain", "--json"), ("backfill",), ("backfill", "--dry-run", "--json"))


def assert_refused(done: subprocess.CompletedProcess[bytes], status: int, *words: str) -> None:
    """One line that holds *words*; nothing on stdout."""
    said = done.stderr.decode()
    assert (done.returncode, done.stdout) == (status, b""), said
    assert said.startswith("sidecar: ")
    assert said.count("\n") == 1, said
    assert KEY not in said
    assert [word for word in words if word not in said] == []


@dataclass(frozen=True)
class BadLog:
    """A log that cannot be read: how it comes to be, and what is said of it."""

    name: str
    make: Callable[[Path], object]
    words: tuple[str, ...]
    before: tuple[str, ...] = ()


def _unreadable(path: Path) -> None:
    path.write_bytes(_LOG)
    path.chmod(0)


BAD_LOGS = (
    BadLog("missing.log", lambda _: None, ("no such file",)),
    BadLog("directory", Path.mkdir, ("directory", "directory/*.log")),
    BadLog("fifo", os.mkfifo, ("FIFO", "file")),
    BadLog("binary.log", lambda path: path.write_bytes(bytes(range(256)) * 20), ("binary",)),
    BadLog("utf16.log", lambda path: path.write_text(_LOG.decode(), "utf-16"), ("UTF-16", "iconv")),
    BadLog("packed.xz", lambda path: path.write_bytes(b"\xfd7zXZ\x00" + bytes(90)), ("xz -d",)),
    BadLog("binary.gz", lambda path: path.write_bytes(gzip.compress(bytes(range(256)) * 20)), ("binary",)),
    BadLog("not.gz", lambda path: path.write_bytes(b"\x1f\x8bno gzip at all"), ("gzip", "damaged")),
    BadLog(
        "unreadable.log",
        _unreadable,
        ("no permission",),
        before=_UNPRIVILEGED if os.geteuid() == 0 else (),
    ),
)


@pytest.mark.parametrize("bad", BAD_LOGS, ids=lambda bad: str(bad.name))
def test_a_log_that_cannot_be_read(tmp_path: Path, bad: BadLog) -> None:
    bad.make(tmp_path / bad.name)
    done = sidecar("explain", bad.name, cwd=tmp_path, before=bad.before)
    assert_refused(done, 1, bad.name, *bad.words)


@pytest.mark.parametrize("command", _LOG_COMMANDS, ids=" ".join)
def test_a_bad_log_among_good_ones_is_said_before_anything_is_done(
    tmp_path: Path, command: tuple[str, ...], sentry: ScriptedSentry
) -> None:
    done = sidecar(*command, PHP.log, "missing.log", cwd=tmp_path, env=sending(tmp_path, sentry))
    assert_refused(done, 1, "missing.log")
    assert not sentry.events


def sending(directory: Path, sentry: ScriptedSentry) -> dict[str, str]:
    return {"SENTRY_DSN": sentry.dsn, "SIDECAR_STATE_DIR": str(directory / "state")}


def test_a_gzip_file_cut_off_gives_what_it_has_and_is_said(tmp_path: Path, sentry: ScriptedSentry) -> None:
    (tmp_path / "cut.gz").write_bytes(gzip.compress(PHP.text)[:5000])
    told = sidecar("explain", "--json", "cut.gz", cwd=tmp_path)
    good = [json.loads(line) for line in told.stdout.splitlines()]
    assert (told.returncode, bool(good)) == (1, True)
    done = sidecar("backfill", "--json", "cut.gz", cwd=tmp_path, env=sending(tmp_path, sentry))
    for said in (told.stderr, done.stderr):
        assert b"cut.gz: the gzip data ends too early" in said
        assert said.count(b"\n") == 1
    assert done.returncode == 1
    # "What could be read was": what explain shows has arrived as well.
    ids = [row["payload"]["event_id"] for row in good if row["outcome"] == "event"]
    assert [event["event_id"] for event in sentry.events] == ids


def test_a_gzip_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "packed.gz").write_bytes(gzip.compress(PHP.text))
    done = sidecar("backfill", "--dry-run", "--json", "packed.gz", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["records"] == PHP.expected["records"]


@pytest.mark.parametrize("name", ["empty.log", "empty.gz"])
def test_an_empty_log_is_a_clean_zero(tmp_path: Path, name: str, sentry: ScriptedSentry) -> None:
    (tmp_path / name).write_bytes(gzip.compress(b"") if name.endswith("gz") else b"")
    for command in ("backfill --dry-run --json", "backfill --json"):
        done = sidecar(*command.split(), name, cwd=tmp_path, env=sending(tmp_path, sentry))
        assert (done.returncode, done.stderr) == (0, b"")
        said = json.loads(done.stdout)
        assert (said["records"], said["issues"], said["files"]) == (0, [], 1)
    done = sidecar("explain", name, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


ODD_NAME = b"l\xf6g \xff\n'$(x).log"


@pytest.mark.parametrize("command", _LOG_COMMANDS, ids=" ".join)
def test_a_name_of_odd_bytes_is_no_trouble(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / os.fsdecode(ODD_NAME)).write_bytes(_LOG)
    done = sidecar(*command, ODD_NAME, cwd=tmp_path)
    assert b"Traceback" not in done.stderr
    assert (done.returncode, b"App\\Billing" in done.stdout.replace(b"\\\\", b"\\")) == (0, True)


def test_run_follows_a_name_of_odd_bytes(tmp_path: Path, sentry: ScriptedSentry) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / os.fsdecode(ODD_NAME)).write_bytes(_LOG)
    with tailing(settings(tmp_path, dsn=sentry.dsn, logs=logs / "*.log")) as process:
        until(lambda: len(sentry.events) >= 3 or process.poll() is not None, 10, "the events")
        assert process.poll() is None, (tmp_path / "run.log").read_text().splitlines()[-1]
        assert terminated(process) == 0


def test_a_name_of_odd_bytes_is_delivered(tmp_path: Path, sentry: ScriptedSentry) -> None:
    (tmp_path / os.fsdecode(ODD_NAME)).write_bytes(_LOG)
    done = sidecar("backfill", ODD_NAME, cwd=tmp_path, env=sending(tmp_path, sentry))
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(sentry.events) == 3


@dataclass(frozen=True)
class Mistake:
    """A command line or settings that cannot be used, and what is said of it."""

    name: str
    arguments: tuple[str, ...]
    words: tuple[str, ...]
    toml: str = ""
    env: tuple[tuple[str, str], ...] = ()


_CONFIG = ("backfill", "-c", "mistake.toml", str(PHP.log))
MISTAKES = (
    Mistake("unknown format", ("explain", "--format", "pph", str(PHP.log)), ("pph", "php")),
    Mistake("no zone", ("explain", "--timezone", "Mars/Base", str(PHP.log)), ("Mars/Base", "no such")),
    Mistake("source root", ("explain", "--source-root", "/x", str(PHP.log)), ("/x", "LOGGED=LOCAL")),
    Mistake("no code", ("explain", "--source-root", "/x=/no/such", str(PHP.log)), ("/no/such",)),
    Mistake("no settings file", ("backfill", "-c", "none.toml", str(PHP.log)), ("none.toml", "no such file")),
    Mistake("broken TOML", _CONFIG, ("mistake.toml", "line 2"), "[sentry]\ndsn = maybe\n"),
    Mistake("unknown key", _CONFIG, ("enviroment", "environment"), "[sentry]\nenviroment = 'x'"),
    Mistake(
        "unknown format in a file",
        _CONFIG,
        ("nod", "node"),
        "[[sources]]\nname='a'\ninclude=['/x']\nformat='nod'",
    ),
    Mistake("DSN in a file", _CONFIG, ("dsn", "project id"), f"[sentry]\ndsn = '{_BAD_DSN}'"),
    Mistake("DSN in the environment", _CONFIG, ("SENTRY_DSN", "project id"), env=(("SENTRY_DSN", _BAD_DSN),)),
    Mistake(
        "unknown variable",
        _CONFIG,
        ("SIDECAR_STATEDIR", "SIDECAR_STATE_DIR"),
        env=(("SIDECAR_STATEDIR", "/x"),),
    ),
    Mistake("nothing to tail", ("run", "-c", "mistake.toml"), ("sources",), "state_dir = '/no/such'"),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: str(mistake.name))
def test_wrong_usage_and_settings(tmp_path: Path, mistake: Mistake) -> None:
    (tmp_path / "mistake.toml").write_text(mistake.toml)
    done = sidecar(*mistake.arguments, cwd=tmp_path, env=dict(mistake.env))
    assert_refused(done, 2, *mistake.words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("explode",), ("No such command", "explode")),
        (("explain", "--jsn"), ("No such option", "--jsn", "--json")),
        (("backfill",), ("PATH",)),
        (("backfill", "--format"), ("--format", "requires")),
    ],
    ids=" ".join,
)
def test_unknown_commands_and_options(
    tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    done = sidecar(*arguments, cwd=tmp_path)
    said = done.stderr.decode()
    assert (done.returncode, done.stdout) == (2, b"")
    assert [word for word in words if word not in said] == []
    assert "Traceback" not in said


def _read_only(path: Path) -> None:
    path.mkdir()
    path.chmod(0o500)


@pytest.mark.parametrize(
    ("command", "state"), [("run", "below"), ("run", "a file"), ("backfill", "itself"), ("backfill", "below")]
)
def test_a_state_directory_that_cannot_be_written(
    tmp_path: Path, sentry: ScriptedSentry, command: str, state: str
) -> None:
    place = tmp_path / "place"
    if state == "a file":
        place.write_text("here first")
    else:
        _read_only(place)
    directory = place / "state" if state == "below" else place
    config = settings(tmp_path, dsn=sentry.dsn)
    arguments = ("run",) if command == "run" else ("backfill", PHP.log)
    before = _UNPRIVILEGED if os.geteuid() == 0 else ()
    done = sidecar(
        *arguments, "-c", config, cwd=tmp_path, env={"SIDECAR_STATE_DIR": str(directory)}, before=before
    )
    assert_refused(done, 1, str(place))
    assert not sentry.events


def test_a_state_directory_in_use_names_its_process(tmp_path: Path, sentry: ScriptedSentry) -> None:
    config = settings(tmp_path, dsn=sentry.dsn)
    with tailing(config) as process:
        until(lambda: bool(sentry.events), 10, "the first event")
        assert_refused(sidecar("run", "-c", config, cwd=tmp_path), 1, f"pid {process.pid}")


@pytest.mark.parametrize("command", ["explain", "explain --json", "backfill", "backfill --dry-run"])
def test_a_reader_that_leaves_is_no_error_to_tell(tmp_path: Path, command: str) -> None:
    with subprocess.Popen(
        [BINARY, *command.split(), PHP.log, NODE.log],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read().decode()
        # The table of a dry run may fit into the pipe's buffer before the reader leaves.
        assert process.wait(20) in {0, 1}  # typer's answer to a closed pipe; 0: all had been written by then
    assert [line for line in said.splitlines() if "no DSN" not in line] == []


@pytest.mark.parametrize("command", ["explain", "backfill --dry-run --json"])
def test_a_full_disk_under_stdout_is_one_line(tmp_path: Path, command: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [BINARY, *command.split(), PHP.log],
            check=False,
            cwd=tmp_path,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
        )
    assert done.returncode == 1
    assert b"No space left on device" in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "latin-1"},
    ],
    ids=lambda locale: " ".join(locale.values()),
)
def test_any_locale_will_do(tmp_path: Path, locale: dict[str, str]) -> None:
    done = sidecar("explain", NODE.log, cwd=tmp_path, env=locale)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert b"RangeError" in done.stdout
