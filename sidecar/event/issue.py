"""What groups events: the key of an issue, its title and culprit, close to how Sentry groups.

Sentry hashes, for each exception, its type and the module (or base name), function and source line of its frames in the
application; only without frames does the value count (reference: sentry.md section 6).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parsers.model import Level, LogEvent
from parsers.text import first_line

#: What varies between two messages of the same issue.
_VARIABLE = re.compile(
    r"""
      \b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b   # 550e8400-e29b-41d4-a716-446655440000
    | \b[^\W\d]*+\d\w*                                          # 42, 0x7f3a, req_8f3a, d41d8cd98f00b204
    """,
    re.VERBOSE | re.ASCII,
)
_MAX_TEMPLATE = 300
_TITLE_CHARS = 200


@dataclass(frozen=True, slots=True)
class Issue:
    """What people see of a group of events.

    Attributes:
        key: equal for events of one issue.
        title: `Type: message`.
        culprit: where it happened.
        level: of the event that was seen first.
    """

    key: str
    title: str
    culprit: str
    level: Level


def template_of(text: str) -> str:
    """The first line of a message with its numbers and ids replaced, so that repeats are alike."""
    return _VARIABLE.sub("<n>", first_line(text[:_MAX_TEMPLATE]))


def title_of(event: LogEvent) -> str:
    """`Type: message`, or the message; one line."""
    if not event.exceptions:
        return first_line(event.message)[:_TITLE_CHARS]
    last = event.exceptions[-1]
    value = first_line(last.value)
    return f"{last.type}: {value}"[:_TITLE_CHARS] if value else last.type


def culprit_of(frames: Sequence[Mapping[str, Any]]) -> str:
    """`file:line in function` of the frame that threw, or of the last one in the application."""
    for frame in reversed(frames):
        if frame.get("in_app"):
            break
    else:
        if not frames:
            return ""
        frame = frames[-1]
    where = (
        f"{frame.get('filename', '')}:{frame['lineno']}"
        if frame.get("lineno")
        else str(frame.get("filename", ""))
    )
    function = frame.get("function")
    return f"{where} in {function}" if function else where


def stack_key(frames: Sequence[Mapping[str, Any]]) -> str:
    """What Sentry hashes of the application's frames, hashed; "" where there are none."""
    keys = [_frame_key(frame) for frame in frames if frame.get("in_app")]
    text = "\n".join(keys).encode("utf-8", "replace")
    return hashlib.blake2b(text, digest_size=16).hexdigest() if keys else ""


def _frame_key(frame: Mapping[str, Any]) -> str:
    """Module or file, function, and source line with its blanks collapsed."""
    place = frame.get("module") or str(frame.get("filename", "")).rpartition("/")[2].lower()
    line = " ".join(str(frame.get("context_line", "")).split())
    return f"{place}|{frame.get('function', '')}|{line}"
