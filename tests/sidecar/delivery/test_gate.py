from __future__ import annotations

from collections.abc import Callable

import pytest

from sidecar.clock import Clock
from sidecar.delivery.gate import Gate, Standing

Advance = Callable[[float], None]


@pytest.fixture
def gate(clock: Clock) -> Gate:
    return Gate(clock, {})


def test_it_is_open(gate: Gate) -> None:
    assert gate.wait("error") == 0.0
    assert gate.standing("error") == Standing(failures=0, healthy=False)


def test_a_failure_pauses_its_category_only(gate: Gate, advance: Advance) -> None:
    gate.failed("error", gate.standing("error"), 8.0)
    assert (gate.wait("error"), gate.wait("log_item")) == (8.0, 0.0)
    advance(8)
    assert gate.wait("error") == 0.0
    assert gate.standing("error") == Standing(failures=1)


def test_failures_of_requests_under_way_together_count_once(gate: Gate) -> None:
    seen = gate.standing("error")
    for _ in range(4):
        gate.failed("error", seen, 1.0)
    assert gate.standing("error").failures == 1


def test_a_success_ends_the_pause(gate: Gate) -> None:
    gate.failed("error", gate.standing("error"), 8.0)
    assert gate.delivered("error") == (1, False)
    assert gate.wait("error") == 0.0
    assert gate.standing("error") == Standing(healthy=True)
    assert gate.delivered("error") == (0, False)


def test_doubt_makes_the_next_failure_count(gate: Gate) -> None:
    gate.delivered("error")
    gate.doubt("error")
    assert gate.standing("error") == Standing()
    assert gate.wait("error") == 0.0


def test_a_hold_closes_everything_until_something_is_accepted(gate: Gate, advance: Advance) -> None:
    gate.delivered("error")
    gate.hold(300.0)
    assert (gate.wait("error"), gate.wait("log_item")) == (300.0, 300.0)
    assert not gate.standing("error").healthy
    advance(300)
    assert (gate.wait("error"), gate.wait("log_item")) == (0.0, 0.0)
    gate.hold(300.0)
    assert gate.delivered("log_item") == (0, True)
    assert gate.wait("error") == 0.0


def test_limits_of_one_category_and_of_all(gate: Gate, clock: Clock, advance: Advance) -> None:
    gate.limit({"error": clock.now() + 60, "span": clock.now() + 999})
    assert (gate.wait("error"), gate.wait("log_item")) == (60.0, 0.0)
    gate.limit({"": clock.now() + 30})
    assert (gate.wait("error"), gate.wait("log_item")) == (60.0, 30.0)
    advance(30)
    assert (gate.wait("error"), gate.wait("log_item")) == (30.0, 0.0)


def test_a_shorter_limit_does_not_end_a_longer_one(gate: Gate, clock: Clock) -> None:
    gate.limit({"error": clock.now() + 60})
    gate.limit({"error": clock.now() + 5})
    assert gate.wait("error") == 60.0


def test_success_does_not_end_a_limit(gate: Gate, clock: Clock) -> None:
    gate.limit({"error": clock.now() + 60})
    gate.delivered("error")
    assert gate.wait("error") == 60.0


def test_it_starts_with_the_limits_it_is_given(clock: Clock) -> None:
    assert Gate(clock, {"log_item": clock.now() + 9}).wait("log_item") == 9.0


def test_a_sliding_limit_is_stored_now_and_then(gate: Gate, clock: Clock, advance: Advance) -> None:
    stored = 0
    for _ in range(100):
        stored += bool(gate.limit({"transaction": clock.now() + 86_400}))
        advance(10)
    assert stored == 15


def test_limits_that_are_over_are_forgotten(gate: Gate, clock: Clock, advance: Advance) -> None:
    for number in range(1_000):
        gate.limit({f"made-up-{number}": clock.now() + 1})
        advance(1)
    assert len(gate._limits) == 1
    assert gate.limit({"error": clock.now() - 1}) == {}
