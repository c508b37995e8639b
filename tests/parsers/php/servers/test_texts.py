"""Escapes undone, requests read, texts that a server cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.model import Format
from parsers.php.servers import APACHE, CLI_SERVER, FPM, NGINX, STDERR, fpm_master
from parsers.php.servers.apache import unescape
from parsers.php.servers.framed import Around, body_of, php_event, text_and_context
from parsers.php.servers.requests import request_of

AROUND = Around("test")


def as_apache(text: bytes) -> bytes:
    """httpd's ap_escape_errorlog_item: what is not printable ASCII, and the backslash."""
    named = {0x0A: b"\\n", 0x0D: b"\\r", 0x09: b"\\t", 0x08: b"\\b", 0x0B: b"\\v", 0x5C: b"\\\\"}
    return b"".join(
        named.get(byte) or (bytes((byte,)) if 0x20 <= byte < 0x7F else b"\\x%02x" % byte) for byte in text
    )


@given(st.one_of(st.binary(max_size=60), st.text(alphabet='\\nrtx0af"é\n', max_size=30).map(str.encode)))
def test_apache_escapes_are_undone_to_the_byte(text: bytes) -> None:
    assert unescape(as_apache(text)) == text


@given(st.text(alphabet="\\né\n", min_size=1, max_size=10).map(str.encode), st.integers(1, 40))
def test_an_escape_that_is_cut_leaves_no_trace(text: bytes, kept: int) -> None:
    assert text.startswith(unescape(as_apache(text)[:kept]))


@given(st.binary(max_size=30), st.binary(max_size=30))
def test_context_comes_back(text: bytes, context: bytes) -> None:
    assert text_and_context(body_of(text, context)) == (text, context.replace(b"\0", b""))


REQUESTS = {
    ("GET /x.php?id=1&n=2 HTTP/1.1", "shop.example", ""): ("GET", "http://shop.example/x.php", "id=1&n=2"),
    ("POST / HTTP/2.0", "shop.example", "https://shop.example/cart"): ("POST", "https://shop.example/", None),
    ("POST / HTTP/2.0", "shop.example", "https://other.example/"): ("POST", "http://shop.example/", None),
    ("GET /not there.php", "", ""): ("GET", "/not there.php", None),
    ("GET /a?b?c HTTP/1.0", "", ""): ("GET", "/a", "b?c"),
    ("GET http://h/x HTTP/1.1", "h", ""): ("GET", "http://h/x", None),
}


@pytest.mark.parametrize("given_", REQUESTS, ids=lambda one: one[0])
def test_requests(given_: tuple[str, str, str]) -> None:
    request = request_of(*given_)
    assert request is not None
    assert (request["method"], request["url"], request.get("query_string")) == REQUESTS[given_]


@pytest.mark.parametrize("line", ["", "GET", "\x16\x03\x01", "get /x", "-"])
def test_what_is_no_request(line: str) -> None:
    assert request_of(line, "shop.example") is None


HEAD = b"PHP Fatal error:  Uncaught E: m in /a.php:5\nStack trace:\n#0 /b.php(7): f()\n"

#: A text that was cut, and its exceptions: (type, value, lines of the frames).
CUT: dict[bytes, list[tuple[str, str, list[int | None]]]] = {
    HEAD + b"#1 /c.php(9): g()\n#2 /d.p": [("E", "m", [9, 7, 5])],
    HEAD + b"#1 /c.php(9): g()...": [("E", "m", [7, 5])],
    HEAD + b"#1 {main}\n": [("E", "m", [7, 5])],
    HEAD + b"#1 {main}\n\nNex": [("E", "m", [7, 5])],
    HEAD + b"#1 {main}\n\nNext F: half of": [("E", "m", [7, 5]), ("F", "half of", [])],
    HEAD + b"#1 {main}\nNext F: n in /a.php:6\nStack trace:\n#0 /b.php(8): h()\n#1": [
        ("E", "m", [7, 5]),
        ("F", "n", [8, 6]),
    ],
    b"PHP Fatal error:  Uncaught E: half of...": [("E", "half of", [])],
}


