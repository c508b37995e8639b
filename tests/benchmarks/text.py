"""What the generated logs have in common: words, a skewed choice, and templates with places for numbers.

A log is a few hundred templates, drawn with Zipf frequencies and filled with fresh numbers, because real logs repeat
themselves in just this way.  Every draw comes from the one generator that is passed in, in a fixed order, so that a
kind and a seed name one text for ever.
"""

from __future__ import annotations

import bisect
import itertools
import random
from collections.abc import Iterator
from typing import NamedTuple

WORDS = (
    "user", "order", "cart", "session", "token", "donna", "invoice", "product", "cache", "queue", "payment",
    "webhook", "profile", "image", "upload", "mail", "search", "report", "login", "address", "stock", "price",
    "rule", "event", "message", "thread", "agent",
)  # fmt: skip
NOT_ASCII = ("Zażółć", "naïve", "日本語", "Größe", "—", "→")

_SKEW = 1.1


class Template(NamedTuple):
    """The text of one issue, or of one kind of log line, before its numbers are filled in.

    Attributes:
        text: places for numbers are written `@n`, `@m`…: neither log language uses the sign elsewhere here.
        exception: True when it is an exception with a stack.
        frames: of its first stack.
    """

    text: str
    exception: bool = False
    frames: int = 0


class Entry(NamedTuple):
    """One log entry as it stands in the file, and the template it was made of."""

    data: bytes
    template: Template


Entries = Iterator[Entry]


class Zipf:
    """Draws item i with a frequency of 1 / i^1.1, so that a few issues make up most of a log."""

    def __init__(self, items: list[Template]) -> None:
        self._items = items
        self._sums = list(itertools.accumulate(1.0 / i**_SKEW for i in range(1, len(items) + 1)))

    def draw(self, dice: random.Random) -> Template:
        return self._items[bisect.bisect_left(self._sums, dice.random() * self._sums[-1])]


def fill(text: str, **values: object) -> str:
    """Put *values* into the places of *text*."""
    for name, value in values.items():
        text = text.replace("@" + name, str(value))
    return text
