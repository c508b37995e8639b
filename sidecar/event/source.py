"""Source lines around a frame, read from where the code of the logged paths is mounted.

Log text is written by strangers, so a path in it is not trusted: only files below a configured root are read, only
code (by suffix, or a script's first bytes), and only up to a size.  A forged frame cannot make `.env` leave the machine.
"""

from __future__ import annotations

import posixpath
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: Before and after a frame's line, as sentry-php and @sentry/node 11 have it (7 in 10).
CONTEXT_LINES = 5

_MAX_FILE = 4 << 20
_CACHE_BYTES = 16 << 20
_SCRIPT_STARTS = (b"#!", b"<?php", b"<?=")
_SUFFIXES = frozenset(
    [
        ".php",
        ".phtml",
        ".inc",
        ".module",
        ".install",
        ".theme",
        ".phpt",
        ".ctp",
        ".twig",
        ".latte",
        ".tpl",
        ".html",
        ".htm",
        ".js",
        ".mjs",
        ".cjs",
        ".jsx",
        ".ts",
        ".mts",
        ".cts",
        ".tsx",
        ".vue",
        ".svelte",
        ".astro",
        ".ejs",
        ".coffee",
    ]
)


@dataclass(frozen=True, slots=True)
class SourceRoot:
    """Where the code of logged paths can be read: *logged* is the path prefix in the log, *local* the directory here."""

    logged: str
    local: str


@dataclass(frozen=True, slots=True)
class Context:
    """The lines around a frame's line, without line ends."""

    pre: tuple[str, ...]
    line: str
    post: tuple[str, ...]


class SourceCode:
    """Reads and remembers source files; at most 16 MiB of them."""

    def __init__(self, roots: Iterable[SourceRoot] = ()) -> None:
        """The root with the longest matching prefix wins."""
        self._roots = sorted(roots, key=lambda root: -len(root.logged))
        self._files: OrderedDict[str, tuple[str, ...] | None] = OrderedDict()
        self._bytes = 0

    def forget(self) -> None:
        """Read everything anew from here on: a deploy may have changed the files."""
        self._files.clear()
        self._bytes = 0

    def around(self, path: str, line: int, *, end_is_line: bool) -> Context | None:
        """The source around *line* of the logged *path*; None when it cannot be read.

        Args:
            path: as logged.
            line: counted from 1.
            end_is_line: whether the end behind a last line end counts as an empty line, as PHP's SplFileObject has it
                and Node's readline has not.
        """
        lines = self._lines(path) if self._roots else None
        if lines and not end_is_line and not lines[-1]:
            lines = lines[:-1]
        if lines is None or not 1 <= line <= len(lines):
            return None
        return Context(
            lines[max(0, line - 1 - CONTEXT_LINES) : line - 1],
            lines[line - 1],
            lines[line : line + CONTEXT_LINES],
        )

    def _lines(self, path: str) -> tuple[str, ...] | None:
        if path in self._files:
            self._files.move_to_end(path)
            return self._files[path]
        lines = self._read(path)
        self._files[path] = lines
        self._bytes += _cost(path, lines)
        while self._bytes > _CACHE_BYTES and len(self._files) > 1:
            self._bytes -= _cost(*self._files.popitem(last=False))
        return lines

    def _read(self, path: str) -> tuple[str, ...] | None:
        try:
            local = self._locate(path)
            if local is None or not local.is_file() or local.stat().st_size > _MAX_FILE:
                return None
            raw = local.read_bytes()
        except (
            OSError,
            ValueError,
            RuntimeError,
        ):  # not readable now, or a path that no file system takes: no context
            return None
        if local.suffix.lower() not in _SUFFIXES and not raw.startswith(_SCRIPT_STARTS):
            return None
        return tuple(line.rstrip("\r") for line in raw.decode("utf-8", "replace").split("\n"))

    def _locate(self, path: str) -> Path | None:
        """The local file of a logged path; None when no root has it."""
        logged = posixpath.normpath(path.replace("\\", "/"))
        for root in self._roots:
            prefix = root.logged.replace("\\", "/").rstrip("/")
            if logged.startswith(prefix + "/"):
                return _inside(Path(root.local).resolve(), logged[len(prefix) + 1 :])
        return None


def _inside(directory: Path, path: str) -> Path | None:
    """The real file of *path* below *directory*; None when a link leads out of it, or to a dot file."""
    local = Path(directory, path).resolve()
    hidden = local.name.startswith(".") or posixpath.basename(path).startswith(".")
    return local if local.is_relative_to(directory) and not hidden else None


def _cost(path: str, lines: tuple[str, ...] | None) -> int:
    return 200 + len(path) + sum(60 + len(line) for line in lines or ())
