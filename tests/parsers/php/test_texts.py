"""Odd texts, one at a time: what PHP can write, what people write with error_log(), and what each becomes."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from parsers.model import Frame, Level, LogEvent
from parsers.php import ERROR_LOG

FATAL = "Sentry\\Exception\\FatalErrorException"


class One(NamedTuple):
    """An exception in short: type, value, and its frames as (function, file, line), the oldest call first."""

    type: str
    value: str
    frames: list[tuple[str | None, str, int]]


def at(path: str, line: int) -> list[tuple[str | None, str, int]]:
    return [(None, path, line)]


def parse(body: bytes) -> LogEvent:
    return ERROR_LOG.parse(body)


def chain_of(event: LogEvent) -> list[One]:
    return [
        One(value.type, value.value, [(f.function, f.path or "", f.line or 0) for f in value.frames])
        for value in event.exceptions
    ]


LABELS: list[tuple[bytes, str, str, Level]] = [
    (b"Fatal error", FATAL, "Error: ", "fatal"),
    (b"Recoverable fatal error", "ErrorException", "Catchable Fatal Error: ", "error"),
    (b"Catchable fatal error", "ErrorException", "Catchable Fatal Error: ", "error"),
    (b"Parse error", "ParseError", "", "fatal"),
    (b"Warning", "ErrorException", "Warning: ", "warning"),
    (b"Notice", "ErrorException", "Notice: ", "info"),
    (b"Strict Standards", "ErrorException", "Runtime Notice: ", "info"),
    (b"Deprecated", "ErrorException", "Deprecated: ", "warning"),
    (b"Unknown error", "ErrorException", "Error: ", "error"),
]


@pytest.mark.parametrize(("label", "kind", "prefix", "level"), LABELS)
def test_labels(label: bytes, kind: str, prefix: str, level: Level) -> None:
    event = parse(b"PHP " + label + b":  it broke in /srv/a.php on line 7")
    assert (event.format, event.platform, event.level, event.issue) == ("php.error_log", "php", level, True)
    assert chain_of(event) == [One(kind, prefix + "it broke", at("/srv/a.php", 7))]
    assert not event.exceptions[0].mechanism.handled


#: What stands behind `PHP Warning:  `, and the message and frame in it.
PLACES: dict[str, tuple[str, str, list[tuple[str | None, str, int]]]] = {
    "empty message": (" in /a.php on line 7", "", at("/a.php", 7)),
    "message with ' in '": ("x in y in /a.php on line 7", "x in y", at("/a.php", 7)),
    "message with a path": (
        "open in /tmp failed in /a.php on line 7",
        "open in /tmp failed",
        at("/a.php", 7),
    ),
    "message with ' on line '": (
        "see b.php on line 3 in /a.php on line 7",
        "see b.php on line 3",
        at("/a.php", 7),
    ),
    "message with a URL": ("get http://h/ in x in /a.php on line 7", "get http://h/ in x", at("/a.php", 7)),
    "message of many lines": ("one\ntwo\n\nthree in /a.php on line 7", "one\ntwo\n\nthree", at("/a.php", 7)),
    "file with ' in '": ("m in /d/file in x.php on line 7", "m", at("/d/file in x.php", 7)),
    "file with ' on line 7'": ("m in /d/x on line 7.php on line 8", "m", at("/d/x on line 7.php", 8)),
    "file with parentheses": ("m in /d/x (copy).php on line 8", "m", at("/d/x (copy).php", 8)),
    "phar": ("m in phar:///a/b.phar/c.php on line 8", "m", at("phar:///a/b.phar/c.php", 8)),
    "phar and a path": (
        "open in /tmp in phar:///b.phar/c.php on line 8",
        "open in /tmp",
        at("phar:///b.phar/c.php", 8),
    ),
    "drive": (r"m in C:\www\a.php on line 8", "m", at(r"C:\www\a.php", 8)),
    "drive and slashes": ("m in C:/www/a.php on line 8", "m", at("C:/www/a.php", 8)),
    "drive, and a path in the message": (
        r"open in /tmp failed in C:\www\a.php on line 8",
        "open in /tmp failed",
        at(r"C:\www\a.php", 8),
    ),
    "relative file": ("m in a.php on line 8", "m", at("a.php", 8)),
    "php -r": ("m in Command line code on line 1", "m", at("Command line code", 1)),
    "eval()": ("m in /a.php(2) : eval()'d code on line 1", "m", at("/a.php", 2)),
    "eval() in eval()": ("m in /a.php(2) : eval()'d code(1) : eval()'d code on line 3", "m", at("/a.php", 2)),
    "create_function()": ("m in /a.php(2) : runtime-created function on line 1", "m", at("/a.php", 2)),
    "no file": ("m in Unknown on line 0", "m", []),
    "no place": ("m", "m", []),
    "line without a number": ("m in /a.php on line x", "m in /a.php on line x", []),
    "too many digits": (f"m in /a.php on line {'9' * 40}", f"m in /a.php on line {'9' * 40}", []),
    "digits of another script": ("m in /a.php on line \u0663", "m in /a.php on line \u0663", []),
    "carriage return": ("m in /a.php on line 7\r", "m", at("/a.php", 7)),
}


@pytest.mark.parametrize("name", PLACES)
def test_message_and_place(name: str) -> None:
    text, message, frames = PLACES[name]
    assert chain_of(parse(f"PHP Warning:  {text}".encode())) == [
        One("ErrorException", f"Warning: {message}", frames)
    ]


TWO_CALLS = """\
#0 /srv/a.php(9): App\\Cart->add()
#1 [internal function]: App\\{closure}()
#2 /srv/index.php(3): array_map()
#3 {main}"""
FRAMES_OF_TWO_CALLS = [
    (None, "/srv/index.php", 3),
    ("array_map", "[internal]", 0),
    ("App\\{closure}", "/srv/a.php", 9),
    ("App\\Cart::add", "/srv/t.php", 5),
]
WRONG_TYPE = "f(): Argument #1 ($a) must be of type int, string given, called in /c.php on line 9"
TOO_FEW = "Too few arguments to function f(), 1 passed in /c.php on line 9 and exactly 3 expected"
EVALUATED = "eval()'d code"
MAIN = "\nStack trace:\n#0 {main}"

