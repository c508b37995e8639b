"""An event in full, as it is printed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rich.cells import cell_len

from parsers.model import LogEvent
from parsers.php import ERROR_LOG
from sidecar.event.payload import Composer, Origin, Place, Template
from sidecar.event.source import SourceCode
from sidecar.pipeline.interpret import FileReader, LogFile
from sidecar.terminal.event import render_payload, render_record
from tests.sidecar.pipeline.conftest import new_interpreter
from tests.sidecar.terminal.conftest import Printed

LOG = {"file": "/var/log/php.log", "offset": 202, "time": "record"}
FRAMES = [
    {"filename": "/srv/index.php", "lineno": 3, "in_app": True, "context_line": "\tApp\\run();"},
    {"filename": "[internal]", "lineno": 0, "in_app": False, "function": "array_map"},
    {"filename": "[internal]", "lineno": 0, "in_app": False, "function": "usort"},
    {
        "filename": "/srv/app/a.php",
        "lineno": 10,
        "in_app": True,
        "function": "App\\Cart::add",
        "pre_context": ["<?php", "", "", "", "class Cart {"],
        "context_line": "\tthrow new Oops();",
        "post_context": ["}", ""],
    },
]
EVENT = {
    "event_id": "0f" * 16,
    "timestamp": 1795436404.25,
    "platform": "php",
    "level": "error",
    "environment": "production",
    "server_name": "web-1",
    "release": "shop@1",
    "tags": {"component": "backend"},
    "contexts": {"log": LOG},
    "exception": {
        "values": [
            {
                "type": "Oops",
                "value": "no such item\nat all",
                "mechanism": {"handled": False},
                "stacktrace": {"frames": FRAMES},
            }
        ]
    },
}


def test_an_event(printed: Printed) -> None:
    lines = printed(render_payload("event", EVENT)).splitlines()
    assert [line.rstrip() for line in lines] == [
        "error  Oops: no such item",
        "at all",
        "  23 Nov 2026 12:20:04 UTC",
        "  /var/log/php.log at byte 202",
        "  environment=production  release=shop@1  server_name=web-1  component=backend",
        f"  php, unhandled, event {'0f' * 16}",
        "",
        "  /srv/app/a.php:10 in App\\Cart::add",
        "       7 │",
        "       8 │",
        "       9 │ class Cart {",
        "    › 10 │     throw new Oops();",
        "      11 │ }",
        "      12 │",
        "  2 frames outside the application",
        "  /srv/index.php:3",
        "      App\\run();",
        "",
    ]


def lines_of(printed: Printed, **changes: Any) -> list[str]:
    return printed(render_payload("event", {**EVENT, **changes})).splitlines()


def test_whose_time_it_is(printed: Printed) -> None:
    contexts = {"log": {**LOG, "time": "previous record"}}
    assert "  23 Nov 2026 12:20:04 UTC (time of: previous record)" in lines_of(printed, contexts=contexts)


def test_what_an_error_had_on_it(printed: Printed) -> None:
    lines = lines_of(printed, contexts={"log": LOG, "Error": {"code": "E_X", "path": "/a"}})
    assert lines[-4:] == ["Error", "  code: E_X", "  path: /a", ""]


def test_a_chain_repeats_no_frames(printed: Printed) -> None:
    cause = {
        "type": "Cause",
        "value": "",
        "stacktrace": {"frames": [*FRAMES[:3], {**FRAMES[3], "lineno": 11}]},
    }
    lines = lines_of(printed, exception={"values": [cause, *EVENT["exception"]["values"]]})  # type: ignore[index]
    at = lines.index("caused by  Cause")
    assert lines[at + 1] == "  /srv/app/a.php:11 in App\\Cart::add"
    assert lines[-2:] == ["  3 frames as above", ""]
    assert "2 frames outside" not in "\n".join(lines[at:])


def test_an_exception_without_a_stack(printed: Printed) -> None:
    lines = lines_of(printed, exception={"values": [{"type": "E", "value": "m"}]})
    assert lines[0] == "error  E: m"
    assert lines[-3:] == ["", "  no stack in the log", ""]


def test_an_event_without_an_exception(printed: Printed) -> None:
    event = {key: value for key, value in EVENT.items() if key != "exception"} | {
        "logentry": {"formatted": "said"}
    }
    assert printed(render_payload("event", event)).splitlines()[:2] == [
        "error  said",
        "  23 Nov 2026 12:20:04 UTC",
    ]


def test_a_log_item(printed: Printed) -> None:
    lines = printed(render_payload("log", {"level": "info", "body": "a [red]b[/red]\nc"})).splitlines()
    assert [line.rstrip() for line in lines] == ["  info  a [red]b[/red]", "  c", ""]


def test_a_record(printed: Printed) -> None:
    data = b"[23-Nov-2026 12:20:04 UTC] text\n[23-Nov-2026 12:20:04 UTC] \n"
    reader = FileReader(LogFile("/log", b"", 0, 1.0, "read"))
    split = ERROR_LOG.split(data, True).records  # noqa: FBT003 - the shape of `Format.split`
    log, blank = reader.interpret(new_interpreter(), split, 1000, data)
    assert printed(render_record(log, json.loads(log.payload()))).splitlines() == [
        "bytes 1,000–1,032  php.error_log  → log",
        "  info  text",
        "",
    ]
    assert printed(render_record(blank, json.loads(blank.payload()))).splitlines()[0] == (
        "bytes 1,032–1,060  php.error_log  → drop by rule “blank”"
    )


ODD = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\x00\x7f\u202egnp.exe\u2066"


def odd_event() -> dict[str, Any]:
    """Every text that a stranger can write holds control characters."""
    text = f"PHP Fatal error:  Uncaught {ODD}: {ODD} in /{ODD}.php:3\nStack trace:\n#0 /{ODD}(3): {ODD}()\n#1 {{main}}"
    composer = Composer(Origin("e", "h", tags={"t": ODD}), SourceCode())
    place = Place("0" * 32, 1.0, "read", "0" * 32, json.dumps(ODD).encode(), 0)
    event = ERROR_LOG.parse(f"{text}\n  thrown in /a on line 3".encode())
    assert event.exceptions
    made: dict[str, Any] = json.loads(Template(event, composer, "event").payload(place))
    made["contexts"]["Error"] = {ODD: ODD}
    made["exception"]["values"][0]["stacktrace"]["frames"][0] |= {"context_line": ODD, "pre_context": [ODD]}
    return made


@pytest.mark.parametrize("width", [20, 80])
def test_log_text_does_not_steer_the_terminal(printed: Printed, width: int) -> None:
    text = printed(render_payload("event", odd_event()), width=width)
    text += printed(render_payload("log", {"level": "info", "body": ODD}), width=width)
    assert {char for char in text if not char.isprintable()} <= {"\n"}
    assert "owned" in text


def test_nothing_is_wider_than_the_terminal(printed: Printed) -> None:
    event = ERROR_LOG.parse(f"PHP Warning:  {'日本語 ' * 90} in /{'größe/' * 60}a.php on line 7".encode())
    assert isinstance(event, LogEvent)
    place = Place("0" * 32, 1.0, "read", "0" * 32, b'"/log"', 0)
    made = json.loads(Template(event, Composer(Origin("e", "h"), SourceCode()), "event").payload(place))
    for width in (20, 40, 80):
        lines = printed(render_payload("event", made), width=width).splitlines()
        assert max(map(cell_len, lines)) <= width


def test_colours_on_a_terminal_only(printed: Printed) -> None:
    assert "\x1b[1;31merror" in printed(render_payload("event", EVENT), colours=True)
    assert "\x1b" not in printed(render_payload("event", EVENT))
