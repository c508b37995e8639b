"""The command line.  `main` is what the `sidecar` command runs.

Results go to stdout, everything else to stderr.  Exit status: 0 done, 1 something failed, 2 wrong usage or settings.
Heavy modules are imported by the command that needs them, so that `--help` answers at once.
"""

from __future__ import annotations

import gc
import io
import os
import sys

from sidecar.cli.commands import app
from sidecar.cli.report import complain
from sidecar.errors import SidecarError

_INTERRUPTED = 130


def main() -> None:
    """Run the command line; a user's mistake ends in one clear line, never in a traceback."""
    # Records, events and their parts hold no cycles.  With the defaults the collector walks all remembered events
    # again and again: a third of a backfill's time.
    gc.set_threshold(200_000, 20, 100)
    _make_writable()
    try:
        _run()
    except SidecarError as error:
        complain(str(error))
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        _give_up_output()  # the reader has gone (`| head`), and knows it
        sys.exit(1)
    except OSError as error:
        _give_up_output()
        complain(f"{error.filename or 'writing the output'}: {error.strerror or error}")
        sys.exit(1)


def _run() -> None:
    try:
        app()
    finally:
        sys.stdout.flush()  # here, where a full disk can still be told


def _make_writable() -> None:
    """Output must not fail for a character that the terminal's encoding lacks, nor because there is no output."""
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.FileIO(os.devnull, "w"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _give_up_output() -> None:
    """Python flushes stdout once more at exit: give it a place to go."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
