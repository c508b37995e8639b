"""The check for linear time can fail."""

from __future__ import annotations

import pytest

from tests.linear import assert_linear


def test_a_quadratic_step_is_found() -> None:
    def quadratic(data: bytes) -> int:
        return sum(1 for start in range(0, len(data), 16) if b"y" in data[start:])

    with pytest.raises(AssertionError, match="not linear"):
        assert_linear(quadratic, b"x" * (1 << 18), plenty=0.02)


def test_a_linear_one_passes() -> None:
    assert_linear(lambda data: [byte for byte in data for _ in range(9)], b"x" * (1 << 18), plenty=0.02)
