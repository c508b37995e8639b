from __future__ import annotations

import pytest

from sidecar.delivery.outcome import Buried, Deferred, Delivered, Held, Outcome, backoff, blame, outcome_of

NOW = 1_000_000.0


def classify(
    status: int | None,
    headers: dict[str, str] | None = None,
    *,
    error: Exception | None = None,
    attempts: int = 0,
    category: str = "error",
    detail: str = "",
) -> Outcome:
    return outcome_of(
        status, headers or {}, error, NOW, attempts=attempts, jitter=1.0, category=category, detail=detail
    )


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_accepted(status: int) -> None:
    assert classify(status) == Delivered()


def test_a_limit_counts_on_an_accepted_envelope_too() -> None:
    found = classify(200, {"X-Sentry-Rate-Limits": "60:error:key"})
    assert found == Delivered(limits={"error": NOW + 60})


@pytest.mark.parametrize(
    ("headers", "category", "seconds"),
    [
        ({}, "error", 60),
        ({"Retry-After": "7"}, "error", 7),
        ({"Retry-After": "Mon, 12 Jan 1970 13:47:00 GMT"}, "error", 20),
        ({"X-Sentry-Rate-Limits": "30:error:key"}, "error", 30),
        ({"X-Sentry-Rate-Limits": "30::key"}, "log_item", 30),
        ({"X-Sentry-Rate-Limits": "30:log_byte:key"}, "log_item", 30),
        ({"X-Sentry-Rate-Limits": "30:transaction:key"}, "error", 60),
        ({"X-Sentry-Rate-Limits": "30:error:key", "Retry-After": "7"}, "error", 30),
    ],
)
def test_limited(headers: dict[str, str], category: str, seconds: float) -> None:
    found = classify(429, headers, category=category)
    assert isinstance(found, Deferred)
    assert (found.until, found.limited, found.alone) == (NOW + seconds, True, False)
    assert (
        max(found.limits.get(category, 0), found.limits.get("", 0), found.limits.get("log_byte", 0))
        == found.until
    )


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 599, 408, 425])
def test_trouble_that_passes(status: int) -> None:
    found = classify(status, attempts=3)
    assert found == Deferred(NOW + 8, f"HTTP {status}")


@pytest.mark.parametrize(("asked", "seconds"), [("120", 120), ("1", 8), ("nonsense", 8)])
def test_a_503_may_say_when_to_come_back(asked: str, seconds: float) -> None:
    found = classify(503, {"retry-after": asked}, attempts=3)
    assert isinstance(found, Deferred)
    assert found.until == NOW + seconds


def test_no_answer() -> None:
    assert classify(None, error=OSError("no route"), attempts=1) == Deferred(NOW + 2, "no answer: no route")
    assert classify(None) == Deferred(NOW + 1, "no answer")


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_refused_for_good(status: int) -> None:
    found = classify(status, detail='{"detail":\n "too\tbig"}')
    assert found == Buried(f'HTTP {status}: {{"detail": "too big"}}')


@pytest.mark.parametrize("status", [401, 402, 403, 404, 405, 407, 410, 301, 302, 307, 304, 100])
def test_the_dsn_or_the_way_is_wrong(status: int) -> None:
    assert classify(status) == Held(f"HTTP {status}", NOW + 300)


@pytest.mark.parametrize(
    "detail",
    [
        '{"detail":"bad sentry DSN public key","causes":["invalid project key"]}',
        '{"detail":"bad project path parameter"}',
        '{"detail":"unsupported protocol version (9)"}',
    ],
)
def test_a_400_about_the_dsn_buries_nothing(detail: str) -> None:
    assert isinstance(classify(400, detail=detail), Held)


def test_backoff_grows_to_five_minutes_and_stays() -> None:
    assert [backoff(attempts, 1.0) for attempts in (0, 1, 2, 8, 9, 50, 5_000)] == [
        1,
        2,
        4,
        256,
        300,
        300,
        300,
    ]
    assert [backoff(attempts, 0.0) for attempts in (0, 1, 9)] == [0.5, 1.0, 150]


FAILED = Deferred(NOW + 1, "HTTP 500")
REFUSED = Held("HTTP 403", NOW + 300)


@pytest.mark.parametrize(
    ("outcome", "attempts", "healthy", "expected"),
    [
        (FAILED, 9, False, FAILED),
        (FAILED, 2, True, FAILED),
        (FAILED, 3, True, Deferred(NOW + 8, "HTTP 500", alone=True)),
        (FAILED, 10, True, Buried("failed 11 times while others were accepted: HTTP 500")),
        (FAILED, 10, False, FAILED),
        (REFUSED, 0, False, REFUSED),
        (REFUSED, 0, True, Deferred(NOW + 1, "HTTP 403", alone=True)),
        (REFUSED, 10, True, Buried("failed 11 times while others were accepted: HTTP 403")),
        (
            Deferred(NOW + 60, "HTTP 429", limited=True),
            99,
            True,
            Deferred(NOW + 60, "HTTP 429", limited=True),
        ),
        (Delivered(), 99, True, Delivered()),
        (Buried("HTTP 400"), 0, True, Buried("HTTP 400")),
    ],
)
def test_who_is_to_blame(outcome: Outcome, attempts: int, healthy: bool, expected: Outcome) -> None:  # noqa: FBT001  # a column of the table
    assert blame(outcome, attempts, NOW, 1.0, healthy=healthy) == expected
