"""Settings that are right: defaults, all keys, rank of the layers, what they point to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydantic
import pytest

from sidecar.errors import UsageError
from sidecar.settings import SentrySettings, Settings, release_of, warnings_of

ALL_KEYS = """
state_dir = "/state"
[sentry]
dsn = "https://abc@sentry.example/1"
environment = "stage"
release = "donna@1.2.3"
release_file = "/app/VERSION"
server_name = "web-1"
dist = "7"
ca_certs = "/ca.pem"
http_proxy = "http://user:pass@proxy:3128"
send_default_pii = true
shutdown_timeout = 2
[[sources]]
name = "backend"
include = ["/var/log/php/*.log", "**/more.log"]
exclude = ["*.gz"]
format = "php"
start_at = "beginning"
tags = { component = "backend" }
logs = false
app_root = "/var/www/html"
timezone = "Europe/Berlin"
[[sources.source_roots]]
logged = "/var/www/html"
local = "/mnt/app"
[limits]
outbox_max_bytes = 1048576
"""


def test_defaults(load_text: Callable[..., Settings]) -> None:
    settings = load_text('[[sources]]\nname = "a"\ninclude = ["x"]')
    assert load_text().model_dump() == load_text("").model_dump()
    assert settings.model_dump(mode="json") == {
        "state_dir": "/var/lib/sentry-sidecar",
        "sentry": {
            "dsn": None,
            "environment": "production",
            "release": None,
            "release_file": None,
            "server_name": None,
            "dist": None,
            "ca_certs": None,
            "http_proxy": None,
            "send_default_pii": False,
            "shutdown_timeout": 4.0,
        },
        "sources": [
            {
                "name": "a",
                "include": ["x"],
                "exclude": [],
                "format": "auto",
                "start_at": "end",
                "tags": {},
                "logs": True,
                "app_root": None,
                "timezone": None,
                "source_roots": [],
            }
        ],
        "limits": {"outbox_max_bytes": 268_435_456},
    }


def test_all_keys(load_text: Callable[..., Settings]) -> None:
    settings = load_text(ALL_KEYS)
    dump = settings.model_dump(mode="json")
    assert dump["sentry"] == {
        "dsn": "**********",
        "environment": "stage",
        "release": "donna@1.2.3",
        "release_file": "/app/VERSION",
        "server_name": "web-1",
        "dist": "7",
        "ca_certs": "/ca.pem",
        "http_proxy": "**********",
        "send_default_pii": True,
        "shutdown_timeout": 2.0,
    }
    assert settings.sentry.dsn is not None
    assert settings.sentry.dsn.get_secret_value() == "https://abc@sentry.example/1"
    (source,) = settings.sources
    assert (source.format, source.start_at, source.logs) == ("php", "beginning", False)
    assert (source.app_root, source.timezone) == ("/var/www/html", "Europe/Berlin")
    assert [(root.logged, root.local) for root in source.source_roots] == [
        ("/var/www/html", Path("/mnt/app"))
    ]
    assert settings.limits.outbox_max_bytes == 1 << 20


@pytest.mark.parametrize("empty", ["", "  "])
def test_empty_dsn_is_none_as_in_every_sentry_sdk(load_text: Callable[..., Settings], empty: str) -> None:
    assert load_text(f"[sentry]\ndsn = '{empty}'").sentry.dsn is None


def test_each_layer_wins_over_the_one_below(load_text: Callable[..., Settings]) -> None:
    environ = {"STATE_DIRECTORY": "/systemd:/second"}
    assert load_text("", environ).state_dir == Path("/systemd")
    text = 'state_dir = "/file"\n[sentry]\nenvironment = "file"\ndist = "file"'
    assert load_text(text, environ).state_dir == Path("/file")
    environ["SIDECAR_STATE_DIR"] = "/env"
    environ["SENTRY_ENVIRONMENT"] = "env"
    assert load_text(text, environ).state_dir == Path("/env")
    settings = load_text(text, environ, state_dir="/flag", sentry={"environment": None})
    assert (settings.state_dir, settings.sentry.environment) == (Path("/flag"), "env")
    assert settings.sentry.dist == "file"


def test_flags_replace_a_list_whole(load_text: Callable[..., Settings]) -> None:
    settings = load_text(ALL_KEYS, sources=[{"name": "flag", "include": ["x"]}])
    assert [(source.name, source.tags) for source in settings.sources] == [("flag", {})]


def test_nothing_can_be_changed(load_text: Callable[..., Settings]) -> None:
    settings: Any = load_text(ALL_KEYS)
    for table, key in ((settings, "state_dir"), (settings.sentry, "dsn"), (settings.sources[0], "name")):
        with pytest.raises(pydantic.ValidationError):
            setattr(table, key, None)


def test_what_is_missing_is_a_warning(load_text: Callable[..., Settings], tmp_path: Path) -> None:
    settings = load_text(ALL_KEYS)
    assert warnings_of(settings) == (
        "sources[0].source_roots[0].local: /mnt/app is no directory; events get no source lines from it until it is",
        "sentry.ca_certs: /ca.pem is no file; nothing can be sent until it is",
    )
    (tmp_path / "ca.pem").touch()
    there = ALL_KEYS.replace("/mnt/app", str(tmp_path)).replace("/ca.pem", str(tmp_path / "ca.pem"))
    assert warnings_of(load_text(there)) == ()


def test_release_comes_from_its_key_or_its_file(tmp_path: Path) -> None:
    path = tmp_path / "VERSION"
    path.write_text("donna@1.2.3\n")
    assert release_of(SentrySettings()) is None
    assert release_of(SentrySettings(release_file=path)) == "donna@1.2.3"
    assert release_of(SentrySettings(release_file=path, release="key")) == "key"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "sentry.release_file cannot be read: No such file or directory"),
        (b"\xff", "sentry.release_file is not UTF-8 text"),
        (b"\n", "the release in it must not be empty; Sentry drops it"),
        (b"one\ntwo", "the release in it must not contain a line break; Sentry drops such a name"),
        (b"x" * 9999, "the release in it must have at most 200 bytes, has 4096; Sentry drops a longer name"),
    ],
)
def test_release_file_that_cannot_be_used(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "VERSION"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        release_of(SentrySettings(release_file=path))
    assert str(caught.value) == f"{path}: {said}"
