"""Bytes of a log to text that is safe to show and to send."""

from __future__ import annotations


def decode(raw: bytes) -> str:
    """Text of *raw*: what is not UTF-8, and NUL, becomes U+FFFD, so that a loss is visible and nothing fails."""
    return raw.decode("utf-8", "replace").replace("\0", "\ufffd")


def first_line(text: str) -> str:
    """The first line of *text* that is not blank, without its line end."""
    line, _, rest = text.partition("\n")
    while rest and not line.strip():
        line, _, rest = rest.partition("\n")
    return line.rstrip("\r")
