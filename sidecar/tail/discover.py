"""Which files a source means: include and exclude globs, and the rotated relatives beside them.

A relative (`app.log.1` where `app.log` is included) is sighted even where no glob names it: after a rotation,
that is where the unread tail is.  Whether it is read is decided by `identify`.

`*` stays within a directory, `**` crosses them.  An exclude pattern without a slash is held against the file's
name, one with a slash against the whole path.
"""

from __future__ import annotations

import fnmatch
import functools
import glob
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sidecar.tail.identify import FileId
from sidecar.tail.rotation import root_name


@dataclass(frozen=True, slots=True)
class WatchSpec:
    """The files of one source.

    Attributes:
        source: its name.
        include: globs, absolute or relative to the working directory.
        exclude: globs of files to leave out.
        start_at: where files begin that exist at the very first start of the source.
    """

    source: str
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    start_at: Literal["end", "beginning"] = "end"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A file that a source may want to read.

    Attributes:
        path: one of its names, absolute.
        device: st_dev.
        inode: st_ino.
        size: bytes on disk.
        mtime_ns: last change; files are read oldest first.
        included: a glob names it.
        wanted: it is read although never seen before; False for what is excluded and for strangers.
    """

    path: str
    device: int
    inode: int
    size: int
    mtime_ns: int
    included: bool
    wanted: bool

    @property
    def id(self) -> FileId:
        """Device and inode."""
        return self.device, self.inode


def discover(spec: WatchSpec) -> list[Sighting]:
    """The files that the globs of a source name, oldest first, then by name."""
    found = {}
    for pattern in spec.include:
        for path in _paths(str(Path(pattern).absolute())):
            if path not in found and not matches(path, spec.exclude):
                # A literal name is taken whatever it is, so that opening it says what is wrong with it.
                found[path] = _sight(path, any_kind=not glob.has_magic(pattern), included=True, wanted=True)
    return sorted((one for one in found.values() if one is not None), key=oldest_first)


def relatives(
    spec: WatchSpec, known: Collection[FileId], seen: Collection[str], paths: Iterable[str]
) -> list[Sighting]:
    """Files beside `paths` that no glob names, but that are known by inode or rotated from an included log."""
    inodes = {inode for _, inode in known}
    includes = [_parts(pattern) for pattern in spec.include]
    found = []
    for directory in {path.rpartition("/")[0] for path in paths}:
        for entry in _entries(directory):
            if entry.path in seen:
                continue
            root = root_name(entry.name)
            rotated = root != entry.name and any(_fits(Path(directory, root).parts, one) for one in includes)
            if rotated or entry.inode() in inodes:
                wanted = rotated and not matches(entry.path, spec.exclude)
                found.append(_sight(entry.path, any_kind=False, included=False, wanted=wanted))
    return sorted((one for one in found if one is not None), key=oldest_first)


def directories(spec: WatchSpec) -> set[str]:
    """Existing directories in which a file of the source can appear; for a missing one its nearest parent."""
    found = set()
    for pattern in spec.include:
        parts = Path(pattern).absolute().parts[:-1]
        plain = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts))
        base = Path(*parts[:plain])
        found.add(str(next(one for one in (base, *base.parents) if one.is_dir() or one == one.parent)))
        # Each level counts: a new directory is noticed in the one above it.
        for end in range(plain + 1, len(parts) + 1):
            step = os.path.join(*parts[:end], "")  # noqa: PTH118 - pathlib drops the slash that means "directories"
            found.update(path.rstrip("/") for path in _paths(step))
    return found


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns is for this path."""
    return any(_fits_pattern(path, pattern) for pattern in patterns)


def oldest_first(one: Sighting) -> tuple[int, str]:
    """Sort key: by last change, then by name."""
    return one.mtime_ns, one.path


def _fits_pattern(path: str, pattern: str) -> bool:
    if "/" not in pattern:
        return fnmatch.fnmatchcase(Path(path).name, pattern)
    return _fits(Path(path).parts, _parts(pattern))


@functools.lru_cache(maxsize=1024)
def _parts(pattern: str) -> tuple[str, ...]:
    return Path(pattern).absolute().parts


def _fits(parts: tuple[str, ...], globs: tuple[str, ...]) -> bool:
    if not globs:
        return not parts
    if globs[0] == "**":
        return any(_fits(parts[i:], globs[1:]) for i in range(len(parts) + 1))
    return bool(parts) and fnmatch.fnmatchcase(parts[0], globs[0]) and _fits(parts[1:], globs[1:])


def _paths(pattern: str) -> Iterator[str]:
    return glob.iglob(pattern, recursive=True)  # noqa: PTH207 - Path.glob makes an object a file, and follows no links


def _entries(directory: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            yield from entries
    except OSError:
        return  # gone or closed to us: what it held is not there now, and each look asks again


def _sight(path: str, *, any_kind: bool, included: bool, wanted: bool) -> Sighting | None:
    try:
        state = os.stat(path)  # noqa: PTH116 - a third of the cost of Path.stat, for thousands of files
    except OSError:
        return None  # vanished since it was listed, or a symbolic link to nothing
    if not any_kind and not stat.S_ISREG(state.st_mode):
        return None
    return Sighting(path, state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, included, wanted)
