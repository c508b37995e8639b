"""Our rules for names are Relay's: the same candidates go through both."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from sentry_relay.processing import StoreNormalizer

from sidecar.settings.sentry_names import (
    check_dist,
    check_environment,
    check_release,
    check_source_name,
    check_tag_key,
    check_tag_value,
)

NAMES = [
    *(
        "",
        " ",
        "a",
        " a ",
        "a b",
        "a@1.2.3+x",
        ".",
        "..",
        "...",
        "latest",
        "LATEST",
        "none",
        "None",
        "null",
        "é",
        "日本",
    ),
    *(f"a{chr(code)}b" for code in [*range(0x21), 0x7F, 0x80, 0x85, 0x9F, 0xA0]),
    *(f"a{mark}b" for mark in "/\\:;,|~%*?<>\"'`@#$&()[]{}=+_-.\u2028"),
    *(letter * size for letter in "xé" for size in (31, 32, 33, 63, 64, 65, 99, 100, 101, 199, 200, 201)),
]


def _by_relay(**fields: Any) -> dict[str, Any]:
    event = {"event_id": "a" * 32, "message": "x", "timestamp": time.time(), "platform": "php", **fields}
    normal: dict[str, Any] = StoreNormalizer().normalize_event(event)
    return normal


def _ours(check: Callable[[str], str], text: str) -> str | None:
    try:
        return check(text)
    except ValueError:
        return None


@pytest.mark.parametrize("text", NAMES)
@pytest.mark.parametrize(
    ("field", "check"), [("release", check_release), ("environment", check_environment), ("dist", check_dist)]
)
def test_name_as_relay_keeps_it(field: str, check: Callable[[str], str], text: str) -> None:
    assert _ours(check, text) == _by_relay(**{"release": "r", field: text}).get(field)


@pytest.mark.parametrize("text", [name for name in NAMES if len(name) < 150])
def test_tag_value_as_relay_keeps_it(text: str) -> None:
    ((_, kept),) = _by_relay(tags={"k": text})["tags"]
    assert _ours(check_tag_value, text) == kept


@pytest.mark.parametrize(
    "text", [*NAMES, "release", "dist", "user", "filename", "function", "environment", "level"]
)
def test_tag_key_that_we_accept_is_kept_by_relay(text: str) -> None:
    accepted = _ours(check_tag_key, text) is not None
    kept = [text, "v"] in (_by_relay(tags={text: "v"}).get("tags") or [])
    # Relay does not cut here what Sentry refuses later: more than 200 characters.
    assert accepted == (kept and len(text) <= 200)


def test_what_sentry_would_cut_or_overwrite_is_refused() -> None:
    assert _ours(check_tag_value, "x" * 200) == "x" * 200
    assert _ours(check_tag_value, "x" * 201) is None
    assert _ours(check_tag_key, "server_name") is None


@pytest.mark.parametrize(
    ("name", "good"), [("web-1_a.b", True), ("", False), ("a b", False), ("a/b", False), ("x" * 65, False)]
)
def test_source_name(name: str, good: bool) -> None:  # noqa: FBT001 - a column of the table above
    assert (_ours(check_source_name, name) == name) == good
