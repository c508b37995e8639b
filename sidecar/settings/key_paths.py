"""The way to one key: how it is written for people, which ones the schema has, what comes near a wrong one."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator
from typing import Any, Final, TypeAlias, get_args, get_origin

from pydantic import BaseModel

from sidecar.settings.schema import NOT_YET, Settings
from sidecar.settings.value_checks import nearest, quoted

#: Keys and list positions from the top of the file: ("sources", 0, "name").
KeyPath: TypeAlias = tuple[str | int, ...]
#: The same without positions: a place in the schema.
SchemaPath: TypeAlias = tuple[str, ...]

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def shown(path: KeyPath) -> str:
    """`sources[0].name`; a key that needs quotes in TOML gets them, and shows no secret."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += ("." if text else "") + (key if _BARE.fullmatch(key) else quoted(key))
    return text


def in_schema(path: KeyPath) -> SchemaPath:
    """The path without list positions."""
    return tuple(key for key in path if isinstance(key, str))


def _table_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((table for inner in get_args(annotation) if (table := _table_in(inner))), None)


def _walk(table: type[BaseModel], at: SchemaPath) -> Iterator[tuple[SchemaPath, Any]]:
    for name, field in table.model_fields.items():
        yield (*at, name), field.annotation
        if inner := _table_in(field.annotation):
            yield from _walk(inner, (*at, name))


_ANNOTATIONS: Final = dict(_walk(Settings, ()))
#: Every key of the schema, in its order.
KEYS: Final = tuple(_ANNOTATIONS)
#: Keys that are tables, and those of them that repeat (`[[sources]]`).
TABLES: Final = frozenset(path for path, annotation in _ANNOTATIONS.items() if _table_in(annotation))
REPEATED: Final = frozenset(path for path in TABLES if get_origin(_ANNOTATIONS[path]) is tuple)


def header(table: SchemaPath) -> str:
    """A table's head as it stands in the file."""
    if not table:
        return "the top of the file"
    name = ".".join(table)
    return f"[[{name}]]" if table in REPEATED else f"[{name}]"


def about_unknown(path: KeyPath) -> str:
    """What to tell about a key that the schema does not have."""
    place = in_schema(path)
    if place in NOT_YET:
        version = importlib.metadata.version("sentry-sidecar")
        return f"not supported by version {version} yet; remove it"
    *table, key = place
    homes = [known[:-1] for known in KEYS if known[-1] == key]
    if homes:
        return f"unknown key here; it belongs to {header(homes[0])}"
    siblings = [known[-1] for known in KEYS if known[:-1] == tuple(table)]
    hint = nearest(key.replace("-", "_"), siblings) or f"; known here: {', '.join(siblings)}"
    return f"unknown key{hint}"
