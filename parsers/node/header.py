"""The first line of an error as Node prints it, and what @sentry/node would call the error's type and value.

    TypeError: message                    type TypeError
    TypeError [ERR_INVALID_ARG_TYPE]: m   a code of Node's own: type TypeError
    NotFound [Error]: row 9               class NotFound, name Error: the SDK sends the name
    DOMException [AbortError]: m          type AbortError
    OnlyName                              no message
    anything else                         type Error, the text is the value

Where the class is printed in place of the name (OpenAI's `AuthenticationError: 401 …`, whose name is `Error`) the text
says more than the SDK, and its word is taken (reference: node.md section 2).
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: `[ERR_INVALID_ARG_TYPE]`, `[AbortError]`: bounded, so that a text of many open brackets costs no more than others.
BRACKET = r"\[[^\]\n]{1,120}\]"

#: How names of error classes end; others count only where nothing else can be the header.  Begins with a set of
#: characters, which the engine looks for fast; the name's beginning is found backwards from here.
_WORD = re.compile(
    rf"(?:Error|Exception|Warning|Rejection)(?:(?P<close>\])|(?: {BRACKET})*)(?=: |:?$)", re.MULTILINE
)
#: What may stand before a header: `Request failed TypeError: …`, `[ERROR] RangeError: …`, `'err' => Error: …`.
_BEFORE = frozenset(" \t\n\r([{<'\":>|=")
_REFERENCE = re.compile(r"<ref \*\d+> \Z")
_CLASS_BEFORE = re.compile(rf"[A-Za-z_$][\w$.]*(?: {BRACKET})? \[\Z")
_LONGEST_NAME = 256

_HEAD = re.compile(
    rf"""(?:<ref\ \*\d+>\ )?(?P<name>[A-Za-z_$][\w$.]*)
    (?:\ {BRACKET})*?(?:\ \[(?P<inner>[^\]\n]{{1,120}})\])?   # E [Tagged] [TypeError]
    (?::(?:\ |(?=\n)|$)(?P<message>.*))?\Z""",
    re.DOTALL | re.VERBOSE,
)
_CODE = re.compile(r"[A-Z][A-Z0-9_]*\Z")
#: `SyntaxError [Error]: …` is an error of another realm (a worker, vm): its name is the one in front.
_BUILT_IN = frozenset(
    ("SyntaxError", "TypeError", "RangeError", "ReferenceError", "EvalError", "URIError", "AggregateError")
)


class Header(NamedTuple):
    """Type and value of an error."""

    name: str
    message: str


def find_header(text: str, begin: int, end: int) -> int:
    """Offset of the first thing between *begin* and *end* that is an error's header; -1 when there is none."""
    for word in _WORD.finditer(text, begin, end):
        start = _name_start(text, word.start(), begin)
        if word["close"]:
            owner = _CLASS_BEFORE.search(text, max(begin, start - _LONGEST_NAME), start)
            if owner is None:
                continue
            start = owner.start()
        elif not (text[start].isupper() or text[start] in "_$"):
            continue
        if start == begin or text[start - 1] in _BEFORE:
            reference = (
                _REFERENCE.search(text, max(begin, start - 20), start)
                if text[start - 2 : start] == "> "
                else None
            )
            return reference.start() if reference else start
    return -1


def _name_start(text: str, position: int, begin: int) -> int:
    stop = max(begin, position - _LONGEST_NAME)
    while position > stop and (text[position - 1].isalnum() or text[position - 1] in "_$."):
        position -= 1
    return position


def read_header(text: str) -> Header:
    """Type and value from a header's *text*, all its lines, without anything before it."""
    name, colon, message = text.partition(": ")
    if colon and name.isidentifier() and name[0].isupper():
        return Header(name, message)
    head = _HEAD.match(text)
    if head is None:
        return Header("Error", text)
    name, inner, message = head["name"], head["inner"], head["message"]
    if inner is not None:
        coded = _CODE.match(inner) or " " in inner or (inner == "Error" and name in _BUILT_IN)
        return Header(name if coded else inner, message or "")
    if (name[0].isupper() or name.endswith("Error")) and (message is not None or "\n" not in text):
        return Header(name, message or "")
    return Header("Error", text)
