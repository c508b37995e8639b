"""All formats by name, and which one a file is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from parsers.carriers import CARRIERS, carried, detect
from parsers.model import Format
from parsers.node import CONSOLE
from parsers.php import ERROR_LOG
from parsers.php.servers import SERVERS, SYSLOG
from parsers.plain import PLAIN

#: Coarse names that users may write, and the formats that each chooses among: where two claim a log with the same right
#: the first is taken, where none does the last.  Each of them is found in a carrier as well.
FAMILIES: Mapping[str, tuple[Format, ...]] = MappingProxyType(
    {"auto": (*SERVERS, ERROR_LOG, CONSOLE, PLAIN), "php": (*SERVERS, ERROR_LOG), "node": (CONSOLE,)}
)

#: The formats that carriers have inside; syslog is a carrier itself.
_CARRIED: tuple[Format, ...] = (*(one for one in SERVERS if one is not SYSLOG), ERROR_LOG, CONSOLE, PLAIN)

#: Finer names, as `explain` reports them.
FORMATS: Mapping[str, Format] = MappingProxyType(
    {one.name: one for one in FAMILIES["auto"]}
    | {one.name: one for carrier in CARRIERS for inner in _CARRIED for one in (carried(carrier, inner),)}
)

#: Formats that say no more than "text": more of the log may show what it is.
UNDECIDED: frozenset[str] = frozenset({PLAIN.name, *(f"{carrier.name}.{PLAIN.name}" for carrier in CARRIERS)})

#: Every name that `format = …` and `--format` take.
NAMES: tuple[str, ...] = (*FAMILIES, *FORMATS)


def choose(name: str, sample: bytes) -> Format:
    """The format called *name* (one of `NAMES`); of a family, the one that claims *sample* most strongly.

    What a carrier wrapped is judged by the text inside; a format that knows the whole as its own (1.0) goes before.

    Raises:
        KeyError: there is no such name.
    """
    if name in FORMATS:
        return FORMATS[name]
    family = FAMILIES[name]
    best = _likeliest(family, sample)
    peeled = None if best.claim(sample) == 1.0 else detect(sample)
    if peeled is None:
        return best
    inner = _likeliest([one for one in family if one in _CARRIED], peeled.text)
    return FORMATS[f"{peeled.carrier.name}.{inner.name}"]


def _likeliest(formats: Sequence[Format], sample: bytes) -> Format:
    """The first of those that claim *sample* most strongly; the last when none does."""
    best = max(formats, key=lambda one: one.claim(sample))
    return best if best.claim(sample) else formats[-1]
