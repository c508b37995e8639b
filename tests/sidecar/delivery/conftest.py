"""A real store, a real server, and time that moves only when a test says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import urllib3

from sidecar.clock import Clock
from sidecar.delivery.dsn import endpoint_of
from sidecar.delivery.transport import Transport
from sidecar.state import Store
from tests.sidecar.delivery.ingest import Ingest

START = 1_795_000_000.0


@pytest.fixture
def times() -> list[float]:
    return [START]


@pytest.fixture
def clock(times: list[float]) -> Clock:
    return Clock(now=lambda: times[0], monotonic=lambda: times[0] - START)


@pytest.fixture
def advance(times: list[float]) -> Callable[[float], None]:
    def move(seconds: float) -> None:
        times[0] += seconds

    return move


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store.open(tmp_path / "state", clock) as opened:
        yield opened


@pytest.fixture
def ingest() -> Iterator[Ingest]:
    with Ingest().running() as server:
        yield server


@pytest.fixture
def transport(ingest: Ingest) -> Iterator[Transport]:
    # Half a second is how long the one test with a silent server takes.
    timeout = urllib3.Timeout(connect=5.0, read=0.5)
    opened = Transport(endpoint_of(ingest.dsn, "sentry-sidecar/0.1.0"), http_proxy="", timeout=timeout)
    yield opened
    opened.close()
