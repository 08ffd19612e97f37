"""The analytics sink over PostHog's SDK, with confirmed acceptance.

Invariant: a call returns only if PostHog itself accepted the messages: status 200 with PostHog's JSON, not
after a redirect. The SDK's client builds the messages (`before_send` receives them) and the SDK's `post`
sends them. The client's own sending doesn't report success, and `batch_post` fails on responses that are no
JSON object.
"""

import inspect
import json
import logging
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import requests
from attrs import define, field
from posthog import Posthog
from posthog import request as posthog_request
from posthog import utils as posthog_utils

from arcade_usage.adapters.network.deadline import within
from arcade_usage.adapters.network.failures import Failure, Peer
from arcade_usage.adapters.network.request_settings import Proxy, Support, find_certificates, find_proxy
from arcade_usage.application.errors import NotAcceptedError, RefusedError, UnreachableError
from arcade_usage.application.time_limits import ALIAS_SECONDS, BATCH_SECONDS
from arcade_usage.domain.event import Event
from arcade_usage.domain.persons import PERSONLESS
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Attribution

ANSWER_LIMIT = 64 * 1024  # bytes

_PROXIES = Support(("http", "https", "socks4", "socks4a", "socks5", "socks5h"), "socks", "requests[socks]")
_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_ANSWERS = {
    400: "{who} can't read what was sent (400)",
    401: "{who} does not accept the project token (401): inform the author of the tool",
    403: "{who} or a proxy before it forbids the request (403): check the network and the address {where}",
}
_REFUSED = (400, 413)  # these never succeed on retry; other statuses may
_ACCEPTED = ("1", "ok")  # `status` in the ingestion's response: formerly a number, now a word
_BATCH_PATH = "/batch/"
_FROM_ENVIRONMENT = "$release_id"  # newer SDKs copy POSTHOG_RELEASE_ID, which is not redacted
_SILENT_LOGGERS = ("posthog", "urllib3", "backoff")


