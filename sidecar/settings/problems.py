"""What is wrong with the settings, in the user's words: no jargon of pydantic, and never a secret's value.

A `Problem` says where and what; which file, variable or flag it came from is added by `layers`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from sidecar.settings.key_paths import REPEATED, TABLES, KeyPath, about_unknown, header, in_schema
from sidecar.settings.value_checks import quoted


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        path: to the key, from the top of the settings.
        text: what is wrong and what to do, on one line.
    """

    path: KeyPath
    text: str


#: The first type that fits names a value; bool stands before int, datetime before date.
_KINDS: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (type(None), "null"),
    ((str, Path, SecretStr), "text"),
    (bool, "true or false"),
    (int, "a number"),
    (float, "a decimal number"),
    (list, "a list"),
    (dict, "a table"),
    ((dt.date, dt.time), "a date or time"),
)

#: By pydantic's error type.
_EXPECTED: Final = {
    "string_type": "text",
    "path_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list",
    "model_type": "a table",
    "dict_type": "a table",
}


def _kind(value: object) -> str:
    return next((name for types, name in _KINDS if isinstance(value, types)), "something else")


def problems_of(error: ValidationError) -> Iterator[Problem]:
    """Each of pydantic's findings, in its order."""
    for detail in error.errors(include_url=False):
        path = detail["loc"]
        # pydantic marks a wrong key of a mapping by "[key]" behind it.
        yield Problem(path[:-1] if path[-1:] == ("[key]",) else path, _text_of(detail))


def _text_of(detail: ErrorDetails) -> str:
    if expected := _EXPECTED.get(detail["type"]):
        return f"expected {expected}, got {_kind(detail['input'])}{_shape_advice(detail)}"
    describe = _TEXTS.get(detail["type"])
    return describe(detail) if describe else "not a value that can be used here"


def _shape_advice(detail: ErrorDetails) -> str:
    """How to write it, where `[a]`, `[[a]]` and `["a"]` were mixed up."""
    place = in_schema(detail["loc"])
    value = detail["input"]
    if detail["type"] == "tuple_type" and place in REPEATED:
        return f"; write {header(place)}"
    if detail["type"] == "tuple_type" and isinstance(value, str):
        return '; write ["…"]'
    if detail["type"] == "model_type" and isinstance(value, list) and place in TABLES:
        return f"; write {header(place)}"
    return ""


def _choice(detail: ErrorDetails) -> str:
    value = detail["input"]
    wanted = str(detail["ctx"]["expected"]).replace("'", '"')
    return f"expected {wanted}, got {quoted(value) if isinstance(value, str) else _kind(value)}"


_TEXTS: Final[Mapping[str, Callable[[ErrorDetails], str]]] = {
    "value_error": lambda detail: " ".join(str(detail["ctx"]["error"]).split()),
    "extra_forbidden": lambda detail: about_unknown(detail["loc"]),
    "missing": lambda _: "missing; add it",
    "literal_error": _choice,
    "too_short": lambda _: "must not be empty; give at least one",
    "greater_than_equal": lambda detail: f"must be at least {detail['ctx']['ge']:.15g}",
    "less_than_equal": lambda detail: f"must be at most {detail['ctx']['le']:.15g}",
    "less_than": lambda detail: f"must be less than {detail['ctx']['lt']}",
    "finite_number": lambda _: "must be a finite number",
    "string_unicode": lambda _: (
        "must be UTF-8 text"
    ),  # a key in it, or the value; JSON can hold half a character
}


def repeated_names(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Sources with a name that an earlier one has; works on unchecked values, to report it along with the rest."""
    first: dict[str, int] = {}
    sources = settings.get("sources")
    for index, source in enumerate(sources if isinstance(sources, list) else ()):
        name = source.get("name") if isinstance(source, dict) else None
        if isinstance(name, str) and first.setdefault(name, index) != index:
            path = ("sources", index, "name")
            yield Problem(
                path, f"{quoted(name)} is the name of sources[{first[name]}] already; choose another"
            )
