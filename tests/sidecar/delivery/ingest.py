"""A real HTTP server that takes envelopes and answers by script: what Sentry, a proxy or a bad line may do."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer.

    `how`: "answer"; "reset" (the connection is reset after the request), "close" (closed without a word), "silent" (no
    word until the client gives up), "cut" (the body breaks off).
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"id":"0"}'
    how: Literal["answer", "reset", "close", "silent", "cut"] = "answer"


@dataclass(frozen=True, slots=True)
class Received:
    """One request, taken apart."""

    path: str
    headers: dict[str, str]
    envelope: dict[str, Any]
    item: dict[str, Any]
    payload: bytes
    reply: Reply

    @property
    def category(self) -> str:
        return {"event": "error", "log": "log_item"}[self.item["type"]]

    @property
    def names(self) -> list[str]:
        """What the test called the payloads: `{"name": …}` each."""
        parsed = json.loads(self.payload)
        return [item["name"] for item in parsed["items"]] if self.category == "log_item" else [parsed["name"]]


class Ingest:
    """The server.  `script` is answered first, in order; then `rule` decides; its default accepts everything."""

    def __init__(self) -> None:
        self.script: list[Reply] = []
        self.rule: Callable[[Received], Reply] = lambda _: Reply()
        self.received: list[Received] = []
        self.connections = 0
        self._released = threading.Event()
        self._lock = threading.Lock()
        ingest = self

        class Handler(_Handler):
            owner = ingest

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def dsn(self) -> str:
        return f"http://publickey@127.0.0.1:{self.port}/42"

    def accepted(self, category: str = "error") -> list[str]:
        """Names of the payloads that were answered with 200, in order."""
        taken = [r for r in self.received if r.category == category and r.reply.status == 200]
        return [name for r in taken if r.reply.how in {"answer", "cut"} for name in r.names]

    def tried(self, category: str = "error") -> list[str]:
        return [name for r in self.received if r.category == category for name in r.names]

    def take(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        envelope, item, payload = gzip.decompress(body).split(b"\n", 2)
        payload = payload[: json.loads(item)["length"]]
        with self._lock:
            asked = Received(path, headers, json.loads(envelope), json.loads(item), payload, Reply())
            reply = self.script.pop(0) if self.script else self.rule(asked)
            self.received.append(Received(path, headers, asked.envelope, asked.item, asked.payload, reply))
        return reply

    def wait_silently(self) -> None:
        self._released.wait(30)

    @contextlib.contextmanager
    def running(self) -> Iterator[Ingest]:
        self._thread.start()
        try:
            yield self
        finally:
            self._released.set()
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave in the middle are part of the script."""


class _Handler(BaseHTTPRequestHandler):
    owner: Ingest
    protocol_version = "HTTP/1.1"
    # Otherwise head and body of an answer wait for each other's acknowledgement: 40 ms a request.
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        self.owner.connections += 1

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name in the base class
        """Quiet."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        reply = self.owner.take(
            self.path, {name.lower(): value for name, value in self.headers.items()}, body
        )
        if reply.how in {"answer", "cut"}:
            self._answer(reply)
            return
        self.close_connection = True
        if reply.how == "silent":
            self.owner.wait_silently()
        elif reply.how == "reset":
            # Linger of zero seconds: the kernel sends RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        missing = 100 if reply.how == "cut" else 0
        self.send_header("Content-Length", str(len(reply.body) + missing))
        self.end_headers()
        self.wfile.write(reply.body)
        self.close_connection = reply.how == "cut"
