"""An event is never too big for Sentry, whatever a log holds."""

from __future__ import annotations

import json

import pytest

from parsers.php import ERROR_LOG
from sidecar.event.payload import Composer, Origin, Place, Template
from sidecar.event.source import SourceCode

_ONE = b"E: m in /x.php:1\nStack trace:\n#0 {main}"
_END = b"\n  thrown in /x.php on line 1"
_FRAMES = b"".join(b"#%d /x.php(1): " % n + b"\x01" * 4000 + b"()\n" for n in range(200))

BODIES = {
    "20,001 exceptions": b"\n\nNext ".join([_ONE] * 20001),
    "a long path": b"E: m in /" + b"x" * 900_000 + b":1\nStack trace:\n#0 {main}",
    "names that JSON makes longer": b"E: m in /x.php:1\nStack trace:\n" + _FRAMES + b"#200 {main}",
    "a long message": b"E: " + b"m" * 900_000 + b" in /x.php:1\nStack trace:\n#0 {main}",
    "a long type": b"E" * 900_000 + b": m in /x.php:1\nStack trace:\n#0 {main}",
}


@pytest.mark.parametrize("name", BODIES)
def test_an_event_fits(name: str) -> None:
    event = ERROR_LOG.parse(b"PHP Fatal error:  Uncaught " + BODIES[name] + _END)
    template = Template(event, Composer(Origin("test", "host"), SourceCode()), "event")
    payload = template.payload(Place("a" * 32, 1.0, "record", "b" * 32, b'"x.log"', 0))
    assert len(payload) < 1 << 20
    values = json.loads(payload)["exception"]["values"]
    assert values
    assert values[-1]["type"][:1] == "E"
