from __future__ import annotations

import pytest

from sidecar.delivery.limits import (
    limited_until,
    limits_of,
    longer,
    parse_rate_limits,
    parse_retry_after,
)

NOW = 1_000_000.0


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", {}),
        ("60:error:organization", {"error": 60}),
        ("60:error;default:organization:quota_exceeded, 2700::key", {"error": 60, "default": 60, "": 2700}),
        ("60::key, 86400:transaction;span:organization", {"": 60, "transaction": 86_400, "span": 86_400}),
        ("60:error:key,120:error:organization", {"error": 120}),
        ("120:error:key,60:error:organization", {"error": 120}),
        ("60", {"": 60}),
        ("60:", {"": 60}),
        ("2.5:log_item:key", {"log_item": 2.5}),
        ("60:log_item:organization:quota:ns1;ns2", {"log_item": 60}),
        ("60:some_new_category:key", {"some_new_category": 60}),
        (" 60 : error ; log_item : key ", {"error": 60, "log_item": 60}),
        ("0:error:key", {}),
        ("-5:error:key, x:error:key, nan:error:key, inf::key, ٣:error:key", {}),
        (",,, ,60:error:key", {"error": 60}),
        ("99999999999999999999:error:key", {"error": 86_400}),
    ],
)
def test_rate_limits_header(header: str, expected: dict[str, float]) -> None:
    assert parse_rate_limits(header, NOW) == {name: NOW + seconds for name, seconds in expected.items()}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("Mon, 12 Jan 1970 13:47:40 GMT", 60.0),
        ("Mon, 12 Jan 1970 13:47:40 -0000", 60.0),
        ("Mon, 12 Jan 1970 14:47:40 +0100", 60.0),
        ("Mon, 12 Jan 1970 13:46:39 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("9" * 400, 86_400.0),
        ("0", None),
        ("", None),
        ("soon", None),
        ("-1", None),
    ],
)
def test_retry_after_header(header: str, seconds: float | None) -> None:
    assert parse_retry_after(header, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {}, {}),
        (200, {"Retry-After": "9"}, {}),
        (200, {"X-Sentry-Rate-Limits": "60:error:key"}, {"error": 60}),
        (503, {"x-sentry-rate-limits": "60:error:key"}, {"error": 60}),
        (429, {"X-SENTRY-RATE-LIMITS": "60:error:key", "Retry-After": "9"}, {"error": 60}),
        (429, {"Retry-After": "9"}, {"": 9}),
        (429, {"Retry-After": "nonsense"}, {"": 60}),
        (429, {"X-Sentry-Rate-Limits": "nonsense"}, {"": 60}),
        (429, {}, {"": 60}),
        (None, {}, {}),
    ],
)
def test_what_an_answer_announces(
    status: int | None, headers: dict[str, str], expected: dict[str, float]
) -> None:
    assert limits_of(status, headers, NOW) == {name: NOW + seconds for name, seconds in expected.items()}


def test_the_longer_limit_stays() -> None:
    assert longer({"error": 5, "": 9}, {"error": 7, "": 2, "span": 1}) == {"error": 7, "": 9, "span": 1}


@pytest.mark.parametrize(
    ("limits", "category", "until"),
    [
        ({}, "error", 0.0),
        ({"log_item": NOW + 5}, "error", 0.0),
        ({"error": NOW + 5}, "error", NOW + 5),
        ({"": NOW + 9, "error": NOW + 5}, "error", NOW + 9),
        ({"error": NOW - 5}, "error", 0.0),
        ({"log_byte": NOW + 5}, "log_item", NOW + 5),
        ({"log_byte": NOW + 5}, "error", 0.0),
        ({"error": NOW + 86_401}, "error", 0.0),
    ],
)
def test_what_holds_a_category(limits: dict[str, float], category: str, until: float) -> None:
    assert limited_until(limits, category, NOW) == until