#: What stands behind `PHP Fatal error:  Uncaught `, without the last line, and the chain in it.
CHAINS: dict[str, tuple[str, list[One]]] = {
    "calls": (
        f"Exception: m in /srv/t.php:5\nStack trace:\n{TWO_CALLS}",
        [One("Exception", "m", FRAMES_OF_TWO_CALLS)],
    ),
    "no message": (f"App\\Oops in /t.php:5{MAIN}", [One("App\\Oops", "", at("/t.php", 5))]),
    "blank message": (f"App\\Oops:   in /t.php:5{MAIN}", [One("App\\Oops", " ", at("/t.php", 5))]),
    "colon in the message": (f"E: a: b: c in /t.php:5{MAIN}", [One("E", "a: b: c", at("/t.php", 5))]),
    "lines in the message": (f"E: a\n\nb\n in /t.php:5{MAIN}", [One("E", "a\n\nb\n", at("/t.php", 5))]),
    "{main} in the message": (
        f"E: see {{main}} in /t.php:5{MAIN}",
        [One("E", "see {main}", at("/t.php", 5))],
    ),
    "'Stack trace:' in the message": (
        f"E: it said\nStack trace:\nnone in /t.php:5{MAIN}",
        [One("E", "it said\nStack trace:\nnone", at("/t.php", 5))],
    ),
    "previous": (
        f"A: a in /t.php:5{MAIN}\n\nNext B: b in /t.php:6{MAIN}\n\nNext C: c in /t.php:7{MAIN}",
        [One("A", "a", at("/t.php", 5)), One("B", "b", at("/t.php", 6)), One("C", "c", at("/t.php", 7))],
    ),
    "'Next' in a message": (
        f"A: a\n\nNext B: b in /t.php:5{MAIN}",
        [One("A", "a\n\nNext B: b", at("/t.php", 5))],
    ),
    "PHP 5": (
        f"exception 'App\\Oops' with message 'it's in a quote' in /t.php:5{MAIN}",
        [One("App\\Oops", "it's in a quote", at("/t.php", 5))],
    ),
    "PHP 5, no message": (
        f"exception 'App\\Oops' in /t.php:5{MAIN}",
        [One("App\\Oops", "", at("/t.php", 5))],
    ),
    "PHP 5, previous": (
        f"exception 'A' with message 'a' in /t.php:5{MAIN}\n\nNext exception 'B' with message 'b' in /t.php:6{MAIN}",
        [One("A", "a", at("/t.php", 5)), One("B", "b", at("/t.php", 6))],
    ),
    "closure of PHP 8.4": (
        "E: m in /t.php:5\nStack trace:\n#0 /k.php(9): App\\Kernel->{closure:App\\Kernel::handle():12}()\n#1 {main}",
        [
            One(
                "E",
                "m",
                [(None, "/k.php", 9), ("App\\Kernel::{closure:App\\Kernel::handle():12}", "/t.php", 5)],
            )
        ],
    ),
    "closure of PHP 8.4 with arguments": (
        "E: m in /t.php:5\nStack trace:\n#0 /k.php(9): {closure:/k.php:12}(Object(App\\A), 'b)')\n#1 {main}",
        [One("E", "m", [(None, "/k.php", 9), ("{closure:/k.php:12}", "/t.php", 5)])],
    ),
    "drive": (
        "E: m in C:\\www\\t.php:5\nStack trace:\n#0 D:\\x (y)\\k.php(9): f()\n#1 {main}",
        [One("E", "m", [(None, "D:\\x (y)\\k.php", 9), ("f", "C:\\www\\t.php", 5)])],
    ),
    "phar": (
        "E: m in phar:///b.phar/t.php:5\nStack trace:\n#0 phar:///b.phar/k.php(9): f()\n#1 {main}",
        [One("E", "m", [(None, "phar:///b.phar/k.php", 9), ("f", "phar:///b.phar/t.php", 5)])],
    ),
    "parentheses in a file": (
        "E: m in /a (1).php:5\nStack trace:\n#0 /b (2) x.php(9): f()\n#1 {main}",
        [One("E", "m", [(None, "/b (2) x.php", 9), ("f", "/a (1).php", 5)])],
    ),
    "eval() in eval()": (
        f"E: m in /e.php(2) : {EVALUATED}(1) : {EVALUATED}:3\nStack trace:\n#0 /e.php(2) : {EVALUATED}(1): eval()\n#1 /e.php(2): eval()\n#2 {{main}}",
        [One("E", "m", [(None, "/e.php", 2), ("eval", "/e.php", 2), ("eval", "/e.php", 2)])],
    ),
    "include": (
        "E: m in /t.php:5\nStack trace:\n#0 /i.php(9): require('/srv/h3/www/t.p...')\n#1 {main}",
        [One("E", "m", [(None, "/i.php", 9), ("require", "/t.php", 5)])],
    ),
    "wrong type of an argument": (
        f"TypeError: {WRONG_TYPE} and defined in /t.php:5{MAIN}",
        [
            One(
                "TypeError",
                WRONG_TYPE,
                at("/t.php", 5),
            )
        ],
    ),
    "' and defined' of somebody's own": (
        f"App\\E: called in haste and defined in /t.php:5{MAIN}",
        [One("App\\E", "called in haste and defined", at("/t.php", 5))],
    ),
    "too few arguments": (
        f"ArgumentCountError: {TOO_FEW} in /t.php:5{MAIN}",
        [
            One(
                "ArgumentCountError",
                TOO_FEW,
                at("/t.php", 5),
            )
        ],
    ),
}


