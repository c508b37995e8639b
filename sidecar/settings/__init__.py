"""Settings: TOML file < environment < flags, checked as a whole before anything runs.

    path = find(None)                                        # sidecar.toml, /etc/sentry-sidecar/sidecar.toml, or None
    settings = load(path, environ=os.environ, formats=…, check_dsn=…)      # or UsageError, a line for each problem
    for line in warnings_of(settings): …                     # mounts that are not there yet
    release = release_of(settings.sentry)

Modules: `schema` (keys, types, defaults), `sentry_names` (what Sentry accepts), `value_checks`, `toml_file`,
`variables` and `environment` (the two sources), `layers` (merging, and where a value came from), `problems` and
`key_paths` (words), `loading`, `targets`.  Only `environment` imports pydantic-settings.

Importing this costs what pydantic costs; a command that needs no settings imports it not at all.
"""

from __future__ import annotations

from sidecar.settings.loading import load
from sidecar.settings.schema import Limits, SentrySettings, Settings, Source, SourceRoot
from sidecar.settings.targets import release_of, warnings_of
from sidecar.settings.toml_file import find

__all__ = [
    "Limits",
    "SentrySettings",
    "Settings",
    "Source",
    "SourceRoot",
    "find",
    "load",
    "release_of",
    "warnings_of",
]
