"""A settings file is text, and loading it takes the same arguments everywhere; both in one place for these tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from sidecar.errors import UsageError
from sidecar.settings import Settings, load

FORMATS = frozenset({"php", "php.error_log", "node", "plain"})


def check_dsn(value: str) -> None:
    """As strict as these tests need it; the real one belongs to `sidecar.delivery`."""
    if not value.startswith("https://"):
        raise UsageError("no DSN; copy it from Sentry's project settings")


@pytest.fixture
def load_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """`(text=None, environ={}, **overrides)`: loads it as `sidecar.toml` in the working directory."""
    monkeypatch.chdir(tmp_path)

    def load_it(
        text: str | bytes | None = None, environ: Any = MappingProxyType({}), **overrides: Any
    ) -> Settings:
        path = None
        if text is not None:
            path = Path("sidecar.toml")
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(path, environ=environ, formats=FORMATS, check_dsn=check_dsn, overrides=overrides)

    return load_it


@pytest.fixture
def lines_of(load_text: Callable[..., Settings]) -> Callable[..., list[str]]:
    """As `load_text`, for settings that must be refused: the lines that the user reads."""

    def lines(*args: Any, **kwargs: Any) -> list[str]:
        with pytest.raises(UsageError) as caught:
            load_text(*args, **kwargs)
        assert caught.value.exit_status == 2
        # Nothing of pydantic hangs on it, whose errors hold the values.
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
        return str(caught.value).split("\n")

    return lines
