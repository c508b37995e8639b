"""Sentry's request, from what a server's log line says of it.  The client's address is never kept."""

from __future__ import annotations

import re

from parsers.model import Json

_REQUEST_LINE = re.compile(r"(?P<method>[A-Z]{1,20}) (?P<target>\S.*?)(?: HTTP/\d(?:\.\d)?)?", re.DOTALL)


def request_of(line: str, host: str = "", referrer: str = "") -> dict[str, Json] | None:
    """Sentry's request for `GET /x?q=1 HTTP/1.1`; None when *line* is none.

    Only the referrer can tell https from http: it usually is a page of the same host.
    """
    found = _REQUEST_LINE.fullmatch(line)
    if found is None:
        return None
    path, _, query = found["target"].partition("?")
    if host and path.startswith("/"):
        scheme = "https" if referrer.startswith(f"https://{host}/") else "http"
        path = f"{scheme}://{host}{path}"
    request: dict[str, Json] = {"method": found["method"], "url": path}
    if query:
        request["query_string"] = query
    headers: dict[str, Json] = {
        name: value for name, value in (("Host", host), ("Referer", referrer)) if value
    }
    if headers:
        request["headers"] = headers
    return request
