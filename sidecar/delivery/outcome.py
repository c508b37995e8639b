"""What an answer means for the rows that were sent; pure functions, no clock, no chance.

    2xx                         Delivered
    429                         Deferred until the limit ends; no fault of the rows
    5xx, 408, 425, no answer    Deferred with growing, jittered pauses of at most 5 minutes
    400, 413, 415, 422          Buried: the same bytes would be refused again
    anything else               Held: 401, 403, 404, redirects… the DSN or the way to Sentry is wrong, not the rows

Source of the statuses: Relay endpoints/common.rs, extractors/request_meta.rs (26.9).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sidecar.delivery.limits import DEFAULT_SECONDS, limited_until, limits_of, longer, parse_retry_after

#: The longest pause between attempts while Sentry is not reachable.
MAX_BACKOFF_SECONDS = 300.0

#: How long everything rests while the DSN is refused.
HOLD_SECONDS = 300.0

#: So often a row may fail at the head of the line; then others go first.
PATIENCE = 3

#: So often a row may fail alone, while others are accepted; then it is buried.
LAST_ATTEMPT = 10

_TOO_MANY_REQUESTS = 429
_PASSING = frozenset({408, 425})
_REFUSED = frozenset({400, 413, 415, 422})

# Relay answers 400 to a malformed key or project in the DSN as well (its BadEventMeta: these are all of them); burying
# the whole outbox for that would be wrong.
_DSN_PHRASES = ("bad sentry dsn public key", "bad project path parameter", "unsupported protocol version")


@dataclass(frozen=True, slots=True)
class Delivered:
    """Accepted.

    Attributes:
        limits: what the answer announced for later rows.
    """

    limits: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deferred:
    """To be sent again later.

    Attributes:
        until: unix time before which this category is not tried again.
        reason: for people.
        limits: what the answer announced.
        limited: Sentry asked to wait; it counts neither as a failure nor as an attempt.
        alone: only these rows wait, the category goes on.
    """

    until: float
    reason: str
    limits: Mapping[str, float] = field(default_factory=dict)
    limited: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Buried:
    """Refused for good.

    Attributes:
        reason: for people.
        limits: what the answer announced.
    """

    reason: str
    limits: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing at all can be delivered until somebody mends the settings.

    Attributes:
        reason: for people.
        until: unix time of the next try.
        limits: what the answer announced.
    """

    reason: str
    until: float
    limits: Mapping[str, float] = field(default_factory=dict)


Outcome: TypeAlias = Delivered | Deferred | Buried | Held


def outcome_of(
    status: int | None,
    headers: Mapping[str, str],
    error: Exception | None,
    now: float,
    *,
    attempts: int,
    jitter: float,
    category: str = "error",
    detail: str = "",
) -> Outcome:
    """Classify one attempt.

    Args:
        status: of the HTTP answer; None: there was none.
        headers: of the answer.
        error: why there was no answer.
        now: unix time of the answer.
        attempts: how often it failed in a row before, which makes the pauses longer.
        jitter: from 0.0 to 1.0, so that many sidecars do not come back at the same instant.
        category: of what was sent; a 429 may name limits of other categories only.
        detail: the beginning of the answer's body.
    """
    if status is None:
        reason = f"no answer: {error}" if error is not None else "no answer"
        return Deferred(now + backoff(attempts, jitter), reason)
    limits = limits_of(status, headers, now)
    reason = _described(status, detail)
    if 200 <= status < 300:  # noqa: PLR2004  # the class of statuses that RFC 9110 calls successful
        return Delivered(limits)
    if status == _TOO_MANY_REQUESTS:
        until = limited_until(limits, category, now) or now + DEFAULT_SECONDS
        # A header may name other categories only; what was sent waits all the same.
        return Deferred(until, reason, longer(limits, {category: until}), limited=True)
    if status >= 500 or status in _PASSING:  # noqa: PLR2004  # RFC 9110: server error
        return Deferred(now + _pause(headers, now, attempts, jitter), reason, limits)
    if status in _REFUSED and not (status == 400 and _is_about_dsn(detail)):  # noqa: PLR2004  # as in _REFUSED
        return Buried(reason, limits)
    return Held(reason, now + HOLD_SECONDS, limits)


def blame(outcome: Outcome, attempts: int, now: float, jitter: float, *, healthy: bool) -> Outcome:
    """Tell rows that fail from a service that fails: what fails while others pass is alone to blame.

    Without this a payload that some server, proxy or firewall always answers with a 500, a 403 or a reset would stop
    all the others for ever.

    Args:
        outcome: as the answer alone says.
        attempts: how often these rows failed before.
        now: unix time.
        jitter: as for `outcome_of`.
        healthy: the last rows of this category were accepted.
    """
    match outcome:
        # A refusal out of the blue may be a firewall's opinion of this one payload: the next row shows.
        case Held() if healthy:
            suspect = True
        case Deferred(limited=False) if healthy:
            suspect = attempts >= PATIENCE
        case _:
            suspect = False
    if not suspect or not isinstance(outcome, Held | Deferred):
        return outcome
    if attempts >= LAST_ATTEMPT:
        return Buried(
            f"failed {attempts + 1} times while others were accepted: {outcome.reason}", outcome.limits
        )
    return Deferred(now + backoff(attempts, jitter), outcome.reason, outcome.limits, alone=True)


def backoff(attempts: int, jitter: float) -> float:
    """Seconds to wait after `attempts` earlier failures: doubling from one second, and half of it by chance."""
    # The exponent is cut first: 2.0 ** 2000 is an OverflowError, and an outage may be long.
    full = min(MAX_BACKOFF_SECONDS, 2.0 ** min(attempts, 20))
    return full * (0.5 + 0.5 * jitter)


def _pause(headers: Mapping[str, str], now: float, attempts: int, jitter: float) -> float:
    """A 503 may say when to come back; never earlier than our own patience."""
    lower = {name.lower(): value for name, value in headers.items()}
    asked = parse_retry_after(lower.get("retry-after", ""), now) or 0.0
    return max(asked, backoff(attempts, jitter))


def _is_about_dsn(detail: str) -> bool:
    return any(phrase in detail.lower() for phrase in _DSN_PHRASES)


def _described(status: int, detail: str) -> str:
    text = " ".join(detail.split())
    return f"HTTP {status}: {text}" if text else f"HTTP {status}"
