"""Frames, module names and source lines as @sentry/node sends them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from parsers.model import Frame
from parsers.node.stack import parse_frame
from sidecar.event.node import context_wanted, frame_fields, is_in_app, module_of, snip

ORACLE = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "parsers/node/data/lines.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


def test_the_oracle_is_there() -> None:
    assert len(ORACLE) >= 250


@pytest.mark.parametrize("row", ORACLE, ids=lambda row: row["line"].strip()[:60])
def test_fields_are_those_of_the_sdk(row: dict[str, Any]) -> None:
    frame = parse_frame(row["line"])
    fields = frame_fields(frame, row["base"]) if frame else None
    assert fields == row["frame"]


@pytest.mark.parametrize(
    ("path", "root", "module"),
    [
        ("/srv/app/src/lib/db.js", "/srv/app/src", "lib:db"),
        ("/srv/app/src/lib/db.js", "/srv/app/src/", "lib:db"),
        ("/srv/app/src/main.mjs", "/srv/app/src", "main"),
        ("/srv/app/src/page.ts", "/srv/app/src", "page.ts"),
        ("/elsewhere/x.cjs", "/srv/app/src", "x"),
        ("/srv/app/src/lib/db.js", None, "db"),
        ("/srv/app/node_modules/@scope/pkg/lib/i.js", "/srv/app", "@scope.pkg.lib:i"),
        ("/a/mod %20%231.mjs", None, "mod  #1"),
        (None, "/srv", None),
    ],
)
def test_module_names(path: str | None, root: str | None, module: str | None) -> None:
    assert module_of(path, root) == module


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("/srv/a.js", True),
        ("./a.js", True),
        ("C:\\a.js", True),
        ("webpack:///./a.js", True),
        ("/srv/node_modules/x/a.js", False),
        ("node:fs", False),
        ("<anonymous>", False),
        ("views/x.ejs", False),
        ("", False),
        (None, False),
    ],
)
def test_in_app(path: str | None, inside: bool) -> None:  # noqa: FBT001 - a column of a table
    assert is_in_app(path) is inside


@pytest.mark.parametrize(
    ("frame", "wanted"),
    [
        (Frame("f", "/srv/a.js", 1, 2), True),
        (Frame("f", "/srv/a.js", 10_000, 1_000), True),
        (Frame("f", "/srv/a.js", 1), True),
        (Frame("f", "/srv/a.js", 10_001, 1), False),
        (Frame("f", "/srv/a.js", 1, 1_001), False),
        (Frame("f", "/srv/a.min.js", 1, 2), False),
        (Frame("f", "node:fs", 1, 2), False),
        (Frame("f", "data:text/javascript,x", 1, 2), False),
        (Frame("f", "/srv/a.js"), False),
        (Frame("f", None, 1, 1), False),
    ],
)
def test_which_frames_get_source_lines(frame: Frame, wanted: bool) -> None:  # noqa: FBT001 - a column of a table
    assert context_wanted(frame) is wanted


LONG = "".join(chr(97 + number % 26) for number in range(400))


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        ("short", None, "short"),
        (LONG[:150], None, LONG[:150]),
        (LONG, None, LONG[:140] + " {snip}"),
        (LONG, 64, LONG[:140] + " {snip}"),
        (LONG, 200, "'{snip} " + LONG[140:280] + " {snip}"),
        (LONG, 9999, "'{snip} " + LONG[260:]),
        (LONG[:152], None, LONG[:140] + " {snip}"),
        (LONG[:200], 120, "'{snip} " + LONG[60:200]),
    ],
)
def test_long_lines_are_cut_as_the_sdk_does(line: str, column: int | None, expected: str) -> None:
    assert snip(line, column) == expected
