r"""The text of one PHP log record to a LogEvent, as sentry-php would have built it.

    "PHP " LABEL ":  " MESSAGE " in " FILE " on line " N       a PHP error
    "PHP Fatal error:  Uncaught " CHAIN "\n  thrown in " FILE " on line " N
    anything else                                              error_log("text")

Types, value prefixes and levels are those of sentry-php 4.29 (src/ErrorHandler.php, src/Severity.php; reference: sentry.md
6.3, php.md 9).  The log does not tell E_USER_* from E_*, nor a compile error from another fatal one.
"""

from __future__ import annotations

from typing import NamedTuple

from parsers.model import ExceptionValue, Frame, Level, LogEvent, Mechanism
from parsers.php.trace import Location, evaluated, parse_chain, split_location
from parsers.text import decode, first_line

FORMAT_NAME = "php.error_log"
ERROR_EXCEPTION = "ErrorException"
FATAL_ERROR_EXCEPTION = "Sentry\\Exception\\FatalErrorException"

_UNHANDLED = Mechanism(handled=False)
_UNCAUGHT = "Uncaught "
_THROWN = "\n  thrown"
_LONGEST_LABEL = 40


class _Severity(NamedTuple):
    level: Level
    prefix: str
    type: str


_SEVERITIES = {
    "Fatal error": _Severity("fatal", "Error: ", FATAL_ERROR_EXCEPTION),
    "Recoverable fatal error": _Severity("error", "Catchable Fatal Error: ", ERROR_EXCEPTION),
    "Catchable fatal error": _Severity("error", "Catchable Fatal Error: ", ERROR_EXCEPTION),
    # A file that does not parse throws ParseError out of include; only when it is the main script no SDK could run.
    "Parse error": _Severity("fatal", "", "ParseError"),
    "Warning": _Severity("warning", "Warning: ", ERROR_EXCEPTION),
    "Notice": _Severity("info", "Notice: ", ERROR_EXCEPTION),
    "Strict Standards": _Severity("info", "Runtime Notice: ", ERROR_EXCEPTION),
    "Deprecated": _Severity("warning", "Deprecated: ", ERROR_EXCEPTION),
    "Unknown error": _Severity("error", "Error: ", ERROR_EXCEPTION),
}


def parse(body: bytes) -> LogEvent:
    """Parse the body of a record; total."""
    text = decode(body)
    if "\r" in text and "Stack trace:\r\n" in text:  # PHP on Windows
        text = text.replace("\r\n", "\n")
    colon = text.find(":  ", 4, _LONGEST_LABEL) if text.startswith("PHP ") else -1
    severity = _SEVERITIES.get(text[4:colon]) if colon > 0 else None
    return parse_error(severity, text, colon + 3) if severity else parse_free_text(text)


def parse_error(severity: _Severity, text: str, begin: int) -> LogEvent:
    """A PHP error of known severity; its message starts at *begin*, behind the label."""
    uncaught = text.startswith(_UNCAUGHT, begin) and _uncaught(text, begin + len(_UNCAUGHT))
    if uncaught:
        return _issue("error" if severity.level == "fatal" else severity.level, uncaught)
    message = text[begin:]
    message, location = split_location(message.rstrip("\r"), " on line ") or (message, None)
    message = message.removesuffix(_THROWN)
    value = ExceptionValue(severity.type, severity.prefix + message, _frames_at(location), _UNHANDLED)
    return _issue(severity.level, (value,))


def _uncaught(text: str, begin: int) -> tuple[ExceptionValue, ...] | None:
    """The exceptions of an uncaught one; None when an own __toString() hides what was thrown."""
    chain = parse_chain(text, begin, handled=False)
    if chain:
        return chain[1]
    # A NUL in the message hides the rest of it and the whole trace: "CLASS: MESS in FILE on line N" is left.
    text = text[begin:]
    text, location = split_location(text, " on line ") or (text, None)
    kind, found, value = text.partition(": ")
    if text.endswith(_THROWN) or not found or not kind or any(blank in kind for blank in " \n\t"):
        return None
    return (ExceptionValue(kind, value, _frames_at(location), _UNHANDLED),)


def _frames_at(location: Location | None) -> tuple[Frame, ...]:
    """One frame without a function; none for errors of PHP's start-up, which are in file "Unknown"."""
    if location is None or location.file == "Unknown":
        return ()
    real = evaluated(location)
    return (Frame(None, real.file, real.line),)


def _issue(level: Level, exceptions: tuple[ExceptionValue, ...], said: str = "") -> LogEvent:
    return LogEvent(FORMAT_NAME, "php", level, said, issue=True, exceptions=exceptions)


def parse_free_text(text: str) -> LogEvent:
    """What error_log() was given: an issue when it holds the text of an exception (`error_log($e)`), else a log item."""
    if "\nStack trace:\n" in text:
        chain = parse_chain(text, handled=True)
        if chain:
            return _issue("error", chain[1], first_line(text))
    return LogEvent(FORMAT_NAME, "php", "info", text)
