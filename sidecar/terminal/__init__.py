"""What people see: the table of issues, an event in full, progress.  Results go to stdout, all else to stderr."""

from __future__ import annotations

import sys

from rich.console import Console

#: Wide enough for what we print, also where nobody told the width (a pipe, a file).
_PLAIN_WIDTH = 80


def output() -> Console:
    """The console for results: colours on a terminal only, 80 columns where there is none."""
    return _console(stderr=False)


def messages() -> Console:
    """The console for everything else, on stderr."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    width = None if terminal else _PLAIN_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)
