"""Which format a log is in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import formats

PHP = b"[23-Nov-2026 12:20:04 UTC] PHP Warning:  m in /a.php on line 7\n"
FPM = (
    b"[23-Nov-2026 12:21:00] NOTICE: ready to handle connections\n"
    b"NOTICE: PHP message: PHP Warning:  m in /a.php on line 7\n"
)
NODE = (
    b"listening on 8080\n"
    b"Error: no row -1\n"
    b"    at find (/srv/app/db.js:7:15)\n"
    b"    at Object.<anonymous> (/srv/app/main.js:3:1)\n"
    b"    at Module._compile (node:internal/modules/cjs/loader:1256:14)\n"
)
TEXT = b"2026-11-23 12:20:04 INFO started\n2026-11-23 12:20:05 INFO stopped\n"


def docker(text: bytes) -> bytes:
    lines = (
        json.dumps(
            {"log": line + "\n", "stream": "stderr", "time": "2026-11-23T11:50:43.1Z"}, separators=(",", ":")
        )
        for line in text.decode().splitlines()
    )
    return "\n".join(lines).encode() + b"\n"


SAMPLES: dict[str, tuple[bytes, str]] = {
    "php": (PHP * 3, "php.error_log"),
    "php, the end of a record first": (
        b"#1 {main}\n  thrown in /a.php on line 7\n" + PHP * 3,
        "php.error_log",
    ),
    "php, without a line end": (PHP[:-1], "php.error_log"),
    "php without a zone": (b"[23-Nov-2026 12:20:04] text\n", "php.error_log"),
    "php that logs a stack of Node": (
        PHP + b"".join(b"[23-Nov-2026 12:20:05 UTC] " + NODE for _ in range(3)),
        "php.error_log",
    ),
    "node": (NODE, "node.console"),
    "node that prints one line of PHP": (NODE * 9 + PHP, "node.console"),
    "plain": (TEXT, "plain"),
    "php-fpm": (FPM * 3, "php.fpm"),
    "php-fpm in docker": (
        b"".join(
            json.dumps(
                {"log": line, "stream": "stderr", "time": "2026-11-23T12:20:04Z"}, separators=(",", ":")
            ).encode()
            + b"\n"
            for line in FPM.decode().splitlines(keepends=True)
        ),
        "docker.php.fpm",
    ),
    "php on stderr": (PHP[27:] * 3, "php.stderr"),
    "nothing": (b"", "plain"),
    "bytes": (bytes(range(256)) * 8, "plain"),
    "docker": (docker(TEXT), "docker.plain"),
    "php in docker": (docker(PHP), "docker.php.error_log"),
    "node in docker": (docker(NODE), "docker.node.console"),
    "php that logs what docker wrote": (PHP + docker(NODE), "php.error_log"),
    "node in syslog": (
        b"".join(b"Nov 23 11:49:56 web-1 api[42]: " + line for line in NODE.splitlines(keepends=True)),
        "syslog.node.console",
    ),
    "brackets": (b"[info] a\n[warn] b\n", "plain"),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_auto(name: str) -> None:
    sample, expected = SAMPLES[name]
    assert formats.choose("auto", sample).name == expected


@pytest.mark.parametrize("name", formats.FORMATS)
def test_a_finer_name_is_that_format_whatever_the_sample(name: str) -> None:
    assert formats.choose(name, PHP + NODE).name == name


@pytest.mark.parametrize(("name", "finer"), [("php", "php.error_log"), ("node", "node.console")])
def test_a_family_never_leaves_itself(name: str, finer: str) -> None:
    assert {formats.choose(name, sample).name for sample in (PHP, NODE, TEXT, b"")} == {finer}
    assert {formats.choose(name, docker(sample)).name for sample in (PHP, NODE, TEXT)} == {f"docker.{finer}"}


def test_text_is_undecided_in_a_carrier_as_well() -> None:
    assert {formats.choose("auto", sample).name for sample in (TEXT, docker(TEXT))} < formats.UNDECIDED
    assert formats.choose("auto", docker(NODE)).name not in formats.UNDECIDED


def test_names() -> None:
    assert formats.NAMES[:3] == ("auto", "php", "node")
    finer = {"php.error_log", "php.fpm", "php.fpm-slow", "php.stderr", "php.cli-server", "php.syslog"}
    assert finer | {"nginx.error", "apache.error", "node.console", "plain"} <= set(formats.NAMES)
    assert {"docker.php.error_log", "cri.node.console", "journald.plain"} < set(formats.NAMES)
    assert all(one.name == name for name, one in formats.FORMATS.items())


def test_no_such_name() -> None:
    with pytest.raises(KeyError):
        formats.choose("apache", b"")


@given(st.binary(max_size=200))
def test_a_claim_is_a_share(sample: bytes) -> None:
    assert all(0.0 <= one.claim(sample) <= 1.0 for one in formats.FORMATS.values())
    assert formats.choose("auto", sample) in formats.FORMATS.values()
