"""The example logs, what independent counts say of them, and what their own bytes say of each event.

Nothing here uses this project's parsers: the expectations are `expected.json` (the counts of the scripts that provoked
the errors), the log text at an event's offset, read by a few plain patterns, and the source files beside it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

EXAMPLES = Path(__file__).parents[2] / "deploy" / "examples"

Json: TypeAlias = dict[str, Any]
#: Type and message of an issue, with what differs between its events replaced.
IssueName: TypeAlias = tuple[str, str]

_STAMP = re.compile(rb"\[(\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d) UTC\] ")
_PHP_END = re.compile(rb" in (/var/www/html/[^\s:]+)(?: on line |:)(\d+)$", re.MULTILINE)
_PHP_LEVELS = {
    b"PHP Warning": "warning",
    b"PHP Deprecated": "warning",
    b"PHP Notice": "info",
    # sentry-php sends an uncaught exception without a level, which Sentry reads as "error".  A parse error is fatal
    # by its label (E_PARSE): the text does not tell one in include, which is thrown, from one in the main script.
    b"PHP Fatal error:  Uncaught": "error",
    b"PHP Parse error": "fatal",
    b"PHP Fatal error:  Allowed": "fatal",
}
_NODE_CALL = re.compile(rb"^ +at (?:(?:async )?(.+) \()?((?:/|node:)[^():]+):(\d+):(\d+)\)?", re.MULTILINE)
#: What Node prints of an error that ends the process begins with the place alone.
_NODE_FATAL = re.compile(rb"\S+:\d+\n")
#: What differs between events of one issue: numbers, and the case that a PHP `match` does not know.
_VARIABLE = re.compile(r"\d+|(?<=match case )'\w+'")


@dataclass(frozen=True)
class Example:
    """One example log with its code."""

    name: str
    log: Path
    #: Where the code was when the log was written, and where it is here.
    logged: str
    source: Path

    @property
    def app_root(self) -> str:
        return self.logged

    @cached_property
    def text(self) -> bytes:
        return self.log.read_bytes()

    @cached_property
    def expected(self) -> Json:
        everything: Json = json.loads((EXAMPLES / "expected.json").read_text())
        found: Json = everything[self.name]
        return found

    @property
    def counts(self) -> Counter[IssueName]:
        """How many events each issue has."""
        counts: Counter[IssueName] = Counter()
        for issue in self.expected["issues"]:
            counts[issue_name(issue["type"], issue["value"])] += issue["count"]
        return counts

    def source_lines(self, path: str) -> list[str] | None:
        """The code of a logged path; None where the log names something else."""
        if not path.startswith(self.logged + "/"):
            return None
        return (self.source / path.removeprefix(self.logged + "/")).read_text().split("\n")


PHP = Example(
    "php-backend",
    EXAMPLES / "php-backend/logs/php_error.log",
    "/var/www/html",
    EXAMPLES / "php-backend/src",
)
NODE = Example(
    "node-websocket",
    EXAMPLES / "node-websocket/logs/server.log",
    "/srv/app/src",
    EXAMPLES / "node-websocket/src",
)


def issue_name(type_: str, value: str) -> IssueName:
    return type_, _VARIABLE.sub("#", value)


def thrown(event: Json) -> Json:
    """The exception of an event that was thrown last: the one that names the issue."""
    found: Json = event["exception"]["values"][-1]
    return found


def names(events: list[Json]) -> Counter[IssueName]:
    return Counter(issue_name(thrown(event)["type"], thrown(event)["value"]) for event in events)


@dataclass(frozen=True, slots=True)
class Said:
    """What the text of one record says of the event that it must become; None: it does not say."""

    time: float | None
    level: str
    path: str
    line: int
    column: int | None


def said_by_php(offset: int) -> Said:
    """What the record at *offset* of the PHP log says."""
    stamp = _STAMP.match(PHP.text, offset)
    assert stamp, f"no record starts at {offset}"
    end = PHP.text.find(b"\n[", offset)
    record = PHP.text[stamp.end() : end if end >= 0 else None].rstrip(b"\n")
    time = datetime.strptime(stamp[1].decode(), "%d-%b-%Y %H:%M:%S").replace(tzinfo=UTC)
    (level,) = (level for start, level in _PHP_LEVELS.items() if record.startswith(start))
    path, line = _PHP_END.findall(record)[-1]
    return Said(time.timestamp(), level, path.decode(), int(line), None)


def said_by_node(offset: int) -> Said:
    """What the record at *offset* of the Node log says: its first call that has a place."""
    call = _NODE_CALL.search(NODE.text, offset)
    assert call, f"no call follows {offset}"
    level = "fatal" if _NODE_FATAL.match(NODE.text, offset) else "error"
    return Said(None, level, call[2].decode(), int(call[3]), int(call[4]))


def settings(directory: Path, *, dsn: str | None = None, logs: Path | None = None, more: str = "") -> Path:
    """A settings file in *directory*, with a source for each example, or one for the PHP log at *logs*."""
    lines = [f"state_dir = '{directory / 'state'}'", more, "[sentry]"]
    if dsn:
        lines.append(f"dsn = '{dsn}'")
    lines += ["environment = 'e2e'", "release = 'larkline@4.2.0'"]
    for example in (PHP, NODE) if logs is None else (PHP,):
        lines += _source(example, logs or example.log)
    path = directory / "sidecar.toml"
    path.write_text("\n".join(lines))
    return path


def _source(example: Example, logs: Path) -> list[str]:
    return [
        "[[sources]]",
        f"name = '{example.name}'",
        f"include = ['{logs}']",
        "start_at = 'beginning'",
        f"tags = {{ component = '{example.name}' }}",
        f"app_root = '{example.app_root}'",
        "[[sources.source_roots]]",
        f"logged = '{example.logged}'",
        f"local = '{example.source}'",
    ]
