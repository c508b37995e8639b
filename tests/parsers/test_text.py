"""Bytes to text that can be shown and sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.text import decode, first_line


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        ("zażółć 🦀".encode(), "zażółć 🦀"),
        (b"a\xffb", "a\ufffdb"),
        (b"a\0b", "a\ufffdb"),
        (b"\xed\xa0\x80", "\ufffd" * 3),  # half of a pair, as UTF-8 may not hold it
        (b"\x1b[31mred\r\n", "\x1b[31mred\r\n"),
        ("🦀".encode()[:3], "\ufffd"),
    ],
)
def test_decode(raw: bytes, text: str) -> None:
    assert decode(raw) == text


@given(st.binary())
def test_text_can_be_sent(raw: bytes) -> None:
    """It encodes again, and holds no NUL."""
    assert b"\0" not in decode(raw).encode()


@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_text_stays_as_it_is(text: str) -> None:
    assert decode(text.encode()) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("a", "a"),
        ("a\nb", "a"),
        ("a\r\nb", "a"),
        ("\n \n\t\na\nb", "a"),
        ("\r\n\r\na\r\n", "a"),
        ("\n\n", ""),
        ("  a \nb", "  a "),
    ],
)
def test_first_line(text: str, line: str) -> None:
    assert first_line(text) == line
