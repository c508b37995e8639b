"""Stack lines of V8: what @sentry/node's own parser makes of each, and of a whole run of them.

`parse_frame` gives, field by field, what the official parser gives (rules: getsentry/sentry-javascript
packages/core/src/utils/node-stack-trace.ts and stacktrace.ts; oracle: tests/parsers/node/data/lines.jsonl).  It is not
anchored, as the official one is not: prose such as `See docs at https://x.test` gives a frame there, and so here.

`read_run` reads the lines that a print holds between a header and its properties: frames in the order printed (the
line that threw first), with `Elided` where util.inspect left lines out that are printed elsewhere.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from parsers.model import Frame

#: STACKTRACE_FRAME_LIMIT of the SDK: the first 50 stack lines count.
MAX_FRAMES = 50

#: The SDK cuts lines here, since its patterns backtrack; so do ours.
_MAX_LINE = 1024

_PLACE = r"""(?:(?P<file>.+):(?P<line>\d+):(?P<column>\d+)?   # only the last :line:column counts: /srv/a:1:2/b.js:3:4
      |(?P<place>[^)]+))\)?"""  # <anonymous>, native, index 0, wasm://wasm/1:wasm-function[0]:0x22
#: `at async load (/srv/a.js:1:2)`; the name is the shortest text before a parenthesis that the line's end closes.
_CALL = re.compile(r"at[ ](?:async[ ])?(?:(?P<function>.+?)\s+\()?" + _PLACE, re.VERBOSE)
#: `at /srv/a.js:1:2`, `at f (/srv/a.js:1:2) [as g]`
_NAMELESS_CALL = re.compile(r"at[ ](?:async[ ])?(?P<function>(?!))?" + _PLACE, re.VERBOSE)
_DATA_CALL = re.compile(r"at (?:async )?(.+?) \(data:(.*?),")
_RULER = re.compile(r"\s*-{4,}\Z")
_WEBPACK_ERROR = re.compile(r"\(error: (.*)\)")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_WINDOWS_DRIVE = re.compile(r"/[A-Z]:")
#: Escapes of these stay as they are in JavaScript's decodeURI.
_RESERVED = frozenset(";/?:@&=+$,#")

#: `    ... 4 lines matching cause stack trace ...`
_CAUSE_LINES = re.compile(r"\.\.\. (\d+) lines matching cause stack trace \.\.\.")
#: `    ... collapsed 58 duplicate lines matching above 1 lines 58 times...` (Node 24)
_REPEATED_LINES = re.compile(r"\.\.\. collapsed \d+ duplicate lines matching above (\d+) lines? (\d+) times")
#: How stack lines end.  `at the end of the day` is prose that an application printed below a stack.
_CALL_END = re.compile(
    r"(?::\d+|<anonymous>|\bnative|\bindex \d+|:0x[0-9a-f]+|\bframes|\(data:[^\n]*|\[as [^\]]+\])\)?\Z"
)
_STACK = re.compile(
    r"\n( *) {4}at (?=[^\n]*:\d+:\d|[^\n]*(?:<anonymous>|\(native\)|\(index \d|wasm-function|\Wnative$))",
    re.MULTILINE,
)
_LOCATION_END = re.compile(r":\d+:\d+\)?(?=[ ,\]}])")
_SDK_CALL = re.compile(r"captureMessage|captureException")
_MAX_DIGITS = 9
_MAX_MEMO = 1 << 13


class Elided(NamedTuple):
    """Frames that the print left out because the error's cause shows them as well."""

    lines: int


Line: TypeAlias = "Frame | Elided"


class Run(NamedTuple):
    """Consecutive stack lines.

    Attributes:
        lines: what they say, the line that threw first.
        rest: the text behind the last one: " {", ",", further arguments of the print.
        whole: as the SDK sends them, oldest call first; None where lines are left out.
    """

    lines: tuple[Line, ...]
    rest: str
    whole: tuple[Frame, ...] | None


NO_RUN = Run((), "", ())


def parse_frame(line: str) -> Frame | None:
    """The frame that the official SDK makes of one stack line; None where it makes none."""
    line = line[:_MAX_LINE]
    if "(error: " in line:
        line = _WEBPACK_ERROR.sub(r"\1", line, count=1)
    if "Error: " in line:
        return None
    data_call = _DATA_CALL.search(line) if "(data:" in line else None
    if data_call:
        return Frame(data_call[1], f"<data:{data_call[2]}>")
    call = (_CALL if line.rstrip().endswith(")") else _NAMELESS_CALL).search(line)
    if call is None:
        return Frame("?", line) if _RULER.match(line) else None
    path = _path(call["file"]) or (None if call["place"] == "native" else call["place"])
    return Frame(
        _function(call["function"]),
        _decode_uri(path) if path else None,
        _number(call["line"]),
        _number(call["column"]),
    )


def _number(digits: str | None) -> int | None:
    """A line or column; None for 0, and for what no file has and no JSON takes."""
    return (int(digits) or None) if digits and len(digits) <= _MAX_DIGITS else None


