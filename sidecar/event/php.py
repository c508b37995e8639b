"""Frames as sentry-php sends them (src/FrameBuilder.php; reference: sentry.md 6.3)."""

from __future__ import annotations

from parsers.model import Frame

_INTERNAL = "[internal]"


def frame_fields(frame: Frame, app_root: str | None) -> dict[str, object]:
    """Sentry's fields of *frame*; *app_root* is the prefix that its file name is shown without.

    Everything is in_app, vendor/ as well: sentry-php leaves that to Sentry's own rules.
    """
    path = frame.path or _INTERNAL
    fields: dict[str, object] = {
        "filename": _without_prefix(path, app_root),
        "lineno": frame.line or 0,
        "in_app": path != _INTERNAL,
    }
    if path != _INTERNAL:
        fields["abs_path"] = path
    if frame.function is not None:
        fields["function"] = frame.function
        if "::" in frame.function.partition("{")[0]:
            fields["raw_function"] = frame.function
    return fields


def context_wanted(frame: Frame) -> bool:
    """Has *frame* a line whose source can be shown?"""
    return bool(frame.path) and frame.path != _INTERNAL and bool(frame.line)


def _without_prefix(path: str, prefix: str | None) -> str:
    return path[len(prefix) :] if prefix and path.startswith(prefix) and path != prefix else path
