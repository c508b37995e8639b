"""Which settings apply to which log: a `Plan` for each source, from the settings file and the flags above it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from parsers import formats
from parsers.model import Format
from sidecar.event.payload import Composer, Origin
from sidecar.event.source import SourceCode, SourceRoot
from sidecar.pipeline.interpret import Interpreter
from sidecar.pipeline.memo import REMEMBERED_BYTES
from sidecar.settings import Settings, Source, release_of
from sidecar.tail.discover import matches
from sidecar.tail.rotation import root_name

#: The source of files that no `[[sources]]` of the settings names.
UNNAMED = "command line"


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read logs; what flags give, or a source of the settings.

    Attributes:
        name: of the source.
        format: a name of `parsers.formats.NAMES`.
        source_roots: where code can be read.
        app_root: see `Origin`.
        timezone: for stamps without a zone; None: the machine's.
        tags: the user's.
        logs: whether records that are no issue become log items.
    """

    name: str = UNNAMED
    format: str = "auto"
    source_roots: tuple[SourceRoot, ...] = ()
    app_root: str | None = None
    timezone: str | None = None
    tags: Mapping[str, str] | None = None
    logs: bool = True


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line says of reading; None or empty where it says nothing."""

    format: str | None = None
    source_roots: tuple[SourceRoot, ...] = ()
    app_root: str | None = None
    timezone: str | None = None


class Plan:
    """One source: makes an interpreter for each format that its files turn out to be in."""

    def __init__(self, reading: Reading, settings: Settings, memory: int = REMEMBERED_BYTES) -> None:
        """*settings* give what is the same for all sources; *memory*: see `Interpreter`."""
        self._memory = memory
        self.name = reading.name
        self._reading = reading
        sentry = settings.sentry
        origin = Origin(
            environment=sentry.environment,
            server_name=sentry.server_name or socket.gethostname(),
            release=release_of(sentry),
            dist=sentry.dist,
            tags=reading.tags,
            app_root=reading.app_root,
        )
        self._composer = Composer(origin, SourceCode(reading.source_roots))
        self._interpreters: dict[str, Interpreter] = {}

    def chooser(self) -> Callable[[bytes], Interpreter]:
        """For one log: given more and more of it, the interpreter for its format.

        While nothing but plain text was seen of a log whose format is to be found, each look may find more.
        """
        chosen: Format | None = None

        def choose(data: bytes) -> Interpreter:
            nonlocal chosen
            if chosen is None or chosen.name in formats.UNDECIDED:
                chosen = formats.choose(self._reading.format, data)
            return self._interpreter(chosen)

        return choose

    def _interpreter(self, log_format: Format) -> Interpreter:
        known = self._interpreters.get(log_format.name)
        if known is None:
            reading = self._reading
            known = Interpreter(
                log_format, self._composer, zone=reading.timezone, logs=reading.logs, memory=self._memory
            )
            self._interpreters[log_format.name] = known
        return known

    def forget(self) -> None:
        """Read source files anew from here on."""
        for interpreter in self._interpreters.values():
            interpreter.forget()


class Plans:
    """The plan for each log of a command line: of the source whose globs name it, with the flags above."""

    def __init__(self, settings: Settings, flags: Flags) -> None:
        """See the class."""
        self.settings = settings
        #: For the interpreters of the plans to come.
        self.memory = REMEMBERED_BYTES
        self._flags = flags
        self._plans: dict[str, Plan] = {}

    def for_path(self, path: str) -> Plan:
        """The plan for the log at *path*; "-" is no file, and of no source."""
        reading = Reading()
        if path != "-":
            absolute = os.path.normpath(Path(path).absolute())
            for source in self.settings.sources:
                if _names(source, absolute):
                    reading = reading_of(source)
                    break
        if reading.name not in self._plans:
            self._plans[reading.name] = Plan(_with_flags(reading, self._flags), self.settings, self.memory)
        return self._plans[reading.name]


def reading_of(source: Source) -> Reading:
    """How the settings say that a source is read."""
    return Reading(
        name=source.name,
        format=source.format,
        source_roots=tuple(SourceRoot(root.logged, str(root.local)) for root in source.source_roots),
        app_root=source.app_root,
        timezone=source.timezone,
        tags=source.tags,
        logs=source.logs,
    )


def _names(source: Source, path: str) -> bool:
    """Do the globs of *source* name the absolute *path*, its real one, or the log that it is a rotation of?

    `exclude` does not count: whoever names a file means it.
    """
    include = [str(Path(pattern).absolute()) for pattern in source.include]
    names = {path, os.path.realpath(path)}
    names |= {str(Path(name).with_name(root_name(Path(name).name))) for name in names}
    return any(matches(name, include) for name in names)


def _with_flags(reading: Reading, flags: Flags) -> Reading:
    return replace(
        reading,
        format=flags.format or reading.format,
        source_roots=flags.source_roots or reading.source_roots,
        app_root=flags.app_root or reading.app_root,
        timezone=flags.timezone or reading.timezone,
    )
