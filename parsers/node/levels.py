"""The level that a text names itself; None where it does not clearly say."""

from __future__ import annotations

import re

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
_NAMED = re.compile(
    r"""\b(FATAL|CRITICAL|ERROR|WARN(?:ING)?|NOTICE|INFO|DEBUG|TRACE|VERBOSE)\b(?![(=\w'-])  # [ERROR] x   ERROR x
      | (?:^|[\s\]|])\[?(fatal|critical|error|warn(?:ing)?|info|debug|verbose|silly|trace)(?:\]|:\ )  # warn: x  [warn] x
      | \blevel=(\w+)                                            # level=error ts=…
      | "(?:level|severity|log\.level)":"?(\w+)                  # {"level":"error"}   {"level":50}""",
    re.VERBOSE,
)


def level_of(text: str) -> Level | None:
    """The level that the beginning of *text* names."""
    named = _NAMED.search(text, 0, _HEAD_CHARS)
    if named is None:
        return None
    return named_level(named[named.lastindex or 0])


def named_level(name: str) -> Level | None:
    """The level that a logger calls *name*."""
    return _LEVELS.get(name.lower())
