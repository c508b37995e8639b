r"""Strings as JSON writes them, between the quotes, to the bytes that they stand for.

`\u003c` is how docker writes `<`.  What is no valid JSON stays as it is: a log is never refused for it.
"""

from __future__ import annotations

import json


def unescaped(texts: list[bytes]) -> list[bytes]:
    """Each of *texts* with its escapes undone; those without a backslash cost nothing."""
    places = [place for place, text in enumerate(texts) if b"\\" in text]
    if not places:
        return texts
    found = list(texts)
    for place, plain in zip(places, _all([texts[place] for place in places]), strict=True):
        found[place] = plain
    return found


def _all(texts: list[bytes]) -> list[bytes]:
    # One call for a whole block: the scanner is C, so what costs is calling it.
    try:
        plain = _read(b'","'.join(texts))
    except ValueError:
        return [_one(text) for text in texts]
    # A text that holds a quote mark without a backslash would be read as two.
    return [encoded(text) for text in plain] if len(plain) == len(texts) else [_one(text) for text in texts]


def _one(text: bytes) -> bytes:
    try:
        plain = _read(text)
    except ValueError:
        return text
    return encoded(plain[0]) if len(plain) == 1 else text


def _read(text: bytes) -> list[str]:
    """Strings between quote marks.  Bytes that are no UTF-8 come through as surrogates, and `encoded` brings them back."""
    found: list[str] = json.loads('["' + text.decode("utf-8", "surrogateescape") + '"]', strict=False)
    return found


def encoded(text: str) -> bytes:
    """UTF-8 of a text out of JSON; half a surrogate pair, which no text can hold, becomes a question mark."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
