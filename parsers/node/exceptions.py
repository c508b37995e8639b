"""Printed errors as the exceptions of a Sentry event, in the order and with the mechanisms of @sentry/node.

Rules: packages/core/src/utils/aggregate-errors.ts (oldest cause first, ids counted from the error that was thrown, six
values at most), stacktrace.ts (oldest call first, 50 at most); seen in the official events of the corpus.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from parsers.model import ExceptionValue, Frame, Level, Mechanism
from parsers.node.inspected import PrintedError
from parsers.node.stack import as_sent, expand

#: `limit` of the SDK's LinkedErrors integration, and the error itself.
_MAX_EXCEPTIONS = 6


class Origin(NamedTuple):
    """How an error came into the log.

    Attributes:
        kind: type of the mechanism.
        handled: did the program go on?
        level: level of the event, where the text names none.
    """

    kind: str
    handled: bool
    level: Level


UNCAUGHT = Origin("auto.node.onuncaughtexception", handled=False, level="fatal")
REJECTION = Origin("auto.node.onunhandledrejection", handled=False, level="error")
WORKER = Origin("auto.node.worker_threads", handled=False, level="error")
CONSOLE = Origin("auto.core.capture_console", handled=True, level="error")
LOGGER = Origin("generic", handled=True, level="error")
WARNING = Origin("generic", handled=True, level="warning")

#: As many as there are forms of mechanisms: types, ids below six, sources.
_mechanism = lru_cache(maxsize=1 << 10)(Mechanism)


def exceptions_of(
    error: PrintedError, origin: Origin, *, synthetic: bool = False
) -> tuple[ExceptionValue, ...]:
    """The exceptions of an event about *error*, oldest cause first.

    Args:
        error: what was thrown or printed.
        origin: where it was.
        synthetic: it was no Error but a value, which the SDK wraps.
    """
    kind, handled = origin.kind, origin.handled
    if not error.children:
        mechanism = _mechanism(kind, handled, synthetic=synthetic)
        return (ExceptionValue(error.header.name, error.header.message, _sentry_frames(error), mechanism),)
    links: list[_Link] = []
    _link(
        links,
        error,
        _Link(error, kind if origin is not CONSOLE else "generic", handled, None, 0, None),
    )
    if origin is CONSOLE:
        # CaptureConsole marks the first value of the list, which is the oldest cause.
        links[-1] = links[-1]._replace(kind=kind)
    return tuple(_exception(link) for link in reversed(links))


class _Link(NamedTuple):
    """An error of a chain and what its mechanism says of its place."""

    error: PrintedError
    kind: str
    handled: bool
    source: str | None
    number: int
    parent: int | None


def _link(links: list[_Link], error: PrintedError, link: _Link) -> None:
    links.append(link)
    for source, child in error.children:
        if len(links) >= _MAX_EXCEPTIONS:
            return
        _link(
            links,
            child,
            _Link(child, "chained", handled=True, source=source, number=len(links), parent=link.number),
        )


def _exception(link: _Link) -> ExceptionValue:
    error, kind, handled, source, number, parent = link
    group = any(one.startswith("errors[") for one, _ in error.children)
    mechanism = _mechanism(
        kind, handled, source=source, exception_id=number, parent_id=parent, is_exception_group=group
    )
    return ExceptionValue(error.header.name, error.header.message, _sentry_frames(error), mechanism)


def _sentry_frames(error: PrintedError) -> tuple[Frame, ...]:
    whole = error.run.whole
    return whole if whole is not None and not error.quoted else as_sent(_frames(error))


def _frames(error: PrintedError) -> tuple[Frame, ...]:
    """Frames of *error*, the line that threw first; those that the print left out are taken from its cause."""
    if error.run.whole is not None:
        return error.quoted + tuple(line for line in error.run.lines if isinstance(line, Frame))
    cause = next((child for source, child in error.children if source == "cause"), None)
    return error.quoted + expand(error.run.lines, _frames(cause) if cause else ())
