"""Payloads: a Sentry event or log item for a record, as JSON bytes.

What depends on a record's text alone is made once for each distinct text and kept as bytes (a `Template`); for each
record only its id, time and place are put in front.  See `sidecar/DESIGN.md`, "Speed".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

import orjson

from parsers.model import ExceptionValue, LogEvent
from sidecar import __version__
from sidecar.event.issue import Issue, template_of, title_of
from sidecar.event.source import SourceCode
from sidecar.event.stacks import Stacks

SDK = {"name": "sentry-sidecar", "version": __version__}

#: Sentry takes events of up to 1 MiB; id, time and place are put in front.
_MAX_EVENT = 1_000_000
#: JSON of at most this size is kept with a template; a larger one, whose stacks are ready, is soon put together again.
_KEPT_JSON = 2048
_LOG_LEVELS = {"warning": "warn"}

Outcome: TypeAlias = Literal["event", "log", "drop"]
TimeSource: TypeAlias = Literal["record", "previous record", "read", "file modified"]


class Size(NamedTuple):
    """How much of an event is sent.

    Attributes:
        exceptions: at most so many, of the newest.
        frames: at most so many of each, of the newest; None: all, with source lines.
        text: at most so many characters of any text.
    """

    exceptions: int
    frames: int | None
    text: int


#: As much as fits: the first size that makes an event small enough is taken.  Sentry itself shows 8,192 characters of a text.
_SIZES = (Size(200, None, 100_000), Size(10, 50, 2000), Size(1, 10, 500))


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

    __slots__ = ("_composer", "_key", "_shared", "cell", "event", "outcome", "rule")

    def __init__(
        self, event: LogEvent, composer: Composer, outcome: Outcome, rule: str | None = None
    ) -> None:
        """See the class."""
        self.event = event
        self.outcome: Outcome = outcome
        self.rule = rule
        self.cell: Cell | None = None
        self._composer = composer
        self._key = ""
        self._shared: tuple[bytes, bytes] | None = None

    def prove(self) -> None:
        """Make what a template of an odd text may fail at; raises whatever that raises.

        Exceptions are made of what strangers wrote.  Their stacks, which are remembered, and their contexts are tried here,
        before any record counts on them.
        """
        if self.outcome == "event":
            self._key = self._composer.issue_key(self.event)
            if self.event.contexts or self.event.extra or self.event.request:
                orjson.dumps([self.event.contexts, self.event.extra, self.event.request])

    @property
    def title(self) -> str:
        """`Type: message`, or the message."""
        return title_of(self.event)

    @property
    def issue_key(self) -> str:
        """Equal for events of one issue."""
        return self._key or self._composer.issue_key(self.event)

    @property
    def issue(self) -> Issue:
        """The issue that the event belongs to."""
        return self._composer.issue(self.event)

    def payload(self, place: Place) -> bytes:
        """The JSON of one record's event or log item, without `sent_at`."""
        shared = self._shared
        if shared is None:
            make = self._composer.event_parts if self.event.issue else self._composer.log_parts
            shared = make(self.event)
            if len(shared[0]) + len(shared[1]) <= _KEPT_JSON:
                self._shared = shared
        return (_event_json if self.event.issue else _log_json)(place, *shared)


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


class Composer:
    """Builds the shared part of payloads for one source."""

    def __init__(self, origin: Origin, source: SourceCode) -> None:
        """One for each source: its tags, app_root and source roots go in."""
        self._origin = origin
        self._stacks = Stacks(source, origin.app_root)

    def forget(self) -> None:
        """Drop what was read from source files, which a deploy may have changed."""
        self._stacks.forget()

    def event_parts(self, event: LogEvent) -> tuple[bytes, bytes]:
        """(further contexts, all that follows the contexts) of an issue event; small enough for Sentry."""
        contexts, body = b"", b""
        for size in _SIZES:
            contexts = orjson.dumps(_shortened(event.contexts or {}, size.text))[1:-1]
            body = orjson.dumps(self._body(event, size))[1:]
            if len(contexts) + len(body) <= _MAX_EVENT:
                break
        return (b"," + contexts if contexts else b""), body

    def _body(self, event: LogEvent, size: Size) -> dict[str, Any]:
        body: dict[str, Any] = {"platform": event.platform, "level": event.level}
        if event.logger:
            body["logger"] = event.logger
        body |= self._common(event)
        if event.extra:
            body["extra"] = _shortened(event.extra, size.text)
        if event.request:
            body["request"] = _shortened(event.request, size.text)
        if event.exceptions:
            newest = event.exceptions[-size.exceptions :]
            body["exception"] = {"values": [self._exception(event.platform, value, size) for value in newest]}
        # What a PHP programmer wrote before an exception's text; sentry-php sends a message beside an exception as well.
        if event.message and (event.platform == "php" or not event.exceptions):
            body["logentry"] = {"formatted": _cut(event.message, size.text)}
        fingerprint = self._fingerprint(event)
        if fingerprint:
            body["fingerprint"] = fingerprint
        body["sdk"] = SDK
        return body

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
        body = {
            "level": _LOG_LEVELS.get(event.level, event.level),
            "body": _cut(event.message, _SIZES[0].text),
        }
        return b"," + orjson.dumps(attributes)[1:-1], orjson.dumps(body)[1:]

    def issue_key(self, event: LogEvent) -> str:
        """What is equal for events of one issue."""
        if not event.exceptions:
            return f"message|{template_of(event.message)}"
        parts: list[str] = [event.platform]
        for value in event.exceptions:
            key = self._stacks.stack(event.platform, value.frames).key
            parts += (value.type, key or template_of(value.value))
        parts += self._fingerprint(event)
        return "\n".join(parts)

    def issue(self, event: LogEvent) -> Issue:
        """Title and culprit of an issue, as its first event has them."""
        frames = event.exceptions[-1].frames if event.exceptions else ()
        culprit = self._stacks.stack(event.platform, frames).culprit
        return Issue(self.issue_key(event), title_of(event), culprit, event.level)

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

    def _exception(self, platform: str, value: ExceptionValue, size: Size) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "type": _cut(value.type, size.text),
            "value": _cut(value.value, size.text),
            "mechanism": _mechanism(value),
        }
        if value.frames:
            fields["stacktrace"] = {"frames": self._frames(platform, value, size)}
        return fields

    def _frames(self, platform: str, value: ExceptionValue, size: Size) -> Any:
        if size.frames is None:
            return orjson.Fragment(self._stacks.stack(platform, value.frames).json)
        newest = value.frames[-size.frames :]
        return _shortened(self._stacks.frames_without_source(platform, newest), size.text)

    def _fingerprint(self, event: LogEvent) -> list[str]:
        """A PHP error without its source line would be grouped by type and file alone; its text tells them apart.

        Sentry hashes file, function and source line of a frame.  A PHP error has one frame without a function; where its
        source cannot be read, all warnings of a file would be one issue.
        """
        if event.platform != "php" or len(event.exceptions) != 1 or len(event.exceptions[0].frames) != 1:
            return []
        if not self._stacks.stack(event.platform, event.exceptions[0].frames).bare:
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


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + "…"


def _shortened(value: Any, most: int) -> Any:
    """*value* with all texts in it cut."""
    if isinstance(value, str):
        return _cut(value, most)
    if isinstance(value, Mapping):
        return {_cut(key, most): _shortened(inner, most) for key, inner in value.items()}
    return [_shortened(inner, most) for inner in value] if isinstance(value, list) else value
