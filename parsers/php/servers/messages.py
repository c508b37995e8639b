"""FastCGI's way to pass PHP's messages on: `PHP message: A; PHP message: B`, one entry of a server's log for several.

Nothing is escaped: the same text inside a message looks like the start of the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from parsers.model import Record
from parsers.php.servers.framed import body_of

_MESSAGE = b"PHP message: "
_NEXT_MESSAGE = b"; PHP message: "
_SHORTEST_MARK = b"; P"


class Entry(NamedTuple):
    """An entry of a server's log that holds messages.

    Attributes:
        begin: of its first byte.
        end: behind its last byte.
        payload_at: where the messages begin.
        payload: the messages as the server wrote them.
        stamp: of the entry.
        context: what its records have in common.
        is_cut: has the server cut its end off?
    """

    begin: int
    end: int
    payload_at: int
    payload: bytes
    stamp: bytes
    context: bytes
    is_cut: bool


def records_of(entry: Entry, plain: Callable[[bytes], bytes] = bytes) -> Iterator[Record]:
    """Each message is a record, context "php …"; the first has the entry's head, the last its tail.

    What has no "PHP message: " in front, context "said …", is the rest of a message that began in an entry before, or
    what the worker wrote itself.  *plain* undoes the server's escapes.
    """
    payload = _without_half_mark(entry.payload) if entry.is_cut else entry.payload
    kind, skip = b"said ", 0
    if payload.startswith(_MESSAGE):
        kind, skip = b"php ", len(_MESSAGE)
    elif payload.startswith(_NEXT_MESSAGE):
        kind, skip = b"php ", len(_NEXT_MESSAGE)
    texts = payload[skip:].split(_NEXT_MESSAGE)
    begin, at = entry.begin, entry.payload_at + skip
    for index, text in enumerate(texts, 1):
        at += len(text)
        end = at if index < len(texts) else entry.end
        yield Record(begin, end - begin, entry.stamp, body_of(plain(text), kind + entry.context))
        begin, kind = end, b"php "
        at += len(_NEXT_MESSAGE)


def _without_half_mark(payload: bytes) -> bytes:
    """An entry that was cut may end in the middle of `; PHP message: `."""
    at = payload.rfind(_SHORTEST_MARK)
    return payload[:at] if at >= 0 and _NEXT_MESSAGE.startswith(payload[at:]) else payload
