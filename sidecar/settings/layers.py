"""Settings come in layers; this merges them and remembers which one a value came from.

Low to high: systemd's `$STATE_DIRECTORY`, the TOML file, other environment variables, flags.  Tables are merged key
by key, anything else is replaced whole: a list of sources never mixes two layers.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sidecar.settings.key_paths import KeyPath, shown
from sidecar.settings.problems import Problem
from sidecar.settings.toml_file import TomlFile
from sidecar.settings.variables import JSON_VARIABLE, variable_of


def _no_line(_: KeyPath) -> int | None:
    return None


@dataclass(frozen=True, slots=True)
class Layer:
    """The settings from one place.

    Attributes:
        data: nested as in the file.
        name_of: what the user calls the key at a path: file and key, or variable.
        line_of: its line, where there are lines.
    """

    data: Mapping[str, Any]
    name_of: Callable[[KeyPath], str]
    line_of: Callable[[KeyPath], int | None] = _no_line


def state_directory(environ: Mapping[str, str]) -> Layer:
    """Systemd's `StateDirectory=`; the first where it names several."""
    first = environ.get("STATE_DIRECTORY", "").partition(":")[0]
    return Layer({"state_dir": first} if first else {}, lambda _: "environment variable STATE_DIRECTORY")


def toml(file: TomlFile) -> Layer:
    """The settings file."""
    return Layer(file.data, lambda path: f"{file.path}: {shown(path)}", file.line_of)


def variables(data: Mapping[str, Any], environ: Mapping[str, str]) -> Layer:
    """Environment variables."""

    def name_of(path: KeyPath) -> str:
        name = variable_of(path, environ)
        return f"environment variable {name}" + (f": {shown(path)}" if name == JSON_VARIABLE else "")

    return Layer(data, name_of)


def flags(overrides: Mapping[str, Any]) -> Layer:
    """The command line; None is a flag that was not given."""
    return Layer(_given(overrides), lambda path: f"command line: {shown(path)}")


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _given(value) if isinstance(value, Mapping) else value
        for key, value in values.items()
        if value is not None
    }


def merged(layers: Sequence[Layer]) -> dict[str, Any]:
    """All layers as one, the last one first in rank."""
    return functools.reduce(_merge, (layer.data for layer in layers), {})


def _merge(low: Mapping[str, Any], high: Mapping[str, Any]) -> dict[str, Any]:
    return {**low, **{key: _pick(low.get(key), value) for key, value in high.items()}}


def _pick(low: Any, high: Any) -> Any:
    if not isinstance(high, Mapping):
        return high
    if low is None:
        return dict(high)
    # A wrong value (`sentry = 5`) stays, to be reported instead of hidden by what lies above.
    return _merge(low, high) if isinstance(low, Mapping) else low


def report(problems: Sequence[Problem], layers: Sequence[Layer]) -> list[str]:
    """One line a problem, by layer and line."""
    found = sorted((_placed(problem, layers) for problem in problems), key=lambda placed: placed[:2])
    return [text + (f" (line {line})" if line else "") for _, line, text in found]


def _placed(problem: Problem, layers: Sequence[Layer]) -> tuple[int, int, str]:
    # The layer that has most of the path; of equals the one whose value `_pick` took: no table, then the highest.
    rank = max(range(len(layers)), key=lambda index: (*_reach(layers[index].data, problem.path), index))
    line = layers[rank].line_of(problem.path) or 0
    return rank, line, f"{layers[rank].name_of(problem.path)}: {problem.text}"


def _reach(data: Any, path: KeyPath) -> tuple[int, bool]:
    """How many keys of the path lead somewhere, and whether that is no table."""
    for depth, key in enumerate(path):
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return depth, not isinstance(data, Mapping)
    return len(path), not isinstance(data, Mapping)
