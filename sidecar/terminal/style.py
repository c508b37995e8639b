"""Colours and marks, in one place."""

from __future__ import annotations

import datetime as dt

from rich.text import Text

LEVEL_STYLES = {
    "fatal": "bold white on red",
    "error": "bold red",
    "warning": "yellow",
    "info": "blue",
    "debug": "dim",
}

TITLE = "bold"
QUIET = "dim"
PLACE = "cyan"
HOT = "bold red"

_CONTROL = {
    code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), 127, *range(128, 160)) if code not in {9, 10}
}


def safe(text: str) -> str:
    """*text* without control characters: log text must not steer the reader's terminal."""
    return text.translate(_CONTROL)


def level(name: str) -> Text:
    """A level in its colour."""
    return Text(name, style=LEVEL_STYLES.get(name, ""))


def moment(unix: float) -> str:
    """`23 Nov 2026 12:20:04 UTC`."""
    return dt.datetime.fromtimestamp(unix, dt.UTC).strftime("%-d %b %Y %H:%M:%S UTC")
