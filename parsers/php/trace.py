r"""PHP's text of an exception: chains, traces, frames, in Sentry's shape.

    CHAIN = EXC *( "\n\nNext " EXC )               the oldest first, the one that was thrown last at the end
    EXC   = CLASS [": " MSG] " in " FILE ":" LINE "\nStack trace:\n" *FRAME "#" n " {main}"
    FRAME = "#" i " " ( FILE "(" LINE "): " | "[internal function]: " ) [CLASS ("->" | "::")] FUNCTION "(" [ARGS] ")\n"

Zend/zend_exceptions.c; reference: php.md section 1, "Uncaught exceptions".  Nothing in a message is escaped, so only what
stands right before `Stack trace:` and a run of frames up to `{main}` is trusted.  Arguments may hold secrets: they are
never kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from parsers.model import ExceptionValue, Frame, Mechanism

_TRACE_START = "\nStack trace:\n"
_TRACE_END = "{main}"
_NO_FRAME = re.compile(r"\n(?!#\d)")
#: A call's arguments up to the line's end, where no parenthesis is in them.
_ARGUMENTS = re.compile(r"\([^()\n]*\)(?=\n)")
_FRAME = re.compile(r"#\d+ (?:\[internal function\]|(?P<file>.*?)\((?P<line>\d+)\)): (?P<call>.*)")
_NEXT = "\n\nNext "
_CALLED_IN = ", called in "
_DEFINED = " and defined"
#: PHP 5: `exception 'X' with message 'text' in /f.php:3`.
_PHP5 = re.compile(r"exception '(?P<type>[^']+)'(?: with message '(?P<value>.*)')?", re.DOTALL)
_EVAL = re.compile(r"(?P<file>.*?)\((?P<line>\d+)\) : (?:eval\(\)'d code|runtime-created function)")
_ABSOLUTE = (" in /", " in phar://", " in vfs://")
_WINDOWS = re.compile(r" in (?=[A-Za-z]:[\\/])")
_DIGITS = frozenset("0123456789")
_LINE_DIGITS = 9

#: Longer ones are read each time: they would let the caches grow.
_CACHED_TRACE = 16_384
_CACHED_LINE = 512


class Location(NamedTuple):
    """A place in the code, as logged."""

    file: str
    line: int


class Call(NamedTuple):
    """One line of a trace: the function that was called, and where; None for `[internal function]`."""

    function: str
    location: Location | None


def split_location(text: str, separator: str) -> tuple[str, Location] | None:
    """Cut `TEXT in FILE<separator>LINE` into TEXT and the location; None when it does not end so.

    TEXT and FILE may both hold " in ".  The last one that an absolute path follows is taken, else the last one.
    """
    head, found, number = text.rpartition(separator)
    if not found or not number or not _DIGITS.issuperset(number) or len(number) > _LINE_DIGITS:
        return None
    cut = max(head.rfind(mark) for mark in _ABSOLUTE)
    if cut < 0:
        windows = [match.start() for match in _WINDOWS.finditer(head)]
        cut = windows[-1] if windows else head.rfind(" in ")
    if cut < 0:
        return None
    return head[:cut], Location(head[cut + 4 :], int(number))


def parse_chain(text: str, *, handled: bool) -> tuple[str, tuple[ExceptionValue, ...]] | None:
    """Read the first chain in *text*: what stands before it, and its exceptions, oldest first.

    None when no whole exception (`TYPE: message in FILE:LINE`, trace, `{main}`) is in it.
    """
    values: list[ExceptionValue] = []
    before = ""
    end = 0
    while (trace := _find_trace(text, end)) is not None:
        header = text[end : trace.start - len(_TRACE_START)]
        if values:
            if not header.startswith(_NEXT):
                break
            header = header.removeprefix(_NEXT)
        parsed = _parse_exception(header, text[trace.start : trace.stop], handled=handled, first=not values)
        if parsed is None:
            return None
        prefix, value = parsed
        before = before if values else prefix
        values.append(value)
        end = trace.stop
    return (before, tuple(values)) if values else None


def _find_trace(text: str, begin: int) -> slice | None:
    """Where the frames of the next trace are, `{main}` included; what only looks like one is passed over."""
    while (found := text.find(_TRACE_START, begin)) >= 0:
        start = found + len(_TRACE_START)
        main = text.find(_TRACE_END, start)
        if main < 0:
            return None
        stop = main + len(_TRACE_END)
        if (
            text.startswith("#", start)
            and not _NO_FRAME.search(text, start, main)
            and text[stop : stop + 1] in {"", "\n"}
        ):
            return slice(start, stop)
        begin = start
    return None


def _parse_exception(
    header: str, trace: str, *, handled: bool, first: bool
) -> tuple[str, ExceptionValue] | None:
    located = split_location(header, ":")
    if located is None:
        return None
    named, location = located
    prefix, kind, value = _name_and_message(named, free_text=first and handled)
    frames = (
        _frames_cached(_ARGUMENTS.sub("()", trace), location)
        if len(trace) <= _CACHED_TRACE
        else frames_of(trace, location)
    )
    return prefix, ExceptionValue(kind, value, frames, Mechanism(handled=handled))


def _name_and_message(text: str, *, free_text: bool) -> tuple[str, str, str]:
    """(what stands before, class, message) of `[BEFORE: ]CLASS[: MESSAGE]`."""
    old = _PHP5.fullmatch(text)
    if old:
        return "", old["type"], old["value"] or ""
    before = ""
    if free_text and (named := _CLASS_IN_TEXT.match(text)):
        before, text = named["before"], text[named.end("before") :]
    kind, _, value = text.partition(": ")
    return before, kind, _without_addition(kind, value)


#: `CRITICAL cron: DivisionByZeroError: Division by zero`: the last name before ": " that looks like a class.
_CLASS_IN_TEXT = re.compile(
    r"(?P<before>(?:[^\n]{0,200}[\s\[(:])?)(?=\\?(?:[^\W\d]\w*\\)*[^\W\d]\w*(?:Exception|Error|Throwable)\b[^\s:]*(?:: |\Z))"
)


def _without_addition(kind: str, value: str) -> str:
    """Message without the " and defined" that PHP appends to some type errors (it is not in getMessage())."""
    if kind in {"TypeError", "ArgumentCountError"} and _CALLED_IN in value:
        return value.removesuffix(_DEFINED)
    return value


def frames_of(trace: str, location: Location) -> tuple[Frame, ...]:
    """Sentry's frames, oldest first, of a trace's lines and the place where the exception was created.

    sentry-php's rule (reference: php.md section 9): each call is named at the place where it *was* when the next one
    happened; the last frame is {main}, without a name.
    """
    frames = []
    place: Location | None = location
    for call in _calls(trace):
        frames.append(_frame(call.function, place))
        place = call.location
    frames.append(_frame(None, place))
    frames.reverse()
    return tuple(frames)


#: Traces repeat but for their arguments, which are not kept; at most 1,024 of 16 KiB are remembered.
_frames_cached = lru_cache(maxsize=1024)(frames_of)


def _frame(function: str | None, place: Location | None) -> Frame:
    if place is None:
        return Frame(function, "[internal]", 0)
    real = evaluated(place)
    return Frame(function, real.file, real.line)


def evaluated(place: Location) -> Location:
    """The real file and line of eval()'d code: `/x.php(2) : eval()'d code` is line 2 of /x.php."""
    found = _EVAL.match(place.file) if "(" in place.file else None
    return Location(found["file"], int(found["line"])) if found else place


def _calls(trace: str) -> Iterator[Call]:
    """Calls of a trace, innermost first; the line of {main} is none."""
    for line in trace.split("\n"):
        call = _read_call(line) if len(line) <= _CACHED_LINE else _read_call.__wrapped__(line)
        if call is not None:
            yield call


@lru_cache(maxsize=8192)
def _read_call(line: str) -> Call | None:
    found = _FRAME.fullmatch(line)
    if found is None:
        return None
    location = Location(found["file"], int(found["line"])) if found["file"] is not None else None
    return Call(_function_of(found["call"]), location)


def _function_of(call: str) -> str:
    """Function name of `Class->method(args)`, as sentry-php writes it: `Class::method`."""
    closure = call.find("{closure:")  # PHP 8.4: {closure:App\Kernel::handle():12}, with parentheses inside
    end = call.find("}(", closure) + 1 if closure >= 0 else 0
    if end <= 0:
        end = call.find("(")
    name = call[:end] if end > 0 else call
    return name.replace("->", "::", 1)
