"""The keys that a settings file may hold, with their types and defaults; nothing is read here.

Every value is frozen, every unknown key is an error.  Values that can hold a credential are `SecretStr`, so that no
repr, dump or error shows them.  What pydantic says about a wrong value is put into words by `problems`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from sidecar.errors import UsageError
from sidecar.settings.sentry_names import (
    check_dist,
    check_environment,
    check_release,
    check_source_name,
    check_tag_key,
    check_tag_value,
)
from sidecar.settings.value_checks import check_path, check_proxy, check_text, check_timezone, nearest, quoted

#: Keys of DESIGN that this version does not have.  Delete a line when its feature arrives.
NOT_YET: Final = frozenset(
    {
        ("rules",),
        ("health",),
        ("sources", "breadcrumbs"),
        ("limits", "issue_burst"),
        ("limits", "issue_per_minute"),
        ("limits", "events_per_minute"),
    }
)

_MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Checks:
    """What validation needs from other parts of the program.

    Attributes:
        formats: names accepted by `sources.format`, besides "auto".
        check_dsn: raises `UsageError`, without the value in its text, for a DSN that cannot be used.
    """

    formats: Collection[str]
    check_dsn: Callable[[str], object]


Text = Annotated[str, AfterValidator(check_text)]
FilePath = Annotated[Path, BeforeValidator(check_path)]
Flag = Annotated[bool, Field(strict=True)]
TagKey = Annotated[str, AfterValidator(check_tag_key)]
TagValue = Annotated[str, AfterValidator(check_tag_value)]


class Table(BaseModel):
    """One table of a settings file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SentrySettings(Table):
    """`[sentry]`: where events go, and what is the same on each of them.

    Attributes:
        dsn: None: events are shown in the terminal instead of sent.
        environment: such as "production".
        release: see `release_of`, which also reads `release_file`.
        release_file: a file that holds the release; `release` wins.
        server_name: None: the caller fills in the host's name.
        dist: Sentry's distribution of a release.
        ca_certs: PEM file with the authorities to trust.
        http_proxy: may hold a password, hence secret.
        send_default_pii: as in every Sentry SDK.
        shutdown_timeout: seconds to deliver what is left at SIGTERM.
    """

    dsn: SecretStr | None = None
    environment: Annotated[str, AfterValidator(check_environment)] = "production"
    release: Annotated[str, AfterValidator(check_release)] | None = None
    release_file: FilePath | None = None
    server_name: TagValue | None = None
    dist: Annotated[str, AfterValidator(check_dist)] | None = None
    ca_certs: FilePath | None = None
    http_proxy: Annotated[SecretStr, AfterValidator(check_proxy)] | None = None
    send_default_pii: Flag = False
    shutdown_timeout: Annotated[float, Field(strict=True, ge=0, le=86_400, allow_inf_nan=False)] = 4.0

    @field_validator("dsn")
    @classmethod
    def _check_dsn(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        # An empty DSN means "do not send" in every Sentry SDK.
        if value is None or not value.get_secret_value().strip():
            return None
        if isinstance(info.context, Checks):
            try:
                info.context.check_dsn(value.get_secret_value())
            except UsageError as error:
                raise ValueError(str(error)) from None
        return value


class SourceRoot(Table):
    """`[[sources.source_roots]]`: where code of the logged paths can be read, for context lines.

    Attributes:
        logged: directory as the log names it.
        local: the same directory as this process sees it; it may appear later.
    """

    logged: Text
    local: FilePath


class Source(Table):
    """`[[sources]]`: one set of log files.

    Attributes:
        name: unique; fit for a tag.
        include: globs, absolute or relative to the working directory, `**` allowed.
        exclude: globs taken out of `include`.
        format: "auto" or a name of a parser.
        start_at: for files that exist at the very first start.
        tags: added to each event.
        logs: records that are no issue become log items.
        app_root: directory of the application as the log names it.
        timezone: for stamps without a zone; None: the machine's.
        source_roots: see there.
    """

    name: Annotated[str, AfterValidator(check_source_name)]
    include: Annotated[tuple[Text, ...], Field(min_length=1)]
    exclude: tuple[Text, ...] = ()
    format: str = "auto"
    start_at: Literal["end", "beginning"] = "end"
    tags: dict[TagKey, TagValue] = {}
    logs: Flag = True
    app_root: Text | None = None
    timezone: Annotated[str, AfterValidator(check_timezone)] | None = None
    source_roots: tuple[SourceRoot, ...] = ()

    @field_validator("format")
    @classmethod
    def _check_format(cls, value: str, info: ValidationInfo) -> str:
        if not isinstance(info.context, Checks):
            return value
        known = {"auto", *info.context.formats}
        if value not in known:
            hint = nearest(value, known) or f"; known: {', '.join(sorted(known))}"
            raise ValueError(f"unknown format {quoted(value)}{hint}")
        return value


class Limits(Table):
    """`[limits]`: what the sidecar may use.

    Attributes:
        outbox_max_bytes: reading pauses while the outbox holds more.
    """

    # Below 1 MiB a single envelope could fill the outbox for ever; SQLite's integers end at 2**63.
    outbox_max_bytes: Annotated[int, Field(strict=True, ge=_MIB, lt=1 << 63)] = 256 * _MIB


class Settings(Table):
    """All settings, checked; the only place with defaults.

    Attributes:
        state_dir: of the outbox and the checkpoints.
        sentry: see there.
        sources: see there; `sidecar run` needs at least one.
        limits: see there.
    """

    state_dir: FilePath = Path("/var/lib/sentry-sidecar")
    sentry: SentrySettings = SentrySettings()
    sources: tuple[Source, ...] = ()
    limits: Limits = Limits()
