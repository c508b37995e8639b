"""Events built from the log against those that sentry-php itself sent for the same errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from parsers.php import ERROR_LOG
from sidecar.event.payload import Composer, Origin, Place, Template
from sidecar.event.source import SourceCode, SourceRoot

DATA = Path(__file__).parent / "data"
CASES = {
    row["case"]: row for row in map(json.loads, (DATA / "official.jsonl").read_text("utf-8").splitlines())
}
#: sentry-php sent no other source lines when this was recorded.
LEFT_OUT = {"pre_context", "post_context"}


@pytest.fixture(scope="module")
def composer() -> Composer:
    roots = [SourceRoot("/srv/h3/www", str(DATA / "www"))]
    return Composer(Origin("production", "web-1"), SourceCode(roots))


def reduced(value: dict[str, Any]) -> dict[str, Any]:
    frames = [
        {name: field for name, field in frame.items() if name not in LEFT_OUT}
        for frame in value["stacktrace"]["frames"]
    ]
    return {**value, "stacktrace": {"frames": frames}}


def test_there_are_cases() -> None:
    assert len(CASES) > 25


@pytest.mark.parametrize("case", CASES)
def test_an_event_is_the_official_one(case: str, composer: Composer, place: Place) -> None:
    text, official = CASES[case]["text"], CASES[case]["event"]
    event = json.loads(Template(ERROR_LOG.parse(text.encode()), composer, "event").payload(place))
    assert [reduced(value) for value in event["exception"]["values"]] == official["exception"]["values"]
    assert event["level"] == (official["level"] or "error")
    assert event["platform"] == "php"
