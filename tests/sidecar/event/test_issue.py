"""What groups events: keys, fingerprints, titles, culprits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parsers.model import ExceptionValue, Frame, LogEvent
from parsers.php import ERROR_LOG
from parsers.plain import PLAIN
from sidecar.event.issue import culprit_of, stack_key, template_of, title_of
from sidecar.event.payload import Composer, Origin, Place, Template
from sidecar.event.source import SourceCode, SourceRoot
from sidecar.event.stacks import Stacks
from tests.sidecar.event.conftest import PayloadOf


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("", ""),
        ("order 4711 of user 12 failed", "order <n> of user <n> failed"),
        ("id 550e8400-e29b-41d4-a716-446655440000 gone", "id <n> gone"),
        ("id 550E8400-E29B-41D4-A716-446655440000 gone", "id <n> gone"),
        ("commit d41d8cd98f00b204e9800998ecf8427e", "commit <n>"),
        ("request req_8f3a timed out after 1.5s", "request <n> timed out after <n>.<n>"),
        ("at 0x7f3a", "at <n>"),
        ("from 10.0.0.7:5432", "from <n>.<n>.<n>.<n>:<n>"),
        ("no numbers here", "no numbers here"),
        ("Größe 7 überschritten", "Größe <n> überschritten"),
        ("\n\n first line 1\nsecond line", " first line <n>"),
        ("x" * 400, "x" * 300),
    ],
)
def test_template(text: str, template: str) -> None:
    assert template_of(text) == template


def event_of(*values: ExceptionValue, message: str = "") -> LogEvent:
    return LogEvent("php.error_log", "php", "error", message, issue=True, exceptions=values)


@pytest.mark.parametrize(
    ("event", "title"),
    [
        (event_of(message="\nsomething\nelse"), "something"),
        (event_of(message="m" * 300), "m" * 200),
        (event_of(ExceptionValue("A", "a"), ExceptionValue("B", "b\nc")), "B: b"),
        (event_of(ExceptionValue("B", "")), "B"),
        (event_of(ExceptionValue("B", "b" * 300)), "B: " + "b" * 197),
    ],
)
def test_title(event: LogEvent, title: str) -> None:
    assert title_of(event) == title


APP = {"filename": "a.php", "lineno": 7, "in_app": True}
LIBRARY = {"filename": "[internal]", "lineno": 0, "in_app": False, "function": "array_map"}


@pytest.mark.parametrize(
    ("frames", "culprit"),
    [
        ([], ""),
        ([APP], "a.php:7"),
        ([{**APP, "function": "A::f"}, LIBRARY], "a.php:7 in A::f"),
        ([{**APP, "lineno": 1}, {**APP, "lineno": 2}], "a.php:2"),
        ([LIBRARY], "[internal] in array_map"),
        ([{"function": "f", "in_app": False}], " in f"),
    ],
)
def test_culprit(frames: list[dict[str, Any]], culprit: str) -> None:
    assert culprit_of(frames) == culprit


SAME = [
    ({"lineno": 8}, "lines move with every deploy"),
    ({"filename": "/other/place/a.php"}, "only the base name counts"),
    ({"filename": "A.PHP"}, "in small letters"),
    ({"context_line": "  throw   $e; "}, "blanks do not count"),
]
OTHER = [
    {"filename": "b.php"},
    {"function": "g"},
    {"context_line": "throw $f;"},
    {"module": "m"},
]
BASE: dict[str, Any] = {**APP, "function": "f", "context_line": "throw $e;"}


@pytest.mark.parametrize(("change", "why"), SAME)
def test_stacks_of_one_issue(change: dict[str, Any], why: str) -> None:
    assert stack_key([BASE, LIBRARY]) == stack_key([{**BASE, **change}]), why


@pytest.mark.parametrize("change", OTHER)
def test_stacks_of_two_issues(change: dict[str, Any]) -> None:
    assert stack_key([BASE]) != stack_key([{**BASE, **change}])
    assert stack_key([BASE, BASE]) != stack_key([BASE])


def test_no_frame_of_the_application_is_no_stack() -> None:
    assert stack_key([LIBRARY]) == stack_key([]) == ""


# -- issue keys -----------------------------------------------------------------------------------------------------


def uncaught(message: str, kind: str = "E", line: int = 5, call: str = "f") -> bytes:
    return (
        f"PHP Fatal error:  Uncaught {kind}: {message} in /t.php:{line}\nStack trace:\n"
        f"#0 /t.php(9): {call}()\n#1 {{main}}\n  thrown in /t.php on line {line}"
    ).encode()


WARNING = b"PHP Warning:  Undefined variable $a in /t.php on line 3"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (uncaught("order 1"), uncaught("quite another text")),
        (uncaught("m", line=5), uncaught("m", line=6)),
        (b"PHP Warning:  slow: 3 s in /t.php on line 3", b"PHP Warning:  slow: 4 s in /t.php on line 3"),
        (b"PHP Warning:  Module 7 in Unknown on line 0", b"PHP Warning:  Module 8 in Unknown on line 0"),
    ],
)
def test_one_issue(composer: Composer, first: bytes, second: bytes) -> None:
    assert composer.issue_key(ERROR_LOG.parse(first)) == composer.issue_key(ERROR_LOG.parse(second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (uncaught("m", "E"), uncaught("m", "F")),
        (uncaught("m", call="f"), uncaught("m", call="g")),
        (WARNING, WARNING.replace(b"$a", b"$b")),
        (WARNING, WARNING.replace(b"/t.php", b"/u.php")),
        (WARNING, WARNING.replace(b"Warning", b"Fatal error")),
        (b"PHP Warning:  Module 'a' in Unknown on line 0", b"PHP Warning:  Module 'b' in Unknown on line 0"),
    ],
)
def test_two_issues(composer: Composer, first: bytes, second: bytes) -> None:
    assert composer.issue_key(ERROR_LOG.parse(first)) != composer.issue_key(ERROR_LOG.parse(second))


def test_an_issue(composer: Composer) -> None:
    event = ERROR_LOG.parse(uncaught("order 1\nfailed"))
    issue = Template(event, composer, "event").issue
    assert (issue.title, issue.culprit, issue.level) == ("E: order 1", "/t.php:5 in f", "error")
    assert issue.key == composer.issue_key(event)


def test_a_message_is_grouped_by_its_text(composer: Composer) -> None:
    first, second, other = (
        composer.issue_key(PLAIN.parse(text)) for text in (b"took 3 s", b"took 4 s", b"took long")
    )
    assert first == second != other


# -- our own fingerprint --------------------------------------------------------------------------------------------


def test_an_error_without_source_is_told_apart_by_its_text(payload_of: PayloadOf) -> None:
    """Sentry hashes only file and source line of its one frame: without the line all warnings of a file were one."""
    assert payload_of(ERROR_LOG.parse(WARNING))["fingerprint"] == [
        "{{ default }}",
        "Warning: Undefined variable $a",
    ]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(uncaught("m"), id="a stack with functions"),
        pytest.param(b"PHP Warning:  m in Unknown on line 0", id="no frame: Sentry takes the text itself"),
        pytest.param(b"PHP Warning:  m", id="no place"),
        pytest.param(
            b"A: a in /t.php:5\nStack trace:\n#0 {main}\n\nNext B: b in /t.php:6\nStack trace:\n#0 {main}",
            id="a chain",
        ),
    ],
)
def test_others_are_left_to_sentry(payload_of: PayloadOf, body: bytes) -> None:
    made = payload_of(ERROR_LOG.parse(body))
    assert "exception" in made
    assert "fingerprint" not in made


def test_an_error_with_source_is_left_to_sentry(tmp_path: Path, place: Place) -> None:
    (tmp_path / "t.php").write_text("<?php\n\necho $a;\n")
    composer = Composer(Origin("e", "h"), SourceCode([SourceRoot("/", str(tmp_path))]))
    template = Template(ERROR_LOG.parse(WARNING), composer, "event")
    assert b'"context_line":"echo $a;"' in template.payload(place)
    assert b"fingerprint" not in template.payload(place)


def test_the_fingerprint_and_the_issue_key_agree(composer: Composer, payload_of: PayloadOf) -> None:
    """What Sentry will group, a summary groups too."""
    bodies = [WARNING, WARNING.replace(b"$a", b"$b"), WARNING.replace(b"line 3", b"line 30")]
    keys = [composer.issue_key(ERROR_LOG.parse(body)) for body in bodies]
    prints = [payload_of(ERROR_LOG.parse(body))["fingerprint"] for body in bodies]
    assert [keys.index(key) for key in keys] == [prints.index(one) for one in prints] == [0, 1, 0]


# -- what is remembered ---------------------------------------------------------------------------------------------


def test_source_code_is_read_anew_when_told(tmp_path: Path, place: Place) -> None:
    code = tmp_path / "t.php"
    code.write_text("<?php\n\nold;\n")
    composer = Composer(Origin("e", "h"), SourceCode([SourceRoot("/", str(tmp_path))]))

    def made() -> bytes:
        return Template(ERROR_LOG.parse(WARNING), composer, "event").payload(place)

    assert b'"context_line":"old;"' in made()
    code.write_text("<?php\n\nnew;\n")
    assert b'"context_line":"old;"' in made()
    composer.forget()
    assert b'"context_line":"new;"' in made()


def test_two_platforms_do_not_share_a_stack() -> None:
    stacks = Stacks(SourceCode(), None)
    frames = (Frame("f", "/a.js", 3, 4),)

    def fields(platform: str) -> bytes:
        return stacks.stack(platform, frames).json

    assert b"abs_path" in fields("php")
    assert b"abs_path" not in fields("node")
    assert b"abs_path" in fields("php")