@define(eq=False, repr=False)
class PostHogSink:
    """The analytics sink of one PostHog project. `accepted` receives each accepted batch."""

    project: Project
    accepted: Callable[[Sequence[dict[str, Any]]], None] = lambda _: None
    _messages: list[dict[str, Any]] = field(factory=list, init=False)
    _client: Posthog = field(init=False)
    _session: requests.Session = field(factory=lambda: _make_session(), init=False)

    def __attrs_post_init__(self) -> None:
        for name in _SILENT_LOGGERS:  # without logging configured, Python would print their records to stderr
            logging.getLogger(name).addHandler(logging.NullHandler())
        _read_distribution_from_files()
        options: dict[str, Any] = {"is_server": False} if _takes(Posthog, "is_server") else {}
        self._client = Posthog(
            self.project.project_token,
            host=self.project.host,
            sync_mode=True,  # no thread, no atexit hook
            before_send=self._keep,
            **options,
        )

    def alias(self, anon_id: str, principal_id: str) -> None:
        self._client.alias(previous_id=anon_id, distinct_id=principal_id)
        self._post(1, ALIAS_SECONDS)

    def capture(self, records: Sequence[Record]) -> None:
        decided = [(record.event, record.attribution) for record in records if record.attribution is not None]
        if len(decided) != len(records):
            raise ValueError("a record is sent with its verdict")
        for event, attribution in decided:
            self._build(event, attribution)
        self._post(len(decided), BATCH_SECONDS)

    def preview(self, event: Event, attribution: Attribution) -> dict[str, Any]:
        """Returns the message of an event without sending it. Raises RefusedError."""
        self._build(event, attribution)
        messages = self._messages[:]
        self._messages.clear()
        if len(messages) != 1:
            raise RefusedError("the SDK dropped the message")
        return messages[0]

    def _build(self, event: Event, attribution: Attribution) -> None:
        flag = {PERSONLESS: False} if attribution.personless else {}
        self._client.capture(
            event.name,
            distinct_id=attribution.distinct_id,
            properties={**event.properties, **flag},
            timestamp=event.timestamp,
            uuid=event.uuid,
        )

    def _keep(self, message: dict[str, Any]) -> None:
        """Collects a message. Returns None, so the client doesn't send it."""
        message["properties"].pop(_FROM_ENVIRONMENT, None)
        self._messages.append(message)

    def _post(self, due: int, seconds: float) -> None:
        """Sends the collected messages. `due`: their expected number; the client silently drops some."""
        batch = self._messages[:]
        self._messages.clear()
        if len(batch) != due:
            raise RefusedError("the SDK dropped the message")
        if not batch:
            return
        host = posthog_request.determine_server_host(self.project.host)
        peer, proxy = Peer("PostHog", host, "REQUESTS_CA_BUNDLE", _ANSWERS), None
        try:
            proxy = find_proxy(host, _PROXIES)
            status, content = within(seconds, lambda: self._send(batch, host, seconds, proxy))
        except Exception as error:
            raise UnreachableError(peer.explain(error, proxy)) from error
        if status in _REFUSED:
            raise RefusedError(peer.explain_status(status))
        if status != 200:
            raise NotAcceptedError(peer.explain_status(status, proxy))
        if len(content) > ANSWER_LIMIT:
            raise NotAcceptedError(peer.say(Failure.TOO_LARGE))
        if not _is_accepted(content):
            raise NotAcceptedError(peer.say(Failure.NOT_THEIRS))
        self.accepted(batch)

    def _send(
        self, batch: list[dict[str, Any]], host: str, seconds: float, proxy: Proxy | None
    ) -> tuple[int, bytes]:
        """Returns status and content of the response; content is truncated soon after ANSWER_LIMIT."""
        post: Any = posthog_request.post
        options = {"gzip": True, "timeout": seconds, "batch": batch}
        self._session.proxies = {"http": proxy.url, "https": proxy.url} if proxy else {}
        self._session.verify = _trusted((host, proxy.url) if proxy else (host,))
        if _takes(post, "session"):
            response: requests.Response = post(
                self.project.project_token, host, _BATCH_PATH, **options, session=self._session
            )
        else:  # 6.x always posts through its module's session, which the tool's own client uses too
            original, posthog_request._session = posthog_request._session, self._session
            try:
                response = post(self.project.project_token, host, _BATCH_PATH, **options)
            finally:
                posthog_request._session = original
        with response:
            return response.status_code, _read(response) if response.status_code == 200 else b""


def _read_distribution_from_files() -> None:
    """Makes the SDK read the system's name from /etc/os-release; `distro` would start processes."""
    utils: Any = posthog_utils
    distro: Any = getattr(utils, "distro", None)
    if hasattr(distro, "LinuxDistribution"):  # the module, not yet replaced
        system = distro.LinuxDistribution(include_lsb=False, include_uname=False)
        system.info, system.name = cache(system.info), cache(system.name)  # the SDK calls them for each event
        utils.distro = system


def _make_session() -> requests.Session:
    """A session without redirects, environment settings, .netrc and retries."""
    session = requests.Session()
    session.max_redirects = 0
    session.trust_env = False  # request_settings reads the environment, for this URL only
    session.stream = True  # a response is read up to its limit
    return session


def _trusted(urls: tuple[str, ...]) -> str | bool:
    """The certificates to trust for these URLs: a path, or True for those of requests."""
    if not any(url.startswith("https:") for url in urls):
        return True
    found = find_certificates(*_CERTIFICATES)
    return found[0] if found else True


def _read(response: requests.Response) -> bytes:
    content = b""
    for chunk in response.iter_content(ANSWER_LIMIT):
        content += chunk
        if len(content) > ANSWER_LIMIT:
            break
    return content


def _is_accepted(content: bytes) -> bool:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and str(answer.get("status")).lower() in _ACCEPTED


def _takes(function: Any, parameter: str) -> bool:
    return parameter in inspect.signature(function).parameters
