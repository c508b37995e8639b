"""Every event passes Relay's own normaliser, the gate of real Sentry, without an invalid value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sentry_relay.processing import StoreNormalizer

from tests.e2e.examples import NODE, PHP
from tests.e2e.test_explain import LOGS, explain

pytestmark = pytest.mark.e2e

#: Sentry's own limits, but for the age of an event: the logs here are as old as they are.
_NORMALIZER = StoreNormalizer(
    project_id=1,
    protocol_version="7",
    is_renormalize=False,
    remove_other=True,
    enable_trimming=True,
    max_secs_in_future=10**9,
    max_secs_in_past=10**9,
)


def refused(event: dict[str, Any]) -> list[str]:
    """What Relay says against *event*: a path and a reason each."""
    normalized = _NORMALIZER.normalize_event(event)
    return [f"{path}: {error}" for path, error in _errors(normalized.get("_meta") or {})]


def _errors(meta: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Relay keeps its remarks in a tree beside the event; the remark on a value is under the key ""."""
    for key, below in meta.items():
        if key == "":
            yield from ((path, error) for error in below.get("err", []))
        else:
            yield from _errors(below, f"{path}.{key}")


def test_relay_takes_every_event(tmp_path: Path) -> None:
    roots = [f"--source-root={one.logged}={one.source}" for one in (PHP, NODE)]
    rows = explain(*roots, *LOGS, cwd=tmp_path)
    events = [row for row in rows if row["outcome"] == "event"]
    assert len(events) > 500
    found = {f"{row['file']}:{row['offset']}": refused(row["payload"]) for row in events}
    assert {place: remarks for place, remarks in found.items() if remarks} == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [("level", "warn"), ("environment", "a/b"), ("release", "latest"), ("event_id", "x"), ("unheard_of", 1)],
)
def test_the_check_sees_what_sentry_would_not_keep(field: str, value: object) -> None:
    good = {"event_id": "0" * 31 + "1", "platform": "php", "logentry": {"formatted": "x"}}
    assert refused(good) == []
    assert refused({**good, field: value}) != []
