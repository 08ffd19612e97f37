"""HTTP to PostHog: one request, one attempt, over a session of its own.

The SDK's `post` is not used: up to 7.3 it only posts through a session that all clients of the process share,
the tool's own among them.
"""

import gzip
import math
import zlib
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import requests
from attrs import define, field, frozen

from arcade_usage.adapters.network.request_settings import Proxy, find_certificates

ANSWER_LIMIT = 64 * 1024  # bytes

_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_GZIP = 16 + zlib.MAX_WBITS
_STATUSES_WITH_BODY = (200, 400, 413, 429)  # the bodies of other answers are not read


@frozen
class Response:
    """An answer. content: truncated soon after ANSWER_LIMIT. retry_after: seconds; 0 if it has none."""

    status: int
    content: bytes
    retry_after: float


@define(eq=False, repr=False)
class Transport:
    """A session without redirects, environment settings, .netrc and retries."""

    _session: requests.Session = field(factory=requests.Session, init=False)

    def __attrs_post_init__(self) -> None:
        self._session.max_redirects = 0
        self._session.trust_env = False  # request_settings reads the environment, for this URL only
        self._session.stream = True  # a response is read up to its limit

    def post(
        self,
        host: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        seconds: float,
        proxy: Proxy | None,
    ) -> Response:
        """Sends JSON, compressed. `seconds`: without an answer. Raises what requests raises."""
        self._session.proxies = {"http": proxy.url, "https": proxy.url} if proxy else {}
        self._session.verify = _trusted((host, proxy.url) if proxy else (host,))
        with self._session.post(
            host.rstrip("/") + path,
            data=gzip.compress(body),
            headers={
                "Accept-Encoding": "identity",
                "Content-Type": "application/json",
                "Content-Encoding": "gzip",
                **headers,
            },
            timeout=seconds,
        ) as response:
            content = _read(response) if response.status_code in _STATUSES_WITH_BODY else b""
            return Response(
                response.status_code, content, seconds_to_wait(response.headers.get("Retry-After", ""))
            )


def seconds_to_wait(retry_after: str) -> float:
    """Seconds to wait by a Retry-After header, which has seconds or a date; 0 if it has neither."""
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(retry_after) - datetime.now(timezone.utc)).total_seconds()
        except Exception:  # noqa: BLE001 - of any server, and its answer may have accepted the events
            return 0.0
    return max(0.0, seconds) if math.isfinite(seconds) else 0.0


def _trusted(urls: tuple[str, ...]) -> str | bool:
    """The certificates to trust for these URLs: a path, or True for those of requests."""
    if not any(url.startswith("https:") for url in urls):
        return True
    found = find_certificates(*_CERTIFICATES)
    return found[0] if found else True


def _read(response: requests.Response) -> bytes:
    """The content, unpacked once, if it is packed though that is not asked for.

    Some releases of urllib3 unpack without a limit: a few bytes can stand for gigabytes.
    """
    content = b""
    for chunk in response.raw.stream(ANSWER_LIMIT, decode_content=False):
        content += chunk
        if len(content) > ANSWER_LIMIT:
            break
    if response.headers.get("Content-Encoding", "").lower() == "gzip":
        return zlib.decompressobj(_GZIP).decompress(content, ANSWER_LIMIT + 1)
    return content
