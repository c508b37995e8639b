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
from functools import lru_cache
from typing import NamedTuple

from parsers.model import ExceptionValue, Frame, Mechanism

_TRACE_START = "\nStack trace:\n"
_TRACE_END = "{main}"
_AFTER_TRACE = frozenset({"", "\n"})
#: Of `\n#12 ` before {main}; PHP's traces have fewer frames than this has digits for.
_MAIN_BYTES = 12
_FRAME_LINE = re.compile(r"#\d+ ")
_HANDLED, _UNHANDLED = Mechanism(handled=True), Mechanism(handled=False)
_FRAME = re.compile(
    r"#\d+ (?:\[internal function\]|(?P<file>.*?)\((?P<line>\d{1,9})\)): (?P<call>.*)", re.DOTALL
)
_NEXT = "\n\nNext "
#: PHP appends " and defined" to the text of these (it is not in getMessage()).
_WITH_ADDITION = frozenset({"TypeError", "ArgumentCountError"})
_CALLED_IN = ", called in "
_DEFINED = " and defined"
#: PHP 5: `exception 'X' with message 'text' in /f.php:3`.
_PHP5 = re.compile(r"exception '(?P<type>[^']+)'(?: with message '(?P<value>.*)')?", re.DOTALL)
_EVAL = re.compile(r"(?P<file>.*?)\((?P<line>\d{1,9})\) : (?:eval\(\)'d code|runtime-created function)")
_SCHEMES = (" in phar://", " in vfs://", " in file://")
_WINDOWS = re.compile(r" in (?=[A-Za-z]:[\\/])")
_LINE_DIGITS = 9

#: A call's arguments, where no parenthesis is in them, and the line's end.  They vary most and are not kept: without
#: them few traces are distinct.
_ARGUMENTS = re.compile(r"\([^()\n]*+\)\n")
#: A longer trace is read each time, so that the cache stays small.
_CACHED_TRACE = 8192


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
    if not found or len(number) > _LINE_DIGITS or not (number.isascii() and number.isdigit()):
        return None
    cut = head.rfind(" in /")
    if cut < 0 or ":/" in head or ":\\" in head:
        cut = _last_in(head, cut)
    if cut < 0:
        return None
    return head[:cut], Location(head[cut + 4 :], int(number))


def _last_in(head: str, slash: int) -> int:
    """Where the last " in " is that a path follows, be it none that begins with a slash; *slash* is the last that does."""
    schemes = [head.rfind(mark) for mark in _SCHEMES]
    drives = [match.start() for match in _WINDOWS.finditer(head)]
    cut = max(slash, *schemes, *drives)
    return cut if cut >= 0 else head.rfind(" in ")


def parse_chain(text: str, begin: int = 0, *, handled: bool) -> tuple[str, tuple[ExceptionValue, ...]] | None:
    """Read the first chain in *text* from *begin* on: what stands before it, and its exceptions, oldest first.

    None when no whole exception (`TYPE: message in FILE:LINE`, trace, `{main}`) is in it.
    """
    values: list[ExceptionValue] = []
    before = ""
    main = -1
    start = text.find(_TRACE_START, begin)
    while start >= 0 and (not values or text.startswith(_NEXT, begin)):
        trace_at = start + len(_TRACE_START)
        main = main if main >= trace_at else _find_main(text, trace_at)
        if main < 0:
            break
        following = text.find(_TRACE_START, trace_at)
        # What only looks like a trace belongs to a message; so does all up to the last start before {main}.
        if not 0 <= following < main and (located := _located(text, begin, start)):
            frames = frames_of(text[trace_at:main], located[1])
            if frames:
                named = located[0]
                if values:
                    named = named[len(_NEXT) :]
                elif handled:
                    before, named = _without_prefix(named)
                values.append(_exception(named, frames, handled=handled))
                begin = main + len(_TRACE_END)
        start = following
    return (before, tuple(values)) if values else None


def _find_main(text: str, begin: int) -> int:
    """Where the next `{main}` is that has a trace's last line for itself; -1: nowhere."""
    while (found := text.find(_TRACE_END, begin)) >= 0:
        begin = found + len(_TRACE_END)
        number = text[max(0, found - _MAIN_BYTES) : found].rpartition("\n#")[2]
        if number[:-1].isdigit() and number.endswith(" ") and text[begin : begin + 1] in _AFTER_TRACE:
            return found
    return -1


def _located(text: str, begin: int, end: int) -> tuple[str, Location] | None:
    """`TEXT in FILE:LINE` from *begin* to *end*; no file's name holds a line end, so only the last line is searched."""
    near = max(begin, text.rfind("\n", begin, end) + 1)
    located = split_location(text[near:end], ":")
    return (text[begin:near] + located[0], located[1]) if located else None


