"""Checks of single values, and how an error line shows a value: quoted, cut, never a credential.

Each check takes what the user wrote and returns it, or raises a `ValueError` whose text follows the key's name.
"""

from __future__ import annotations

import difflib
import json
import zoneinfo
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

_SHOWN: Final = 40


def quoted(value: str) -> str:
    """A user's value for an error line: in quotes, on one line, short, and never something like a DSN."""
    if "://" in value:
        return "a URL"
    cut = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
    return json.dumps(cut, ensure_ascii=not cut.isprintable())  # no escape sequence reaches a terminal


def nearest(value: str, known: Collection[str]) -> str:
    """`; did you mean "x"?`, or "" when nothing known comes near."""
    names = {name.lower(): name for name in sorted(known)}
    found = difflib.get_close_matches(value.lower(), names, n=1)
    return f'; did you mean "{names[found[0]]}"?' if found else ""


def check_text(text: str) -> str:
    """Text that says something."""
    if not text.strip():
        raise ValueError("must not be empty; remove the key or give it a value")
    if "\0" in text:
        raise ValueError("must not contain a NUL character")
    return text


def check_path(value: object) -> object:
    """What becomes a path; `Path("")` would be the working directory."""
    return check_text(value) if isinstance(value, str) else value


def check_timezone(name: str) -> str:
    """A time zone that this machine or the `tzdata` package knows."""
    try:
        zoneinfo.ZoneInfo(name)
    # OSError: "Europe" is a directory; ValueError: "../x"; KeyError: not found.
    except (KeyError, ValueError, OSError):
        hint = nearest(name, zoneinfo.available_timezones()) or '; use a name such as "Europe/Berlin"'
        raise ValueError(f"{quoted(name)} is no known time zone{hint}") from None
    return name


def check_proxy(value: SecretStr) -> SecretStr:
    """The address of an HTTP proxy."""
    try:
        url = urlsplit(value.get_secret_value())
        usable = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:  # its text holds the address, perhaps with a password
        usable = False
    if not usable:
        raise ValueError("must be an address such as http://proxy.example:3128")
    return value
