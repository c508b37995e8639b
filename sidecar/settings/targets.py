"""Files and directories that settings point to: what they say, and which are not there.

A mount may come late or not at all; that must not stop a daemon, so a missing one is a warning.  A release file is
different: events sent without their release cannot be mended later.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sidecar.errors import UsageError
from sidecar.settings.schema import SentrySettings, Settings
from sidecar.settings.sentry_names import check_release

#: More than any release; the rest of a wrong file is not read.
_MAX_RELEASE_FILE = 4096


def release_of(sentry: SentrySettings) -> str | None:
    """The release to put on events: `release`, else what `release_file` holds, else None.

    Raises:
        UsageError: the file cannot be read, or Sentry would drop what it holds.
    """
    if sentry.release is not None or sentry.release_file is None:
        return sentry.release
    return _read_release(sentry.release_file)


def _read_release(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return check_release(file.read(_MAX_RELEASE_FILE).decode())
    except OSError as error:
        raise UsageError(f"{path}: sentry.release_file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: sentry.release_file is not UTF-8 text") from None
    except ValueError as error:
        raise UsageError(f"{path}: the release in it {error}") from None


def warnings_of(settings: Settings) -> tuple[str, ...]:
    """One line for each file or directory that is not there now but need not be."""
    return tuple(_missing_roots(settings)) + tuple(_missing_authorities(settings.sentry))


def _missing_roots(settings: Settings) -> Iterator[str]:
    for index, source in enumerate(settings.sources):
        for number, root in enumerate(source.source_roots):
            if not root.local.is_dir():
                where = f"sources[{index}].source_roots[{number}].local"
                yield f"{where}: {root.local} is no directory; events get no source lines from it until it is"


def _missing_authorities(sentry: SentrySettings) -> Iterator[str]:
    if sentry.ca_certs is not None and not sentry.ca_certs.is_file():
        yield f"sentry.ca_certs: {sentry.ca_certs} is no file; nothing can be sent until it is"
