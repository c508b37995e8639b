"""All formats by name, and which one a file is in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from parsers.model import Format
from parsers.node import CONSOLE
from parsers.php import ERROR_LOG
from parsers.plain import PLAIN

#: Finer names, as `explain` reports them.
FORMATS: Mapping[str, Format] = MappingProxyType({one.name: one for one in (ERROR_LOG, CONSOLE, PLAIN)})

#: Coarse names that users may write, and the formats that each chooses among, the most likely first.
FAMILIES: Mapping[str, tuple[Format, ...]] = MappingProxyType(
    {"auto": (ERROR_LOG, CONSOLE, PLAIN), "php": (ERROR_LOG,), "node": (CONSOLE,)}
)

#: Every name that `format = …` and `--format` take.
NAMES: tuple[str, ...] = (*FAMILIES, *FORMATS)

def choose(name: str, sample: bytes) -> Format:
    """The format called *name* (one of `NAMES`); of a family, the one that claims *sample* most strongly.

    Raises:
        KeyError: there is no such name.
    """
    if name in FORMATS:
        return FORMATS[name]
    return max(FAMILIES[name], key=lambda one: one.claim(sample))
