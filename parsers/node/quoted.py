r"""Errors whose stack stands inside a string: JSON of pino, bunyan or winston, logfmt, inspected objects.

{"level":50,"err":{"type":"TypeError","message":"m","stack":"TypeError: m\n    at f (/srv/a.js:1:2)","code":"E"}}
level=error msg="order failed" err="Error: m\n    at f (/srv/a.js:1:2)"
{ stack: 'Error: m\n' +
    '    at f (/srv/a.js:1:2)' }
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from parsers.model import Json
from parsers.node.header import Header, find_header
from parsers.node.inspected import Child, PrintedError, read_error
from parsers.node.values import join_strings, unescape

#: A stack line behind an escaped line end; without it there is nothing for this module.
MARK = "\\n    at "
_GLUED_MARK = "\\n' +\n"

_STACK_LINE = "\n    at "
_MAX_DEPTH = 6
_OWN_KEYS = frozenset(("type", "name", "message", "stack", "cause", "aggregateErrors", "err", "error"))


class Quoted(NamedTuple):
    """An error found in a string, and the level that the object around it names."""

    error: PrintedError
    level: str | None


def may_hold(text: str) -> bool:
    """Could *text* hold a stack in a string?  Cheap."""
    return "\\n" in text and (MARK in text or _GLUED_MARK in text)


def read_quoted(text: str) -> Quoted | None:
    """The first error with a stack in a string of *text*."""
    fields = _json_object(text)
    if fields is not None:
        error = next(_errors_in(fields, 0), None)
        level = next((fields[key] for key in ("level", "severity", "log.level") if key in fields), None)
        return Quoted(error, str(level)) if error else None
    text = join_strings(text)
    mark = text.find(MARK)
    if mark < 0:
        return None
    stack = _string_around(text, mark)
    begin = find_header(stack, 0, stack.find(_STACK_LINE))
    error = read_error(stack, max(begin, 0), 0)
    return Quoted(error, None) if error else None


def _json_object(text: str) -> dict[str, Json] | None:
    if not text.startswith("{"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _string_around(text: str, mark: int) -> str:
    """The text of the string literal that holds the offset *mark*; all of *text* when there are no quotes."""
    begin, quote = 0, ""
    for opening in re.finditer(r"(?<!\\)[\"']", text[:mark]):
        if not quote:
            begin, quote = opening.end(), opening[0]
        elif opening[0] == quote:
            quote = ""
    if not quote:
        return unescape(text)
    closing = re.compile(rf"(?<!\\){quote}").search(text, mark)
    return unescape(text[begin : closing.start() if closing else len(text)])


def _errors_in(fields: dict[str, Json], depth: int) -> Iterator[PrintedError]:
    for key in ("stack", "error.stack_trace", "stack_trace", "message", "msg"):
        stack = fields.get(key)
        if isinstance(stack, str) and _STACK_LINE in stack:
            error = _from_fields(stack, fields, depth)
            if error:
                yield error
    if depth < _MAX_DEPTH:
        for value in fields.values():
            if isinstance(value, dict):
                yield from _errors_in(value, depth + 1)


def _from_fields(stack: str, fields: dict[str, Json], depth: int) -> PrintedError | None:
    begin = find_header(stack, 0, stack.find(_STACK_LINE))
    error = read_error(stack, max(begin, 0), 0)
    if error is None:
        return None
    name = fields.get("type") or fields.get("name") or fields.get("error.type")
    if isinstance(name, str) and name.endswith("Error"):
        error = error._replace(header=error.header._replace(name=name))
    children = error.children or tuple(_children(fields, depth))
    own = {key: value for key, value in fields.items() if key not in _OWN_KEYS} if depth else {}
    return error._replace(children=children, properties=own)


def _children(fields: dict[str, Json], depth: int) -> Iterator[Child]:
    inner: list[tuple[str, Json]] = [("cause", fields.get("cause"))]
    collected = fields.get("aggregateErrors")
    if isinstance(collected, list):
        inner += [(f"errors[{number}]", one) for number, one in enumerate(collected)]
    for source, value in inner:
        if isinstance(value, dict) and depth < _MAX_DEPTH:
            error = next(_errors_in(value, depth + 1), None) or _bare(value)
            if error:
                yield Child(source, error)


def _bare(fields: dict[str, Json]) -> PrintedError | None:
    """An error that was logged without its stack."""
    name, message = fields.get("type") or fields.get("name"), fields.get("message")
    if not isinstance(name, str) or not isinstance(message, str):
        return None
    return PrintedError(Header(name, message))
