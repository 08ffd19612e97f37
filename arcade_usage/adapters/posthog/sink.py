"""The analytics sink over PostHog's SDK, with confirmed acceptance.

Invariant: a call returns only if PostHog itself accepted the messages: status 200 with PostHog's JSON, not
after a redirect. The SDK's client builds the messages (`before_send` receives them) and `transport.py` sends
them: the SDK's own sending does not report success.
"""

import inspect
import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import cache
from typing import Any

from attrs import define, field
from posthog import Posthog
from posthog import request as posthog_request
from posthog import utils as posthog_utils
from posthog.version import VERSION

from arcade_usage.adapters.network.deadline import within
from arcade_usage.adapters.network.failures import Failure, Peer
from arcade_usage.adapters.network.request_settings import Proxy, Support, find_proxy
from arcade_usage.adapters.posthog.halving import UnclearRefusalError, send_halves
from arcade_usage.adapters.posthog.transport import ANSWER_LIMIT, Response, Transport
from arcade_usage.adapters.posthog.wire import (
    Answer,
    BatchProtocol,
    EventProtocol,
    WireProtocol,
    is_page,
    is_refusal,
    parse,
)
from arcade_usage.application.errors import (
    NotAcceptedError,
    PartlyAcceptedError,
    RefusedError,
    UnreachableError,
)
from arcade_usage.application.time_limits import ALIAS_SECONDS, BATCH_SECONDS
from arcade_usage.domain.event import POSTHOG_SETTINGS, Event
from arcade_usage.domain.persons import PERSONLESS
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.server_event import is_server_event
from arcade_usage.domain.verdict import Attribution

_PROXIES = Support(("http", "https", "socks4", "socks4a", "socks5", "socks5h"), "socks", "requests[socks]")
_ANSWERS = {
    400: "{who} can't read what was sent (400)",
    401: "{who} does not accept the project token (401): inform the author of the tool",
    403: "{who} or a proxy before it forbids the request (403): check the network and the address {where}",
}
_OVER_QUOTA = "{who} takes no events of this project, whose quota is used up: inform the author of the tool"
_NOT_LINKED = "{who} accepted the alias without linking: it handles no persons for this id now"
_IN_PART = "{who} did not accept {count} of {of} events{why}"
_CANNOT_READ = 400
_REFUSED = (_CANNOT_READ, 413)  # from PostHog itself, these never succeed on retry; others may
_OVER_QUOTA_BODY = b"billing"  # in the body of a 429
_FIRST_WITH_RESULTS = 8  # major version of the SDK that speaks only version 1 of the protocol
_FROM_ENVIRONMENT = "$release_id"  # newer SDKs copy POSTHOG_RELEASE_ID, which is not redacted
# Of newer SDKs. `_build` marks a server's events: one process sends those of commands and of servers. The
# others concern the SDK's own sending; without them it reads variables, and warns of their values.
_OPTIONS: dict[str, Any] = {"is_server": False, "capture_mode": "v0", "capture_compression": "none"}
_DISTRO: Any = getattr(posthog_utils, "distro", None)  # the package, through which the SDK finds the system


class _Client(Posthog):
    """A client that logs to a logger of ours: `posthog` is the one of the tool's own client.

    Without logging configured, Python would print the records of a logger without handlers to stderr.
    """

    log = logging.getLogger("arcade_usage.posthog")
    log.addHandler(logging.NullHandler())


