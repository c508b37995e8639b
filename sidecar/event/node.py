"""Frames as @sentry/node sends them, and which of them get source lines, cut as the SDK cuts them.

Pure: no file is read here (that is `sidecar.event.source`).  Rules: getsentry/sentry-javascript
packages/node-core/src/utils/module.ts, packages/core/src/utils/node-stack-trace.ts, snipLine in utils/string.ts and
integrations/contextlines.ts; checked against version 11.12.0.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from urllib.parse import unquote

from parsers.model import Frame

_MAX_CONTEXT_LINE = 10_000
_MAX_CONTEXT_COLUMN = 1_000
_SCRIPTS = (".js", ".mjs", ".cjs")
_MINIFIED = tuple(f".min{ending}" for ending in _SCRIPTS)

_LONGEST_WHOLE = 150
_SNIPPED = 140
_SNIP_BEFORE = 60
_SNIP_MARGIN = 5

#: What is in the application: an absolute path, a Windows drive, `./x`, `webpack://…`.
_OWN_PATH = re.compile(r"[/.]|[A-Z]:|[a-zA-Z][a-zA-Z0-9.\-+]*://")
#: Frames that the SDK makes without looking at the path: `<data:text/javascript>`, a ruler.
_BARE = re.compile(r"<data:|\s*-{4,}\Z")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NODE_MODULES = "/node_modules"


@lru_cache(maxsize=1 << 12)
def is_in_app(path: str | None) -> bool:
    """Would the SDK call a frame of *path* the application's own?"""
    return bool(path and _OWN_PATH.match(path)) and "node_modules/" not in str(path)


@lru_cache(maxsize=1 << 12)
def module_of(path: str | None, app_root: str | None) -> str | None:
    """Name of the module in *path*: `lib:db` below *app_root* (the main script's folder), `express.lib:router` of a package.

    None where the SDK gives none: no path, or one with a broken %-escape.
    """
    if not path or _BROKEN_ESCAPE.search(path):
        return None
    folder, file = posixpath.split(path.rstrip("/"))
    stem, ending = posixpath.splitext(file)
    # A path in a Frame is decoded but for the characters that JavaScript's decodeURI keeps.
    name = unquote(stem if ending in _SCRIPTS and stem else file)
    package = folder.rfind(_NODE_MODULES)
    if package >= 0:
        return f"{folder[package + len(_NODE_MODULES) + 1 :].replace('/', '.')}:{name}"
    inside = _below(folder, app_root)
    return f"{inside.replace('/', '.')}:{name}" if inside else name


def _below(folder: str, app_root: str | None) -> str:
    """The part of *folder* behind *app_root*; a plain comparison of texts, as in the SDK."""
    root = (app_root or "").rstrip("/")
    return folder[len(root) + 1 :] if root and folder.startswith(root) else ""


def frame_fields(frame: Frame, app_root: str | None) -> dict[str, object]:
    """*frame* as a frame of a Sentry event, without source lines; keys that have no value are left out."""
    fields: dict[str, object] = {"function": frame.function or "?"}
    if frame.path is not None:
        fields["filename"] = frame.path
    if frame.path is not None and _BARE.match(frame.path):
        return fields
    module = module_of(frame.path, app_root)
    if module is not None:
        fields["module"] = module
    if frame.line is not None:
        fields["lineno"] = frame.line
    if frame.column is not None:
        fields["colno"] = frame.column
    fields["in_app"] = is_in_app(frame.path)
    return fields


def context_wanted(frame: Frame) -> bool:
    """Would the SDK add source lines to *frame*?  Not to Node's own files, minified ones, or places far out."""
    path, line = frame.path, frame.line
    if path is None or line is None or path.startswith(("node:", "data:")) or path.endswith(_MINIFIED):
        return False
    return line <= _MAX_CONTEXT_LINE and (frame.column or 0) <= _MAX_CONTEXT_COLUMN


def snip(line: str, column: int | None = None) -> str:
    """A source line cut as the SDK does: 140 characters around *column* of what is longer than 150.

    The SDK itself passes no column for source lines; the stray quote before the first mark is its own.
    """
    size = len(line)
    if size <= _LONGEST_WHOLE:
        return line
    start = max(min(column or 0, size) - _SNIP_BEFORE, 0)
    start = 0 if start < _SNIP_MARGIN else start
    end = min(start + _SNIPPED, size)
    if end > size - _SNIP_MARGIN:
        end, start = size, max(size - _SNIPPED, 0)
    head = "'{snip} " if start else ""
    tail = " {snip}" if end < size else ""
    return f"{head}{line[start:end]}{tail}"
