"""The exceptions of this program, and what each means for whoever catches it.

    SidecarError            one clear line for the user: what is wrong, where, what to do
    ├── UsageError          wrong settings or command line; exit status 2
    ├── InputError          a log that cannot be read; exit status 1, or report and go on
    └── StateError          the state directory or its database cannot be used; exit status 1

A network error is no exception here but a delivery outcome, see `sidecar.delivery.outcome`.
"""

from __future__ import annotations


class SidecarError(Exception):
    """Base of all errors that are shown as one line, never as a traceback."""

    exit_status = 1


class UsageError(SidecarError):
    """The settings or the command line are wrong; only the user can mend it."""

    exit_status = 2


class InputError(SidecarError):
    """A log file that cannot be read: missing, a directory, no permission, binary, broken gzip."""


class StateError(SidecarError):
    """The state directory or the database in it cannot be used."""
