"""Stack lines against the official SDK's parser, and runs of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from parsers.model import Frame
from parsers.node.stack import MAX_FRAMES, Elided, expand, find_stack, parse_frame, read_run
from tests.linear import assert_linear

ORACLE = [
    json.loads(line)
    for line in (Path(__file__).parent / "data/lines.jsonl").read_text(encoding="utf-8").splitlines()
]


def test_the_oracle_is_there() -> None:
    assert len(ORACLE) >= 250


@pytest.mark.parametrize("row", ORACLE, ids=lambda row: row["line"].strip()[:60])
def test_frames_are_those_of_the_sdk(row: dict[str, Any]) -> None:
    frame, expected = parse_frame(row["line"]), row["frame"]
    if expected is None:
        assert frame is None
        return
    assert frame == Frame(
        expected["function"], expected.get("filename"), expected.get("lineno"), expected.get("colno")
    )


def lines(*texts: str) -> str:
    return "".join(f"\n    {text}" for text in texts)


@pytest.mark.parametrize(
    ("last", "rest"),
    [
        ("at f (/a.js:1:2)", ""),
        ("at f (/a.js:1:2) {", " {"),
        ("at f (/a.js:1:2),", ","),
        ("at /a.js:1:2,", ","),
        ("at async Promise.all (index 0) {", " {"),
        ("at f (<anonymous>)", ""),
        ('at node:internal/main/run_main_module:28:49 Raw message: {"a":"(x)"}', ' Raw message: {"a":"(x)"}'),
        ("at /a.js:1:2 TypeError: second", " TypeError: second"),
    ],
)
def test_what_stands_behind_a_run(last: str, rest: str) -> None:
    run = read_run(lines("at first (/a.js:9:9)", last))
    assert run.rest == rest
    assert len(run.lines) == 2


def test_a_run_ends_where_another_argument_begins() -> None:
    run = read_run(lines("at f (/a.js:1:2) TypeError: second", "at g (/a.js:3:4)"))
    assert run.whole == (Frame("f", "/a.js", 1, 2),)
    assert run.rest == " TypeError: second\n    at g (/a.js:3:4)"


def test_prose_below_a_stack_is_no_frame() -> None:
    run = read_run(lines("at f (/a.js:1:2)", "at the end of the day it failed"))
    assert run.whole == (Frame("f", "/a.js", 1, 2),)


def test_lines_of_the_cause_are_put_back() -> None:
    cause = tuple(Frame(name, "/a.js", number, 1) for number, name in enumerate("abcdefg", 1))
    run = read_run(
        lines(
            "at x (/x.js:1:1)",
            "at c (/a.js:3:1)",
            "... 3 lines matching cause stack trace ...",
            "at g (/a.js:7:1)",
        )
    )
    assert run.whole is None
    assert run.lines[2] == Elided(3)
    assert [frame.function for frame in expand(run.lines, cause)] == list("xcdefg")


def test_lines_that_no_cause_shows_stay_out() -> None:
    run = read_run(lines("at x (/x.js:1:1)", "... 3 lines matching cause stack trace ..."))
    assert expand(run.lines, ()) == (Frame("x", "/x.js", 1, 1),)


def test_collapsed_lines_are_repeated() -> None:
    run = read_run(
        lines(
            "at a (/a.js:1:1)",
            "at b (/a.js:2:1)",
            "... collapsed 4 duplicate lines matching above 1 lines 4 times...",
            "at c (/a.js:3:1)",
        )
    )
    assert run.whole is not None
    assert "".join(str(frame.function) for frame in run.whole) == "cbbbbba"


def test_as_many_frames_as_the_sdk_sends() -> None:
    run = read_run(lines(*(f"at f{number} (/a.js:{number}:1)" for number in range(1, 80))))
    assert run.whole is not None
    assert len(run.whole) == MAX_FRAMES
    assert run.whole[-1].function == "f1"


def test_the_sdks_own_call_is_left_out() -> None:
    run = read_run(lines("at captureException (/s.js:1:1)", "at f (/a.js:1:2)"))
    assert run.whole == (Frame("f", "/a.js", 1, 2),)


def test_a_stack_is_found_at_the_margin_first() -> None:
    text = "{\n  err: Error: a\n      at f (/a.js:1:2)\n} Error: b\n    at g (/a.js:3:4)"
    found = find_stack(text, 0)
    assert found is not None
    assert (text[found.offset :], found.indent) == ("\n    at g (/a.js:3:4)", 0)
    assert find_stack("Meet me\n    at the corner", 0) is None


@pytest.mark.parametrize(
    "line", ["at " + "a (" * 600, "at " + " " * 1200 + "(", "at at " * 300, "at a:1:" * 300, "(error: " * 200]
)
def test_no_line_takes_long(line: str) -> None:
    assert_linear(lambda text: parse_frame(text.decode()), line.encode())
