"""Bytes to an answer, over a pool of kept connections.

No retries and no redirects in here: what an answer means is decided in `outcome`, and how long to wait in `gate`.
"""

from __future__ import annotations

import ssl
import urllib.parse
import urllib.request

import certifi
import urllib3

from sidecar.delivery.dsn import Endpoint
from sidecar.delivery.ports import Answer
from sidecar.errors import UsageError

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 30.0

# Sentry's answers are a line; of anything longer the rest is not read.
_DETAIL_BYTES = 2048


class Transport:
    """Posts envelopes to one project; `post` may be called from several threads."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        ca_certs: str | None = None,
        http_proxy: str | None = None,
        connections: int = 2,
        timeout: urllib3.Timeout | None = None,
    ) -> None:
        """Prepare a pool; nothing is connected yet.

        Args:
            endpoint: where to post.
            ca_certs: file of the only certificates to trust; None: the machine's and certifi's.
            http_proxy: its URL; None: as the environment says (HTTPS_PROXY, HTTP_PROXY, NO_PROXY); "": none.
            connections: how many to keep open.
            timeout: other than 10 s to connect and 30 s for the answer.

        Raises:
            UsageError: ca_certs cannot be read, or the proxy cannot be used.
        """
        self._url = endpoint.url
        self._headers = {
            "Content-Type": "application/x-sentry-envelope",
            "Content-Encoding": "gzip",
            "User-Agent": endpoint.client,
            "X-Sentry-Auth": endpoint.auth,
        }
        self._timeout = timeout or urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS)
        self._pool = _pool(endpoint.url, proxy_for(endpoint.url, http_proxy), ca_certs, connections)

    def post(self, body: bytes) -> Answer:
        """Send one gzipped envelope.  Never raises for what the network or the server does."""
        try:
            response = self._pool.request(
                "POST",
                self._url,
                body=body,
                headers=self._headers,
                timeout=self._timeout,
                retries=False,  # neither retries nor redirects
                preload_content=False,
            )
            return _answer(response)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return Answer(status=None, error=error)

    def close(self) -> None:
        """Close the kept connections; a request that is under way is not cut off."""
        self._pool.clear()


def proxy_for(url: str, option: str | None) -> str | None:
    """The proxy to use for a URL, as sentry-sdk chooses it; None: connect directly."""
    if option is not None:
        return option or None
    parts = urllib.parse.urlsplit(url)
    if urllib.request.proxy_bypass(parts.netloc):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(parts.scheme) or proxies.get("http")


def _pool(url: str, proxy: str | None, ca_certs: str | None, connections: int) -> urllib3.PoolManager:
    # Reading certificates takes 25 ms; plain http to a relay next door needs none.
    encrypted = any(address.startswith("https:") for address in (url, proxy or ""))
    context = _tls(ca_certs) if encrypted else None
    if proxy is None:
        return urllib3.PoolManager(num_pools=1, maxsize=connections, ssl_context=context)
    if urllib.parse.urlsplit(proxy).scheme not in {"http", "https"}:
        raise UsageError("http_proxy: only http:// and https:// proxies are supported")
    headers = urllib3.make_headers(proxy_basic_auth=_credentials(proxy))
    return urllib3.ProxyManager(
        proxy, num_pools=1, maxsize=connections, ssl_context=context, proxy_headers=headers
    )


def _credentials(proxy: str) -> str | None:
    parts = urllib.parse.urlsplit(proxy)
    if parts.username is None:
        return None
    return f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"


def _tls(ca_certs: str | None) -> ssl.SSLContext:
    if ca_certs is None:
        # The machine's certificates know a company's own authority; certifi's are there in the barest container.
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        return context
    try:
        return ssl.create_default_context(cafile=ca_certs)
    except OSError as error:
        raise UsageError(f"ca_certs: {ca_certs} cannot be read as certificates ({error})") from error


def _answer(response: urllib3.BaseHTTPResponse) -> Answer:
    # The status is the answer; a body that breaks off does not take it back.
    try:
        detail = response.read(_DETAIL_BYTES, decode_content=True).decode("utf-8", "replace")
        rest = response.read(1)
    except (urllib3.exceptions.HTTPError, OSError):
        detail, rest = "", b"?"
    if rest:
        # A page nobody asked for: the connection is not worth reading it to the end.
        response.close()
    response.release_conn()
    return Answer(response.status, dict(response.headers.items()), detail)
