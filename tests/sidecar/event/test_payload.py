"""Payloads: every field that Sentry gets, and that they are JSON whatever the text was."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.model import ExceptionValue, Frame, LogEvent, Mechanism
from parsers.php import ERROR_LOG
from parsers.plain import PLAIN
from sidecar import __version__
from sidecar.event.payload import Composer, Origin, Place, Template
from sidecar.event.source import SourceCode
from tests.sidecar.event.conftest import PayloadOf

FULL = Origin(
    "staging",
    "web-1",
    release="shop@1.2.3",
    dist="42",
    tags={"component": "backend", "who": "source"},
    app_root="/srv/app/",
)
WARNING = b"PHP Warning:  m in /srv/app/a.php on line 7"


def event_of(**given_fields: Any) -> LogEvent:
    fields = {"format": "php.error_log", "platform": "php", "level": "error", "message": "", "issue": True}
    return LogEvent(**{**fields, **given_fields})


def one(template: Template, place: Place) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(template.payload(place))
    return made


def test_an_event(place: Place) -> None:
    composer = Composer(FULL, SourceCode())
    assert one(Template(ERROR_LOG.parse(WARNING), composer, "event"), place) == {
        "event_id": "0f" * 16,
        "timestamp": 1795436404.25,
        "platform": "php",
        "level": "warning",
        "environment": "staging",
        "server_name": "web-1",
        "release": "shop@1.2.3",
        "dist": "42",
        "tags": {"component": "backend", "who": "source"},
        "contexts": {"log": {"file": "/var/log/php.log", "offset": 202, "time": "record"}},
        "exception": {
            "values": [
                {
                    "type": "ErrorException",
                    "value": "Warning: m",
                    "mechanism": {"type": "generic", "handled": False},
                    "stacktrace": {
                        "frames": [
                            {
                                "filename": "a.php",
                                "abs_path": "/srv/app/a.php",
                                "lineno": 7,
                                "in_app": True,
                            }
                        ]
                    },
                }
            ]
        },
        "fingerprint": ["{{ default }}", "Warning: m"],
        "sdk": {"name": "sentry-sidecar", "version": __version__},
    }


def test_a_log_item(place: Place) -> None:
    composer = Composer(FULL, SourceCode())
    assert one(Template(ERROR_LOG.parse(b"cache warm"), composer, "log"), place) == {
        "timestamp": 1795436404.25,
        "trace_id": "a0" * 16,
        "level": "info",
        "body": "cache warm",
        "attributes": {
            "log.file.path": {"value": "/var/log/php.log", "type": "string"},
            "log.offset": {"value": 202, "type": "integer"},
            "log.time": {"value": "record", "type": "string"},
            "sentry.environment": {"value": "staging", "type": "string"},
            "sentry.release": {"value": "shop@1.2.3", "type": "string"},
            "sentry.sdk.name": {"value": "sentry-sidecar", "type": "string"},
            "sentry.sdk.version": {"value": __version__, "type": "string"},
            "sentry.origin": {"value": "auto.log.php.error_log", "type": "string"},
            "server.address": {"value": "web-1", "type": "string"},
            "component": {"value": "backend", "type": "string"},
            "who": {"value": "source", "type": "string"},
        },
    }


def test_what_is_unknown_is_left_out(payload_of: PayloadOf) -> None:
    event = payload_of(ERROR_LOG.parse(WARNING))
    assert {"release", "dist", "tags", "logger", "extra"}.isdisjoint(event)
    assert "sentry.release" not in payload_of(PLAIN.parse(b"text"))["attributes"]


@pytest.mark.parametrize(
    ("level", "of_log"),
    [("fatal", "fatal"), ("error", "error"), ("warning", "warn"), ("info", "info"), ("debug", "debug")],
)
def test_levels_of_logs_have_other_names(payload_of: PayloadOf, level: str, of_log: str) -> None:
    assert payload_of(event_of(level=level, message="m", issue=False))["level"] == of_log
    assert payload_of(event_of(level=level, message="m"))["level"] == level


def test_tags_of_the_source_win_over_the_record(place: Place) -> None:
    composer = Composer(FULL, SourceCode())
    event = event_of(message="m", tags={"who": "record", "pid": "7"})
    assert one(Template(event, composer, "event"), place)["tags"] == {
        "component": "backend",
        "who": "source",
        "pid": "7",
    }


def test_what_the_record_says_of_itself(payload_of: PayloadOf) -> None:
    event = payload_of(
        event_of(
            message="m",
            logger="console",
            contexts={"Error": {"code": "E_X", "n": 3}},
            extra={"deep": [1, None, {"a": True}]},
        )
    )
    assert event["logger"] == "console"
    assert event["contexts"] == {
        "log": {"file": "/var/log/php.log", "offset": 202, "time": "record"},
        "Error": {"code": "E_X", "n": 3},
    }
    assert event["extra"] == {"deep": [1, None, {"a": True}]}
    assert event["logentry"] == {"formatted": "m"}
    assert "exception" not in event


def test_mechanism_has_only_what_is_known(payload_of: PayloadOf) -> None:
    values = (
        ExceptionValue("A", "a", mechanism=Mechanism("chained", source="cause", exception_id=1, parent_id=0)),
        ExceptionValue(
            "B", "b", mechanism=Mechanism(synthetic=True, exception_id=0, is_exception_group=True)
        ),
    )
    made = payload_of(event_of(exceptions=values))["exception"]["values"]
    assert [value["mechanism"] for value in made] == [
        {"type": "chained", "handled": True, "source": "cause", "exception_id": 1, "parent_id": 0},
        {
            "type": "generic",
            "handled": True,
            "synthetic": True,
            "exception_id": 0,
            "is_exception_group": True,
        },
    ]
    assert all("stacktrace" not in value for value in made)


# -- frames ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "fields"),
    [
        (Frame(None, "/a.php", 7), {"filename": "/a.php", "abs_path": "/a.php", "lineno": 7, "in_app": True}),
        (Frame("f", None, None), {"filename": "[internal]", "lineno": 0, "in_app": False, "function": "f"}),
        (
            Frame("f", "[internal]", 0),
            {"filename": "[internal]", "lineno": 0, "in_app": False, "function": "f"},
        ),
        (
            Frame("A::f", "/srv/app/b/a.php", 7),
            {
                "filename": "b/a.php",
                "abs_path": "/srv/app/b/a.php",
                "lineno": 7,
                "in_app": True,
                "function": "A::f",
                "raw_function": "A::f",
            },
        ),
        (
            Frame("{closure:A::f():3}", "/srv/app/", 7),
            {
                "filename": "/srv/app/",
                "abs_path": "/srv/app/",
                "lineno": 7,
                "in_app": True,
                "function": "{closure:A::f():3}",
            },
        ),
        (
            Frame("f", "/srv/app/vendor/a.php", 7),
            {
                "filename": "vendor/a.php",
                "abs_path": "/srv/app/vendor/a.php",
                "lineno": 7,
                "in_app": True,
                "function": "f",
            },
        ),
    ],
)
def test_a_frame_of_php(place: Place, frame: Frame, fields: dict[str, object]) -> None:
    event = event_of(exceptions=(ExceptionValue("E", "m", (frame,)),))
    made = one(Template(event, Composer(FULL, SourceCode()), "event"), place)
    assert made["exception"]["values"][0]["stacktrace"]["frames"] == [fields]


def test_the_middle_of_a_very_long_stack_is_left_out(payload_of: PayloadOf) -> None:
    """Sentry keeps the 50 oldest and the 200 newest."""
    frames = tuple(Frame("f", "/a.php", line) for line in range(1, 302))
    made = payload_of(event_of(exceptions=(ExceptionValue("E", "m", frames),)))
    lines = [frame["lineno"] for frame in made["exception"]["values"][0]["stacktrace"]["frames"]]
    assert lines == [*range(1, 51), *range(102, 302)]


# -- any text -------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_json(raw: bytes) -> None:
    """Bytes decode to text without surrogates, which JSON could not hold."""
    composer, place = Composer(FULL, SourceCode()), Place("0" * 32, 1.0, "read", "0" * 32, b'"f"', 0)
    trace = b"in /a.php:3\nStack trace:\n#0 /" + raw.replace(b"\n", b"") + b".php(3): f()\n#1 {main}"
    for body in (
        raw,
        b"PHP Warning:  " + raw + b" in /a.php on line 3",
        b"PHP Fatal error:  Uncaught " + raw + b": " + raw + b" " + trace + b"\n  thrown in /a.php on line 3",
    ):
        event = ERROR_LOG.parse(body)
        made = orjson.loads(Template(event, composer, "event" if event.issue else "log").payload(place))
        assert made["timestamp"] == 1.0


def test_texts_are_bounded(payload_of: PayloadOf) -> None:
    made = payload_of(ERROR_LOG.parse(b"x" * 1_000_000))
    assert made["body"] == "x" * 100_000 + "…"
    made = payload_of(ERROR_LOG.parse(b"PHP Warning:  " + b"x" * 1_000_000 + b" in /a.php on line 7"))
    assert made["exception"]["values"][0]["value"] == "Warning: " + "x" * 99_991 + "…"


@pytest.mark.parametrize("timestamp", [0.0, 1795436404.25, 1795436404.1234567, 253402300799.0])
def test_times_are_numbers(composer: Composer, place: Place, timestamp: float) -> None:
    template = Template(PLAIN.parse(b"m"), composer, "log")
    assert one(template, place._replace(timestamp=timestamp))["timestamp"] == timestamp


def test_the_time_that_a_record_says() -> None:
    said = Place("0" * 32, 5.0, "record", "0" * 32, b'"f"', 0)
    assert said.said_time == 5.0
    assert said._replace(time_source="previous record").said_time is None