@pytest.mark.parametrize("text", CUT)
def test_what_is_left_of_a_cut_text(text: bytes) -> None:
    event = php_event(text, AROUND)
    got = [(one.type, one.value, [frame.line for frame in one.frames]) for one in event.exceptions]
    assert (event.issue, event.level, event.extra) == (True, "error", {"cut": True})
    assert got == CUT[text]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + b"#1 {main}\n  thrown in /a.php on line 5",
        b"PHP Fatal error:  Uncaught X of its own\n  thrown in /a.php on line 5",
        b"PHP Fatal error:  Uncaught E: nul in /a.php on line 5",
        b"PHP Warning:  m in /a.php on line 5",
        b"E: m in /a.php:5\nStack trace:\n#0 {main}",
        b"any text",
    ],
)
def test_what_is_whole(text: bytes) -> None:
    assert php_event(text, AROUND).extra is None


MASTER = {
    (
        "WARNING",
        "[pool www] child 7 exited on signal 11 (SIGSEGV - core dumped) after 1.6 seconds from start",
    ): "fatal",
    ("WARNING", "[pool www] child 7 exited on signal 9 (SIGKILL) after 1.6 seconds from start"): "error",
    ("WARNING", "[pool www] server reached pm.max_children setting (5), consider raising it"): "warning",
    ("WARNING", "[pool www] server reached max_children setting (5), consider raising it"): "warning",
    ("ERROR", "unable to bind listening socket for address '/run/x.sock': Permission denied (13)"): "error",
    ("ALERT", "fork() failed"): "fatal",
    ("NOTICE", "[pool www] child 7 exited with code 0 after 4.1 seconds from start"): None,
    ("WARNING", "[pool www] child 7 exited with code 255 after 4.1 seconds from start"): None,
    ("DEBUG", "received SIGCHLD"): None,
}


@pytest.mark.parametrize("given_", MASTER, ids=lambda one: one[1])
def test_what_the_master_says(given_: tuple[str, str]) -> None:
    event = fpm_master.parse("php.fpm", *given_)
    assert (event.level if event.issue else None) == MASTER[given_]


ADDRESS = "203.0.113.9"
WITH_ADDRESS = {
    NGINX: b'2026/11/23 12:21:43 [error] 1#1: *5 FastCGI sent in stderr: "PHP message: PHP Warning:  m in /a on line 1" while reading upstream, client: 203.0.113.9, server: s, request: "GET / HTTP/1.1", host: "h"\n'
    b"2026/11/23 12:21:43 [info] 1#1: *5 client 203.0.113.9 closed keepalive connection\n",
    APACHE: b"[Mon Nov 23 12:22:09.144954 2026] [php:error] [pid 1:tid 1] [client 203.0.113.9:41112] PHP Warning:  m in /a on line 1\n",
    FPM: b'203.0.113.9 - bob 23/Nov/2026:12:21:18 +0000 "GET /x.php" 200\n',
    CLI_SERVER: b"[Mon Nov 23 13:20:50 2026] 203.0.113.9:58498 [500]: GET /x.php - no\n[Mon Nov 23 13:20:50 2026] 203.0.113.9:1 Closing\n",
}


@pytest.mark.parametrize("log_format", WITH_ADDRESS, ids=lambda one: one.name)
def test_the_client_is_not_kept(log_format: Format) -> None:
    records = log_format.split(WITH_ADDRESS[log_format], True).records  # noqa: FBT003 - the shape of `Format.split`
    assert records
    assert all(ADDRESS not in repr(log_format.parse(record.body)) for record in records)


def test_a_displayed_copy_is_dropped_only_behind_its_error() -> None:
    shown = b"Warning: m in /a.php on line 7\n"
    logged = b"PHP Warning:  m in /a.php on line 7\n"
    log = logged + shown + shown + logged + b"\n" + shown
    records = STDERR.split(log, True).records  # noqa: FBT003
    assert [STDERR.parse(record.body).drop for record in records] == [
        None,
        "displayed copy",
        None,
        None,
        "displayed copy",
    ]
