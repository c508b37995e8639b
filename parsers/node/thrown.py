"""What was thrown by a fatal print: an Error with its tree, or a value that the SDK wraps into one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from parsers.model import Json
from parsers.node.exceptions import REJECTION, Origin
from parsers.node.fatal import FatalPrint, origin_of, read_fatal, without_thrown_at
from parsers.node.header import Header, find_header, read_header
from parsers.node.inspected import PrintedError, read_bracketed, read_error
from parsers.node.stack import find_stack
from parsers.node.values import read_value

_MARGIN_STACK = re.compile(r"(?:\n {4}at [^\n]*)++")
#: Text at the margin below stack lines, which are quoted in a message then.
_TEXT_BELOW = re.compile(r"\n(?!Emitted 'error' event |Thrown at:|From previous event:|Caused by: )[^\s}\])]")
_REASON = re.compile(r'The promise rejected with the reason "(?P<reason>.*)"\.', re.DOTALL)
_OBJECT_KEY = re.compile(r"(?:^\{ |^  |, )([\w$]+|'[^'\n]*'): ", re.MULTILINE)
_REFERENCED_BRACKET = re.compile(
    r"(?:<ref \*\d+> )?\[(?!(?:\w*Function|class|Symbol|Object|Getter|Circular)\b| )"
)


class Thrown(NamedTuple):
    """What a fatal print says.

    Attributes:
        error: what was thrown.
        origin: how.
        title: its first line.
        synthetic: it was no Error.
    """

    error: PrintedError
    origin: Origin
    title: str
    synthetic: bool = False


def read_thrown(text: str) -> Thrown | None:
    """What was thrown if *text* is a fatal print."""
    fatal = read_fatal(text)
    if fatal is None:
        return None
    value = fatal.value
    message_end = _message_end(value)
    error = _error_in(fatal, message_end)
    origin = origin_of(fatal, value[message_end:], error.run.lines if error else ())
    title = value.partition("\n")[0]
    if error is None:
        return Thrown(PrintedError(Header("Error", _thrown_value(value))), origin, title, synthetic=True)
    reason = _REASON.search(error.header.message) if origin is REJECTION else None
    if reason:
        return Thrown(PrintedError(Header("Error", reason["reason"])), origin, title, synthetic=True)
    return Thrown(error, origin, title)


def _error_in(fatal: FatalPrint, message_end: int) -> PrintedError | None:
    value = fatal.value
    if fatal.hinted:
        return None
    if _REFERENCED_BRACKET.match(value):
        return read_bracketed(value, 0, 0)
    stack = find_stack(without_thrown_at(value), 0)
    if stack and stack.indent == 0 and not value.startswith("{"):
        error = read_error(value, 0, 0, message_end=message_end)
        if error:
            return error
    return (
        PrintedError(read_header(value))
        if find_header(value, 0, len(value.partition("\n")[0])) == 0
        else None
    )


def _message_end(value: str) -> int:
    """Offset behind the last stack in *value* that text follows at its margin, so that it belongs to the message."""
    end = start = 0
    for stack in _MARGIN_STACK.finditer(value):
        start = stack.start()
        if _TEXT_BELOW.match(value, stack.end()):
            end = stack.end()
    return end if start > end else 0


def _thrown_value(value: str) -> str:
    """The value that the SDK gives an exception for something thrown that is no Error (eventFromUnknownInput)."""
    value = without_thrown_at(value)
    if not value.startswith("{"):
        return value
    inside = _object_texts(value)
    name, message = inside.get("name"), inside.get("message")
    if isinstance(name, str):
        with_message = f" with message '{message}'" if isinstance(message, str) else ""
        return f"'{name}' captured as exception{with_message}"
    if isinstance(message, str):
        return message
    return "Object captured as exception with keys: " + (", ".join(sorted(inside)) or "[object has no keys]")


def _object_texts(value: str) -> Mapping[str, Json]:
    """Own properties of an inspected object, as far as their values are simple."""
    keys = list(_OBJECT_KEY.finditer(value))
    found: dict[str, Json] = {}
    for number, key in enumerate(keys, 1):
        stop = keys[number].start() if number < len(keys) else len(value)
        found[key[1].strip("'")] = read_value(value[key.end() : stop].strip().rstrip("},").strip())
    return found
