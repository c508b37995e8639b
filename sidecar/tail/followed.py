"""A followed file together with what the rescans see of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sidecar.tail.discover import Sighting
from sidecar.tail.follow import Follower
from sidecar.tail.rotation import root_name


@dataclass(slots=True)
class Followed:
    """A follower and what the last rescan saw of its file.

    Attributes:
        follower: reads it.
        sighting: as last seen.
        real: path without symbolic links, under which the watcher reports changes.
        absent_since: monotonic time since when no directory shows it; None while one does.
        changed: between the last two rescans.
    """

    follower: Follower
    sighting: Sighting
    real: str
    absent_since: float | None = None
    changed: bool = True

    def paths(self) -> tuple[str, ...]:
        """Names under which the watcher may report it."""
        return () if self.absent_since is not None else (self.sighting.path, self.real)

    def is_unsettled(self) -> bool:
        """Whether the next turn may change what its file is: truncated, or of a first line still unread."""
        follower = self.follower
        if follower.log is None or follower.log.compressed:
            return False
        nameless = not follower.fingerprint and not follower.at(follower.log.size)
        return nameless or (self.changed and follower.is_truncated())

    @property
    def age(self) -> tuple[int, str]:
        """Sort key: oldest first."""
        return self.sighting.mtime_ns, self.sighting.path


def family(path: str) -> tuple[Path, str]:
    """All files that rotation makes of one log."""
    name = Path(path)
    return name.parent, root_name(name.name)


def real_path(path: str) -> str:
    """The path without symbolic links."""
    return os.path.realpath(path) if os.path.islink(path) else path  # noqa: PTH114 - for thousands of files