@pytest.mark.parametrize("name", CHAINS)
def test_uncaught_exception(name: str) -> None:
    text, chain = CHAINS[name]
    event = parse(f"PHP Fatal error:  Uncaught {text}\n  thrown in /t.php on line 5".encode())
    assert chain_of(event) == chain
    assert (event.level, event.issue) == ("error", True)
    assert not any(value.mechanism.handled for value in event.exceptions)


@pytest.mark.parametrize("name", CHAINS)
def test_exception_given_to_error_log(name: str) -> None:
    """`error_log($e)`: the same text without label and last line; somebody caught it."""
    text, chain = CHAINS[name]
    event = parse(text.encode())
    if name.startswith("PHP 5") or chain[0].type.rpartition("\\")[2] in {
        "Exception",
        "TypeError",
        "ArgumentCountError",
    }:
        assert chain_of(event) == chain
    assert (event.level, event.issue) == ("error", True)
    assert all(value.mechanism.handled for value in event.exceptions)


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ("", "RuntimeException"),
        ("cron failed: ", "RuntimeException"),
        ("[CRITICAL] cron: ", "App\\Job\\TimeoutException"),
        ("a (b: ", "DivisionByZeroError"),
        ("2026-11-23 12:00:00 ", "\\LogicException"),
    ],
)
def test_what_stands_before_an_exception_is_not_its_type(before: str, kind: str) -> None:
    event = parse(f"{before}{kind}: m: n in /t.php:5{MAIN}".encode())
    assert chain_of(event) == [One(kind, "m: n", at("/t.php", 5))]


