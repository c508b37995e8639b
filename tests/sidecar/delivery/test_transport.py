from __future__ import annotations

import gzip
import socket
import ssl
from pathlib import Path

import pytest
import urllib3

from sidecar.delivery.dsn import Endpoint, endpoint_of
from sidecar.delivery.envelope import envelope_of
from sidecar.delivery.transport import Transport, proxy_for
from sidecar.errors import UsageError
from sidecar.state import OutboxRow
from tests.sidecar.delivery.ingest import Ingest, Reply

BODY = envelope_of("error", [OutboxRow(1, "error", "web", "ab" * 16, b'{"name":"a"}', 0, 0.0)], 5.0)


def test_what_arrives(ingest: Ingest, transport: Transport) -> None:
    answer = transport.post(BODY)
    assert (answer.status, answer.detail, answer.error) == (200, '{"id":"0"}', None)
    (received,) = ingest.received
    assert received.path == "/api/42/envelope/"
    assert received.names == ["a"]
    wanted = {
        "content-type": "application/x-sentry-envelope",
        "content-encoding": "gzip",
        "user-agent": "sentry-sidecar/0.1.0",
        "x-sentry-auth": "Sentry sentry_key=publickey, sentry_version=7, sentry_client=sentry-sidecar/0.1.0",
    }
    assert wanted.items() <= received.headers.items()


def test_the_connection_is_kept(ingest: Ingest, transport: Transport) -> None:
    ingest.script = [Reply(500), Reply(429), Reply(200, body=b"")]
    assert [transport.post(BODY).status for _ in range(5)] == [500, 429, 200, 200, 200]
    assert ingest.connections == 1


def test_answers_are_handed_on_as_they_are(ingest: Ingest, transport: Transport) -> None:
    ingest.script = [Reply(302, {"Location": ingest.dsn}), Reply(429, {"Retry-After": "7"}, b"slow down")]
    assert transport.post(BODY).status == 302
    answer = transport.post(BODY)
    assert (answer.status, answer.detail, answer.headers["Retry-After"]) == (429, "slow down", "7")
    assert len(ingest.received) == 2, "no redirect followed, nothing retried"


def test_a_long_page_is_not_read_to_the_end(ingest: Ingest, transport: Transport) -> None:
    ingest.script = [Reply(404, body=b"<p>" * 1_000_000)]
    answer = transport.post(BODY)
    assert (answer.status, len(answer.detail)) == (404, 2048)
    assert transport.post(BODY).status == 200


def test_a_status_stands_although_its_body_breaks_off(ingest: Ingest, transport: Transport) -> None:
    ingest.script = [Reply(200, how="cut")]
    assert transport.post(BODY).status == 200
    assert transport.post(BODY).status == 200


@pytest.mark.parametrize("how", ["reset", "close", "silent"])
def test_a_broken_line_is_no_exception(ingest: Ingest, transport: Transport, how: str) -> None:
    ingest.script = [Reply(how=how)]  # type: ignore[arg-type]  # one of the literals
    answer = transport.post(BODY)
    assert answer.status is None
    assert isinstance(answer.error, urllib3.exceptions.HTTPError | OSError)
    assert transport.post(BODY).status == 200


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    answer = Transport(endpoint_of(f"http://k@127.0.0.1:{port}/1", "x/1"), http_proxy="").post(BODY)
    assert answer.status is None
    assert "refused" in str(answer.error)


def test_through_a_proxy(ingest: Ingest) -> None:
    endpoint = endpoint_of("http://k@sentry.invalid/7", "x/1")
    transport = Transport(endpoint, http_proxy=f"http://user:p%40ss@127.0.0.1:{ingest.port}")
    assert transport.post(BODY).status == 200
    transport.close()
    (received,) = ingest.received
    assert received.path == "http://sentry.invalid/api/7/envelope/"
    assert received.headers["proxy-authorization"] == "Basic dXNlcjpwQHNz"


HTTPS, HTTP = "https://sentry.example:9000/api/1/envelope/", "http://sentry.example/api/1/envelope/"


@pytest.mark.parametrize(
    ("url", "option", "environ", "expected"),
    [
        (HTTPS, None, {}, None),
        (HTTPS, "http://p:1", {"https_proxy": "http://q:2"}, "http://p:1"),
        (HTTPS, "", {"https_proxy": "http://q:2"}, None),
        (HTTPS, None, {"https_proxy": "http://q:2", "http_proxy": "http://r:3"}, "http://q:2"),
        (HTTPS, None, {"http_proxy": "http://r:3"}, "http://r:3"),
        (HTTP, None, {"https_proxy": "http://q:2"}, None),
        (HTTP, None, {"http_proxy": "http://r:3"}, "http://r:3"),
        (HTTPS, None, {"https_proxy": "http://q:2", "no_proxy": "other,.example"}, None),
        (HTTPS, None, {"https_proxy": "http://q:2", "no_proxy": "*"}, None),
        (HTTPS, None, {"https_proxy": "http://q:2", "no_proxy": "example.org"}, "http://q:2"),
    ],
)
def test_which_proxy(
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    option: str | None,
    environ: dict[str, str],
    expected: str | None,
) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(url, option) == expected


ENDPOINT = Endpoint(HTTPS, "Sentry sentry_key=k", "x/1")


def test_a_proxy_of_another_kind() -> None:
    with pytest.raises(UsageError, match="http_proxy: only http:// and https:// proxies are supported"):
        Transport(ENDPOINT, http_proxy="socks5://127.0.0.1:1080")


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_certificates_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"ca\.pem cannot be read as certificates"):
        Transport(ENDPOINT, ca_certs=str(path))


def test_tls_is_verified() -> None:
    context = Transport(ENDPOINT, http_proxy="")._pool.connection_pool_kw["ssl_context"]
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.get_ca_certs()


def test_the_body_is_gzip() -> None:
    assert gzip.decompress(BODY).startswith(b'{"event_id"')
