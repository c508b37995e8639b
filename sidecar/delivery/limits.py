"""Rate limits as Sentry announces them; pure.

Source: develop docs "Rate Limiting", Relay utils/rate_limits.rs.  A limit is {category: unix time of its end}; the category
"" stands for all.  Categories that this program does not send are kept as well: they do no harm and people can see them.
"""

from __future__ import annotations

import datetime as dt
import email.utils
from collections.abc import Mapping

#: The category that means every category.
ALL = ""

#: With a 429 that says nothing else.
DEFAULT_SECONDS = 60.0

#: Longer limits are cut: Relay advertises 300 s at most, Bugsink a day.
MAX_SECONDS = 86_400.0

_RATE_LIMITS = "x-sentry-rate-limits"
_RETRY_AFTER = "retry-after"

# A quota on log bytes refuses log items too.
_GOVERNED_BY = {"log_item": ("log_item", "log_byte")}


def limits_of(status: int | None, headers: Mapping[str, str], now: float) -> dict[str, float]:
    """The limits that an answer announces.

    The detailed header counts on any status; `Retry-After` only on a 429 without it, and then for all categories.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    found = parse_rate_limits(lower.get(_RATE_LIMITS, ""), now)
    if found or status != 429:  # noqa: PLR2004  # the status is its name
        return found
    seconds = parse_retry_after(lower.get(_RETRY_AFTER, ""), now)
    return {ALL: now + (DEFAULT_SECONDS if seconds is None else seconds)}


def parse_rate_limits(header: str, now: float) -> dict[str, float]:
    """Read `X-Sentry-Rate-Limits`; parts that cannot be read are skipped.

    Example: `60:error;default:organization:quota_exceeded, 2700::key` limits errors for 60 s and all for 45 min.
    """
    found: dict[str, float] = {}
    for part in header.split(","):
        seconds_text, _, rest = part.strip().partition(":")
        seconds = _seconds(seconds_text)
        if seconds is not None and seconds > 0:
            for category in rest.partition(":")[0].split(";"):
                name = category.strip()
                found[name] = max(found.get(name, 0.0), now + seconds)
    return found


def parse_retry_after(header: str, now: float) -> float | None:
    """Read `Retry-After`, in seconds or as a date; None: it is missing, in the past or cannot be read."""
    seconds = _seconds(header)
    if seconds is None:
        try:
            moment = email.utils.parsedate_to_datetime(header)
        except ValueError:
            return None
        # RFC 9110 dates are UTC, even where the zone is written as "-0000", which Python takes for no zone.
        seconds = min(moment.replace(tzinfo=moment.tzinfo or dt.UTC).timestamp() - now, MAX_SECONDS)
    return seconds if seconds > 0 else None


def longer(known: Mapping[str, float], found: Mapping[str, float]) -> dict[str, float]:
    """Both together; where both limit a category, the one that ends later."""
    return {
        category: max(known.get(category, 0.0), found.get(category, 0.0)) for category in {*known, *found}
    }


def limited_until(limits: Mapping[str, float], category: str, now: float) -> float:
    """When `category` may be sent again; 0.0: it is not limited.

    A limit further away than any can be was set under a wrong clock and does not count.
    """
    governing = (*_GOVERNED_BY.get(category, (category,)), ALL)
    ends = [limits.get(name, 0.0) for name in governing]
    return max((end for end in ends if now < end <= now + MAX_SECONDS), default=0.0)


def _seconds(text: str) -> float | None:
    digits = text.strip()
    if not digits.isascii() or not digits.replace(".", "", 1).isdigit():
        return None
    return min(float(digits), MAX_SECONDS)
