"""A credential in the settings is never shown, whatever is wrong and whatever is printed."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from sidecar.errors import UsageError
from sidecar.settings import Settings, load

DSN = "https://s3cr3t@sentry.example/1"
PROXY = "http://me:s3cr3t@proxy:3128"


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        lambda s: s.model_dump_json(),
        lambda s: str(s.model_dump()),
        lambda s: repr(s.sentry),
        "{}".format,
    ],
)
def test_not_in_what_settings_print(
    load_text: Callable[..., Settings], show: Callable[[Settings], str]
) -> None:
    settings = load_text(f'[sentry]\ndsn = "{DSN}"\nhttp_proxy = "{PROXY}"')
    assert settings.sentry.http_proxy is not None
    assert "production" in show(settings)
    assert "s3cr3t" not in show(settings)


@pytest.mark.parametrize(
    ("text", "environ"),
    [
        (f'[sentry]\ndsn = "x{DSN}"', {}),
        (f'[sentry]\ndsn = ["{DSN}"]', {}),
        (f'[sentry]\nhttp_proxy = "x{PROXY}"', {}),
        (f'[sentry]\ndns = "{DSN}"', {}),
        (f'[sentry]\nenvironment = "{DSN}"', {}),
        (f'[sentry]\ndsn = "{DSN}', {}),
        (f"[sentry]\ndsn = {DSN}", {}),
        (f"[sentry]\n{DSN}", {}),
        (f'[sentry]\n"{DSN}" = 1', {}),
        (f'sentry = "{DSN}"', {}),
        (f'[[sources]]\nname = "a"\ninclude = ["a"]\nformat = "{DSN}"', {}),
        (f'[[sources]]\nname = "a"\ninclude = ["a"]\nstart_at = "{DSN}"', {}),
        (f'[[sources]]\nname = "a"\ninclude = ["a"]\ntimezone = "{DSN}"', {}),
        (f'[[sources]]\nname = "{DSN}"\n[[sources]]\nname = "{DSN}"', {}),
        ("", {"SENTRY_DSN": f"x{DSN}"}),
        ("", {"SIDECAR_SENTRY__DSN": f"x{DSN}"}),
        ("", {"SIDECAR_SENTRY__DNS": DSN}),
        ("", {"SIDECAR_SENTRY__HTTP_PROXY": f"x{PROXY}"}),
        ("", {"SIDECAR_SOURCES": DSN}),
        ("", {"SENTRY_ENVIRONMENT": DSN}),
    ],
)
def test_not_in_errors_or_their_tracebacks(tmp_path: Path, text: str, environ: dict[str, str]) -> None:
    path = tmp_path / "sidecar.toml"
    path.write_text(text)

    def refuse(_: str) -> None:
        raise UsageError("not a DSN")

    with pytest.raises(UsageError) as caught:
        load(path, environ=environ, formats=(), check_dsn=refuse)
    assert "s3cr3t" not in "".join(traceback.format_exception(caught.value))
