"""Environment variables: names, text to values, rank, mistakes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from operator import attrgetter
from pathlib import Path

import pytest

from sidecar.settings import Settings

DSN = "https://abc@sentry.example/1"


@pytest.mark.parametrize(
    ("environ", "key", "value"),
    [
        ({"SENTRY_ENVIRONMENT": "stage"}, "sentry.environment", "stage"),
        ({"SENTRY_ENVIRONMENT": ""}, "sentry.environment", "file"),
        ({"SENTRY_RELEASE": " donna@1 "}, "sentry.release", "donna@1"),
        ({"SIDECAR_SENTRY__ENVIRONMENT": "a", "SENTRY_ENVIRONMENT": "b"}, "sentry.environment", "a"),
        ({"SIDECAR_STATE_DIR": "/env", "STATE_DIRECTORY": "/systemd"}, "state_dir", Path("/env")),
        ({"SIDECAR_SENTRY__SERVER_NAME": "web-1"}, "sentry.server_name", "web-1"),
        ({"SIDECAR_SENTRY__CA_CERTS": "/ca.pem"}, "sentry.ca_certs", Path("/ca.pem")),
        ({"SIDECAR_SENTRY__SEND_DEFAULT_PII": "yes"}, "sentry.send_default_pii", True),
        ({"SIDECAR_SENTRY__SEND_DEFAULT_PII": "0"}, "sentry.send_default_pii", False),
        ({"SIDECAR_SENTRY__SHUTDOWN_TIMEOUT": "2.5"}, "sentry.shutdown_timeout", 2.5),
        ({"SIDECAR_LIMITS__OUTBOX_MAX_BYTES": "2000000"}, "limits.outbox_max_bytes", 2_000_000),
        ({"SENTRY_TRACES_SAMPLE_RATE": "nonsense", "PATH": "/bin"}, "sentry.environment", "file"),
        # Kubernetes' links to a service named "sidecar" or "sidecar-db"
        (
            {"SIDECAR_PORT": "tcp://10.0.0.1:80", "SIDECAR_SERVICE_HOST": "10.0.0.1"},
            "sentry.environment",
            "file",
        ),
        ({"SIDECAR_PORT_80_TCP_ADDR": "1", "SIDECAR_SERVICE_PORT_HTTP": "1"}, "sentry.environment", "file"),
        ({"SIDECAR_DB_PORT_80_TCP": "1", "SIDECAR_DB_SERVICE_PORT": "1"}, "sentry.environment", "file"),
    ],
)
def test_variable_sets_key(
    load_text: Callable[..., Settings], environ: Mapping[str, str], key: str, value: object
) -> None:
    settings = load_text("[sentry]\nenvironment = 'file'", environ)
    assert attrgetter(key)(settings) == value


def test_sources_as_json(load_text: Callable[..., Settings]) -> None:
    json = '[{"name": "a", "include": ["*.log"], "logs": false, "tags": {"k": "v"}}]'
    (source,) = load_text(None, {"SIDECAR_SOURCES": json}).sources
    assert (source.name, source.include, source.logs, source.tags) == ("a", ("*.log",), False, {"k": "v"})


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        ({"SENTRY_DSN": "secret"}, "SENTRY_DSN: no DSN; copy it from Sentry's project settings"),
        (
            {"SIDECAR_SENTRY__DSN": "secret", "SENTRY_DSN": DSN},
            "SIDECAR_SENTRY__DSN: no DSN; copy it from Sentry's project settings",
        ),
        ({"SENTRY_ENVIRONMENT": "a/b"}, 'SENTRY_ENVIRONMENT: must not contain "/"; Sentry drops such a name'),
        ({"SENTRY_RELEASE": "\udcff"}, "SENTRY_RELEASE: must be UTF-8 text"),
        ({"STATE_DIRECTORY": " "}, "STATE_DIRECTORY: must not be empty; remove the key or give it a value"),
        (
            {"SIDECAR_SENTRY__SEND_DEFAULT_PII": "perhaps"},
            "SIDECAR_SENTRY__SEND_DEFAULT_PII: expected true or false, got text",
        ),
        (
            {"SIDECAR_SENTRY__SHUTDOWN_TIMEOUT": "5s"},
            "SIDECAR_SENTRY__SHUTDOWN_TIMEOUT: expected a number, got text",
        ),
        (
            {"SIDECAR_LIMITS__OUTBOX_MAX_BYTES": "5"},
            "SIDECAR_LIMITS__OUTBOX_MAX_BYTES: must be at least 1048576",
        ),
        ({"SIDECAR_SOURCES": "[{"}, "SIDECAR_SOURCES: not valid JSON; give a list of sources"),
        ({"SIDECAR_SOURCES": "[" * 100_000}, "SIDECAR_SOURCES: not valid JSON; give a list of sources"),
        (
            {"SIDECAR_SOURCES": "{}"},
            "SIDECAR_SOURCES: sources: expected a list, got a table; write [[sources]]",
        ),
        ({"SIDECAR_SOURCES": '[{"name": "a"}]'}, "SIDECAR_SOURCES: sources[0].include: missing; add it"),
        ({"SIDECAR_SOURCES": '[{"\\ud800": 1}]'}, "SIDECAR_SOURCES: sources[0]: must be UTF-8 text"),
        ({"SIDECAR_STATEDIR": "x"}, 'SIDECAR_STATEDIR: unknown variable; did you mean "SIDECAR_STATE_DIR"?'),
        ({"SIDECAR_SENTRY": "{}"}, 'SIDECAR_SENTRY: unknown variable; did you mean "SIDECAR_SENTRY__DSN"?'),
        ({"SIDECAR_QQQQQQQQQQQQQQQ": ""}, "SIDECAR_QQQQQQQQQQQQQQQ: unknown variable"),
    ],
)
def test_mistake(lines_of: Callable[..., list[str]], environ: Mapping[str, str], line: str) -> None:
    assert lines_of("", environ) == [f"environment variable {line}"]


@pytest.mark.parametrize("name", ["SIDECAR_HEALTH__LISTEN", "SIDECAR_RULES", "SIDECAR_LIMITS__ISSUE_BURST"])
def test_variable_of_a_later_version(lines_of: Callable[..., list[str]], name: str) -> None:
    (line,) = lines_of("", {name: "1"})
    assert line.startswith(f"environment variable {name}: not supported by version ")


def test_broken_json_does_not_hide_other_variables(lines_of: Callable[..., list[str]]) -> None:
    assert lines_of(None, {"SIDECAR_SOURCES": "[", "SENTRY_DSN": "x"}) == [
        "environment variable SENTRY_DSN: no DSN; copy it from Sentry's project settings",
        "environment variable SIDECAR_SOURCES: not valid JSON; give a list of sources",
    ]


def test_only_the_given_mapping_is_read(
    load_text: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDECAR_STATE_DIR", "/process")
    monkeypatch.setenv("SENTRY_RELEASE", "process")
    settings = load_text(None, {"SENTRY_ENVIRONMENT": "given"})
    assert (settings.sentry.environment, settings.sentry.release) == ("given", None)
    assert settings.state_dir == Path("/var/lib/sentry-sidecar")


def test_pydantic_settings_is_imported_only_for_variables() -> None:
    program = """
import sys, sidecar.settings as s
def load(**environ): s.load(None, environ=environ, formats=(), check_dsn=str)
load(PATH="/bin"); assert "pydantic_settings" not in sys.modules
load(SENTRY_DSN="x"); assert "pydantic_settings" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[3])


def test_wrong_table_in_the_file_is_not_hidden_by_a_variable(lines_of: Callable[..., list[str]]) -> None:
    assert lines_of("sentry = 5", {"SENTRY_DSN": DSN}) == [
        "sidecar.toml: sentry: expected a table, got a number (line 1)"
    ]
