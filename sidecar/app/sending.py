"""The parts that deliver: an outbox in a state directory, and senders that empty it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sidecar.clock import Clock
from sidecar.delivery.dsn import endpoint_of
from sidecar.delivery.ports import Answer
from sidecar.delivery.sender import Sender
from sidecar.delivery.transport import Transport
from sidecar.event.payload import SDK
from sidecar.settings import Settings
from sidecar.state.store import Store

#: Statuses with which Sentry says that the DSN is wrong.
_REFUSALS = frozenset({401, 403, 404})


@dataclass(slots=True)
class Courier:
    """What is needed to send.

    Attributes:
        store: the outbox.
        sender: its threads; not started yet.
        refused: the last answer refused the DSN.
    """

    store: Store
    sender: Sender
    refused: bool = False


@contextmanager
def outbox(directory: Path, settings: Settings, dsn: str, clock: Clock) -> Iterator[Courier]:
    """Open the outbox in *directory* and prepare its senders; closed when the block is left.

    Raises:
        UsageError: the DSN, the proxy or ca_certs cannot be used.
        StateError: the directory cannot be used.
    """
    sentry = settings.sentry
    transport = Transport(
        endpoint_of(dsn, f"{SDK['name']}/{SDK['version']}"),
        ca_certs=str(sentry.ca_certs) if sentry.ca_certs else None,
        http_proxy=sentry.http_proxy.get_secret_value() if sentry.http_proxy else None,
    )
    with Store.open(directory, clock) as store:

        def post(body: bytes) -> Answer:
            answer = transport.post(body)
            courier.refused = answer.status in _REFUSALS
            return answer

        courier = Courier(store, Sender(store, post, clock=clock))
        try:
            yield courier
        finally:
            transport.close()


def dsn_of(settings: Settings) -> str | None:
    """The DSN, if one is set."""
    return settings.sentry.dsn.get_secret_value() if settings.sentry.dsn else None
