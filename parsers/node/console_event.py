"""What one record of a Node console says: the error in it as @sentry/node would send it, or a plain line."""

from __future__ import annotations

import re
from collections.abc import Mapping

from parsers.model import ExceptionValue, Json, Level, LogEvent
from parsers.node.exceptions import CONSOLE, LOGGER, REJECTION, WARNING, Origin, exceptions_of
from parsers.node.fatal import FatalPrint, origin_of, read_fatal, without_thrown_at
from parsers.node.header import Header, find_header, read_header
from parsers.node.inspected import PrintedError, read_bracketed, read_error
from parsers.node.levels import level_of, named_level
from parsers.node.quoted import may_hold, read_quoted
from parsers.node.values import read_value
from parsers.text import decode, first_line

FORMAT_NAME = "node.console"

_MAX_MESSAGE = 8192

_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_STACK = re.compile(
    r"\n( *) {4}at (?=[^\n]*:\d+:\d|[^\n]*(?:<anonymous>|\(native\)|\(index \d|wasm-function|\Wnative$))",
    re.MULTILINE,
)
_QUOTED_STACK = re.compile(
    r"(?:\n {4}at [^\n]*)++(?=\n[^\s}\])])(?!\n(?:Emitted 'error' event |Thrown at:|From previous event:))"
)
_INNER_STACK_END = re.compile(r".*\n {5,}at [^\n]*", re.DOTALL)
_BRACKETED = re.compile(
    r"(?:<ref \*\d+> )?\[(?=(?:[A-Z][\w$.]*(?:Error|Exception)|Error|Exception)(?: \[[^\]\n]+\])?: |[\w$.]+ \[[A-Z]\w*Error\]: )"
)
_WARNING = re.compile(
    r"\(node:\d+\) (?:\[(?P<code>[^\]\n]+)\] )?(?P<name>[A-Za-z_$][\w$]*): (?P<message>.*)", re.DOTALL
)
_WARNING_HINT = re.compile(r"\n\(Use `[^\n]* --trace-(?:warnings|deprecation)[^\n]*")
_REJECTION_WARNING = "UnhandledPromiseRejectionWarning"
_REASON = re.compile(r'The promise rejected with the reason "(?P<reason>.*)"\.', re.DOTALL)
_DUMP = re.compile(r"(?:\A|\n)FATAL ERROR: (?P<text>[^\n]*)")
_DUMP_STARTS = ("<--- Last few GCs", "FATAL ERROR: ", "# Fatal error in", "----- Native stack trace")
_TRAILER_CHARS = 80
_OBJECT_KEY = re.compile(r"(?:^\{ |^  |, )([\w$]+|'[^'\n]*'): ", re.MULTILINE)
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
    fatal = read_fatal(text)
    return _fatal(fatal) if fatal else None


def _dump(text: str) -> LogEvent:
    """What V8 prints when it runs out of memory, or the process aborts: there is no exception."""
    cause = _DUMP.search(text)
    message = cause["text"] if cause else first_line(text)
    return LogEvent(FORMAT_NAME, "node", "fatal", message, issue=True, extra={"dump": text[:_MAX_MESSAGE]})


def _fatal(fatal: FatalPrint) -> LogEvent:
    value = fatal.value
    stack = _STACK.search(value)
    message_end = _message_end(value)
    if value.startswith("[") or (value.startswith("<ref") and "[" in value[:20]):
        error = read_bracketed(value, 0, 0)
    elif stack and stack[1] == "" and not fatal.hinted and value[:1] not in "{[":
        error = read_error(value, 0, 0, message_end=message_end)
    else:
        error = None
    origin = origin_of(fatal, value[message_end:], error.run.lines if error else ())
    if error is None and not fatal.hinted and find_header(value, 0, len(_first_line(value))) == 0:
        error = PrintedError(read_header(value))
    if error is None:
        return _event(
            PrintedError(Header("Error", _thrown_value(value))), origin, _first_line(value), synthetic=True
        )
    reason = _REASON.search(error.header.message)
    if reason and origin is REJECTION:
        return _event(
            PrintedError(Header("Error", reason["reason"])), origin, _first_line(value), synthetic=True
        )
    return _event(error, origin, _first_line(value))


def _message_end(value: str) -> int:
    """Offset behind the last stack in *value* that text follows at its margin, so that it belongs to the message."""
    end = 0
    for quoted in _QUOTED_STACK.finditer(value):
        end = quoted.end()
    return end if "\n    at " in value[end:] else 0


def _thrown_value(value: str) -> str:
    """The value that the SDK gives an exception for something thrown that is no Error."""
    value = without_thrown_at(value)
    if not value.startswith("{"):
        return value
    inside = _object_texts(value)
    name, message = inside.get("name"), inside.get("message")
    if isinstance(name, str):
        return f"'{name}' captured as exception" + (
            f" with message '{message}'" if isinstance(message, str) else ""
        )
    if isinstance(message, str):
        return message
    return "Object captured as exception with keys: " + (", ".join(sorted(inside)) or "[object has no keys]")


def _object_texts(value: str) -> Mapping[str, Json]:
    keys = list(_OBJECT_KEY.finditer(value))
    stops = [key.start() for key in keys[1:]] + [len(value)]
    return {
        key[1].strip("'"): read_value(value[key.end() : stop].strip().rstrip("},").strip())
        for key, stop in zip(keys, stops, strict=True)
    }


def _warning(text: str) -> LogEvent | None:
    warning = _WARNING.match(_WARNING_HINT.sub("", text))
    if warning is None:
        return None
    message = warning["message"]
    if warning["name"] == _REJECTION_WARNING and _STACK.search(message):
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
    stack = text.find("\n    at ")
    indent = 0
    if stack < 0 or not _STACK.match(text, stack):
        found = _STACK.search(text)
        if found is None:
            return _without_stack(text)
        stack, indent = found.start(), len(found[1])
    begin = _header_begin(text, stack)
    error = read_error(text, begin, indent)
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
