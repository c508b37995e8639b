"""Printed errors as the exceptions of a Sentry event, in the order and with the mechanisms of @sentry/node.

Rules: packages/core/src/utils/aggregate-errors.ts (oldest cause first, ids counted from the error that was thrown, six
values at most), stacktrace.ts (oldest call first, 50 at most); seen in the official events of the corpus.
"""

from __future__ import annotations

import re
from dataclasses import replace
from enum import Enum

from parsers.model import ExceptionValue, Frame, Level, Mechanism
from parsers.node.inspected import PrintedError
from parsers.node.stack import MAX_FRAMES, Elided, expand

#: `limit` of the SDK's LinkedErrors integration, and the error itself.
_MAX_EXCEPTIONS = 6

_SDK_CALL = re.compile(r"captureMessage|captureException")


class Origin(Enum):
    """How an error came into the log: mechanism type, handled, level, and whether the console integration sends it."""

    UNCAUGHT = ("auto.node.onuncaughtexception", False, "fatal")
    REJECTION = ("auto.node.onunhandledrejection", False, "error")
    WORKER = ("auto.node.worker_threads", False, "error")
    CONSOLE = ("auto.core.capture_console", True, "error")
    LOGGER = ("generic", True, "error")
    WARNING = ("generic", True, "warning")

    @property
    def mechanism(self) -> Mechanism:
        """Mechanism of the error itself."""
        return Mechanism(self.value[0], self.value[1])

    @property
    def level(self) -> Level:
        """Level of the event."""
        level: Level = self.value[2]  # type: ignore[assignment]  # each is one of Level's
        return level


def exceptions_of(error: PrintedError, origin: Origin, *, synthetic: bool = False) -> tuple[ExceptionValue, ...]:
    """The exceptions of an event about *error*, oldest cause first.

    Args:
        error: what was thrown or printed.
        origin: where it was.
        synthetic: it was no Error but a value, which the SDK wraps.
    """
    links: list[tuple[PrintedError, Mechanism]] = []
    root = replace(origin.mechanism, synthetic=synthetic)
    if origin is Origin.CONSOLE:
        root = replace(root, type="generic")
    _link(links, error, replace(root, exception_id=0) if error.children else root)
    if origin is Origin.CONSOLE:
        # CaptureConsole marks the first value of the list, which is the oldest cause.
        oldest, mechanism = links[-1]
        links[-1] = oldest, replace(mechanism, type=origin.mechanism.type)
    return tuple(
        ExceptionValue(one.header.name, one.header.message, _sentry_frames(one), mechanism)
        for one, mechanism in reversed(links)
    )


def _link(links: list[tuple[PrintedError, Mechanism]], error: PrintedError, mechanism: Mechanism) -> None:
    if any(source.startswith("errors[") for source, _ in error.children):
        mechanism = replace(mechanism, is_exception_group=True)
    links.append((error, mechanism))
    for source, child in error.children:
        if len(links) >= _MAX_EXCEPTIONS:
            return
        number = len(links)
        _link(links, child, Mechanism("chained", True, False, source, number, mechanism.exception_id))


def _frames(error: PrintedError) -> tuple[Frame, ...]:
    """Frames of *error*, the line that threw first; those that the print left out are taken from its cause."""
    if not any(isinstance(line, Elided) for line in error.lines):
        return tuple(line for line in error.lines if isinstance(line, Frame))[:MAX_FRAMES]
    cause = next((child for source, child in error.children if source == "cause"), None)
    return expand(error.lines, _frames(cause) if cause else ())


def _sentry_frames(error: PrintedError) -> tuple[Frame, ...]:
    """Oldest call first, without the SDK's own; native calls get the file of the line that threw, as in the SDK."""
    frames = _frames(error)
    if not frames:
        return ()
    if _SDK_CALL.search(frames[0].function or ""):
        frames = frames[1:]
    return frames[::-1]