@define(eq=False, repr=False)
class PostHogSink:
    """The analytics sink of one PostHog project.

    accepted: receives the accepted messages of each request. protocol: the one of the installed SDK.
    """

    project: Project
    accepted: Callable[[Sequence[dict[str, Any]]], None] = lambda _: None
    protocol: WireProtocol = field(factory=lambda: _protocol_of(VERSION))
    _messages: list[dict[str, Any]] = field(factory=list, init=False)
    _client: Posthog = field(init=False)
    _transport: Transport = field(factory=Transport, init=False)

    def __attrs_post_init__(self) -> None:
        known = inspect.signature(Posthog).parameters
        options = {name: value for name, value in _OPTIONS.items() if name in known}
        self._client = _Client(
            self.project.project_token,
            host=self.project.host,
            sync_mode=True,  # no thread, no atexit hook
            before_send=self._keep,
            **options,
        )

    def alias(self, anon_id: str, principal_id: str) -> None:
        self._client.alias(previous_id=principal_id, distinct_id=anon_id)  # the SDK keeps `previous_id`
        answer = self._post(1, ALIAS_SECONDS)
        if answer.personless:
            raise NotAcceptedError(self._peer().say(_NOT_LINKED))

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
        return self._take(1)[0]

    def _build(self, event: Event, attribution: Attribution) -> None:
        marks = {PERSONLESS: False} if attribution.personless else {}
        if is_server_event(event):
            marks["$is_server"] = True
        with _reading_distribution_from_files():
            self._client.capture(
                event.name,
                distinct_id=attribution.distinct_id,
                properties={**event.properties, **marks},
                timestamp=event.timestamp,
                uuid=event.uuid,
            )

    def _keep(self, message: dict[str, Any]) -> None:
        """Collects a message. Returns None, so the client doesn't send it."""
        properties = message["properties"]
        properties.pop(_FROM_ENVIRONMENT, None)
        properties.update(POSTHOG_SETTINGS)
        if "runtime_version" in properties:  # the process that sends may run by another Python
            properties["$python_version"] = properties["runtime_version"]
        self._messages.append(message)

    def _take(self, due: int) -> list[dict[str, Any]]:
        """The collected messages. `due`: their expected number; the client silently drops some."""
        messages, self._messages = self._messages, []
        if len(messages) != due:
            raise RefusedError("the SDK dropped the message")
        return messages

    def _peer(self) -> Peer:
        host = posthog_request.determine_server_host(self.project.host)
        return Peer("PostHog", host, "REQUESTS_CA_BUNDLE", _ANSWERS)

    def _post(self, due: int, seconds: float) -> Answer:
        """Sends the collected messages; see `_take`."""
        batch = self._take(due)
        if not batch:
            return Answer()
        peer, retry_after = self._peer(), 0.0
        ends = time.monotonic() + seconds
        try:
            answer, retry_after = self._ask(batch, peer, seconds)
        except UnclearRefusalError as error:
            if len(batch) == 1:
                raise
            answer = send_halves(batch, lambda part: self._ask(part, peer, ends - time.monotonic())[0])
            if not answer.accepted:
                raise error from None
        accepted = [message for message in batch if message["uuid"] in answer.accepted]
        if accepted:
            self.accepted(accepted)
        if len(accepted) < len(batch):
            reasons = f" ({', '.join(sorted(set(answer.refused.values())))})" if answer.refused else ""
            text = peer.say(_IN_PART, count=len(batch) - len(accepted), of=len(batch), why=reasons)
            raise PartlyAcceptedError(text, answer.accepted, frozenset(answer.refused), retry_after)
        return answer

    def _ask(self, batch: list[dict[str, Any]], peer: Peer, seconds: float) -> tuple[Answer, float]:
        """One request: the answer, and the seconds to wait. Raises as `_read`, and UnreachableError."""
        proxy = None
        try:
            proxy = find_proxy(peer.url, _PROXIES)
            response = within(seconds, lambda: self._send(batch, peer.url, seconds, proxy))
        except Exception as error:
            raise UnreachableError(peer.explain(error, proxy)) from error
        return self._read(response, [message["uuid"] for message in batch], peer, proxy), response.retry_after

    def _read(self, response: Response, uuids: list[str], peer: Peer, proxy: Proxy | None) -> Answer:
        """What a response says. Raises NotAcceptedError, RefusedError."""
        status = response.status
        if status in _REFUSED:
            if is_refusal(response.content):
                raise RefusedError(peer.explain_status(status))
            is_unknown = status == _CANNOT_READ
            text = peer.say(Failure.NOT_THEIRS) if is_unknown else peer.explain_status(status, proxy)
            raise UnclearRefusalError(text, response.retry_after, is_page=is_page(response.content))
        if status == 429 and _OVER_QUOTA_BODY in response.content.lower():
            raise NotAcceptedError(peer.say(_OVER_QUOTA), response.retry_after)
        if status != 200:
            raise NotAcceptedError(peer.explain_status(status, proxy), response.retry_after)
        if len(response.content) > ANSWER_LIMIT:
            raise NotAcceptedError(peer.say(Failure.TOO_LARGE))
        content = parse(response.content)
        answer = self.protocol.read(content, uuids) if content is not None else None
        if answer is None:
            raise NotAcceptedError(peer.say(Failure.NOT_THEIRS))
        if answer.over_quota:
            raise NotAcceptedError(peer.say(_OVER_QUOTA), response.retry_after)
        return answer

    def _send(self, batch: list[dict[str, Any]], host: str, seconds: float, proxy: Proxy | None) -> Response:
        now = datetime.now(timezone.utc)
        headers, body = self.protocol.pack(self.project.project_token, batch, now)
        data = json.dumps(body, cls=posthog_request.DatetimeSerializer).encode()
        return self._transport.post(host, self.protocol.path, headers, data, seconds, proxy)


def _protocol_of(version: str) -> WireProtocol:
    """The protocol that an SDK of this version speaks."""
    return EventProtocol() if int(version.partition(".")[0]) >= _FIRST_WITH_RESULTS else BatchProtocol()


@contextmanager
def _reading_distribution_from_files() -> Iterator[None]:
    """Makes the SDK read the system's name from /etc/os-release; `distro` would start processes.

    Only within the context: in a server, the tool's own client uses the same SDK.
    """
    utils: Any = posthog_utils
    if not hasattr(_DISTRO, "LinuxDistribution"):
        yield
        return
    utils.distro = _read_distribution()
    try:
        yield
    finally:
        utils.distro = _DISTRO  # not the one found before, which may be that of another thread's context


@cache
def _read_distribution() -> Any:
    system = _DISTRO.LinuxDistribution(include_lsb=False, include_uname=False)
    system.info, system.name = cache(system.info), cache(system.name)  # the SDK calls them for each event
    return system
