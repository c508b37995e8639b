"""The parts of a fatal print, and what they tell of how the error was thrown (reference: node.md section 3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.model import Frame
from parsers.node.exceptions import CONSOLE, REJECTION, UNCAUGHT, WORKER, Origin
from parsers.node.stack import Line

_PREFIX = re.compile(
    r"""(?P<location>[^\n]*\S:\d+)\n(?P<source>[^\n]*)\n(?P<caret>[ \t]*)\^+[ \t]*(?:\n+|\Z)
      | (?P<empty><anonymous_script>:\d+)\n\n+""",
    re.VERBOSE,
)
_TRAILER = re.compile(r"\n*Node\.js v\d+\.\d+\.\d+\S*\s*\Z")
_TRACE_HINT = re.compile(
    r"\n\(Use `node --trace-uncaught \.\.\.` to show where the exception was thrown\)\s*\Z"
)
_THROWN_AT = re.compile(r"\nThrown at:(?:\n {4}at [^\n]*)*\s*\Z")

#: Node's own source lines that rethrow, and what they say.
_REJECTED = re.compile(r"fromPromise|^\s*new UnhandledPromiseRejection\(")
#: What the caret points at was handed to a promise: `Promise.reject(new Error(`, `reject(new AbortError(`.
_REJECT_CALL = re.compile(r"\breject\(\s*\Z")
_WORKER_SOURCE = re.compile(r"process\.nextTick\(\(\) => \{ throw err; \}\);")
_WORKER_EVENT = "Emitted 'error' event on Worker instance"

#: An asynchronous function of the application: only a rejected promise brings its frames into a fatal print.
_ASYNC_FRAME = re.compile(r"\n {4}at async [^\n(/]+ \((?!node:internal/(?:modules|main|process)/)")
#: The top level of a module is asynchronous as well, and nameless; what it throws is an uncaught exception.
_MODULE_FRAME = re.compile(
    r"\n {4}at (?:async (?:file:|/|[A-Z]:\\)[^\n]*(?=\n(?! {4}at)|\Z)|(?:async )?(?:ModuleJob\.|ModuleLoader\.|asyncRunEntryPoint))"
)
_INTERNAL_PATH = re.compile(r"node:|internal/|[a-z_]+\.js\Z|<anonymous>|wasm:|evalmachine|index ")
#: A stack that is shorter than Error.stackTraceLimit reaches down to Node's own code, but for promise jobs.
_STACK_LIMIT = 10
#: The statement `runMicrotasks();`, four blanks in: promise jobs run from there, nextTick's from deeper lines.
_MICROTASK_END = re.compile(
    r"\n {4}at process\.processTicksAndRejections \(node:internal/process/task_queues:\d+:5\)(?: \{)?(?=\n|\Z)"
)
_QUEUE_MICROTASK = "unMicrotask (node:internal"


@dataclass(frozen=True, slots=True)
class FatalPrint:
    """A fatal print without its frame.

    Attributes:
        value: what was thrown, as inspected.
        source: the source line shown.
        before: the part of it before the caret.
        hinted: it is a primitive: Node offers to trace it.
        final: Node ends such prints with its version since 16; a print without is an application's own.
    """

    value: str
    source: str
    before: str = ""
    hinted: bool = False
    final: bool = True


def read_fatal(text: str) -> FatalPrint | None:
    """The parts of *text* if it is a fatal print."""
    prefix = _PREFIX.match(text)
    trailer = _TRAILER.search(text, max(0, len(text) - 80))
    if prefix is None and trailer is None:
        return None
    value = text[prefix.end() if prefix else 0 : trailer.start() if trailer else len(text)]
    hint = _TRACE_HINT.search(value)
    if hint:
        value = value[: hint.start()]
    source = (prefix["source"] or "") if prefix else ""
    before = source[: len(prefix["caret"] or "")] if prefix else ""
    final = trailer is not None or "node:" not in value
    return FatalPrint(value.rstrip("\n"), source, before, bool(hint), final)


def without_thrown_at(value: str) -> str:
    """A primitive printed with --trace-uncaught, without the place that was added."""
    return _THROWN_AT.sub("", value)


def origin_of(fatal: FatalPrint, printed: str, frames: Sequence[Line] = ()) -> Origin:
    """Uncaught, rejected or a worker's: the text does not always tell; uncaught where it does not.

    Args:
        fatal: the print.
        printed: its value from the error's own stack on.
        frames: stack of the error in it, the line that threw first.
    """
    if not fatal.final:
        return CONSOLE
    if _WORKER_SOURCE.search(fatal.source) or _WORKER_EVENT in fatal.value:
        return WORKER
    if _REJECTED.search(fatal.source) or _REJECT_CALL.search(fatal.before):
        return REJECTION
    if _MODULE_FRAME.search(printed):
        return UNCAUGHT
    if _ASYNC_FRAME.search(printed) or _from_promise_job(printed, frames):
        return REJECTION
    return UNCAUGHT


def _from_promise_job(value: str, frames: Sequence[Line]) -> bool:
    if _QUEUE_MICROTASK in value:
        return False
    if _MICROTASK_END.search(value):
        return True
    last = frames[-1] if frames and len(frames) < _STACK_LIMIT else None
    return isinstance(last, Frame) and last.path is not None and not _INTERNAL_PATH.match(last.path)
