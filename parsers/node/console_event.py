"""What one record of a Node console says: the error in it as @sentry/node would send it, or a plain line."""

from __future__ import annotations

import re
from collections.abc import Mapping

from parsers.model import ExceptionValue, Json, Level, LogEvent
from parsers.node.exceptions import CONSOLE, LOGGER, REJECTION, WARNING, Origin, exceptions_of
from parsers.node.header import Header, find_header, read_header
from parsers.node.inspected import PrintedError, read_bracketed, read_error
from parsers.node.levels import level_of, named_level
from parsers.node.quoted import may_hold, read_quoted
from parsers.node.stack import find_stack
from parsers.node.thrown import read_thrown
from parsers.text import decode, first_line

FORMAT_NAME = "node.console"

_MAX_MESSAGE = 8192

_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_INNER_STACK_END = re.compile(r".*\n {5,}at [^\n]*", re.DOTALL)
_BRACKETED = re.compile(
    r"(?:<ref \*\d+> )?\[(?=(?:[A-Z][\w$.]*(?:Error|Exception)|Error|Exception)(?: \[[^\]\n]{1,120}\])?: |[\w$.]{1,200} \[[A-Z]\w*Error\]: )"
)
_WARNING = re.compile(
    r"\(node:\d+\) (?:\[(?P<code>[^\]\n]+)\] )?(?P<name>[A-Za-z_$][\w$]*): (?P<message>.*)", re.DOTALL
)
_WARNING_HINT = re.compile(r"\n\(Use `[^\n]* --trace-(?:warnings|deprecation)[^\n]*")
_REJECTION_WARNING = "UnhandledPromiseRejectionWarning"
_DUMP = re.compile(r"(?:\A|\n)FATAL ERROR: (?P<text>[^\n]*)")
_DUMP_STARTS = ("<--- Last few GCs", "FATAL ERROR: ", "# Fatal error in", "----- Native stack trace")
_TRAILER_CHARS = 80
_PLAIN_ERROR = re.compile(
    r"(?:.{0,200}(?::|\]|\u2a2f) )?(?:[A-Z][\w$]*)?(?:Error|Exception)(?: \[[A-Z][A-Z0-9_]*\])?: \S"
)
_QUIET: frozenset[Level | None] = frozenset(("info", "debug", "warning"))


