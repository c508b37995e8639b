"""Settings from environment variables, read by pydantic-settings; the one module that imports it.

The mapping is an argument.  pydantic-settings' own source copies `os.environ` into its public attribute `env_vars`
when it is made and looks at nothing else afterwards, so the attribute is set to the given variables instead.

`SENTRY_DSN`, `SENTRY_ENVIRONMENT` and `SENTRY_RELEASE` mean what they mean to every Sentry SDK; a `SIDECAR_…` variable
of the same key wins.  An empty variable counts as not set, as container files leave them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict, SettingsError

from sidecar.settings.schema import Settings


class _Described(Settings, BaseSettings):
    """The schema as pydantic-settings wants to see it; never instantiated.

    `strict` makes its source turn text into numbers and booleans, which the schema itself refuses to do.
    """

    model_config = SettingsConfigDict(
        env_prefix="SIDECAR_", env_nested_delimiter="__", case_sensitive=False, strict=True
    )


def read_values(variables: Mapping[str, str]) -> dict[str, Any] | None:
    """Values of `SIDECAR_…` variables, nested as in the file; None when the one with JSON does not hold JSON."""
    source = EnvSettingsSource(_Described)
    source.env_vars = {name.lower(): value for name, value in variables.items()}
    try:
        return source()
    except (SettingsError, RecursionError):
        return None
