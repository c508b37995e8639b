from __future__ import annotations

import pytest

from sidecar.delivery.dsn import check_dsn, endpoint_of, masked
from sidecar.errors import UsageError

KEY = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("dsn", "url", "shown"),
    [
        (
            f"https://{KEY}@o1.ingest.sentry.io/42",
            "https://o1.ingest.sentry.io/api/42/envelope/",
            "o1.ingest.sentry.io/42",
        ),
        (f"http://{KEY}@127.0.0.1:8000/1", "http://127.0.0.1:8000/api/1/envelope/", "127.0.0.1:8000/1"),
        (f"https://{KEY}@host/sub/path/7", "https://host/sub/path/api/7/envelope/", "host/sub/path/7"),
        (f"https://{KEY}@host:443/7", "https://host/api/7/envelope/", "host/7"),
        (f"http://{KEY}@[::1]:9000/7", "http://[::1]:9000/api/7/envelope/", "[::1]:9000/7"),
        (f"https://{KEY}:oldsecret@host/7", "https://host/api/7/envelope/", "host/7"),
        (f"  https://{KEY}@host/7\n", "https://host/api/7/envelope/", "host/7"),
    ],
)
def test_a_valid_dsn(dsn: str, url: str, shown: str) -> None:
    check_dsn(dsn)
    endpoint = endpoint_of(dsn, "sentry-sidecar/0.1.0")
    assert endpoint.url == url
    assert endpoint.auth.startswith(
        f"Sentry sentry_key={KEY}, sentry_version=7, sentry_client=sentry-sidecar/0.1.0"
    )
    assert masked(dsn) == f"{dsn.strip().split(':')[0]}://***@{shown}"
    for text in (repr(endpoint), endpoint.url, masked(dsn)):
        assert KEY not in text
        assert "oldsecret" not in text


@pytest.mark.parametrize(
    ("dsn", "fault"),
    [
        ("", "it does not start with https:// or http://"),
        (KEY, "it does not start with https:// or http://"),
        (f"ftp://{KEY}@host/1", "it does not start with https:// or http://"),
        (f"https://{KEY}@/1", "it names no host"),
        (f"https://host/{KEY}", "it has no key before the @"),
        (f"https://{KEY}@host", "it does not end in a project id, which is a number"),
        (f"https://{KEY}@host/", "it does not end in a project id, which is a number"),
        (f"https://{KEY}@host/name{KEY}", "it does not end in a project id, which is a number"),
        (f"https://{KEY}@host:{KEY}/1", "it cannot be read as a URL"),
        (f"https://{KEY}@host:99999/1", "it cannot be read as a URL"),
        (f"https://{KEY}@[::1/1", "it cannot be read as a URL"),
        (f"https://{KEY}@ho st/1", "it has a blank or a line break inside"),
        (f"https://{KEY}@host/1\nhttps://{KEY}@host/2", "it has a blank or a line break inside"),
    ],
)
def test_an_invalid_dsn_is_explained_without_its_key(dsn: str, fault: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_dsn(dsn)
    assert str(caught.value) == f"the DSN is not valid: {fault}; expected https://<key>@<host>/<project id>"
    assert caught.value.__cause__ is None, "a traceback would show the original, which may quote the DSN"
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    with pytest.raises(UsageError):
        endpoint_of(dsn, "x/1")
    assert masked(dsn) == "(invalid DSN)"