def parse(body: bytes) -> LogEvent:
    """What *body* says; never raises, whatever the bytes."""
    text = decode(body)
    if "\x1b" in text:
        text = _COLOUR.sub("", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    text = text.strip("\n")
    if "\n" not in text and not _may_be_error(text):
        return _plain(text)
    return _special(text) or (_quoted(text) if may_hold(text) else None) or _printed(text) or _plain(text)


def _first_line(text: str) -> str:
    return text.partition("\n")[0] if not text.startswith("\n") else first_line(text)


def _may_be_error(line: str) -> bool:
    """Could the one *line* be more than a plain line?  Cheap: this runs for every new one."""
    return "rror" in line or "xception" in line or "(node:" in line or "\\n" in line or "FATAL" in line


def _special(text: str) -> LogEvent | None:
    """Prints of Node itself: warnings, fatal prints, heap dumps."""
    if text.startswith("(node:"):
        return _warning(text)
    if text.startswith(_DUMP_STARTS):
        return _dump(text)
    if (
        "^" not in text
        and text.find("\nNode.js v", max(0, len(text) - _TRAILER_CHARS)) < 0
        and not text.startswith("<anonymous_script>:")
    ):
        return None
    return _fatal(text)


def _dump(text: str) -> LogEvent:
    """What V8 prints when it runs out of memory, or the process aborts: there is no exception."""
    cause = _DUMP.search(text)
    message = cause["text"] if cause else first_line(text)
    return LogEvent(FORMAT_NAME, "node", "fatal", message, issue=True, extra={"dump": text[:_MAX_MESSAGE]})


def _fatal(text: str) -> LogEvent | None:
    thrown = read_thrown(text)
    return thrown and _event(thrown.error, thrown.origin, thrown.title, synthetic=thrown.synthetic)


def _warning(text: str) -> LogEvent | None:
    warning = _WARNING.match(_WARNING_HINT.sub("", text))
    if warning is None:
        return None
    message = warning["message"]
    if warning["name"] == _REJECTION_WARNING and find_stack(message, 0):
        error = read_error(message, max(find_header(message, 0, len(message)), 0), 0)
        if error:
            return _event(error, REJECTION, _first_line(text))
    error = read_error(f"{warning['name']}: {message}", 0, 0) if "\n    at " in message else None
    error = error or PrintedError(Header(warning["name"], message))
    return _event(error, WARNING, _first_line(text))


def _quoted(text: str) -> LogEvent | None:
    """An error in a string of a logger's line, if no stack is printed outside of strings."""
    if "\n    at " in text:
        return None
    quoted = read_quoted(text)
    if quoted is None:
        return None
    level = named_level(quoted.level) if quoted.level else level_of(text)
    return _event(quoted.error, LOGGER, _first_line(text), level=level)


def _printed(text: str) -> LogEvent | None:
    """An error that the application printed, with whatever text around it."""
    stack = find_stack(text, 0)
    if stack is None:
        return _without_stack(text)
    begin = _header_begin(text, stack.offset)
    error = read_error(text, begin, stack.indent)
    if error is None:
        return None
    if error.header.name == "Trace" and text.startswith("Trace"):
        return LogEvent(FORMAT_NAME, "node", "debug", text[:_MAX_MESSAGE])
    return _event(error, CONSOLE, _first_line(text), level=_printed_level(text[:begin]))


def _printed_level(prefix: str) -> Level | None:
    return ("debug" if prefix.startswith("Trace: ") else level_of(prefix)) if prefix else None


def _header_begin(text: str, end: int) -> int:
    """Offset of the header of the error whose stack begins at *end*; the line above the stack if nothing looks so."""
    inner = _INNER_STACK_END.match(text, 0, end) if text.find("\n     ", 0, end) >= 0 else None
    begin = inner.end() if inner else 0
    found = find_header(text, begin, end)
    if found >= 0:
        return found
    line = text.rfind("\n", 0, end) + 1
    return line + len(text[line:end]) - len(text[line:end].lstrip())


def _without_stack(text: str) -> LogEvent | None:
    """An error printed without any stack line: `[Error: x]`, or the mere text of one."""
    if text.startswith('{"'):
        return None
    bracket = _BRACKETED.search(text)
    if bracket:
        line = text.rfind("\n", 0, bracket.start()) + 1
        indent = len(text[line : bracket.start()]) - len(text[line : bracket.start()].lstrip())
        error = read_bracketed(text, bracket.start(), indent)
        if error:
            return _event(error, CONSOLE, _first_line(text), level=_printed_level(text[: bracket.start()]))
    if not _PLAIN_ERROR.match(text):
        return None
    begin = find_header(text, 0, len(_first_line(text)))
    level = _printed_level(text[: max(begin, 0)])
    if begin < 0 or level in _QUIET:
        return None
    return _event(PrintedError(read_header(text[begin:])), CONSOLE, _first_line(text), level=level)


def _event(
    error: PrintedError, origin: Origin, message: str, *, synthetic: bool = False, level: Level | None = None
) -> LogEvent:
    exceptions = exceptions_of(error, origin, synthetic=synthetic)
    exceptions, contexts = _with_contexts(exceptions, error)
    return LogEvent(
        FORMAT_NAME,
        "node",
        level or origin.level,
        message[:_MAX_MESSAGE],
        issue=True,
        exceptions=exceptions,
        logger="console" if origin is CONSOLE else None,
        contexts=contexts,
    )


def _with_contexts(
    exceptions: tuple[ExceptionValue, ...], error: PrintedError
) -> tuple[tuple[ExceptionValue, ...], Mapping[str, Mapping[str, Json]]]:
    """Contexts as the SDK makes them of properties: `node_system_error` for those with an errno, else named by type.

    Of a system error the SDK takes the quoted paths out of every value; they are in the context.
    """
    properties = error.properties
    if not properties:
        return exceptions, {}
    if not isinstance(properties.get("errno"), int):
        return exceptions, {error.header.name: properties}
    for name in ("path", "dest"):
        path = properties.get(name)
        if isinstance(path, str) and path:
            exceptions = tuple(_without_path(one, path) for one in exceptions)
    return exceptions, {"node_system_error": properties}


def _without_path(exception: ExceptionValue, path: str) -> ExceptionValue:
    quoted = f"'{path}'"
    if quoted not in exception.value:
        return exception
    value = exception.value.replace(quoted, "", 1).strip()
    return ExceptionValue(exception.type, value, exception.frames, exception.mechanism)


def _plain(text: str) -> LogEvent:
    return LogEvent(FORMAT_NAME, "node", level_of(text) or "info", text)
