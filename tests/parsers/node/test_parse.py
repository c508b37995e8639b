"""Single prints that the logs in data/ do not have, and that nothing makes the parser fail or hang."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.model import LogEvent
from parsers.node import CONSOLE
from parsers.node.console_event import parse
from parsers.node.values import read_value
from tests.linear import assert_linear

FINAL = True
LOGS = sorted((Path(__file__).parent / "data").glob("*.log"))
STACK = "\n    at f (/srv/a.js:1:2)\n    at node:internal/main/run_main_module:28:49"


def outermost(text: str) -> tuple[str, str]:
    last = parse(text.encode()).exceptions[-1]
    return last.type, last.value


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Error: m", ("Error", "m")),
        ("Error", ("Error", "")),
        ("TypeError [ERR_INVALID_ARG_TYPE]: m", ("TypeError", "m")),
        ("NotFound [Error]: row 9", ("Error", "row 9")),
        ("t [ValidationError]: late", ("ValidationError", "late")),
        ("Boom [TypeError]", ("TypeError", "")),
        ("E [Tagged] [Error]: m", ("Error", "m")),
        ("SyntaxError [Error]: m", ("SyntaxError", "m")),
        ("DOMException [AbortError]: m", ("AbortError", "m")),
        ("AggregateError [ECONNREFUSED]: ", ("AggregateError", "")),
        ("<ref *1> Error: m", ("Error", "m")),
        ("OnlyName", ("OnlyName", "")),
        ("name is empty", ("Error", "name is empty")),
        ("Request failed TypeError: m", ("TypeError", "m")),
        ("[fatal] uncaughtException: TypeError: late", ("TypeError", "late")),
        ("❌ OpenAI error (401): AuthenticationError: 401 no", ("AuthenticationError", "401 no")),
        ("Error: Error: TypeError: nested: oops", ("Error", "Error: TypeError: nested: oops")),
    ],
)
def test_type_and_value_of_headers(header: str, expected: tuple[str, str]) -> None:
    assert outermost(header + STACK) == expected


@pytest.mark.parametrize(
    ("text", "level", "issue"),
    [
        ("listening on 8080", "info", False),
        ("[ERROR] it failed", "error", False),
        ("WARN: slow", "warning", False),
        ("warn: slow", "warning", False),
        ("level=debug msg=x", "debug", False),
        ('{"level":50,"msg":"x"}', "error", False),
        ('{"level":"warn","msg":"x"}', "warning", False),
        ("an error occurred, info follows", "info", False),
        ("0 errors", "info", False),
        ("Error: quota exceeded", "error", True),
        ("Failed to sync: Error: quota exceeded", "error", True),
        ("[INFO] retrying after: Error: timeout", "info", False),
        ("[Error: no stack]", "error", True),
        ("{ err: [TypeError: nested] }", "error", True),
        ("(node:12) [DEP0005] DeprecationWarning: Buffer() is deprecated", "warning", True),
        ("[2026-11-23T11:54:24.107] [FATAL] billing - down Error: x" + STACK, "fatal", True),
        ("Trace: where am I" + STACK, "debug", False),
        ("FATAL ERROR: Reached heap limit", "fatal", True),
    ],
)
def test_level_and_issue(text: str, level: str, issue: bool) -> None:  # noqa: FBT001 - a column of a table
    (record,) = CONSOLE.split(text.encode(), FINAL).records
    event = parse(record.body)
    assert (event.level, event.issue) == (level, issue)
    assert event.platform == "node"


def fatal(source: str, caret: int, stack: str) -> LogEvent:
    return parse(f"/srv/a.js:1\n{source}\n{' ' * caret}^\n\nError: x{stack}\n\nNode.js v20.20.2".encode())


@pytest.mark.parametrize(
    ("event", "mechanism", "level"),
    [
        (fatal("throw new Error('x')", 0, STACK), "auto.node.onuncaughtexception", "fatal"),
        (fatal("Promise.reject(new Error('x'))", 15, STACK), "auto.node.onunhandledrejection", "error"),
        (fatal("f()", 0, "\n    at f (/a.js:1:2)\n    at async g (/a.js:3:4)"), "auto.node.onunhandledrejection", "error"),
        (fatal("f()", 0, "\n    at f (/a.js:1:2)\n    at async file:///a.mjs:3:4"), "auto.node.onuncaughtexception", "fatal"),
        (
            fatal("f()", 0, "\n    at f (/a.js:1:2)\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)"),
            "auto.node.onunhandledrejection",
            "error",
        ),
        (fatal("  process.nextTick(() => { throw err; });", 27, STACK), "auto.node.worker_threads", "error"),
    ],
)  # fmt: skip
def test_how_it_was_thrown(event: LogEvent, mechanism: str, level: str) -> None:
    assert event.exceptions[-1].mechanism.type == mechanism
    assert event.exceptions[-1].mechanism.handled is False
    assert event.level == level


def test_an_error_decorated_with_its_source_is_no_fatal_print() -> None:
    event = parse(f"/srv/a.js:1\nconst a = [1;\n         ^\n\nSyntaxError: x{STACK}".encode())
    assert event.exceptions[-1].mechanism.type == "auto.core.capture_console"
    assert event.level == "error"


def test_properties_become_a_context() -> None:
    event = parse(
        b"PayError: no"
        + STACK.encode()
        + b" {\n  code: 'E',\n  'x-id': 7,\n  ok: false,\n  none: undefined,\n"
        b"  list: [\n    1,\n    2\n  ],\n  text: 'a\\n' +\n    'b',\n  [Symbol(k)]: 'v'\n}"
    )
    assert event.contexts == {
        "PayError": {
            "code": "E", "x-id": 7, "ok": False, "none": "undefined", "list": "[\n  1,\n  2\n]", "text": "a\nb", "[Symbol(k)]": "v",
        }
    }  # fmt: skip


def test_system_errors_have_the_context_of_the_sdk_and_no_path_in_the_value() -> None:
    event = parse(
        b"[Error: ENOENT: no such file, open '/etc/x'] {\n  errno: -2,\n  code: 'ENOENT',\n  path: '/etc/x'\n}"
    )
    assert event.exceptions[0].value == "ENOENT: no such file, open"
    assert event.contexts == {"node_system_error": {"errno": -2, "code": "ENOENT", "path": "/etc/x"}}


def test_no_more_exceptions_than_the_sdk_sends() -> None:
    text = "Error: 0" + STACK
    for number in range(1, 9):
        pad = "  " * number
        text += f" {{\n{pad}[cause]: Error: {number}" + STACK.replace("\n", f"\n{pad}")
    assert [one.value for one in parse(text.encode()).exceptions] == ["5", "4", "3", "2", "1", "0"]


def test_two_stacks_of_one_print_are_not_mixed() -> None:
    event = parse(f"two Error: first{STACK} TypeError: second{STACK}".encode())
    assert [(one.type, len(one.frames)) for one in event.exceptions] == [("Error", 2)]


def test_a_stack_in_a_string_of_logfmt() -> None:
    event = parse(rb'level=error msg="order failed" err="Error: x\n    at f (/a.js:1:2)"')
    assert (event.exceptions[0].type, event.exceptions[0].value, len(event.exceptions[0].frames)) == (
        "Error",
        "x",
        1,
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("-1.5", -1.5), ("true", True), ("null", None), ("undefined", "undefined"), ("'a\\'b'", "a'b"),
        ('"it\'s"', "it's"), ("'\\x41\\u0042'", "AB"), ("'\\ud800'", "\ufffd"), ("10n", "10n"), ("'a' 'b'", "'a' 'b'"),
    ],
)  # fmt: skip
def test_values(text: str, value: object) -> None:
    assert read_value(text) == value


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_any_bytes_are_parsed(body: bytes) -> None:
    assert parse(body).platform == "node"


def mutated(data: bytes, chance: random.Random) -> bytes:
    pieces = [data[at : at + 40] for at in range(0, len(data), 40)]
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(pieces))
        pieces[at] = chance.choice(
            [
                b"",
                pieces[at] * 2,
                pieces[at][::-1],
                b"\n",
                b"[",
                b"{",
                b"    at ",
                b"\xff",
                chance.choice(pieces),
            ]
        )
    return b"".join(pieces)


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
def test_broken_logs_are_parsed(log: Path) -> None:
    chance = random.Random(log.stem)  # noqa: S311 - no secret
    for _ in range(40):
        data = mutated(log.read_bytes(), chance)
        for record in CONSOLE.split(data, FINAL).records:
            event = parse(record.body)
            assert event.issue or not event.exceptions
        assert parse(data).format == "node.console"


MEGABYTE = 1 << 20


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"Error: " * (MEGABYTE // 7), id="headers"),
        pytest.param(b"Error [" * (MEGABYTE // 7), id="brackets"),
        pytest.param(b"[" * MEGABYTE, id="open"),
        pytest.param(b"Error: x" + b"\n    at f (/a.js:1:2)" * 50_000, id="stack"),
        pytest.param(b"Error: x\n" + b"at ( ( ( ( ( ( (\n" * 50_000 + b"    at f (/a.js:1:2)", id="message"),
        pytest.param(
            b"Error: x\n" + (b"at" + b" (" * 500 + b"\n") * 1000 + b"    at f (/a.js:1:2)", id="parentheses"
        ),
        pytest.param(
            b"Error: x\n    at f (/a.js:1:2) {\n" + b"  [errors]: [\n    Error: y\n" * 30_000, id="errors"
        ),
        pytest.param(
            b"Error: x\n    at f (/a.js:1:2) {\n"
            + b"".join(
                b" " * n + b"[cause]: Error: x\n" + b" " * (n + 4) + b"at f (/a.js:1:2) {\n"
                for n in range(2, 1000, 2)
            ),
            id="causes",
        ),
        pytest.param(b'{"a":' * (MEGABYTE // 5) + b'"\\n    at f"', id="json"),
        pytest.param(b"'" * (MEGABYTE // 2) + b"\\n    at f" + b"'" * 99, id="quotes"),
        pytest.param(b"a:1\nb\n^\n" + b"\n    at async x" * 60_000 + b"\nNode.js v20.1.1", id="fatal"),
        pytest.param(
            b"Error: x\n    at f (/a.js:1:2) {\n" + b"  k: 'v',\n" * 100_000 + b"}", id="properties"
        ),
        pytest.param(b"\n".join(b" " * (n % 300) + b"at x" for n in range(6000)), id="indents"),
    ],
)
def test_a_megabyte_of_anything_takes_no_time(body: bytes) -> None:
    assert_linear(parse, body)
