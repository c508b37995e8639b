"""One event in full, as Sentry would show it: the exception thrown last first, newest frame first, with source lines.

Takes the payload as it is sent, so that what is shown is what Sentry gets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from sidecar.event.payload import Outcome
from sidecar.pipeline.interpret import Interpreted
from sidecar.terminal.style import HOT, PLACE, QUIET, TITLE, level, moment, safe

_SOURCE_LINES = 3
_TAB = 4


def render_record(one: Interpreted, payload: Mapping[str, Any]) -> RenderableType:
    """One record of `explain`: where it is, what it becomes, and that in full."""
    template, record = one.template, one.record
    head = f"bytes {one.place.offset:,}–{one.place.offset + record.length:,}  {template.event.format}"
    stream = f"  {record.stream}" if record.stream else ""
    rule = f" by rule “{template.rule}”" if template.rule else ""
    line = Text(f"{head}{stream}  → {template.outcome}{rule}", style=QUIET)
    return Group(line, render_payload(template.outcome, payload))


def render_payload(outcome: Outcome, payload: Mapping[str, Any]) -> RenderableType:
    """An event or a log item, and an empty line."""
    return Group(render_event(payload) if outcome == "event" else render_log(payload), Text())


def render_event(payload: Mapping[str, Any]) -> RenderableType:
    """Everything of an issue event that helps to understand it."""
    values = list(reversed((payload.get("exception") or {}).get("values") or []))
    parts: list[RenderableType] = [_heading(payload, values), *_facts(payload)]
    above: list[Mapping[str, Any]] = []
    for value in values:
        parts += _exception(value, above)
        above = _frames(value) or above
    for name, fields in (payload.get("contexts") or {}).items():
        if name != "log":
            parts += _context(name, fields)
    return Group(*parts)


def render_log(payload: Mapping[str, Any]) -> RenderableType:
    """A log item: level and text."""
    text = Text.assemble(level(str(payload["level"])), "  ", safe(str(payload["body"])))
    return _indented(text, 2)


def _heading(payload: Mapping[str, Any], values: Sequence[Mapping[str, Any]]) -> Text:
    if values:
        title = _titled(values[0])
    else:
        title = Text(safe(str((payload.get("logentry") or {}).get("formatted", ""))), style=TITLE)
    return Text.assemble(level(str(payload["level"])), "  ", title)


def _titled(value: Mapping[str, Any]) -> Text:
    text = safe(str(value.get("value") or ""))
    return Text.assemble((safe(str(value["type"])), TITLE), (f": {text}" if text else "", ""))


def _facts(payload: Mapping[str, Any]) -> Iterator[RenderableType]:
    """When, where, with which tags."""
    log = payload["contexts"]["log"]
    time = moment(payload["timestamp"])
    if log["time"] != "record":
        time += f" (time of: {log['time']})"
    named = {key: payload[key] for key in ("environment", "release", "server_name") if key in payload}
    tags = "  ".join(f"{key}={value}" for key, value in {**named, **payload.get("tags", {})}.items())
    about = f"{payload['platform']}, {_mechanism(payload)}, event {payload['event_id']}"
    for fact in (time, f"{log['file']} at byte {log['offset']}", tags, about):
        yield _note(safe(fact))


def _mechanism(payload: Mapping[str, Any]) -> str:
    values = (payload.get("exception") or {}).get("values") or []
    if not values:
        return "message"
    return "handled" if values[-1].get("mechanism", {}).get("handled", True) else "unhandled"


def _exception(value: Mapping[str, Any], after: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """One exception; *after* holds the frames of the one that it caused, newest first."""
    yield Text()
    if after:
        yield Text.assemble(("caused by  ", QUIET), _titled(value))
    frames = _frames(value)
    if not frames:
        yield _note("no stack in the log")
    shared = _shared(frames, after)
    own = frames[: len(frames) - shared]
    hot = next((frame for frame in own if frame.get("in_app")), None)
    for frame in _folded(own):
        if isinstance(frame, int):
            yield _note(f"{_frames_count(frame)} outside the application")
        else:
            yield from _frame(frame, with_source=frame is hot)
    if shared:
        yield _note(f"{_frames_count(shared)} as above")


def _frames(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Frames of an exception, newest first."""
    return list(reversed((value.get("stacktrace") or {}).get("frames") or []))


def _shared(frames: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> int:
    """How many of the oldest frames are the same; the newest one is always shown."""
    count = 0
    for mine, theirs in zip(reversed(frames[1:]), reversed(after), strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def _frames_count(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"


def _note(text: str) -> RenderableType:
    return _indented(Text(text, style=QUIET), 2)


def _indented(text: Text, columns: int) -> RenderableType:
    return Padding(text, (0, 0, 0, columns), expand=False)


def _folded(frames: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any] | int]:
    """Frames, where runs of those outside the application are only counted."""
    outside = 0
    for frame in frames:
        if frame.get("in_app"):
            if outside:
                yield outside
            outside = 0
            yield frame
        else:
            outside += 1
    if outside:
        yield outside


def _frame(frame: Mapping[str, Any], *, with_source: bool) -> Iterator[RenderableType]:
    where = str(frame.get("filename", "?"))
    if frame.get("lineno"):
        where += f":{frame['lineno']}"
    if frame.get("colno"):
        where += f":{frame['colno']}"
    line = Text.assemble((safe(where), PLACE))
    if frame.get("function"):
        line.append(" in ", style=QUIET)
        line.append(safe(str(frame["function"])))
    line.overflow = "fold"
    yield _indented(line, 2)
    if "context_line" not in frame:
        return
    if with_source:
        yield from _source(frame)
    else:
        text = Text(_shown(frame["context_line"]).strip(), style=QUIET, no_wrap=True, overflow="ellipsis")
        yield _indented(text, 6)


def _source(frame: Mapping[str, Any]) -> Iterator[RenderableType]:
    """The frame's line, marked, between its neighbours; numbered."""
    pre, post = frame.get("pre_context", [])[-_SOURCE_LINES:], frame.get("post_context", [])[:_SOURCE_LINES]
    first = frame["lineno"] - len(pre)
    width = len(str(frame["lineno"] + len(post)))
    for number, line in enumerate([*pre, frame["context_line"], *post], first):
        here = number == frame["lineno"]
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f"{'›' if here else ' '} {number:>{width}} ", style=HOT if here else QUIET)
        text.append("│ ", style=QUIET)
        text.append(_shown(line), style="bold" if here else "")
        text.rstrip()
        yield _indented(text, 4)


def _shown(line: str) -> str:
    return safe(line.expandtabs(_TAB))


def _context(name: str, fields: Mapping[str, Any]) -> Iterator[RenderableType]:
    yield Text()
    yield Text(safe(name), style=TITLE)
    for key, value in fields.items():
        line = Text.assemble((f"{safe(key)}: ", QUIET), safe(str(value)), no_wrap=True, overflow="ellipsis")
        yield _indented(line, 2)
