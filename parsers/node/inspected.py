"""Errors as util.inspect prints them, with their properties, causes and collected errors, as a tree.

    Error: outer                                  an error at depth n is indented by n; its stack lines by n + 4,
        at main (/srv/a.js:1:2) {                 its properties by n + 2, and the bracket that closes them by n
      code: 'E',
      [cause]: TypeError: inner
          at f (/srv/a.js:3:4)
    }
    [Error: no stack] { code: 'E' }               without stack lines the header is in brackets

Reference: node.md section 2.  How much is read is bounded; text that does not keep the form ends the error it is in.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from parsers.model import Frame, Json
from parsers.node.header import BRACKET, Header, read_header
from parsers.node.stack import MAX_FRAMES, NO_RUN, Run, parse_frame, read_run
from parsers.node.values import KEY, read_key, read_short, read_value

#: Errors that are read of one print; the SDK sends six exceptions at most.
_MAX_ERRORS = 32
#: Errors of one AggregateError, and properties, that are read.
_MAX_ELEMENTS = 16
_MAX_PROPERTIES = 100

#: Printed by the fatal print or `--trace-uncaught`, no part of the error's own stack.
_ADDED_STACK = re.compile(r"\n(?:Emitted 'error' event [^\n]*|Thrown at:)((?:\n {4}at [^\n]*)*)")
_ADDED_HEAD = re.compile(r"\n(?:Emitted 'error' event [^\n]*|Thrown at:)\Z")
_BRACKET_END = re.compile(r"\](?=\s*(?:\{|\n|,|\}|\]|\Z)| [^\s])")
_SHORT_PROPERTIES = re.compile(r" \{ (?P<inside>[^\n]*) \}(?=$|[ ,\n])", re.MULTILINE)
_ELEMENT_START = re.compile(r"\n( *)(?=[^\s\]])")
_NAMED = re.compile(rf"(?:<ref \*\d+> )?[A-Za-z_$][\w$.]*(?: {BRACKET})*(?=:|\n|\Z)")
_BRACKETED = re.compile(rf"(?:<ref \*\d+> )?\[(?=[A-Za-z_$][\w$.]*(?: {BRACKET})*: )")

#: Properties that are followed; the SDK takes `error` and `suppressed` where both are errors (SuppressedError).
_FOLLOWED = {
    "cause": "cause",
    "[cause]": "cause",
    "errors": "errors",
    "[errors]": "errors",
    "error": "error",
    "suppressed": "suppressed",
}
#: Printed where they were changed after the stack was made.
_CHANGED = frozenset(("name", "[message]", "[stack]"))


class PrintedError(NamedTuple):
    """One error of a print.

    Attributes:
        header: its type and value.
        run: its stack lines.
        quoted: frames that the SDK finds in the lines of the message.
        properties: own properties that are no errors.
        children: (what the SDK calls it, error) of its cause and collected errors, in the SDK's order.
        end: offset of the text behind it.
    """

    header: Header
    run: Run = NO_RUN
    quoted: tuple[Frame, ...] = ()
    properties: dict[str, Json] = {}  # noqa: RUF012 - a default of a NamedTuple; nobody writes to it
    children: tuple[Child, ...] = ()
    end: int = 0


class Child(NamedTuple):
    """An error inside of another: what the SDK calls it (`cause`, `errors[0]`), and itself."""

    source: str
    error: PrintedError


class _Forms:
    """What marks the parts of an error at one indentation."""

    __slots__ = ("caused", "close", "entry", "first", "run")

    def __init__(self, indent: int) -> None:
        blanks = " " * indent
        self.first = f"\n{blanks}    at "
        self.run = re.compile(
            rf"(?:\n{blanks}    (?:at |\.\.\. \d+ lines matching|\.\.\. collapsed \d)[^\n]*"
            r"|\nFrom previous event:|\nCaused by: [^\n]*(?=\n    at ))+"
        )
        self.close = f"\n{blanks}}}"
        self.caused = f"\n{blanks}caused by: "
        self.entry = re.compile(rf"\n{blanks}  ({KEY}): ")


_forms = lru_cache(maxsize=64)(_Forms)


def read_error(text: str, begin: int, indent: int, *, message_end: int = 0) -> PrintedError | None:
    """Read the error whose header begins at *begin*, on a line indented by *indent*; None when there is no stack.

    Args:
        text: the print.
        begin: offset of the header.
        indent: blanks before its line.
        message_end: stack lines before this offset are part of the message.
    """
    return _Reader(text).error(begin, len(text), indent, message_end)


def read_bracketed(text: str, begin: int, indent: int) -> PrintedError | None:
    """Read `[Error: message]` at *begin*, which may be followed by properties."""
    return _Reader(text).bracketed(begin, len(text), indent)


class _Reader:
    """Reads the errors of one print; counts them, so that no text makes it read for ever."""

    __slots__ = ("_left", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._left = _MAX_ERRORS

    def error(self, begin: int, stop: int, indent: int, message_end: int = 0) -> PrintedError | None:
        text, forms = self._text, _forms(indent)
        self._left -= 1
        stack = text.find(forms.first, max(begin, message_end), stop)
        found = forms.run.match(text, stack, stop) if stack >= 0 else None
        if found is None:
            return None
        head, run, end = text[begin:stack], read_run(found[0]), found.end()
        quoted: tuple[Frame, ...] = ()
        if "\n" in head:
            added = _ADDED_HEAD.search(head)
            if added:
                # It has no stack lines of its own: these say where it was emitted.
                head, run, end = head[: added.start()], NO_RUN, begin + added.start()
            head = _dedent(head, indent)
            quoted = _frames_of_message(head)
        rest = run.rest
        if not rest and indent == 0 and text.startswith(("\nE", "\nT"), end):
            end, rest = _skip_added(text, end)
        error = PrintedError(read_header(head), run, quoted, end=end - len(rest))
        if rest == " {":
            return self._with_properties(error, end, stop, indent)
        return self._with_cause_below(error, stop, indent) if text.startswith(forms.caused, end) else error

    def bracketed(self, begin: int, stop: int, indent: int) -> PrintedError | None:
        text = self._text
        self._left -= 1
        inside = text.find("[", begin, stop) + 1
        close = _BRACKET_END.search(text, inside, stop) if inside else None
        if close is None:
            return None
        end = close.end()
        error = PrintedError(read_header(_dedent(text[inside : close.start()], indent)), end=end)
        short = _SHORT_PROPERTIES.match(text, end, stop)
        if short:
            return error._replace(properties=read_short(short["inside"]), end=short.end())
        return self._with_properties(error, end + 2, stop, indent) if text.startswith(" {\n", end) else error

    def _with_cause_below(self, error: PrintedError, stop: int, indent: int) -> PrintedError:
        """Add the cause whose `caused by: Error: …` and stack stand below, as pino and VError print it."""
        begin = error.end + len(_forms(indent).caused)
        cause = self.error(begin, stop, indent) if self._left > 0 else None
        return error._replace(children=(Child("cause", cause),), end=cause.end) if cause else error

    def _with_properties(self, error: PrintedError, begin: int, stop: int, indent: int) -> PrintedError:
        """Add what stands between the brace before *begin* and the one that closes it."""
        text, forms = self._text, _forms(indent)
        close = text.find(forms.close, begin, stop)
        end = stop if close < 0 else close
        entries = list(islice(forms.entry.finditer(text, begin, end), _MAX_PROPERTIES))
        properties: dict[str, Json] = {}
        inner: dict[str, list[Child]] = {}
        for number, entry in enumerate(entries, 1):
            key, value = entry[1], entry.end()
            behind = entries[number].start() if number < len(entries) else end
            name = _FOLLOWED.get(key)
            found = self._inner_errors(name, value, behind, indent + 2) if name and self._left > 0 else None
            if name and found:
                inner[name] = found
            else:
                properties[name or read_key(key)] = read_value(_value_text(text, value, behind, indent))
        header = (
            error.header if properties.keys().isdisjoint(_CHANGED) else _renamed(error.header, properties)
        )
        children = _children(inner) if inner else ()
        return PrintedError(header, error.run, error.quoted, properties, children, end + len(forms.close))

    def _inner_errors(self, name: str, begin: int, stop: int, indent: int) -> list[Child]:
        """The errors in the value at *begin*: one, or those of the list `errors`."""
        if name == "errors":
            return self._elements(begin + 1, stop, indent + 2) if self._text.startswith("[", begin) else []
        error = self._one_error(begin, stop, indent)
        return [Child(name, error)] if error else []

    def _one_error(self, begin: int, stop: int, indent: int) -> PrintedError | None:
        if _BRACKETED.match(self._text, begin, stop):
            return self.bracketed(begin, stop, indent)
        return self.error(begin, stop, indent) if _NAMED.match(self._text, begin, stop) else None

    def _elements(self, begin: int, stop: int, indent: int) -> list[Child]:
        """The errors among the elements of a list; they are counted with the others."""
        found: list[Child] = []
        position, count = begin, 0
        while count < _MAX_ELEMENTS and self._left > 0:
            start = _ELEMENT_START.search(self._text, position, stop)
            if start is None:
                break
            position = start.end()
            if len(start[1]) == indent:
                error = self._one_error(position, stop, indent)
                if error:
                    found.append(Child(f"errors[{count}]", error))
                    position = error.end
                count += 1
        return found


def _skip_added(text: str, end: int) -> tuple[int, str]:
    """Offset behind the stack lines that the fatal print added at *end*, and what the last one has behind it."""
    added = _ADDED_STACK.match(text, end)
    if added is None:
        return end, ""
    return added.end(), read_run(added[1]).rest if added[1] else ""


def _dedent(text: str, indent: int) -> str:
    return text.replace("\n" + " " * indent, "\n") if indent else text


def _frames_of_message(message: str) -> tuple[Frame, ...]:
    """The SDK tries every line behind the first one, those of the message as well (`See docs at https://…`)."""
    frames = (parse_frame(line) for line in message.split("\n")[1:] if "at " in line or "----" in line)
    return tuple(islice((frame for frame in frames if frame), MAX_FRAMES))


def _value_text(text: str, begin: int, stop: int, indent: int) -> str:
    value = text[begin:stop].rstrip().removesuffix(",")
    return _dedent(value, indent + 2) if "\n" in value else value


def _renamed(header: Header, properties: dict[str, Json]) -> Header:
    """Take name and message from *properties*, where they are printed if they were changed."""
    name, message = properties.pop("name", None), properties.pop("[message]", None)
    properties.pop("[stack]", None)
    if isinstance(name, str) and name:
        header = header._replace(name=name)
    return header._replace(message=message) if isinstance(message, str) else header


def _children(inner: dict[str, list[Child]]) -> tuple[Child, ...]:
    children = [*inner.get("cause", ()), *inner.get("errors", ())]
    if "error" in inner and "suppressed" in inner:
        children += [*inner["error"], *inner["suppressed"]]
    return tuple(children)
