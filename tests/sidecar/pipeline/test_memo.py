"""A memory that stays small, and keeps what is used."""

from __future__ import annotations

import gc
from collections import Counter
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.pipeline.memo import Memo


class Value:
    """Knows which of them are alive."""

    alive: ClassVar[Counter[bytes]] = Counter()

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.alive[key] += 1

    def __del__(self) -> None:
        self.alive[self.key] -= 1


@pytest.fixture(autouse=True)
def _nobody_alive() -> None:
    gc.collect()
    Value.alive.clear()


def memo(max_bytes: int) -> tuple[Memo[Value], Counter[bytes]]:
    made: Counter[bytes] = Counter()

    def make(key: bytes) -> Value:
        made[key] += 1
        return Value(key)

    return Memo(make, max_bytes), made


def test_it_makes_a_value_once() -> None:
    values, made = memo(1 << 20)
    assert values[b"a"] is values[b"a"]
    assert made == {b"a": 1}


@given(st.lists(st.integers(0, 40), max_size=200))
def test_it_gives_what_was_asked_for(keys: list[int]) -> None:
    values, _ = memo(1 << 14)
    assert [values[b"%d" % key].key for key in keys] == [b"%d" % key for key in keys]


@pytest.mark.parametrize("size", [1, 100, 5000])
def test_it_stays_small(size: int) -> None:
    """An entry counts as 1 KiB and twice its text at least."""
    values, _ = memo(1 << 20)
    for number in range(5000):
        assert values[str(number).encode().rjust(size)]
    alive = [key for key, count in Value.alive.items() if count]
    assert 100 < sum(1024 + 2 * len(key) for key in alive) <= 1 << 20


def test_what_is_used_stays() -> None:
    values, made = memo(1 << 20)
    for number in range(5000):
        assert values[b"used"]
        assert values[b"%d" % number]
    assert made[b"used"] == 1
    assert values[b"0"]
    assert made[b"0"] == 2


def test_what_is_too_large_is_not_kept() -> None:
    values, made = memo(1 << 20)
    huge = b"x" * (1 << 19)
    assert values[b"small"]
    assert values[huge].key == values[huge].key == huge
    assert made == {b"small": 1, huge: 2}


def test_it_forgets_when_told() -> None:
    values, made = memo(1 << 20)
    for number in range(3000):
        assert values[b"%d" % number]
    values.clear()
    assert not any(Value.alive.values())
    assert values[b"0"]
    assert made[b"0"] == 2
