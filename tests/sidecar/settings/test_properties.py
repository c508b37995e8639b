"""Whatever a settings file holds, the answer is settings or clear lines: never a crash, jargon or a broken line."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.errors import UsageError
from sidecar.settings import Settings, load
from sidecar.settings.key_paths import KEYS
from sidecar.settings.schema import NOT_YET

_NAMES = [*sorted({key for path in [*KEYS, *NOT_YET] for key in path}), "a\nb", "__class__", "[key]", ""]
# A few characters that matter: Hypothesis' table of all of them takes seconds to build on a fresh machine.
_TEXT = st.text("aB1_.-/ é\n\0\x1b\u2028\ud800\"'[", max_size=9)
_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.times() | st.datetimes() | _TEXT
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES) | _TEXT, inner, max_size=4)
    ),
    max_leaves=12,
)
_SOURCES = st.lists(st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=5) | _VALUES, max_size=3)
_FILES = st.fixed_dictionaries(
    {},
    optional={
        "sources": _SOURCES,
        **dict.fromkeys(("sentry", "limits", "state_dir", "rules", "x\ny"), _VALUES),
    },
)
_LINE = re.compile(r"command line: \S.*: \S.*[^ ]")
_JARGON = (
    "Input",
    "pydantic",
    "valid dictionary",
    "not a value that can be used here",
    "something else",
    "None,",
)


def _load(data: dict[str, Any]) -> Settings | list[str]:
    try:
        return load(None, environ={}, formats=("php",), check_dsn=str, overrides=data)
    except UsageError as error:
        return str(error).split("\n")


@settings(deadline=None)  # the nearest of 600 time zones takes its time on a busy machine
@given(_FILES)
def test_settings_or_lines(data: dict[str, Any]) -> None:
    result = _load(data)
    if isinstance(result, list):
        assert result
        for line in result:
            assert _LINE.fullmatch(line), line
            assert not any(word in line for word in _JARGON), line
