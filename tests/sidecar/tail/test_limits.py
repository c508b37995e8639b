"""Under a tight limit of descriptors, and with the real logrotate."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sidecar.tail.reading import Reader

MakeReader = Callable[..., Reader]
ROOT = Path(__file__).parents[3]

MANY_FILES = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
from sidecar.tail.tailer import WatchSpec
from tests.sidecar.tail.reading import Reader

place = Path(sys.argv[1])
reader = Reader([WatchSpec("web", (f"{place}/*.log",), (), "beginning")])
for turn in range(4):
    for number in range(300):
        with (place / f"{number}.log").open("ab") as log:
            log.write(b"%d %d\\n" % (number, turn))
        if turn == 1 and number % 2:
            (place / f"{number}.log").rename(place / f"{number}.log.1")
    reader.look()
    if turn == 2:
        reader.restart()
assert sorted(reader.lines) == sorted(b"%d %d" % (n, t) for n in range(300) for t in range(4)), len(reader.lines)
"""


def test_300_files_with_64_descriptors(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MANY_FILES), str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


LOGROTATE = shutil.which("logrotate", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


@pytest.mark.skipif(LOGROTATE is None, reason="logrotate is not installed (apt-get install logrotate)")
@pytest.mark.parametrize("include", ["app.log", "app*"])
@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        "create",
        "create\ncompress",
        "create\ncompress\ndelaycompress",
        "create\ndateext\ndateformat -%Y%m%d-%s",
        "create\ndateext\ndateformat -%Y%m%d\nextension .log\ncompress",
        "copytruncate",
        "copytruncate\ncompress",
        "copytruncate\ndateext\ndateformat -%Y%m%d-%s",
    ],
)
def test_real_logrotate(
    tmp_path: Path, make_reader: MakeReader, options: str, include: str, *, restarts: bool
) -> None:
    place = tmp_path / "log"
    place.mkdir(mode=0o755)
    log = place / "app.log"
    settings = tmp_path / "logrotate.conf"
    settings.write_text(f"{log} {{\nrotate 9\nmissingok\n{options}\n}}\n")
    reader = make_reader(f"log/{include}")
    reader.look()
    written = 0
    for turn in range(5 if "%s" in options or "dateformat" not in options else 1):
        for look in (True, False):
            with log.open("ab") as writer:
                for _ in range(3):
                    written += 1
                    writer.write(b"turn %d line %d\n" % (turn, written))
            if look and turn != 2:
                reader.look()
        if restarts:
            reader.restart()
        subprocess.run(
            [str(LOGROTATE), "--force", "--state", str(tmp_path / "state"), str(settings)],
            check=True,
            timeout=30,
        )
        if "%s" in options:
            # The date format counts seconds: make the names of two turns differ without waiting for one to pass.
            for rotated in place.glob("app.log-*"):
                if len(rotated.name) < 40:
                    rotated.rename(rotated.with_name(f"{rotated.name}.{turn}"))
        reader.look()
    reader.quiet()
    assert sorted(int(line.rsplit(b" ", 1)[1]) for line in reader.lines) == list(range(1, written + 1))
