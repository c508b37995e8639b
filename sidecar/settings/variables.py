"""Names of the environment variables: which belong to us, what they set, which are mistakes.

Cheap on purpose: `environment`, which imports pydantic-settings (100 ms), is needed only when one of them is set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from sidecar.settings.key_paths import KEYS, REPEATED, TABLES, KeyPath, SchemaPath, about_unknown
from sidecar.settings.schema import NOT_YET
from sidecar.settings.value_checks import nearest

_PREFIX: Final = "SIDECAR_"
_DELIMITER: Final = "__"

#: Variables of every Sentry SDK, and the keys they set here.
_SENTRY: Final[Mapping[str, SchemaPath]] = {
    "SENTRY_DSN": ("sentry", "dsn"),
    "SENTRY_ENVIRONMENT": ("sentry", "environment"),
    "SENTRY_RELEASE": ("sentry", "release"),
}

#: Kubernetes sets these in each pod for a service whose name begins with "sidecar"; nobody wrote them.
_SERVICE_LINK: Final = re.compile(
    r"SIDECAR_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)?)"
)


def _name_of(path: SchemaPath) -> str:
    return _PREFIX + _DELIMITER.join(path).upper()


#: A table has no variable of its own; a list of tables has one, which holds JSON.
_PATHS: Final[Mapping[str, SchemaPath]] = {
    _name_of(path): path
    for path in KEYS
    if (path not in TABLES or path in REPEATED)
    and not any(path[: len(table)] == table != path for table in REPEATED)
}
#: The variable that holds JSON.
JSON_VARIABLE: Final = _name_of(("sources",))


def ours(environ: Mapping[str, str]) -> dict[str, str]:
    """The known variables that are set, all under their `SIDECAR_…` name."""
    found = {_name_of(path): environ[name] for name, path in _SENTRY.items() if environ.get(name)}
    return found | {name: environ[name] for name in _PATHS if environ.get(name)}


def variable_of(path: KeyPath, environ: Mapping[str, str]) -> str:
    """The variable that set the key at `path`."""
    for name, known in _PATHS.items():
        if path[: len(known)] == known and environ.get(name):
            return name
    return next((name for name, known in _SENTRY.items() if known == path), JSON_VARIABLE)


def mistakes(environ: Mapping[str, str]) -> Iterator[str]:
    """One line for each `SIDECAR_…` variable that sets nothing."""
    for name in sorted(environ):
        if name.startswith(_PREFIX) and name not in _PATHS and not _SERVICE_LINK.fullmatch(name):
            yield f"environment variable {name}: {_about(name)}"


def _about(name: str) -> str:
    path = tuple(name.removeprefix(_PREFIX).lower().split(_DELIMITER))
    for end in range(1, len(path) + 1):
        if path[:end] in NOT_YET:
            return about_unknown(path[:end])
    return f"unknown variable{nearest(name, _PATHS)}"
