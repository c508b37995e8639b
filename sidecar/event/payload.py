"""Payloads: a Sentry event or log item for a record, as JSON bytes.

What depends on a record's text alone is made once for each distinct text and kept as bytes (a `Template`); for each
record only its id, time and place are put in front.  See `sidecar/DESIGN.md`, "Speed".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

import orjson

from parsers.model import ExceptionValue, Frame, LogEvent
from sidecar import __version__
from sidecar.event import node, php
from sidecar.event.issue import Issue, culprit_of, stack_key, template_of, title_of
from sidecar.event.source import SourceCode

SDK = {"name": "sentry-sidecar", "version": __version__}

#: Relay keeps the 50 oldest and 200 newest frames of a stack (reference: sentry.md 1.3).
_OLDEST_FRAMES, _NEWEST_FRAMES = 50, 200
#: Sentry cuts texts at 8,192 characters; ours may be longer, as it says so then, but an event must stay under 1 MiB.
_MAX_TEXT = 100_000
#: Bounds the memory of a `Composer`; when it is full it starts anew, since the common stacks are soon back.
_KEPT_STACKS = 4096
_LOG_LEVELS = {"warning": "warn"}

Outcome: TypeAlias = Literal["event", "log", "drop"]
TimeSource: TypeAlias = Literal["record", "previous record", "read", "file modified"]


@dataclass(frozen=True, slots=True)
class Origin:
    """What all events of one source have in common.

    Attributes:
        environment: Sentry's environment.
        server_name: host the log is from.
        release: version of the application, None when unknown.
        dist: build of the release.
        tags: the user's tags for the source.
        app_root: Node: directory of the main script; PHP: prefix that file names are shown without.
    """

    environment: str
    server_name: str
    release: str | None = None
    dist: str | None = None
    tags: Mapping[str, str] | None = None
    app_root: str | None = None


class Place(NamedTuple):
    """Where and when one record was logged.

    Attributes:
        event_id: 32 hexadecimal digits.
        timestamp: unix time.
        time_source: whose time that is.
        trace_id: 32 hexadecimal digits, shared by the records of one file.
        file: path of the log, as JSON text.
        offset: of the record's first byte in it.
    """

    event_id: str
    timestamp: float
    time_source: TimeSource
    trace_id: str
    file: bytes
    offset: int

    @property
    def said_time(self) -> float | None:
        """The time that the record itself says; None when it says none."""
        return self.timestamp if self.time_source == "record" else None


class Cell(Protocol):
    """Counts the events of an issue."""

    def see(self, when: float | None) -> None:
        """Count one more."""
        ...


class Template:
    """What becomes of all records with the same text: outcome, issue, and the JSON that they share.

    Issue and JSON are made when they are first asked for: a dry run needs no JSON, a log item has no issue.

    Attributes:
        event: the parsed text.
        outcome: what the records become.
        rule: the name of the rule that decided so, if one did.
        cell: where a tally counts these records; kept here so that counting needs no look-up.
    """

    __slots__ = ("_composer", "_shared", "cell", "event", "outcome", "rule")

    def __init__(
        self, event: LogEvent, composer: Composer, outcome: Outcome, rule: str | None = None
    ) -> None:
        """See the class."""
        self.event = event
        self.outcome: Outcome = outcome
        self.rule = rule
        self.cell: Cell | None = None
        self._composer = composer
        self._shared: tuple[bytes, bytes] | None = None

    @property
    def title(self) -> str:
        """`Type: message`, or the message."""
        return title_of(self.event)

    @property
    def issue_key(self) -> str:
        """Equal for events of one issue."""
        return self._composer.issue_key(self.event)

    @property
    def issue(self) -> Issue:
        """The issue that the event belongs to."""
        return self._composer.issue(self.event)

    def payload(self, place: Place) -> bytes:
        """The JSON of one record's event or log item, without `sent_at`."""
        if self._shared is None:
            make = self._composer.event_parts if self.event.issue else self._composer.log_parts
            self._shared = make(self.event)
        return (_event_json if self.event.issue else _log_json)(place, *self._shared)


