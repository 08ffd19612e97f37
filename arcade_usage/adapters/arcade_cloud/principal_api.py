"""The principal API over httpx: asks Arcade Cloud which account the stored credentials belong to.

Invariants: credentials are sent only to their own coordinator, once per look-up. Only a valid response counts
as an answer; every other outcome has a reason for users.
"""

import json
from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING

from attrs import define

from arcade_usage.adapters.network.deadline import within
from arcade_usage.adapters.storage.contexts import read_stamp_of
from arcade_usage.application.time_limits import LOOK_UP_SECONDS
from arcade_usage.domain.identity import is_principal_id
from arcade_usage.domain.ledger import Stamp
from arcade_usage.domain.verdict import Answer, Found, NoAnswer, Rejected

# Importing httpx and PyYAML takes longer than the rest of a delivery, and few events need them.
if TYPE_CHECKING:
    import ssl

    import httpx

    from arcade_usage.adapters.arcade_cloud.credentials import Request
    from arcade_usage.adapters.network.request_settings import Proxy

ANSWER_LIMIT = 64 * 1024  # bytes

_PROXIES = (("http", "https", "socks5", "socks5h"), "socksio", "httpx[socks]")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_ANSWERS = {
    401: "{who} does not accept the stored login (401): log in again",
    403: "{who} does not let the stored login name its account (403): log in again, or ask the administrator",
}


@define(eq=False, repr=False)
class ArcadeCloud:
    """The principal API over `credentials.yaml` at `credentials_path`.

    context: the name of a context in it; None: the active one.
    """

    credentials_path: str
    context: str | None = None

    def in_context(self, context: str | None) -> "ArcadeCloud":
        api = copy(self)  # of the same class: a tool's may look up elsewhere
        api.context = context
        return api

    def stamp(self) -> Stamp | None:
        numbers = read_stamp_of(self.credentials_path, self.context)
        return Stamp(*numbers) if numbers else None

    def look_up(self) -> tuple[Stamp | None, Answer]:
        from arcade_usage.adapters.arcade_cloud.credentials import read_credentials

        stamp, request = read_credentials(self.credentials_path, self.context)
        return stamp, Rejected() if request is None else _ask(request)


def _ask(request: "Request") -> Answer:
    from arcade_usage.adapters.network.failures import Failure, Peer
    from arcade_usage.adapters.network.request_settings import Support, find_proxy

    peer, proxy = Peer("Arcade Cloud", request.url, "SSL_CERT_FILE", _ANSWERS), None
    try:
        proxy = find_proxy(request.url, Support(*_PROXIES))
        status, content = within(LOOK_UP_SECONDS, lambda: _get(request, proxy))
    except Exception as error:  # noqa: BLE001 - a wrong proxy, certificate or network setting can raise anything
        return NoAnswer(peer.explain(error, proxy))
    if status in (401, 403):
        return Rejected(peer.explain_status(status))
    if status != 200:
        return NoAnswer(peer.explain_status(status, proxy))
    if len(content) > ANSWER_LIMIT:
        return NoAnswer(peer.say(Failure.TOO_LARGE))
    principal_id = _principal(content, request.names)
    return NoAnswer(peer.say(Failure.NOT_THEIRS)) if principal_id is None else Found(principal_id)


def _get(request: "Request", proxy: "Proxy | None") -> tuple[int, bytes]:
    """Returns status and content of the response; content is truncated soon after ANSWER_LIMIT."""
    import httpx

    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",  # a few compressed bytes can stand for gigabytes
        "Authorization": f"Bearer {request.token}",
    }
    trusted = _trusted((request.url, proxy.url) if proxy else (request.url,))
    to_proxy = None
    if proxy is not None:
        address = proxy.url.replace("socks5h:", "socks5:", 1)  # httpx 0.27 knows no socks5h
        to_proxy = httpx.Proxy(address, ssl_context=trusted if address.startswith("https:") else None)
    with (
        httpx.Client(
            timeout=LOOK_UP_SECONDS, follow_redirects=False, trust_env=False, verify=trusted, proxy=to_proxy
        ) as client,
        client.stream("GET", request.url, headers=headers) as response,
    ):
        return response.status_code, _read(response) if response.status_code == 200 else b""


def _trusted(urls: tuple[str, ...]) -> "ssl.SSLContext":
    """The TLS context for these URLs; an empty one if none of them uses https."""
    import ssl

    import httpx

    from arcade_usage.adapters.network.request_settings import find_certificates

    if not any(url.startswith("https:") for url in urls):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    found = find_certificates(*_CERTIFICATES)
    return found[1] if found else httpx.create_ssl_context(trust_env=False)


def _read(response: "httpx.Response") -> bytes:
    content = b""
    for chunk in response.iter_raw():
        content += chunk
        if len(content) > ANSWER_LIMIT:
            break
    return content


def _principal(content: bytes, names: tuple[str, ...]) -> str | None:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return None
    data = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(data, Mapping):
        return None
    named = next((data[name] for name in names if data.get(name)), None)
    return named if is_principal_id(named) else None
