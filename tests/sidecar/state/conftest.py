"""Time that stands still until a test moves it, and a store in a fresh directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sidecar.clock import Clock
from sidecar.state import Store

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
def directory(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def store(directory: Path, clock: Clock) -> Iterator[Store]:
    with Store.open(directory, clock) as opened:
        yield opened
