"""A first look into files that nobody follows yet, not repeated before they change."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sidecar.errors import InputError
from sidecar.tail.discover import Sighting
from sidecar.tail.identify import FileId, FoundFile
from sidecar.tail.opening import HEAD_BYTES, open_log


class Probe:
    """Opens sighted files and remembers what was found, or that they are no logs.

    Args:
        complain: told about a wanted file that cannot be read, each time that is tried.
    """

    def __init__(self, complain: Callable[[str, InputError], None]) -> None:
        self._complain = complain
        self._found: dict[FileId, tuple[Sighting, FoundFile | None]] = {}
        #: Files of the last probes that this user may not open.
        self.closed: set[FileId] = set()

    def __call__(self, sighting: Sighting) -> FoundFile | None:
        """What is there; None where that is of no use now."""
        before, found = self._found.get(sighting.id, (None, None))
        if before == sighting:
            return found
        try:
            found = self._look(sighting)
        except InputError as error:
            if sighting.wanted:
                self._complain(sighting.path, error)
            if isinstance(error.__cause__, OSError):  # may pass without a trace in the file; try again
                if isinstance(error.__cause__, PermissionError):
                    self.closed.add(sighting.id)
                return None
            found = None
        self.closed.discard(sighting.id)
        if found and found.id != sighting.id:
            return None  # rotated between the two looks; the next rescan sees it as it is
        self._found[sighting.id] = sighting, found
        return found

    def keep(self, ids: Collection[FileId]) -> None:
        """Forget all but these."""
        self._found = {id_: found for id_, found in self._found.items() if id_ in ids}
        self.closed.intersection_update(ids)

    @staticmethod
    def _look(sighting: Sighting) -> FoundFile:
        with open_log(sighting.path, trust=not sighting.included) as log:
            head, state = log.read_at(0, HEAD_BYTES), log.stat()
            return FoundFile(
                sighting.path, state.st_dev, state.st_ino, state.st_size, head, compressed=log.compressed
            )
