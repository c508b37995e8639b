"""What Sentry accepts as release, environment, dist, tag key and tag value.

Pure checks: each takes the text a user wrote, returns it as Sentry keeps it, or raises a `ValueError` whose text says
what Sentry would do with it.  Sentry answers 200 and drops such a value silently, so the settings are the last place
where anyone can notice.  The rules are those of Relay; a test holds them against the real Relay library.
"""

from __future__ import annotations

import re
from typing import Final

_FORBIDDEN: Final = re.compile(r"[/\\\x00-\x1f\x7f]")
#: Python's stand-in for the bytes of a variable that are no UTF-8.
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_DIST: Final = re.compile(r"[a-zA-Z0-9_.-]{1,64}")
_TAG_KEY: Final = re.compile(r"[a-zA-Z0-9_.:-]{1,200}")
_SOURCE_NAME: Final = re.compile(r"[a-zA-Z0-9_.-]{1,64}")
_TAG_LIMIT: Final = 200

#: Tags that Sentry removes or fills from elsewhere, and what the user wants instead.
_RESERVED_TAGS: Final = {
    "release": "set sentry.release",
    "dist": "set sentry.dist",
    "environment": "set sentry.environment",
    "server_name": "set sentry.server_name",
    "user": "choose another key",
    "filename": "choose another key",
    "function": "choose another key",
}


def check_release(text: str) -> str:
    """The release as Sentry keeps it."""
    return _check_attribute(text, longest=200, reserved=(".", "..", "latest"))


def check_environment(text: str) -> str:
    """The environment as Sentry keeps it."""
    return _check_attribute(text, longest=64, reserved=(".", "..", "none"))


def _check_attribute(text: str, *, longest: int, reserved: tuple[str, ...]) -> str:
    text = _check_filled(text)
    if found := _FORBIDDEN.search(text):
        raise ValueError(f"must not contain {_spoken(found[0])}; Sentry drops such a name")
    if text.lower() in reserved:
        raise ValueError(f'must not be "{text}"; Sentry drops that name')
    if (size := len(text.encode())) > longest:
        raise ValueError(f"must have at most {longest} bytes, has {size}; Sentry drops a longer name")
    return text


def _check_filled(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValueError("must not be empty; Sentry drops it")
    if _SURROGATE.search(text):
        raise ValueError("must be UTF-8 text")
    return text


def _spoken(character: str) -> str:
    if character in "\r\n":
        return "a line break"
    return f'"{character}"' if character.isprintable() else f"the control character U+{ord(character):04X}"


def check_dist(text: str) -> str:
    """The distribution as Sentry keeps it."""
    text = text.strip()
    if not _DIST.fullmatch(text):
        raise ValueError("must be 1 to 64 letters, digits or any of _ . -; Sentry drops anything else")
    return text


def check_tag_key(text: str) -> str:
    """A tag key that Sentry keeps unchanged."""
    if not _TAG_KEY.fullmatch(text):
        raise ValueError(
            "a tag key must be 1 to 200 letters, digits or any of _ . : -; Sentry drops anything else"
        )
    if advice := _RESERVED_TAGS.get(text):
        raise ValueError(f"Sentry does not keep a tag of this name; {advice}")
    return text


def check_tag_value(text: str) -> str:
    """A tag value that Sentry keeps whole; `server_name` becomes one as well."""
    text = _check_filled(text)
    if "\n" in text:
        raise ValueError("must not contain a line break; Sentry drops it")
    if len(text) > _TAG_LIMIT:
        raise ValueError(f"must have at most {_TAG_LIMIT} characters, has {len(text)}; Sentry cuts the rest")
    return text


def check_source_name(text: str) -> str:
    """A source's name: fit for a tag value, a file name and one column of `sidecar status`."""
    if not _SOURCE_NAME.fullmatch(text):
        raise ValueError("must be 1 to 64 letters, digits or any of _ . -")
    return text
