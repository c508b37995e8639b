"""The level that a text names itself; None where it does not clearly say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.model import Level

#: Words of winston, pino, bunyan, log4js, Nest, syslog; pino and bunyan also number them.
_LEVELS: dict[str, Level] = {
    "fatal": "fatal",
    "critical": "fatal",
    "emerg": "fatal",
    "alert": "fatal",
    "60": "fatal",
    "error": "error",
    "err": "error",
    "50": "error",
    "warning": "warning",
    "warn": "warning",
    "40": "warning",
    "notice": "info",
    "info": "info",
    "log": "info",
    "30": "info",
    "debug": "debug",
    "verbose": "debug",
    "silly": "debug",
    "trace": "debug",
    "20": "debug",
    "10": "debug",
}
_HEAD_CHARS = 120
_JSON_HEAD_CHARS = 400
_JSON_LEVEL = re.compile(r'"(?:level|severity|log\.level)":"?(\w+)')


def _spellings() -> Iterator[tuple[str, Level]]:
    """Words as loggers write them: `ERROR`, `[error]`, `warn:`, `level=info`; a bare lower-case word is prose."""
    for name, level in _LEVELS.items():
        if name.isalpha():
            for word in (name, name.upper()):
                yield from (
                    (form.format(word), level) for form in ("[{}]", "[{}]:", "{}:", "level={}", "({})")
                )
            if name != "log":
                yield name.upper(), level


_WORDS = dict(_spellings())


def level_of(text: str) -> Level | None:
    """The level that the beginning of *text* names."""
    if text.startswith("{"):
        named = _JSON_LEVEL.search(text, 0, _JSON_HEAD_CHARS)
        return named_level(named[1]) if named else None
    for word in text[:_HEAD_CHARS].split():
        if word in _WORDS:
            return _WORDS[word]
    return None


def named_level(name: str) -> Level | None:
    """The level that a logger calls *name*."""
    return _LEVELS.get(name.lower())
