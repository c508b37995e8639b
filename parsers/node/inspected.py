"""Errors as util.inspect prints them, with their properties, causes and collected errors, as a tree.

    Error: outer                                  an error at depth n is indented by n; its stack lines by n + 4,
        at main (/srv/a.js:1:2) {                 its properties by n + 2, and the bracket that closes them by n
      code: 'E',
      [cause]: TypeError: inner
          at f (/srv/a.js:3:4)
    }
    [Error: no stack] { code: 'E' }               without stack lines the header is in brackets

Reference: node.md section 2.  Depth and length are bounded; text that does not keep the form ends the error it is in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from parsers.model import Json
from parsers.node.header import Header, read_header
from parsers.node.stack import Elided, Line, parse_frame, read_run
from parsers.node.values import KEY, read_key, read_short, read_value

#: Causes within causes that are read; the SDK sends six exceptions at most.
_MAX_DEPTH = 8
#: Errors of one AggregateError that are read.
_MAX_ERRORS = 16
_MAX_PROPERTIES = 100

#: Printed by the fatal print or `--trace-uncaught`, no part of the error's own stack.
_ADDED_STACK = r"\n(?:Emitted 'error' event [^\n]*|Thrown at:)((?:\n {4}at [^\n]*)*)"
_ADDED_HEAD = re.compile(r"\n(?:Emitted 'error' event [^\n]*|Thrown at:)\Z")
_BRACKET_END = re.compile(r"\](?=\s*(?:\{|\n|,|\}|\]|\Z)| [^\s])")
_SHORT_PROPERTIES = re.compile(r" \{ (?P<inside>[^\n]*) \}(?=$|[ ,\n])")
_ELEMENT_START = re.compile(r"\n( *)(?=[^\s\]])")
_NAMED = re.compile(r"(?:<ref \*\d+> )?(?:[A-Za-z_$][\w$.]*(?: \[[^\]\n]+\])?)(?=:|\n|\Z)")
_BRACKETED = re.compile(r"(?:<ref \*\d+> )?\[(?=[A-Za-z_$][\w$.]*(?: \[[^\]\n]+\])?: )")
#: Property names that hold other errors, in the order in which the SDK follows them, and what it calls them.
_SUPPRESSED = ("error", "suppressed")


@dataclass(frozen=True, slots=True)
class PrintedError:
    """One error of a print.

    Attributes:
        header: its type and value.
        lines: its stack, the line that threw first, with gaps where the cause shows the same.
        properties: own properties that are no errors.
        children: (what the SDK calls it, error) of its cause and collected errors, in the SDK's order.
        end: offset of the text behind it.
    """

    header: Header
    lines: tuple[Line, ...]
    properties: dict[str, Json] = field(default_factory=dict)
    children: tuple[tuple[str, PrintedError], ...] = ()
    end: int = 0


class _Forms:
    """The patterns for one indentation."""

    __slots__ = ("added", "close", "entry", "first", "indent", "run")

    def __init__(self, indent: int) -> None:
        blanks = " " * indent
        self.indent = indent
        self.first = f"\n{blanks}    at "
        self.run = re.compile(
            rf"(?:\n{blanks}    (?:at |\.\.\. \d+ lines matching|\.\.\. collapsed \d)[^\n]*|\nFrom previous event:)+"
        )
        self.added = re.compile(_ADDED_STACK)
        self.close = f"\n{blanks}}}"
        self.entry = re.compile(rf"\n{blanks}  ({KEY}): ")


_forms = lru_cache(maxsize=64)(_Forms)


def read_error(text: str, begin: int, indent: int, depth: int = 0, *, message_end: int = 0) -> PrintedError | None:
    """Read the error whose header begins at *begin*, on a line indented by *indent*; None when there is no stack.

    Args:
        text: the print.
        begin: offset of the header.
        indent: blanks before its line.
        depth: how many errors it is inside of.
        message_end: stack lines before this offset are part of the message.
    """
    forms = _forms(indent)
    stack = text.find(forms.first, max(begin, message_end))
    run = forms.run.match(text, stack) if stack >= 0 else None
    if run is None:
        return None
    head = text[begin:stack]
    own = run[0], run.end()
    added_only = _ADDED_HEAD.search(head) if "\n" in head else None
    if added_only:
        # An error without stack lines of its own: what follows is where it was emitted.
        head, own = head[: added_only.start()], ("", begin + added_only.start())
    header = read_header(_dedent(head, indent))
    read = read_run(own[0])
    lines = (*_frames_of_message(header.message), *read.lines) if "\n" in head else read.lines
    end, rest = own[1], read.rest
    added = forms.added.match(text, end) if indent == 0 else None
    if added:
        end, rest = added.end(), read_run(added[1]).rest if added[1] else rest
    if rest != " {":
        cause = _caused_by(text, end, (indent, depth)) if not rest else None
        children = (("cause", cause),) if cause else ()
        return PrintedError(header, lines, {}, children, cause.end if cause else end - len(rest))
    return _with_properties(PrintedError(header, lines), text, end, (indent, depth))


def _caused_by(text: str, end: int, where: tuple[int, int]) -> PrintedError | None:
    """pino and VError put `caused by: Error: …` and its stack below."""
    indent, depth = where
    mark = f"\n{' ' * indent}caused by: "
    if depth >= _MAX_DEPTH or not text.startswith(mark, end):
        return None
    return read_error(text, end + len(mark), indent, depth + 1)


def read_bracketed(text: str, begin: int, indent: int, depth: int = 0) -> PrintedError | None:
    """Read `[Error: message]` at *begin*, which may be followed by properties."""
    inside = text.index("[", begin) + 1
    close = _BRACKET_END.search(text, inside)
    if close is None:
        return None
    header = read_header(_dedent(text[inside : close.start()], indent))
    end = close.end()
    short = _SHORT_PROPERTIES.match(text, end)
    if short:
        return PrintedError(header, (), read_short(short["inside"]), end=short.end())
    if text.startswith(" {\n", end):
        return _with_properties(PrintedError(header, ()), text, end + 2, (indent, depth))
    return PrintedError(header, (), end=end)


def _dedent(text: str, indent: int) -> str:
    return text.replace("\n" + " " * indent, "\n") if indent else text


def _frames_of_message(message: str) -> list[Line]:
    """The SDK tries every line behind the first one, those of the message as well (`See docs at https://…`)."""
    frames = (parse_frame(line) for line in message.split("\n")[1:] if "at " in line or "----" in line)
    return [frame for frame in frames if frame]


def _with_properties(error: PrintedError, text: str, begin: int, where: tuple[int, int]) -> PrintedError:
    """Add what stands between the brace before *begin* and the one that closes it."""
    indent, depth = where
    forms = _forms(indent)
    close = text.find(forms.close, begin)
    end = len(text) if close < 0 else close
    entries = []
    for entry in forms.entry.finditer(text, begin, end):
        entries.append((read_key(entry[1]), entry.start(), entry.end()))
        if len(entries) >= _MAX_PROPERTIES:
            break
    properties: dict[str, Json] = {}
    inner: dict[str, list[tuple[str, PrintedError]]] = {}
    stops = [start for _, start, _ in entries[1:]] + [end]
    for (key, _, value), stop in zip(entries, stops, strict=True):
        name = key.strip("[]") if key in ("[cause]", "[errors]") else key
        found = _inner_errors(text, value, (name, stop), (indent + 2, depth)) if depth < _MAX_DEPTH else []
        if found:
            inner[name] = found
        else:
            properties[name] = read_value(_dedent(text[value:stop].rstrip().removesuffix(","), indent + 2))
    header = _renamed(error.header, properties)
    return PrintedError(header, error.lines, properties, _children(inner), end + len(forms.close))


def _renamed(header: Header, properties: dict[str, Json]) -> Header:
    """Name and message that were changed after the stack was made are printed as properties."""
    name, message = properties.pop("name", None), properties.pop("[message]", None)
    properties.pop("[stack]", None)
    if isinstance(name, str) and name:
        header = header._replace(name=name)
    return header._replace(message=message) if isinstance(message, str) else header


def _children(inner: dict[str, list[tuple[str, PrintedError]]]) -> tuple[tuple[str, PrintedError], ...]:
    children = [*inner.get("cause", ()), *inner.get("errors", ())]
    if all(name in inner for name in _SUPPRESSED):
        children += [child for name in _SUPPRESSED for child in inner[name]]
    return tuple(children)


def _inner_errors(
    text: str, begin: int, entry: tuple[str, int], where: tuple[int, int]
) -> list[tuple[str, PrintedError]]:
    """The errors in the value at *begin*: one, or those of the list `errors`."""
    name, stop = entry
    indent, depth = where
    if name == "errors" and text.startswith("[", begin):
        return _elements(text, begin + 1, stop, (indent + 2, depth))
    if name not in ("cause", "errors", *_SUPPRESSED):
        return []
    error = _one_error(text, begin, stop, (indent, depth))
    return [(name, error)] if error else []


def _one_error(text: str, begin: int, stop: int, where: tuple[int, int]) -> PrintedError | None:
    indent, depth = where
    if _BRACKETED.match(text, begin, stop):
        return read_bracketed(text, begin, indent, depth + 1)
    if not _NAMED.match(text, begin, stop):
        return None
    error = read_error(text, begin, indent, depth + 1)
    return error if error and error.end <= stop + 1 else None


def _elements(text: str, begin: int, stop: int, where: tuple[int, int]) -> list[tuple[str, PrintedError]]:
    """The errors among the elements of a list; they are counted with the others."""
    indent, depth = where
    found: list[tuple[str, PrintedError]] = []
    count = 0
    position = begin
    while count < _MAX_ERRORS:
        start = _ELEMENT_START.search(text, position, stop)
        if start is None:
            break
        position = start.end()
        if len(start[1]) != indent:
            continue
        error = _one_error(text, position, stop, (indent, depth))
        if error:
            found.append((f"errors[{count}]", error))
            position = error.end
        count += 1
    return found


def frames_hidden(error: PrintedError) -> bool:
    """Has the print left out stack lines of *error*?"""
    return any(isinstance(line, Elided) for line in error.lines)