def _exception(named: str, frames: tuple[Frame, ...], *, handled: bool) -> ExceptionValue:
    """*named* is `CLASS[: MESSAGE]`."""
    mechanism = _HANDLED if handled else _UNHANDLED
    old = _PHP5.fullmatch(named) if named.startswith("exception '") else None
    if old:
        return ExceptionValue(old["type"], old["value"] or "", frames, mechanism)
    kind, _, value = named.partition(": ")
    if kind in _WITH_ADDITION and _CALLED_IN in value:
        value = value.removesuffix(_DEFINED)
    return ExceptionValue(kind, value, frames, mechanism)


def _without_prefix(text: str) -> tuple[str, str]:
    """Cut what a programmer wrote before an exception's text off: `CRITICAL cron: DivisionByZeroError: …`.

    A message may name other exceptions, so that the first name is the class where it looks like one.
    """
    parts = text[:_PREFIX_CHARS].partition("\n")[0].split(": ")[:_PREFIX_PARTS]
    starts = [sum(len(part) + 2 for part in parts[:number]) for number in range(len(parts))]
    named = [at for at, part in zip(starts, parts, strict=True) if _CLASS.fullmatch(part)]
    sure = [at for at in named if _SURE_CLASS.fullmatch(text[at:].partition(": ")[0].partition("\n")[0])]
    last_word = _LAST_CLASS.search(parts[0])
    if sure:
        at = sure[0]
    elif 0 in named or not last_word:
        at = named[0] if named else 0
    else:
        at = last_word.start("type")
    return text[:at], text[at:]


_PREFIX_CHARS, _PREFIX_PARTS = 400, 8
_CLASS = re.compile(r"\\?(?:[^\W\d]\w*\\)*[^\W\d]\w*(?:@anonymous)?")
#: A name that only a class has: of a namespace, or ending as exceptions do.
_SURE_CLASS = re.compile(r"(?:\w*\\[\w\\]*|\w*(?:Exception|Error|Throwable)(?:@anonymous)?)")
#: `[worker 3] LogicException`.
_LAST_CLASS = re.compile(r"[\s\])](?P<type>\\?(?:[^\W\d]\w*\\)*\w*(?:Exception|Error|Throwable))\Z")


def frames_of(trace: str, location: Location) -> tuple[Frame, ...] | None:
    """Sentry's frames, oldest first.

    Args:
        trace: the lines of a trace up to "{main}", which is left out.
        location: where the exception was created.

    Returns:
        None when a line is no frame.
    """
    shorter = _ARGUMENTS.sub("\n", trace)
    if len(shorter) > _CACHED_TRACE:
        return _frames_cached.__wrapped__(shorter, location)
    return _frames_cached(shorter, location)


@lru_cache(maxsize=2048)
def _frames_cached(trace: str, location: Location) -> tuple[Frame, ...] | None:
    """Frames of a trace.

    sentry-php's rule (reference: php.md section 9): each call is named at the place where it *was* when the next one
    happened; the last frame is {main}, without a name.
    """
    lines = trace.split("\n")
    if not all(map(_FRAME_LINE.match, lines)):
        return None
    frames = []
    place: Location | None = location
    for line in lines[:-1]:
        call = _read_call(line)
        frames.append(_frame(call.function, place))
        place = call.location
    frames.append(_frame(None, place))
    frames.reverse()
    return tuple(frames)


def _frame(function: str | None, place: Location | None) -> Frame:
    if place is None:
        return Frame(function, "[internal]", 0)
    real = evaluated(place)
    return Frame(function, real.file, real.line)


def evaluated(place: Location) -> Location:
    """The real file and line of eval()'d code: `/x.php(2) : eval()'d code` is line 2 of /x.php."""
    found = _EVAL.match(place.file) if "(" in place.file else None
    return Location(found["file"], int(found["line"])) if found else place


def _read_call(line: str) -> Call:
    found = _FRAME.fullmatch(line)
    if found is None:
        return Call(_function_of(line.partition(" ")[2]), None)
    location = Location(found["file"], int(found["line"])) if found["file"] is not None else None
    return Call(_function_of(found["call"]), location)


def _function_of(call: str) -> str:
    """Function name of `Class->method(args)`, as sentry-php writes it: `Class::method`."""
    # PHP 8.4: {closure:App\Kernel::handle():12}, with parentheses inside.
    end = call.find("(")
    if "{closure:" in call[:end]:  # not in an argument
        end = call.find("}(") + 1
    name = call[:end] if end > 0 else call
    return name.replace("->", "::", 1)
