"""What php-fpm's master process says of its workers: crashes, time-outs and limits are issues, all else is a log item."""

from __future__ import annotations

import re
from typing import NamedTuple

from parsers.model import Level, LogEvent
from parsers.php.servers.framed import join_tags
from parsers.php.servers.requests import request_of

_LEVELS: dict[str, Level] = {
    "DEBUG": "debug",
    "NOTICE": "info",
    "WARNING": "warning",
    "ERROR": "error",
    "ALERT": "fatal",
}
_POOL = re.compile(r"\[pool ([^\]]{1,200})\] ")
_REQUEST = re.compile(r'\(request: "(.{1,4096}?)"\) ')


class _Trouble(NamedTuple):
    pattern: re.Pattern[str]
    level: Level


#: A crash of the process is what PHP calls fatal; one that somebody ended by force is an error, by request a warning.
_TROUBLES = (
    _Trouble(re.compile(r"exited on signal \d+ \(SIG(?:SEGV|BUS|ABRT|ILL|FPE|SYS)"), "fatal"),
    _Trouble(re.compile(r"exited on signal \d+ \(SIGKILL"), "error"),
    _Trouble(re.compile(r"exited on signal \d+"), "warning"),
    _Trouble(re.compile(r"execution timed out \("), "error"),
    _Trouble(re.compile(r"reached (?:pm\.)?max_children setting"), "warning"),
    _Trouble(re.compile(r"failed processes threshold"), "error"),
)


def parse(format_name: str, level: str, text: str) -> LogEvent:
    """The master's line as an event; total."""
    own = _LEVELS.get(level, "info")
    pool = _POOL.match(text)
    request = _REQUEST.search(text)
    trouble = None if own == "debug" else _trouble_in(text)
    return LogEvent(
        format_name,
        "php",
        trouble or own,
        text,
        issue=trouble is not None or own in ("error", "fatal"),
        logger="php-fpm",
        tags=join_tags(sapi="fpm-fcgi", pool=pool[1] if pool else ""),
        request=request_of(request[1]) if request else None,
    )


def _trouble_in(text: str) -> Level | None:
    return next((one.level for one in _TROUBLES if one.pattern.search(text)), None)
