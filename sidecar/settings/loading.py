"""From a file, the environment and flags to checked `Settings`, or to one line for each thing that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from sidecar.errors import UsageError
from sidecar.settings import layers, toml_file, variables
from sidecar.settings.problems import Problem, problems_of, repeated_names
from sidecar.settings.schema import Checks, Settings

_NO_FLAGS: Final[Mapping[str, Any]] = MappingProxyType({})


def load(
    path: Path | None,
    *,
    environ: Mapping[str, str],
    formats: Collection[str],
    check_dsn: Callable[[str], object],
    overrides: Mapping[str, Any] = _NO_FLAGS,
) -> Settings:
    """Settings from a TOML file, the environment above it and flags above both.

    Args:
        path: of the file; None: without a file.  See `find`.
        environ: the environment's variables.
        formats: names that `sources.format` may have, besides "auto".
        check_dsn: raises `UsageError` for a DSN that cannot be used; its text must not hold the value.
        overrides: what flags say, nested as in the file; None is a flag that was not given.

    Returns:
        Settings in which every value has been checked.

    Raises:
        UsageError: one line for each problem, all of them at once.
    """
    stack = [layers.state_directory(environ)]
    if path is not None:
        stack.append(layers.toml(toml_file.read(path)))
    values, mistakes = _read_variables(environ)
    stack += [layers.variables(values, environ), layers.flags(overrides)]
    settings, problems = _validate(layers.merged(stack), Checks(formats, check_dsn))
    lines = [*layers.report(problems, stack), *mistakes]
    if lines or settings is None:
        raise UsageError("\n".join(lines))
    return settings


def _read_variables(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Values of our variables, and a line for each that cannot be used."""
    mistakes = list(variables.mistakes(environ))
    ours = variables.ours(environ)
    if not ours:
        return {}, mistakes
    from sidecar.settings import environment  # noqa: PLC0415 - pydantic-settings takes 100 ms, for most in vain

    values = environment.read_values(ours)
    if values is None:
        mistakes.append(
            f"environment variable {variables.JSON_VARIABLE}: not valid JSON; give a list of sources"
        )
        del ours[variables.JSON_VARIABLE]
        values = environment.read_values(ours)
    return values or {}, mistakes


def _validate(data: Mapping[str, Any], checks: Checks) -> tuple[Settings | None, list[Problem]]:
    problems = list(repeated_names(data))
    try:
        return Settings.model_validate(data, context=checks), problems
    except ValidationError as error:
        return None, [*problems_of(error), *problems]
