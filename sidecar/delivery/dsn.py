"""The DSN: where events go, and the key that lets them in.

Promise: no message, `repr` or URL made here holds the key.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sentry_sdk.utils import BadDsn, Dsn

from sidecar.errors import UsageError

_FORM = "expected https://<key>@<host>/<project id>"

# What sentry-sdk says, and what we say: its own words may quote the DSN.
_FAULTS = {
    "Unsupported scheme": "it does not start with https:// or http://",
    "Missing hostname": "it names no host",
    "Missing public key": "it has no key before the @",
    "Invalid project": "it does not end in a project id, which is a number",
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where envelopes are posted.

    Attributes:
        url: of the project; holds no key.
        auth: value of the X-Sentry-Auth header; holds the key.
        client: name and version of this program.
    """

    url: str
    auth: str = field(repr=False)
    client: str


def check_dsn(dsn: str) -> None:
    """Raise `UsageError` where a DSN is not valid."""
    _parsed(dsn)


def endpoint_of(dsn: str, client: str) -> Endpoint:
    """Where to post, and how to authorise it.

    Args:
        dsn: Sentry's data source name.
        client: such as "sentry-sidecar/0.1.0".

    Raises:
        UsageError: the DSN is not valid.
    """
    auth = _parsed(dsn).to_auth(client)
    return Endpoint(url=auth.get_api_url(), auth=auth.to_header(), client=client)


def masked(dsn: str) -> str:
    """The DSN for display: `https://***@host/1`."""
    try:
        parsed = _parsed(dsn)
    except UsageError:
        return "(invalid DSN)"
    return f"{parsed.scheme}://***@{parsed.netloc}{parsed.path}{parsed.project_id}"


def _parsed(dsn: str) -> Dsn:
    text = dsn.strip()
    # urlsplit drops line breaks and tabs silently; a DSN with one inside was pasted wrongly.
    if any(character.isspace() for character in text):
        raise _invalid("it has a blank or a line break inside")
    try:
        parsed = Dsn(text)
    except BadDsn as error:
        raise _invalid(_fault(str(error))) from None
    except ValueError:
        raise _invalid("it cannot be read as a URL") from None
    if ":" in parsed.host:
        # urlsplit takes the brackets off an IPv6 address and Dsn does not put them back.
        parsed.host = f"[{parsed.host}]"
    return parsed


def _fault(message: str) -> str:
    return next((ours for theirs, ours in _FAULTS.items() if message.startswith(theirs)), "it is not a DSN")


def _invalid(fault: str) -> UsageError:
    return UsageError(f"the DSN is not valid: {fault}; {_FORM}")
