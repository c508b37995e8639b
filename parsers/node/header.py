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

#: How class names of errors end; others count only where nothing else can be the header.
_ERROR_WORD = r"(?:Error|Exception|Warning|Rejection)"

_STRONG = re.compile(
    rf"""(?:(?<=[\s(\[{{<'":>|=])|^)          # Request failed TypeError: …   [ERROR] RangeError: …   'err' => Error: …
    (?:<ref\ \*\d+>\ )?
    (?: (?:[A-Z_$][\w$.]*)?{_ERROR_WORD}(?:\ \[[^\]\n]+\])*
      | [A-Za-z_$][\w$.]*(?:\ \[[^\]\n]+\])?\ \[(?:[A-Z][\w$.]*)?{_ERROR_WORD}\] )  # t [ValidationError]: late
    (?=:\ |:?$)""",
    re.VERBOSE | re.MULTILINE,
)
_HEAD = re.compile(
    r"(?:<ref \*\d+> )?(?P<name>[A-Za-z_$][\w$.]*)(?: \[[^\]\n]+\])*?(?: \[(?P<inner>[^\]\n]+)\])?(?::(?: |(?=\n)|$)(?P<message>.*))?\Z",
    re.DOTALL,
)
_CODE = re.compile(r"[A-Z][A-Z0-9_]*\Z")
#: `SyntaxError [Error]: …` is an error of another realm (a worker, vm): its name is the one in front.
_BUILT_IN = frozenset(
    ("SyntaxError", "TypeError", "RangeError", "ReferenceError", "EvalError", "URIError", "AggregateError")
)
_NAME = re.compile(r"[A-Z][\w$.]*\Z")


class Header(NamedTuple):
    """Type and value of an error."""

    name: str
    message: str


def find_header(text: str, begin: int, end: int) -> int:
    """Offset of the first thing between *begin* and *end* that is an error's header; -1 when there is none."""
    found = _STRONG.search(text, begin, end)
    return found.start() if found else -1


def read_header(text: str, *, sure: bool = True) -> Header:
    """Type and value from a header's *text*, all its lines.

    Args:
        text: the header, without anything before it.
        sure: `x: y` is a name and a message, whatever x; otherwise x must begin like a class.
    """
    head = _HEAD.match(text)
    if head is None:
        return Header("Error", text)
    name, inner, message = head["name"], head["inner"], head["message"]
    if inner is not None:
        coded = _CODE.match(inner) or " " in inner or (inner == "Error" and name in _BUILT_IN)
        return Header(name if coded else inner, message or "")
    if message is None and "\n" in text:
        return Header("Error", text)
    if _NAME.match(name) or (sure and name.endswith("Error")):
        return Header(name, message or "")
    return Header("Error", text)