def _event_json(place: Place, contexts: bytes, rest: bytes) -> bytes:
    return b'{"event_id":"%b","timestamp":%b,"contexts":{"log":{"file":%b,"offset":%d,"time":"%b"}%b},%b' % (
        place.event_id.encode(),
        repr(place.timestamp).encode(),
        place.file,
        place.offset,
        place.time_source.encode(),
        contexts,
        rest,
    )


def _log_json(place: Place, attributes: bytes, rest: bytes) -> bytes:
    return (
        b'{"timestamp":%b,"trace_id":"%b","attributes":{"log.file.path":{"value":%b,"type":"string"},'
        b'"log.offset":{"value":%d,"type":"integer"},"log.time":{"value":"%b","type":"string"}%b},%b'
    ) % (
        repr(place.timestamp).encode(),
        place.trace_id.encode(),
        place.file,
        place.offset,
        place.time_source.encode(),
        attributes,
        rest,
    )


class Stack(NamedTuple):
    """A stack as Sentry has it.

    Attributes:
        frames: Sentry's frames, oldest first.
        json: the same, ready.
        key: what Sentry's grouping hashes of it; "" when no frame is in the application.
        culprit: where it broke.
    """

    frames: list[dict[str, Any]]
    json: orjson.Fragment
    key: str
    culprit: str


