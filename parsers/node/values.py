"""Property values as util.inspect prints them, as the simple values they stand for; what is not simple stays text."""

from __future__ import annotations

import re
from functools import lru_cache

from parsers.model import Json

#: Values longer than this are cut: they are context for people, not data.
MAX_TEXT = 4096
_SHORT = 80

_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?\Z")
_STRING = re.compile(r"(?P<quote>['\"`])(?P<inside>.*)(?P=quote)\Z", re.DOTALL)
#: Long strings go over several lines: `'line one\n' +` LF `  'line two'`.
_GLUE = re.compile(r"(['\"`]) \+\n\s*(['\"`])")
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}
#: `key: ` at the start of a property; keys that are no identifier are quoted or in brackets.
_MAX_DIGITS = 18
KEY = r"(?:[\w$]+|'(?:[^'\\\n]|\\.)*+'|\"(?:[^\"\\\n]|\\.)*+\"|\[(?:[^\]\n()]|\([^)\n]*+\))++\])"
_SHORT_PAIR = re.compile(rf"({KEY}): ('(?:[^'\\]|\\.)*+'|[^,'\[{{]++|[\[{{][^\[\]{{}}]*+[\]}}])(?:, |\Z)")


def read_value(text: str) -> Json:
    """The value that *text* stands for: number, string, true, false, null; else the text itself."""
    return _remembered_value(text) if len(text) <= _SHORT else _read_value(text)


def _read_value(text: str) -> Json:
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.match(text):
        # A longer number is more than JSON's readers take; its text is exact.
        return float(text) if "." in text else int(text) if len(text) <= _MAX_DIGITS else text
    quoted = _STRING.match(join_strings(text))
    if quoted and quoted["quote"] not in _ESCAPE.sub("", quoted["inside"]):
        return unescape(quoted["inside"])[:MAX_TEXT]
    return text[:MAX_TEXT]


_remembered_value = lru_cache(maxsize=1 << 12)(_read_value)


def unescape(inside: str) -> str:
    """Text of a JavaScript string literal without its quotes."""
    if "\\" not in inside:
        return inside
    return _ESCAPE.sub(_unescaped, inside)


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1]
    if len(code) > 1:
        # A lone surrogate has no UTF-8 form; it must not reach a payload.
        return chr(int(code[1:], 16)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _ESCAPED.get(code, code)


def read_key(text: str) -> str:
    """Name of a property: quotes are taken off, brackets of `[cause]` stay."""
    return unescape(text[1:-1]) if text[0] in "'\"" else text


def read_short(text: str) -> dict[str, Json]:
    """Properties on one line, `code: 'E', list: [ 1, 2 ]`."""
    return {read_key(pair[1]): read_value(pair[2].strip()) for pair in _SHORT_PAIR.finditer(text)}


def join_strings(text: str) -> str:
    """*text* with the strings put together that util.inspect broke over several lines."""
    return _GLUE.sub("", text) if " +\n" in text else text
