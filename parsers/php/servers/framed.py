"""What the formats here hand from framing to parsing: PHP's text, and what the line around it said.

A body is `text NUL context`.  PHP ends every text at a NUL, so the last NUL of a body is always ours.  The context holds
what is the same for many records (pool, request line, level), never what is new in each (pid, connection, client): the
pipeline remembers what becomes of a body by its bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from parsers.model import ExceptionValue, Json, LogEvent, Mechanism
from parsers.php import message

#: What the sapi_cli_server, FPM and syslog writers drop: blank lines, so that "Next" follows {main} directly.
_SQUEEZED = re.compile(rb"(\n#\d+ \{main\})\n(?=Next [^\n])")
_TRACE = b"\nStack trace:\n"
_UNCAUGHT = b":  Uncaught "
_LABEL_BYTES = 48
_THROWN = re.compile(rb"\n  thrown in [^\n]* on line \d+\s*\Z")
_MAIN = re.compile(rb"#\d+ \{main\}")
#: The mark that FPM sets where it cuts.
_CUT_MARK = b"..."
_NEXT_CUT = re.compile(rb"\n\nNext ([^\s:]+): (.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Around:
    """What a server's line says beside PHP's text.

    Attributes:
        format: the name that `explain` reports.
        tags: of the event.
        request: Sentry's request.
    """

    format: str
    tags: Mapping[str, str] | None = None
    request: Mapping[str, Json] | None = None


def body_of(text: bytes, context: bytes = b"") -> bytes:
    """A record's body."""
    return b"%b\0%b" % (text, context.replace(b"\0", b""))


def text_and_context(body: bytes) -> tuple[bytes, bytes]:
    """Undo `body_of`."""
    text, found, context = body.rpartition(b"\0")
    return (text, context) if found else (body, b"")


def php_event(text: bytes, around: Around) -> LogEvent:
    """PHP's text as the event that PHP's own log would give; total.

    A text that was cut keeps what is whole: type, message, the calls nearest to the error.
    """
    text = _SQUEEZED.sub(rb"\1\n\n", text) if b"Next " in text else text
    cut = is_cut(text)
    event = _parse_cut(text) if cut else message.parse(text)
    extra: Mapping[str, Json] | None = {"cut": True} if cut else None
    return event._replace(format=around.format, tags=around.tags, request=around.request, extra=extra)


def is_cut(text: bytes) -> bool:
    """Does PHP's text of an exception end before PHP ended it?"""
    if _UNCAUGHT in text[:_LABEL_BYTES] and text.startswith(b"PHP "):
        return _THROWN.search(text, max(0, text.rfind(b"\n", 0, len(text.rstrip())))) is None and not (
            text.rpartition(b" on line ")[2].strip().isdigit()
        )
    trace = text.rfind(_TRACE)
    return trace >= 0 and text.startswith(b"#0 ", trace + len(_TRACE)) and _MAIN.search(text, trace) is None


def _parse_cut(text: bytes) -> LogEvent:
    text = text.removesuffix(_CUT_MARK)
    at = text.rfind(_TRACE)
    if at < 0:
        return message.parse(text)
    main = None
    for main in _MAIN.finditer(text, at):  # noqa: B007 - the last one
        pass
    if main is None:
        # The last line may have lost its end.  What called the oldest call that is left is not known: a frame without
        # a name, at the place of that call.
        calls = text[at + len(_TRACE) :].split(b"\n")[:-1]
        whole = b"\n".join([*calls, b"#%d {main}" % len(calls)])
        return message.parse(text[: at + len(_TRACE)] + whole)
    event = message.parse(text[: main.end()])
    return _with_next(event, text[main.end() :])


def _with_next(event: LogEvent, rest: bytes) -> LogEvent:
    """Add the exception that was thrown later, of which only the message, or a part of it, is left."""
    found = _NEXT_CUT.match(rest)
    if not found or not event.exceptions:
        return event
    kind, value = (part.decode("utf-8", "replace") for part in found.groups())
    later = ExceptionValue(kind, value, (), Mechanism(handled=event.exceptions[-1].mechanism.handled))
    return event._replace(exceptions=(*event.exceptions, later))


def join_tags(**tags: str) -> dict[str, str] | None:
    """Those tags that say something."""
    return {name: value for name, value in tags.items() if value} or None
