"""Posts JSON to an address that is neither PostHog's nor Arcade Cloud's: once, without a redirect."""

from collections.abc import Mapping

import requests

from arcade_usage.adapters.network.deadline import within
from arcade_usage.adapters.network.failures import Peer
from arcade_usage.adapters.network.request_settings import Proxy, Support, find_certificates, find_proxy
from arcade_usage.application.errors import NotAcceptedError, UnreachableError

TRUST = "REQUESTS_CA_BUNDLE"  # names additional certificates, for a Peer

_PROXIES = Support(("http", "https", "socks4", "socks4a", "socks5", "socks5h"), "socks", "requests[socks]")


def post_json(
    peer: Peer,
    content: bytes,
    seconds: float,
    headers: Mapping[str, str] | None = None,
    client: tuple[str, str] | None = None,
) -> None:
    """Post JSON to the peer's URL; returns if it was accepted (200 to 299). Does not read the answer's body.

    client: the paths of a certificate and its key, by which the peer knows this machine.

    Blocks: `seconds`, DNS included. Raises NotAcceptedError, whose text says what to check.
    """
    proxy = None
    try:
        proxy = find_proxy(peer.url, _PROXIES)
        status = within(seconds, lambda: _post(peer, content, seconds, headers or {}, client, proxy))
    except Exception as error:  # a wrong proxy, certificate or network setting can raise anything
        raise UnreachableError(peer.explain(error, proxy)) from error
    if not 200 <= status < 300:
        raise NotAcceptedError(peer.explain_status(status, proxy))


def _post(
    peer: Peer,
    content: bytes,
    seconds: float,
    headers: Mapping[str, str],
    client: tuple[str, str] | None,
    proxy: Proxy | None,
) -> int:
    with requests.Session() as session:
        session.trust_env = False  # request_settings reads the environment, for this URL only
        variables = (peer.trust, TRUST, "CURL_CA_BUNDLE")
        found = find_certificates(*variables) if peer.url.startswith("https:") else None
        with session.post(
            peer.url,
            data=content,
            headers={**headers, "Content-Type": "application/json"},
            proxies={"http": proxy.url, "https": proxy.url} if proxy else {},
            verify=found[0] if found else True,
            cert=client,
            timeout=seconds,
            allow_redirects=False,
            stream=True,
        ) as response:
            return int(response.status_code)
