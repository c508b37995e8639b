"""Bytes of a log to text that is safe to show and to send."""

from __future__ import annotations


def decode(raw: bytes) -> str:
    """Text of *raw*: what is not UTF-8, and NUL, becomes U+FFFD, so that a loss is visible and nothing fails."""
    return raw.decode("utf-8", "replace").replace("\0", "\ufffd")


def first_line(text: str) -> str:
    """The first line of *text* that is not blank, without its line end."""
    begin = 0
    while (end := text.find("\n", begin)) >= 0 and not text[begin:end].strip():
        begin = end + 1
    return text[begin : end if end >= 0 else None].rstrip("\r")
