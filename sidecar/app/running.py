"""`sidecar run`: tail and deliver until SIGTERM."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from sidecar.app.plan import Plan, reading_of
from sidecar.app.sending import dsn_of, outbox
from sidecar.app.signals import stop_on_signals
from sidecar.clock import Clock
from sidecar.delivery.dsn import masked
from sidecar.errors import UsageError
from sidecar.identity import Checkpoint
from sidecar.pipeline.interpret import Interpreted
from sidecar.pipeline.live import Live
from sidecar.pipeline.sink import OutboxSink, Sink, TerminalSink
from sidecar.settings import Settings, warnings_of
from sidecar.tail.discover import WatchSpec, discover
from sidecar.tail.tailer import Tailer
from sidecar.tail.watch import watch

#: Source files may change with a deploy; what was made from them is made anew so often.
_SOURCE_CODE_SECONDS = 600.0


def run(settings: Settings, clock: Clock, show: Callable[[Interpreted], None]) -> None:
    """Tail all sources; deliver to Sentry, or *show* events where no DSN is set.

    Raises:
        UsageError: there is nothing to tail.
        StateError: the state directory cannot be used.
    """
    if not settings.sources:
        raise UsageError(
            "no [[sources]] in the settings, so there is nothing to tail; name your logs in sidecar.toml"
        )
    log = structlog.get_logger()
    for warning in warnings_of(settings):
        log.warning("settings", problem=warning)
    stop = threading.Event()

    def show_until_stopped(one: Interpreted) -> None:
        if not stop.is_set():  # a screen is slow, and nothing is kept of what it showed
            show(one)

    with stop_on_signals(stop), _sink(settings, clock, show_until_stopped) as (sink, checkpoints):
        log.info("started", sources=[source.name for source in settings.sources])
        _follow(settings, sink, checkpoints, clock, stop)
        log.info("stopping")


@contextmanager
def _sink(
    settings: Settings, clock: Clock, show: Callable[[Interpreted], None]
) -> Iterator[tuple[Sink, list[Checkpoint]]]:
    """Where records go, and how far they had been read; what is due is delivered before the block is left."""
    dsn = dsn_of(settings)
    if dsn is None:
        structlog.get_logger().info("no_dsn", advice="events are shown here; set SENTRY_DSN to send them")
        yield TerminalSink(show), []
        return
    with outbox(settings.state_dir, settings, dsn, clock) as courier:
        structlog.get_logger().info("delivering", dsn=masked(dsn), waiting=courier.store.pending_rows())
        courier.sender.start()
        sink = OutboxSink(courier.store, courier.sender.wake, settings.limits.outbox_max_bytes)
        try:
            yield sink, courier.store.checkpoints()
        finally:
            courier.sender.close(settings.sentry.shutdown_timeout)
            structlog.get_logger().info("stopped", waiting=courier.store.pending_rows())


def _follow(
    settings: Settings, sink: Sink, checkpoints: list[Checkpoint], clock: Clock, stop: threading.Event
) -> None:
    plans = {source.name: Plan(reading_of(source), settings) for source in settings.sources}
    specs = [WatchSpec(one.name, one.include, one.exclude, one.start_at) for one in settings.sources]
    for spec in specs:
        found = [one.path for one in discover(spec)]
        if not found:
            structlog.get_logger().warning("no_files_yet", source=spec.source, include=spec.include)
        elif not any(one.source == spec.source for one in checkpoints):
            structlog.get_logger().info(
                "first_start", source=spec.source, files=len(found), start_at=spec.start_at
            )
    tailer = Tailer(specs, checkpoints, monotonic=clock.monotonic)
    live = Live(tailer, {name: plan.chooser for name, plan in plans.items()}, sink, clock)
    forget_at = clock.monotonic() + _SOURCE_CODE_SECONDS
    try:
        for look in watch(tailer.directories, stop, wait=live.wait, monotonic=clock.monotonic):
            live.look(look.paths, rescan=look.rescan, stopped=stop.is_set)
            if clock.monotonic() >= forget_at:
                forget_at = clock.monotonic() + _SOURCE_CODE_SECONDS
                for plan in plans.values():
                    plan.forget()
    finally:
        tailer.close()
