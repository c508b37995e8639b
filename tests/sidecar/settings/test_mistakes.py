"""Each mistake in a settings file, and exactly what is said about it."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable

import pytest

VERSION = importlib.metadata.version("sentry-sidecar")
SOURCE = '[[sources]]\nname = "web"\ninclude = ["*.log"]\n'  # complete; what is added stands on line 4
ROOT = SOURCE + '[[sources.source_roots]]\nlogged = "/app"\nlocal = "/mnt"\n'

MISTAKES = [
    # Unknown keys
    ("state_dri = '/x'", 'state_dri: unknown key; did you mean "state_dir"? (line 1)'),
    ("[sentry]\nserver-name = 'a'", 'sentry.server-name: unknown key; did you mean "server_name"? (line 2)'),
    ("[limits]\nzzz = 1", "limits.zzz: unknown key; known here: outbox_max_bytes (line 2)"),
    ("zzz = 1", "zzz: unknown key; known here: state_dir, sentry, sources, limits (line 1)"),
    ("dsn = 'x'", "dsn: unknown key here; it belongs to [sentry] (line 1)"),
    (
        "[sentry]\nstate_dir = 'x'",
        "sentry.state_dir: unknown key here; it belongs to the top of the file (line 2)",
    ),
    (SOURCE + "inlcude = []", 'sources[0].inlcude: unknown key; did you mean "include"? (line 4)'),
    (
        ROOT + "logs = true",
        "sources[0].source_roots[0].logs: unknown key here; it belongs to [[sources]] (line 7)",
    ),
    ('"a\\nb" = 1', '"a\\nb": unknown key; known here: state_dir, sentry, sources, limits'),
    ("[sentry]\n_env_file = 'x'", "sentry._env_file: unknown key;", "(line 2)"),
    # Keys of a later version
    (
        "[[rules]]\nmatch = 'x'\n[[rules]]",
        f"rules: not supported by version {VERSION} yet; remove it (line 1)",
    ),
    ("[health]", f"health: not supported by version {VERSION} yet; remove it (line 1)"),
    (
        SOURCE + "breadcrumbs = 5",
        f"sources[0].breadcrumbs: not supported by version {VERSION} yet; remove it (line 4)",
    ),
    (
        "[limits]\nissue_burst = 1",
        f"limits.issue_burst: not supported by version {VERSION} yet; remove it (line 2)",
    ),
    (
        "limits.issue_per_minute = 1",
        f"limits.issue_per_minute: not supported by version {VERSION} yet; remove it (line 1)",
    ),
    (
        "[limits]\nevents_per_minute = 1",
        f"limits.events_per_minute: not supported by version {VERSION} yet;",
        "(line 2)",
    ),
    # Wrong types
    ("state_dir = 5", "state_dir: expected text, got a number (line 1)"),
    ("state_dir = 2024-01-01", "state_dir: expected text, got a date or time (line 1)"),
    ("sentry = 5", "sentry: expected a table, got a number (line 1)"),
    ("[[sentry]]", "sentry: expected a table, got a list; write [sentry] (line 1)"),
    ("[sources]\nname = 'a'", "sources: expected a list, got a table; write [[sources]] (line 1)"),
    ("sources = ['a']", "sources[0]: expected a table, got text (line 1)"),
    ("[sentry]\ndsn = 5", "sentry.dsn: expected text, got a number (line 2)"),
    ("[sentry]\nrelease = 1.5", "sentry.release: expected text, got a decimal number (line 2)"),
    (
        "[sentry]\nsend_default_pii = 'yes'",
        "sentry.send_default_pii: expected true or false, got text (line 2)",
    ),
    (
        "[sentry]\nsend_default_pii = 1",
        "sentry.send_default_pii: expected true or false, got a number (line 2)",
    ),
    ("[sentry]\nshutdown_timeout = '5'", "sentry.shutdown_timeout: expected a number, got text (line 2)"),
    (
        "[sentry]\nshutdown_timeout = true",
        "sentry.shutdown_timeout: expected a number, got true or false (line 2)",
    ),
    (
        "[limits]\noutbox_max_bytes = 1e9",
        "limits.outbox_max_bytes: expected a whole number, got a decimal number (line 2)",
    ),
    (SOURCE + "exclude = '*.gz'", 'sources[0].exclude: expected a list, got text; write ["…"] (line 4)'),
    (SOURCE + "exclude = [\n 5 ]", "sources[0].exclude[0]: expected text, got a number (line 4)"),
    (SOURCE + "tags = ['a']", "sources[0].tags: expected a table, got a list (line 4)"),
    (SOURCE + "tags = { a = 1 }", "sources[0].tags.a: expected text, got a number (line 4)"),
    (
        SOURCE + "[sources.source_roots]",
        "sources[0].source_roots: expected a list, got a table;",
        "write [[sources.source_roots]] (line 4)",
    ),
    # Values that cannot be used
    ("state_dir = ''", "state_dir: must not be empty; remove the key or give it a value (line 1)"),
    ('state_dir = "a\\u0000b"', "state_dir: must not contain a NUL character (line 1)"),
    ("[sentry]\ndsn = 'x'", "sentry.dsn: no DSN; copy it from Sentry's project settings (line 2)"),
    (
        "[sentry]\nenvironment = 'a/b'",
        'sentry.environment: must not contain "/"; Sentry drops such a name (line 2)',
    ),
    (
        "[sentry]\nenvironment = 'None'",
        'sentry.environment: must not be "None"; Sentry drops that name (line 2)',
    ),
    ("[sentry]\nrelease = 'latest'", 'sentry.release: must not be "latest"; Sentry drops that name (line 2)'),
    (
        '[sentry]\nrelease = "a\\nb"',
        "sentry.release: must not contain a line break; Sentry drops such a name (line 2)",
    ),
    (
        f"[sentry]\nrelease = '{'é' * 101}'",
        "sentry.release: must have at most 200 bytes, has 202; Sentry drops a longer name (line 2)",
    ),
    ("[sentry]\ndist = 'a b'", "sentry.dist: must be 1 to 64 letters, digits or any of _ . -;", "(line 2)"),
    (
        f"[sentry]\nserver_name = '{'x' * 201}'",
        "sentry.server_name: must have at most 200 characters, has 201; Sentry cuts the rest (line 2)",
    ),
    (
        "[sentry]\nhttp_proxy = 'proxy:3128'",
        "sentry.http_proxy: must be an address such as http://proxy.example:3128 (line 2)",
    ),
    ("[sentry]\nhttp_proxy = 'http://a:b@[::1'", "sentry.http_proxy: must be an address such as", "(line 2)"),
    ("[sentry]\nshutdown_timeout = -1", "sentry.shutdown_timeout: must be at least 0 (line 2)"),
    ("[sentry]\nshutdown_timeout = 1e9", "sentry.shutdown_timeout: must be at most 86400 (line 2)"),
    ("[sentry]\nshutdown_timeout = nan", "sentry.shutdown_timeout: must be a finite number (line 2)"),
    ("[limits]\noutbox_max_bytes = 5", "limits.outbox_max_bytes: must be at least 1048576 (line 2)"),
    (
        f"[limits]\noutbox_max_bytes = {1 << 63}",
        "limits.outbox_max_bytes: must be less than 9223372036854775808 (line 2)",
    ),
    ("[[sources]]\ninclude = ['a']", "sources[0].name: missing; add it (line 1)"),
    ("[[sources]]\nname = 'a'", "sources[0].include: missing; add it (line 1)"),
    (
        "[[sources]]\nname = 'a'\ninclude = []",
        "sources[0].include: must not be empty; give at least one (line 3)",
    ),
    (
        "[[sources]]\nname = 'a b'\ninclude = ['a']",
        "sources[0].name: must be 1 to 64 letters, digits or any of _ . - (line 2)",
    ),
    (SOURCE + SOURCE, 'sources[1].name: "web" is the name of sources[0] already; choose another (line 5)'),
    (SOURCE + "format = 'pph'", 'sources[0].format: unknown format "pph"; did you mean "php"? (line 4)'),
    (
        SOURCE + "format = 'iis'",
        'sources[0].format: unknown format "iis"; known: auto, node, php, php.error_log, plain (line 4)',
    ),
    (
        SOURCE + f"format = '{'x' * 60}'",
        f'sources[0].format: unknown format "{"x" * 39}…"; known:',
        "(line 4)",
    ),
    (
        SOURCE + 'start_at = "\\u009b2J"',
        'sources[0].start_at: expected "end" or "beginning", got "\\u009b2J" (line 4)',
    ),
    (SOURCE + "start_at = 'END'", 'sources[0].start_at: expected "end" or "beginning", got "END" (line 4)'),
    (SOURCE + "start_at = 0", 'sources[0].start_at: expected "end" or "beginning", got a number (line 4)'),
    (
        SOURCE + "timezone = 'europe/berlin'",
        'sources[0].timezone: "europe/berlin" is no known time zone; did you mean "Europe/Berlin"? (line 4)',
    ),
    (SOURCE + "timezone = 'Europe'", 'sources[0].timezone: "Europe" is no known time zone;', "(line 4)"),
    (SOURCE + "timezone = '../UTC'", 'sources[0].timezone: "../UTC" is no known time zone;', "(line 4)"),
    (
        SOURCE + "timezone = '+0100'",
        'sources[0].timezone: "+0100" is no known time zone; use a name such as "Europe/Berlin" (line 4)',
    ),
    (
        SOURCE + "tags = { user = 'x' }",
        "sources[0].tags.user: Sentry does not keep a tag of this name; choose another key (line 4)",
    ),
    (
        SOURCE + "tags.release = 'x'",
        "sources[0].tags.release: Sentry does not keep a tag of this name; set sentry.release (line 4)",
    ),
    (
        SOURCE + "[sources.tags]\nok = 'x'\n\"a b\" = 'x'",
        'sources[0].tags."a b": a tag key must be 1 to 200 letters, digits or any of _ . : -;',
        "(line 6)",
    ),
    (SOURCE + "[sources.tags]\na = ''", "sources[0].tags.a: must not be empty; Sentry drops it (line 5)"),
    (
        SOURCE + '[sources.tags]\na = "x\\ny"',
        "sources[0].tags.a: must not contain a line break; Sentry drops it (line 5)",
    ),
    (
        SOURCE + "app_root = ''",
        "sources[0].app_root: must not be empty; remove the key or give it a value (line 4)",
    ),
    (
        SOURCE + "[[sources.source_roots]]\nlogged = '/a'",
        "sources[0].source_roots[0].local: missing; add it (line 4)",
    ),
    # Broken TOML
    (
        "a = 1\nstate_dir\n",
        "not valid TOML: expected '=' after a key in a key/value pair (line 2, column 10)",
    ),
    ("[sentry]\n[sentry]", 'not valid TOML: cannot declare "sentry" twice (line 2, column 8)'),
    ("[sentry.a]\n[sentry.a]", 'not valid TOML: cannot declare "sentry.a" twice (line 2, column 10)'),
    ('state_dir = """', "not valid TOML: unterminated string (end of document)"),
    (f"a = {'[' * 5000}", "not valid TOML: a number too long or a value nested too deep"),
    (f"a = {'9' * 5000}", "not valid TOML: a number too long or a value nested too deep"),
    (b"a = 1\nb = '\xff'", "not UTF-8 text; save it as UTF-8 (line 2)"),
    ("a = 1".encode("utf-16"), "not UTF-8 text; save it as UTF-8 (line 1)"),
    (b"#" * (1 << 20) + b"\n", "larger than 1 MiB; this is no settings file"),
]


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        pytest.param(case[0], case[1], case[2] if len(case) > 2 else None, id=str(case[1])[:60])
        for case in MISTAKES
    ],
)
def test_one_line_says_what_where_and_what_to_do(
    lines_of: Callable[..., list[str]], text: str | bytes, begin: str, end: str | None
) -> None:
    (line,) = lines_of(text)
    if end is None:
        assert line == f"sidecar.toml: {begin}"
    else:
        assert line.startswith(f"sidecar.toml: {begin}")
        assert line.endswith(end)


