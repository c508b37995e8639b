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

#: Control characters, and those that turn the direction of writing, with which a text can look like another.
_CONTROL = {
    code: "\N{REPLACEMENT CHARACTER}"
    for code in (*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    if code not in {9, 10}
}


def safe(text: str) -> str:
    """*text* without such characters: log text must not steer the reader's terminal."""
    return text.translate(_CONTROL)


def level(name: str) -> Text:
    """A level in its colour."""
    return Text(name, style=LEVEL_STYLES.get(name, ""))


def moment(unix: float) -> str:
    """`23 Nov 2026 12:20:04 UTC`."""
    return dt.datetime.fromtimestamp(unix, dt.UTC).strftime("%-d %b %Y %H:%M:%S UTC")
