"""The state directory: made for us alone, and used by one process at a time.

Two daemons on one outbox would send everything twice and overwrite each other's checkpoints, hence the lock.  It is an
`flock`: the kernel drops it when the process dies, however it dies, so there is no stale lock to clean up.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from sidecar.errors import StateError

_LOCK_NAME = "lock"
_PID_BYTES = 32


def make_directory(directory: Path) -> None:
    """Create the state directory, readable by its owner only; one that exists is left as it is.

    Raises:
        StateError: it cannot be created, or something else has its name.
    """
    if directory.exists() and not directory.is_dir():
        raise StateError(f"{directory}: is a file, but the state needs a directory; set another state_dir")
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(
            f"{directory}: cannot create the state directory ({error.strerror}); create it or set another state_dir"
        ) from error


class DirectoryLock:
    """Holds the state directory from `acquire` until `release`, or until the process ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, directory: Path) -> DirectoryLock:
        """Take the lock without waiting.

        Raises:
            StateError: another process (or this one) holds it, or the directory is not writable.
        """
        descriptor = _open_lock_file(directory)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, _PID_BYTES, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise StateError(
                f"{directory}: already in use by pid {holder}; stop that process or set another state_dir"
            ) from error
        lock = cls(descriptor)
        lock._write_pid()
        return lock

    def release(self) -> None:
        """Let others in; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _write_pid(self) -> None:
        # The pid is for the message above only; on a full disk the lock holds without it.
        if self._descriptor is not None:
            with suppress(OSError):
                os.ftruncate(self._descriptor, 0)
                os.pwrite(self._descriptor, b"%d\n" % os.getpid(), 0)


def _open_lock_file(directory: Path) -> int:
    try:
        return os.open(directory / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateError(
            f"{directory}: the state directory is not writable ({error.strerror}); "
            f"give it to uid {os.geteuid()} or set another state_dir"
        ) from error