def _path(file: str | None) -> str | None:
    if not file:
        return None
    path = file.removeprefix("file://")
    return path[1:] if _WINDOWS_DRIVE.search(path) else path


def _function(name: str | None) -> str:
    """`Object.<anonymous>` is `Object.?`, `Object.Module.load` is `Module.load`, no name is `?`."""
    if not name:
        return "?"
    cut = name.rfind(".")
    if cut > 0 and name[cut - 1] == ".":
        cut -= 1
    if cut <= 0:
        return name
    owner, method = name[:cut], name[cut + 1 :]
    module = owner.find(".Module")
    if module > 0:
        name, owner = name[module + 1 :], owner[:module]
    return f"{owner}.?" if method == "<anonymous>" else name


def _decode_uri(path: str) -> str:
    """JavaScript's decodeURI; a malformed escape leaves *path* as it is, as the SDK does."""
    if "%" not in path:
        return path
    if "%" in _ESCAPES.sub("", path):
        return path
    try:
        return _ESCAPES.sub(_decoded, path)
    except UnicodeDecodeError:
        return path


def _decoded(escapes: re.Match[str]) -> str:
    text = bytes.fromhex(escapes[0].replace("%", "")).decode("utf-8")
    return "".join(f"%{ord(char):02X}" if char in _RESERVED else char for char in text)


class Place(NamedTuple):
    """Where a stack begins: the offset of the line end before it, and how far its error's header is indented."""

    offset: int
    indent: int


def find_stack(text: str, begin: int) -> Place | None:
    """The first stack line in *text* behind *begin*; lines at the margin go before those of inner errors."""
    margin = text.find("\n    at ", begin)
    if margin >= 0 and _STACK.match(text, margin):
        return Place(margin, 0)
    found = _STACK.search(text, begin)
    return Place(found.start(), len(found[1])) if found else None


def read_run(block: str) -> Run:
    """Read consecutive stack lines; what the last one has behind its place is the rest of the print.

    A run is mostly the same when its message differs, so the short ones are remembered whole.
    """
    return _remembered_run(block) if len(block) <= _MAX_MEMO else _read_run(block)


def _read_run(block: str) -> Run:
    lines: list[Line] = []
    end = 0
    for text in block.split("\n"):
        end += len(text) + 1
        if len(lines) > MAX_FRAMES and end <= len(block):
            continue
        stripped = text.lstrip()
        if stripped.startswith("..."):
            _add_left_out(lines, stripped)
            continue
        frame, rest = _stack_line(stripped) if len(stripped) <= _MAX_LINE else _read_line(stripped)
        if frame is not None:
            lines.append(frame)
        if rest:
            return _run(lines, block[end - 1 - len(rest) :])
    return _run(lines, "")


def _run(lines: list[Line], rest: str) -> Run:
    frames = tuple(line for line in lines if isinstance(line, Frame))
    return Run(tuple(lines), rest, as_sent(frames) if len(frames) == len(lines) else None)


_remembered_run = lru_cache(maxsize=1 << 11)(_read_run)


def _read_line(line: str) -> tuple[Frame | None, str]:
    """The frame in a stack line, and what a bracket or another argument of the print added behind it."""
    rest = ""
    if line.endswith(("{", ",")):
        mark = 2 if line.endswith(" {") else 1
        line, rest = line[:-mark], line[-mark:]
    if not _is_call(line):
        place = _LOCATION_END.search(line)
        if place is None:
            return None, rest
        line, rest = line[: place.end()], line[place.end() :] + rest
    return parse_frame(line), rest


_stack_line = lru_cache(maxsize=_MAX_MEMO)(_read_line)


def _is_call(line: str) -> bool:
    line = line.rstrip()
    return line[line.rfind(":") + 1 :].removesuffix(")").isdigit() or bool(_CALL_END.search(line))


def _add_left_out(lines: list[Line], text: str) -> None:
    cause = _CAUSE_LINES.match(text)
    if cause:
        lines.append(Elided(_number(cause[1]) or 0))
        return
    repeated = _REPEATED_LINES.match(text)
    if repeated:
        lines.extend(_repeat(lines, _number(repeated[1]) or 0, _number(repeated[2]) or 0))


def _repeat(lines: list[Line], count: int, times: int) -> list[Line]:
    """The lines that Node 24 collapsed: the *count* lines above, *times* over, no more than can count."""
    return lines[-count:] * min(times, MAX_FRAMES) if count else []


def expand(lines: tuple[Line, ...], cause: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """Put back the lines that *cause* shows as well: those behind its first line that equals the one before the gap."""
    frames: list[Frame] = []
    for line in lines:
        if isinstance(line, Frame):
            frames.append(line)
        elif frames and frames[-1] in cause:
            begin = cause.index(frames[-1]) + 1
            frames.extend(cause[begin : begin + line.lines])
    return tuple(frames[:MAX_FRAMES])


def as_sent(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """*frames* oldest call first, at most as many as the SDK sends, without its own call."""
    if frames and _SDK_CALL.search(frames[0].function or ""):
        frames = frames[1:]
    return frames[MAX_FRAMES - 1 :: -1]
