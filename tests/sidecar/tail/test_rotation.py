from __future__ import annotations

import pytest

from sidecar.tail.rotation import are_relatives, may_continue, root_name


@pytest.mark.parametrize(
    ("name", "root"),
    [
        ("app.log", "app.log"),
        ("app.log.1", "app.log"),
        ("app.log.12.gz", "app.log"),
        ("app.log-20261123", "app.log"),
        ("app.log-20261123.gz", "app.log"),
        ("app.log.2026-11-23_04", "app.log"),
        ("app.log-2026-11-23T04:00:00Z", "app.log"),
        ("app.log.old", "app.log"),
        ("app.log~", "app.log"),
        ("app-20261123.log", "app.log"),
        ("app-2026-11-23.log.gz", "app.log"),
        ("app__2026-11-23_00-00-00.log", "app_.log"),
        ("error", "error"),
        ("error.1", "error"),
        # workers, versions and streams are logs of their own
        ("app-1.log", "app-1.log"),
        ("app-out.log", "app-out.log"),
        ("php8.2-fpm.log", "php8.2-fpm.log"),
        ("app.log.err", "app.log.err"),
        (".1", ".1"),
    ],
)
def test_root_name(name: str, root: str) -> None:
    assert root_name(name) == root


@pytest.mark.parametrize(
    ("name", "earlier", "compressed", "expected"),
    [
        ("app.log.1", "app.log", False, True),
        ("app-20261123.log", "app.log", False, True),
        ("app.log.2.gz", "app.log", True, True),
        ("app.log.2.gz", "app.log.1", True, True),
        ("app-20261122.log.gz", "app-20261122.log", True, True),
        ("app-20261121.log.gz", "app-20261122.log", True, False),
        ("app.log", "app.log", False, False),
        ("app.log.2", "app.log.1", False, False),
        ("app.log", "app.log.1", False, False),
        ("other.log.1", "app.log", False, False),
    ],
)
def test_may_continue(name: str, earlier: str, *, compressed: bool, expected: bool) -> None:
    assert may_continue(name, earlier, compressed=compressed) is expected


def test_relatives() -> None:
    assert are_relatives("app.log.2", "app.log.1")
    assert not are_relatives("app.log", "app.log")
    assert not are_relatives("app.log", "web.log")