def test_all_problems_at_once_in_the_order_of_the_file(lines_of: Callable[..., list[str]]) -> None:
    text = """
zzz = 1
[limits]
outbox_max_bytes = true
[[sources]]
name = "a"
include = ["x"]
format = "nodde"
[[sources]]
name = "a"
start_at = "middle"
[[rules]]
[sentry]
environment = "none"
"""
    assert lines_of(text, {"SIDECAR_STATEDIR": "/x", "SENTRY_RELEASE": "a/b"}, sentry={"dist": "+"}) == [
        "sidecar.toml: zzz: unknown key; known here: state_dir, sentry, sources, limits (line 2)",
        "sidecar.toml: limits.outbox_max_bytes: expected a whole number, got true or false (line 4)",
        'sidecar.toml: sources[0].format: unknown format "nodde"; did you mean "node"? (line 8)',
        "sidecar.toml: sources[1].include: missing; add it (line 9)",
        'sidecar.toml: sources[1].name: "a" is the name of sources[0] already; choose another (line 10)',
        'sidecar.toml: sources[1].start_at: expected "end" or "beginning", got "middle" (line 11)',
        f"sidecar.toml: rules: not supported by version {VERSION} yet; remove it (line 12)",
        'sidecar.toml: sentry.environment: must not be "none"; Sentry drops that name (line 14)',
        'environment variable SENTRY_RELEASE: must not contain "/"; Sentry drops such a name',
        "command line: sentry.dist: must be 1 to 64 letters, digits or any of _ . -; Sentry drops anything else",
        'environment variable SIDECAR_STATEDIR: unknown variable; did you mean "SIDECAR_STATE_DIR"?',
    ]