class Composer:
    """Builds the shared part of payloads for one source."""

    def __init__(self, origin: Origin, source: SourceCode) -> None:
        """One for each source: its tags, app_root and source roots go in."""
        self._origin = origin
        self._source = source
        self._stacks: dict[tuple[str, tuple[Frame, ...]], Stack] = {}
        self._same: dict[int, tuple[tuple[Frame, ...], Stack]] = {}

    def forget(self) -> None:
        """Drop what was read from source files, which a deploy may have changed."""
        self._source.forget()
        self._stacks.clear()
        self._same.clear()

    def event_parts(self, event: LogEvent) -> tuple[bytes, bytes]:
        """(further contexts, all that follows the contexts) of an issue event."""
        body: dict[str, Any] = {"platform": event.platform, "level": event.level}
        if event.logger:
            body["logger"] = event.logger
        body |= self._common(event)
        if event.extra:
            body["extra"] = event.extra
        if event.request:
            body["request"] = event.request
        if event.exceptions:
            body["exception"] = {"values": [self._exception(event, value) for value in event.exceptions]}
        else:
            body["logentry"] = {"formatted": _cut(event.message)}
        fingerprint = self._fingerprint(event)
        if fingerprint:
            body["fingerprint"] = fingerprint
        body["sdk"] = SDK
        contexts = orjson.dumps(event.contexts or {})[1:-1]
        return (b"," + contexts if contexts else b""), orjson.dumps(body)[1:]

    def log_parts(self, event: LogEvent) -> tuple[bytes, bytes]:
        """(further attributes, all that follows the attributes) of a Sentry Logs item."""
        common = self._common(event)
        texts = {
            "sentry.environment": common["environment"],
            "sentry.release": common.get("release"),
            "sentry.sdk.name": SDK["name"],
            "sentry.sdk.version": SDK["version"],
            "sentry.origin": f"auto.log.{event.format}",
            "server.address": common["server_name"],
            **common.get("tags", {}),
        }
        attributes = {key: {"value": value, "type": "string"} for key, value in texts.items() if value}
        body = {"level": _LOG_LEVELS.get(event.level, event.level), "body": _cut(event.message)}
        return b"," + orjson.dumps(attributes)[1:-1], orjson.dumps(body)[1:]

    def issue_key(self, event: LogEvent) -> str:
        """What is equal for events of one issue."""
        if not event.exceptions:
            return f"message|{template_of(event.message)}"
        parts: list[str] = [event.platform]
        for value in event.exceptions:
            key = self.stack(event.platform, value.frames).key
            parts += (value.type, key or template_of(value.value))
        parts += self._fingerprint(event)
        return "\n".join(parts)

    def issue(self, event: LogEvent) -> Issue:
        """Title and culprit of an issue, as its first event has them."""
        frames = event.exceptions[-1].frames if event.exceptions else ()
        culprit = self.stack(event.platform, frames).culprit
        return Issue(self.issue_key(event), title_of(event), culprit, event.level)

    def stack(self, platform: str, frames: tuple[Frame, ...]) -> Stack:
        """A stack as Sentry has it, with source context; stacks repeat, so some thousand are remembered.

        By identity first: the parsers remember stacks too, so that most are the same object, and hashing one takes longer
        than all else here.
        """
        same = self._same.get(id(frames))
        if same is not None and same[0] is frames:
            return same[1]
        known = self._stacks.get((platform, frames))
        if known is None:
            if len(self._stacks) >= _KEPT_STACKS:
                self._stacks.clear()
            known = self._stacks[platform, frames] = self._make_stack(platform, frames)
        if len(self._same) >= _KEPT_STACKS:
            self._same.clear()
        self._same[id(frames)] = frames, known
        return known

    def _make_stack(self, platform: str, frames: tuple[Frame, ...]) -> Stack:
        if len(frames) > _OLDEST_FRAMES + _NEWEST_FRAMES:
            frames = frames[:_OLDEST_FRAMES] + frames[-_NEWEST_FRAMES:]
        fields = [self._frame(platform, frame) for frame in frames]
        return Stack(fields, orjson.Fragment(orjson.dumps(fields)), stack_key(fields), culprit_of(fields))

    def _common(self, event: LogEvent) -> dict[str, Any]:
        origin = self._origin
        common: dict[str, Any] = {"environment": origin.environment, "server_name": origin.server_name}
        if origin.release:
            common["release"] = origin.release
        if origin.dist:
            common["dist"] = origin.dist
        tags = {**(event.tags or {}), **(origin.tags or {})}
        if tags:
            common["tags"] = tags
        return common

    def _exception(self, event: LogEvent, value: ExceptionValue) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "type": value.type,
            "value": _cut(value.value),
            "mechanism": _mechanism(value),
        }
        if value.frames:
            fields["stacktrace"] = {"frames": self.stack(event.platform, value.frames).json}
        return fields

    def _frame(self, platform: str, frame: Frame) -> dict[str, Any]:
        of_platform = node if platform == "node" else php
        fields: dict[str, Any] = of_platform.frame_fields(frame, self._origin.app_root)
        if not of_platform.context_wanted(frame) or frame.path is None or frame.line is None:
            return fields
        context = self._source.around(frame.path, frame.line, end_is_line=platform == "php")
        if context is None:
            return fields
        pre, line, post = list(context.pre), context.line, list(context.post)
        if platform == "node":
            pre, post = [node.snip(one, None) for one in pre], [node.snip(one, None) for one in post]
            line = node.snip(line, frame.column)
        return {**fields, "pre_context": pre, "context_line": line, "post_context": post}

    def _fingerprint(self, event: LogEvent) -> list[str]:
        """A PHP error without its source line would be grouped by type and file alone; its text tells them apart.

        Sentry hashes file, function and source line of a frame.  A PHP error has one frame without a function; where its
        source cannot be read, all warnings of a file would be one issue.
        """
        if event.platform != "php" or len(event.exceptions) != 1 or len(event.exceptions[0].frames) != 1:
            return []
        frame = self.stack(event.platform, event.exceptions[0].frames).frames[0]
        if "context_line" in frame or "function" in frame:
            return []
        return ["{{ default }}", template_of(event.exceptions[0].value)]


def _mechanism(value: ExceptionValue) -> dict[str, Any]:
    given = value.mechanism
    fields: dict[str, Any] = {"type": given.type, "handled": given.handled}
    if given.synthetic:
        fields["synthetic"] = True
    if given.source is not None:
        fields["source"] = given.source
    if given.exception_id is not None:
        fields["exception_id"] = given.exception_id
    if given.parent_id is not None:
        fields["parent_id"] = given.parent_id
    if given.is_exception_group:
        fields["is_exception_group"] = True
    return fields


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + "…"