@pytest.mark.parametrize("name", CHAINS)
def test_windows_line_ends(name: str) -> None:
    text, chain = CHAINS[name]
    body = f"PHP Fatal error:  Uncaught {text}\n  thrown in /t.php on line 5\n".replace("\n", "\r\n").encode()
    (record,) = ERROR_LOG.split(b"[23-Nov-2026 12:20:04 UTC] " + body, True).records  # noqa: FBT003 - the shape of `Format.split`
    assert chain_of(parse(record.body)) == chain


def test_uncaught_in_a_warning() -> None:
    """PHP logs so what a destructor or an output handler throws while it shuts down."""
    event = parse(f"PHP Warning:  Uncaught E: m in /t.php:5{MAIN}\n  thrown in /t.php on line 5".encode())
    assert (event.level, chain_of(event)) == ("warning", [One("E", "m", at("/t.php", 5))])


def test_a_nul_cuts_message_and_trace() -> None:
    event = parse(b"PHP Fatal error:  Uncaught App\\E: half a mess in /t.php on line 5")
    assert chain_of(event) == [One("App\\E", "half a mess", at("/t.php", 5))]


def test_an_own_tostring_hides_the_class() -> None:
    event = parse(b"PHP Fatal error:  Uncaught Something: quite else\n  thrown in /t.php on line 5")
    assert chain_of(event) == [One(FATAL, "Error: Uncaught Something: quite else", at("/t.php", 5))]


def test_bytes_that_are_no_text() -> None:
    event = parse(b"PHP Notice:  a\xff\0b\x1b in /\xe9.php on line 5")
    assert chain_of(event) == [One("ErrorException", "Notice: a\ufffd\ufffdb\x1b", at("/\ufffd.php", 5))]


SECRETS = {
    "plain": "'s3cret'",
    "parenthesis": "'s3cret)', 's3cret('",
    "quote": "'it's s3cret', '\"s3cret'",
    "escaped line end": "'s3cret\\n#1 /s3cret(3): s3cret()'",
    "looks like a frame": "'/s3cret.php(3): s3cret(1)'",
    "closure": "Object(Closure), '{closure:s3cret}(s3cret', 's3cret'",
    "end of trace": "'{main}', 's3cret'",
    "named": "pass: 's3cret', ...s3cret: Array",
    "arrow": "'s3cret->s3cret::s3cret()'",
    "cut": "'s3cret s3cr...'",
}


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("function", ["f", "App\\A->f", "A::f", "{closure}", "A->{closure:A::f():3}"])
def test_arguments_are_never_kept(name: str, function: str) -> None:
    trace = (
        f"#0 /a.php(9): {function}({SECRETS[name]})\n#1 [internal function]: g({SECRETS[name]})\n#2 {{main}}"
    )
    for head, tail in (("PHP Fatal error:  Uncaught ", "\n  thrown in /t.php on line 5"), ("", "")):
        event = parse(f"{head}RuntimeException: m in /t.php:5\nStack trace:\n{trace}{tail}".encode())
        assert "s3cr" not in repr(event)
        (value,) = event.exceptions
        assert value.frames == (
            Frame(None, "[internal]", 0),
            Frame("g", "/a.php", 9),
            Frame(function.replace("->", "::"), "/t.php", 5),
        )


#: Free text that must stay what it is.
FREE = [
    b"",
    b" ",
    b"just text",
    b"PHP Warning: one blank only in /a.php on line 7",
    b"PHP Nonsense:  no such label in /a.php on line 7",
    b"php warning:  small letters in /a.php on line 7",
    b"PHP ",
    b"PHP :  in /a.php on line 7",
    b"Warning:  m in /a.php on line 7",
    b"Stack trace:\n#0 {main}",
    b"m in /t.php:5\nStack trace:\nnot a frame\n#1 {main}",
    b"E: m in /t.php:5\nStack trace:\n#0 /a.php(3): f()",
    b"E: m\nStack trace:\n#0 {main}",
    b"#0 /a.php(3): f()\n#1 {main}",
]


@pytest.mark.parametrize("body", FREE)
def test_free_text(body: bytes) -> None:
    assert parse(body) == LogEvent("php.error_log", "php", "info", body.decode())
