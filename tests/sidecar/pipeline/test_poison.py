"""One record never stops the reading, whatever it holds."""

from __future__ import annotations

import dataclasses
import json

import pytest
from structlog.testing import capture_logs

from parsers.model import BodyParser, LogEvent
from parsers.node import CONSOLE
from parsers.php import ERROR_LOG
from sidecar.event.payload import Composer, Origin, Place
from sidecar.event.source import SourceCode
from sidecar.pipeline.interpret import Interpreter

PLACE = Place("a" * 32, 1.0, "record", "b" * 32, b'"x.log"', 0)
COMPOSER = Composer(Origin("test", "host"), SourceCode())

NODE = {
    "a frame that is data": b"Error: b\n    at f (<data:text/javascript>:1:2)\n    at g (/a.js:3:4)",
    "a line that no file has": b"Error: b\n    at f (/a.js:99999999999999999999:1)",
    "a line of 5,000 digits": b"Error: b\n    at f (/a.js:" + b"9" * 5000 + b":1)",
    "a number beyond 64 bits": b"Error: b\n    at f (/a.js:1:1) {\n  code: 99999999999999999999999\n}",
    "a number of 5,000 digits": b"Error: b\n    at f (/a.js:1:1) {\n  code: " + b"9" * 5000 + b"\n}",
    "many lines left out": b"Error: b\n    at f (/a.js:1:1)\n    ... "
    + b"9" * 5000
    + b" lines matching cause stack trace ...\n    at g (/a.js:1:1)",
}


@pytest.mark.parametrize("name", NODE)
def test_an_odd_record_of_node_is_an_event(name: str) -> None:
    template = Interpreter(CONSOLE, COMPOSER).templates[NODE[name]]
    assert template.outcome == "event"
    payload = json.loads(template.payload(PLACE))
    assert payload["exception"]["values"][-1]["value"] == "b"


def test_an_odd_place_of_php_is_an_event() -> None:
    body = b"PHP Warning:  x in /a.php(" + b"9" * 5000 + b") : eval()'d code on line 1"
    template = Interpreter(ERROR_LOG, COMPOSER).templates[body]
    assert json.loads(template.payload(PLACE))["exception"]["values"][-1]["value"] == "Warning: x"


def fails(body: bytes) -> LogEvent:
    raise ValueError(body)


def cannot_be_sent(body: bytes) -> LogEvent:
    return CONSOLE.parse(body)._replace(contexts={"x": {"y": 1 << 80}})


@pytest.mark.parametrize("parse", [fails, cannot_be_sent])
def test_what_is_not_understood_is_a_log_item(parse: BodyParser) -> None:
    broken = dataclasses.replace(CONSOLE, parse=parse)
    with capture_logs() as logs:
        template = Interpreter(broken, COMPOSER).templates[NODE["a frame that is data"]]
    assert template.outcome == "log"
    assert json.loads(template.payload(PLACE))["body"].startswith("Error: b")
    assert [one["event"] for one in logs] == ["record_not_understood"]
