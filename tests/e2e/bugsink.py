"""A real Bugsink (a server that takes what Sentry takes), started for one test session and thrown away after it.

It lives in a virtual environment of its own, `$BUGSINK_VENV` or `.cache/bugsink`, because its pins are narrow and its
licence is not for shipping.  Migrating an empty database takes 10 s, so the result is kept beside it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.binary import until

VERSION = "2.6.1"

_CACHE = Path(__file__).parents[2] / ".cache"
_MISSING = "Bugsink {version} is not installed in {venv}; `make test` installs it there (or set BUGSINK_VENV)"

#: As many tests may have a project of their own.
_PROJECTS = 16

# PHONEHOME is on by default, so it is off before any of Bugsink's code runs.  TASK_ALWAYS_EAGER stores an event inside the
# request: an answer of 200 means that it can be read back.
_SETTINGS = """\
from bugsink.settings.default import *
from bugsink.conf_utils import eat_your_own_dogfood

BUGSINK = {bugsink!r}
SENTRY_DSN = None
eat_your_own_dogfood(None)
SECRET_KEY = "for tests on 127.0.0.1 only; it guards nothing there"
DATABASES["default"]["NAME"] = {base!r} + "/db.sqlite3"
DATABASES["snappea"]["NAME"] = {base!r} + "/snappea.sqlite3"
SNAPPEA = {{"TASK_ALWAYS_EAGER": True}}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
TIME_ZONE = "UTC"
ALLOWED_HOSTS = ["127.0.0.1"]
"""

_MIGRATE = """\
import sys, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
from projects.models import Project
for number in range(int(sys.argv[1])):
    Project.objects.create(name=f"e2e-{number}", retention_max_event_count=10**9, alert_on_new_issue=False,
                           alert_on_regression=False, alert_on_unmute=False)
"""


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of a project, as Bugsink grouped it."""

    type: str
    value: str
    events: int


@dataclass(frozen=True, slots=True)
class Project:
    """One project of the server: where to send, and what arrived."""

    number: int
    dsn: str
    database: Path

    def issues(self) -> list[Issue]:
        rows = self._rows(
            "select calculated_type, calculated_value, digested_event_count from issues_issue"
            " where project_id = ? order by digest_order"
        )
        return [Issue(*row) for row in rows]

    def events(self) -> list[dict[str, Any]]:
        """The payloads, as they were sent."""
        rows = self._rows("select data from events_event where project_id = ? order by digest_order")
        return [json.loads(data) for (data,) in rows]

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)) as database:
            return database.execute(query, (self.number,)).fetchall()


@contextmanager
def bugsink(base: Path) -> Iterator[Iterator[Project]]:
    """Run a server that keeps its files in *base*; gives its projects, all empty.

    Raises:
        FileNotFoundError: Bugsink is not installed; the message says how to.
        TimeoutError: it does not answer.
    """
    programs = _programs()
    port = free_port()
    environment = _configure(base, port)
    database = base / "db.sqlite3"
    shutil.copyfile(_empty_database(programs, base, environment), database)
    command = [
        str(programs / "gunicorn"),
        "--bind",
        f"127.0.0.1:{port}",
        "--threads",
        "4",
        "--no-control-socket",
    ]
    with (base / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "bugsink.wsgi"], cwd=base, env=environment, stdout=log, stderr=log
        )
    try:
        until(lambda: _ready(port, server), 60, f"Bugsink to answer, see {base}/server.log")
        yield iter(_projects(database, port))
    finally:
        server.terminate()
        server.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _programs() -> Path:
    venv = Path(os.environ.get("BUGSINK_VENV") or _CACHE / "bugsink").absolute()
    if not list(venv.glob(f"lib/python3*/site-packages/bugsink-{VERSION}.dist-info")):
        raise FileNotFoundError(_MISSING.format(version=VERSION, venv=venv))
    return venv / "bin"


def _configure(base: Path, port: int) -> dict[str, str]:
    quotas = {
        f"MAX_EVENTS_{whom}PER_{time}": 10**9
        for whom in ("", "PER_PROJECT_")
        for time in ("5_MINUTES", "HOUR", "MONTH")
    }
    bugsink = {
        "PHONEHOME": False,
        "BASE_URL": f"http://127.0.0.1:{port}",
        "INGEST_STORE_BASE_DIR": str(base / "ingestion"),
        **quotas,
    }
    (base / "bugsink_conf.py").write_text(_SETTINGS.format(bugsink=bugsink, base=str(base)))
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SENTRY_", "COVERAGE_"))
    }
    return {**kept, "DJANGO_SETTINGS_MODULE": "bugsink_conf", "PYTHONPATH": str(base)}


def _empty_database(programs: Path, base: Path, environment: dict[str, str]) -> Path:
    kept = _CACHE / f"bugsink-{VERSION}-{_PROJECTS}-projects.sqlite3"
    if not kept.exists():
        subprocess.run(
            [programs / "python", "-c", _MIGRATE, str(_PROJECTS)], cwd=base, env=environment, check=True
        )
        # Another session may be doing the same: the name appears when the file is whole.
        kept.parent.mkdir(exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}")
        with closing(sqlite3.connect(base / "db.sqlite3")) as database:
            database.execute("vacuum into ?", (str(part),))
        part.replace(kept)
    return kept


def _ready(port: int, server: subprocess.Popen[bytes]) -> bool:
    if server.poll() is not None:
        raise TimeoutError(f"Bugsink ended with status {server.returncode}")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _projects(database: Path, port: int) -> list[Project]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
        rows = opened.execute("select id, sentry_key from projects_project order by id").fetchall()
    return [
        Project(number, f"http://{str(key).replace('-', '')}@127.0.0.1:{port}/{number}", database)
        for number, key in rows
    ]
