"""What these tests compose payloads with."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from parsers.model import LogEvent
from sidecar.event.payload import Composer, Origin, Place, Template
from sidecar.event.source import SourceCode

PayloadOf: TypeAlias = Callable[[LogEvent], dict[str, Any]]


@pytest.fixture
def place() -> Place:
    return Place("0f" * 16, 1795436404.25, "record", "a0" * 16, b'"/var/log/php.log"', 202)


@pytest.fixture
def composer() -> Composer:
    """Of a source without source code."""
    return Composer(Origin("production", "web-1"), SourceCode())


@pytest.fixture
def payload_of(composer: Composer, place: Place) -> PayloadOf:
    def payload(event: LogEvent) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(
            Template(event, composer, "event" if event.issue else "log").payload(place)
        )
        return made

    return payload
