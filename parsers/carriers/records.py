r"""Carriers that write a JSON object a line with its keys in any order: journald's `-o json` and pm2's `log_type: json`.

    {"__REALTIME_TIMESTAMP":"1795436018839306","SYSLOG_IDENTIFIER":"api","_PID":"7","MESSAGE":"text",…}
    {"message":"text\nmore\n","timestamp":"2026-11-23T12:34:19.778Z","type":"err","process_id":2,"app_name":"api"}

journald drops empty lines, and writes MESSAGE as an array of bytes where it holds control characters.  pm2 writes what it
read at once: several lines, or part of one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from parsers.carriers.escaped import encoded
from parsers.carriers.line import Carrier, Line

_PM2_STREAMS = {"out": "stdout", "err": "stderr"}


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line.decode("utf-8", "surrogateescape"), strict=False)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _peel(read: Callable[[dict[str, Any]], Line | None], block: bytes) -> list[Line]:
    lines = []
    for raw in block[:-1].split(b"\n"):
        fields = _read(raw) if raw.startswith(b"{") else None
        line = read(fields) if fields is not None else None
        # A text longer than its line is forged with escapes that nobody writes.
        if line is None or len(line.text) >= len(raw):
            line = Line(raw, None, b"")
        lines.append(line)
    return lines


def _journald(fields: dict[str, Any]) -> Line | None:
    message = fields.get("MESSAGE")
    if isinstance(message, list):
        try:
            text = bytes(message)
        except (ValueError, TypeError):
            return None
    elif isinstance(message, str):
        text = encoded(message)
    else:
        return None
    name = _text(fields.get("SYSLOG_IDENTIFIER") or fields.get("_COMM"))
    pid = _text(fields.get("_PID") or fields.get("SYSLOG_PID"))
    stream = f"{name}[{pid}]" if name and pid else name or pid
    return Line(text, stream or None, _text(fields.get("__REALTIME_TIMESTAMP")).encode("ascii", "replace"))


def _pm2(fields: dict[str, Any]) -> Line | None:
    message, kind = fields.get("message"), fields.get("type")
    if not isinstance(message, str) or not isinstance(kind, str) or "process_id" not in fields:
        return None
    text = encoded(message)
    ended = not text or text.endswith(b"\n")
    stream = f"{_PM2_STREAMS.get(kind, kind)} {_text(fields['process_id'])}"
    time = _text(fields.get("timestamp")).encode("ascii", "replace")
    return Line(text.removesuffix(b"\n"), stream, time, ended)


def _text(value: object) -> str:
    """A field as text; journald gives a list where a field occurs twice."""
    first = value[0] if isinstance(value, list) and value else value
    return str(first) if isinstance(first, str | int) else ""


#: `-o json` of systemd 252 has the fields in no order at all.
JOURNALD = Carrier(
    "journald", re.compile(rb'\{(?=.*"__REALTIME_TIMESTAMP":).*"MESSAGE":'), 0.5, partial(_peel, _journald)
)
PM2_JSON = Carrier(
    "pm2-json",
    re.compile(rb'\{"message":".*","timestamp":"[^"]*","type":"[^"]*","process_id":'),
    0.01,
    partial(_peel, _pm2),
)
