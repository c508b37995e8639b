"""The command line.  `main` is what the `sidecar` command runs.

Results go to stdout, everything else to stderr.  Exit status: 0 done, 1 something failed, 2 wrong usage or settings.
Heavy modules are imported by the command that needs them, so that `--help` answers at once.
"""

from __future__ import annotations

import gc
import os
import sys

from sidecar.cli.commands import app
from sidecar.errors import SidecarError

_INTERRUPTED = 130
_PIPE_CLOSED = 141


def main() -> None:
    """Run the command line; a user's mistake ends in one clear line, never in a traceback."""
    # Records, events and their parts hold no cycles.  With the defaults the collector walks all remembered events
    # again and again: a third of a backfill's time.
    gc.set_threshold(1_000_000, 50, 100)
    try:
        app()
    except SidecarError as error:
        for line in str(error).splitlines():
            print(f"sidecar: {line}", file=sys.stderr)  # noqa: T201 - the one place where errors are told
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        # The reader has gone (`| head`).  Python flushes stdout once more at exit: give it a place to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_PIPE_CLOSED)
