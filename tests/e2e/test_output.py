"""What `backfill --dry-run` prints: the JSON is the independent counts, the text fits a terminal, colours stay there."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from tests.e2e.binary import BINARY, environment, sidecar
from tests.e2e.examples import NODE, PHP, Example, issue_name

pytestmark = pytest.mark.e2e

_ESCAPE = b"\x1b"
_EXAMPLES = pytest.mark.parametrize("example", [PHP, NODE], ids=lambda example: str(example.name))


def arguments(example: Example, *command: str) -> list[str]:
    root = f"--source-root={example.logged}={example.source}"
    return [*command, root, f"--app-root={example.app_root}", str(example.log)]


@_EXAMPLES
def test_summary_is_the_independent_counts(tmp_path: Path, example: Example) -> None:
    done = sidecar(*arguments(example, "backfill", "--dry-run", "--json"), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    said = json.loads(done.stdout)
    counts = Counter(issue["count"] for issue in example.expected["issues"])
    assert said["records"] == example.expected["records"]
    assert said["events"] == sum(example.counts.values())
    assert said["logs"] + said["drops"] == said["records"] - said["events"]
    assert said["bytes"] == len(example.text)
    assert (said["files"], said["breadcrumbs"]) == (1, 0)
    assert Counter(issue["count"] for issue in said["issues"]) == counts
    assert len({issue["key"] for issue in said["issues"]}) == len(said["issues"])


@_EXAMPLES
def test_issues_are_those_of_the_counts(tmp_path: Path, example: Example) -> None:
    done = sidecar(*arguments(example, "backfill", "--dry-run", "--json"), cwd=tmp_path)
    found = {named(issue["title"]): issue for issue in json.loads(done.stdout)["issues"]}
    expected = {titled(issue): issue for issue in example.expected["issues"]}
    assert set(found) == set(expected)
    for name, issue in expected.items():
        for key in ("count", "first_seen", "last_seen"):
            assert found[name][key] == issue.get(key), name


def titled(issue: dict[str, Any]) -> str:
    """An issue's title: type and first line of the message, cut as titles are."""
    return named(f"{issue['type']}: {issue['value'].splitlines()[0]}"[:200])


def named(title: str) -> str:
    return issue_name("", title)[1]


@_EXAMPLES
@pytest.mark.parametrize("command", [("backfill", "--dry-run"), ("explain", "--limit", "60")], ids=" ".join)
def test_text_fits_80_columns_and_holds_no_escape(
    tmp_path: Path, example: Example, command: tuple[str, ...]
) -> None:
    # A terminal's own variables must not colour a pipe.
    env = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": "200"}
    done = sidecar(*arguments(example, *command), cwd=tmp_path, env=env)
    assert (done.returncode, done.stderr) == (0, b"")
    assert _ESCAPE not in done.stdout
    lines = done.stdout.decode().splitlines()
    assert [line for line in lines if cell_len(line) > 80] == []
    assert len(lines) > 20


@_EXAMPLES
@pytest.mark.parametrize("command", [("backfill", "--dry-run"), ("explain", "--limit", "60")], ids=" ".join)
def test_a_terminal_gets_colours_and_the_same_words(
    tmp_path: Path, example: Example, command: tuple[str, ...]
) -> None:
    plain = sidecar(*arguments(example, *command), cwd=tmp_path).stdout
    status, shown = on_a_terminal(arguments(example, *command), tmp_path)
    assert status == 0
    assert b"\x1b[" in shown
    assert words(re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", shown)) == words(plain)


def words(text: bytes) -> list[str]:
    """*text* without blanks and the seconds it took, neither of which is the same twice."""
    return re.sub(r"\d+\.\d s", "", text.decode()).split()


def on_a_terminal(arguments: list[str], directory: Path) -> tuple[int, bytes]:
    """Status and output of `sidecar` with a terminal of 80 columns as its stdout."""
    ours, theirs = pty.openpty()
    env = environment(TERM="xterm-256color", COLUMNS="80", LINES="24")
    with subprocess.Popen(
        [BINARY, *arguments], cwd=directory, env=env, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL
    ) as process:
        os.close(theirs)
        shown = b"".join(iter(lambda: read(ours), b""))
        os.close(ours)
        return process.wait(20), shown


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # EIO: the other side was closed
        return b""
