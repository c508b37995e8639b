"""A server that answers envelopes as a test says, for faults and for numbers that Bugsink is too slow for."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.e2e.binary import KEY


class ScriptedSentry:
    """Takes events and log items.

    Attributes:
        status: gives the status of the next answer; what is not answered with 200 counts as not taken.
        events: payloads taken, in order; one that came twice is here twice.
        logs: log items taken, in order.
    """

    def __init__(self, port: int = 0) -> None:
        """*port*: 0 for any."""
        self.status: Callable[[], int] = lambda: 200
        self.events: list[dict[str, Any]] = []
        self.logs: list[dict[str, Any]] = []
        taken = self

        class Handler(_Handler):
            sentry = taken

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True

    @property
    def dsn(self) -> str:
        return f"http://{KEY}@127.0.0.1:{self._server.server_address[1]}/42"

    @contextmanager
    def running(self) -> Iterator[ScriptedSentry]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def take(self, envelope: bytes) -> int:
        status = self.status()
        _, item, payload = envelope.split(b"\n", 2)
        if status == 200:
            parsed = json.loads(payload)
            if json.loads(item)["type"] == "event":
                self.events.append(parsed)
            else:
                self.logs.extend(parsed["items"])
        return status


class _Handler(BaseHTTPRequestHandler):
    sentry: ScriptedSentry
    protocol_version = "HTTP/1.1"
    # One write an answer: its head and body in two would wait for each other's acknowledgement, 40 ms each time.
    wbufsize = -1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        self.send_response(self.sentry.take(body))
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        """Quiet."""
