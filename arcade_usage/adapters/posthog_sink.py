"""The analytics sink: the real PostHog SDK, with acceptance known.

Owns the invariant that a call returns only where PostHog itself said that it took what was sent: 200
with PostHog's own JSON, not after a redirect. The SDK's client builds the messages (`before_send` hands
them over), the SDK's `post` sends them: the client's own sending tells nobody whether it worked, and
`batch_post` stumbles over answers that are no JSON object.
"""

import inspect
import logging
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import requests
from attrs import define, field
from posthog import Posthog
from posthog import request as posthog_request
from posthog import utils as posthog_utils

from arcade_usage.adapters.deadline import within
from arcade_usage.application.errors import NotAcceptedError, RefusedError
from arcade_usage.application.ports import ALIAS_SECONDS, BATCH_SECONDS
from arcade_usage.domain.event import Event
from arcade_usage.domain.persons import PERSONLESS
from arcade_usage.domain.record import Record
from arcade_usage.domain.sink import Sink
from arcade_usage.domain.verdict import Attribution

_REFUSED = (400, 413)  # what was sent will never be taken; anything else may pass
_ACCEPTED = ("1", "ok")  # what PostHog's ingestion answers in `status`, a number before and a word now
_BATCH_PATH = "/batch/"
_FROM_ENVIRONMENT = "$release_id"  # the newer SDK reads POSTHOG_RELEASE_ID, which redaction never saw
_SILENT_LOGGERS = ("posthog", "urllib3", "backoff")


@define(eq=False, repr=False)
class PostHogSink:
    """The analytics sink over one PostHog project. `accepted` is given each batch that PostHog took."""

    sink: Sink
    accepted: Callable[[Sequence[dict[str, Any]]], None] = lambda _: None
    _messages: list[dict[str, Any]] = field(factory=list, init=False)
    _client: Posthog = field(init=False)
    _session: requests.Session = field(factory=lambda: _make_session(), init=False)

    def __attrs_post_init__(self) -> None:
        for name in _SILENT_LOGGERS:  # a program that configured no logging would show them on stderr
            logging.getLogger(name).addHandler(logging.NullHandler())
        _read_distribution_from_files()
        options: dict[str, Any] = {"is_server": False} if _takes(Posthog, "is_server") else {}
        self._client = Posthog(
            self.sink.project_token,
            host=self.sink.host,
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

    def show(self, event: Event, attribution: Attribution) -> dict[str, Any]:
        """The message of an event as it would be sent; it is not. Raises RefusedError."""
        self._build(event, attribution)
        messages = self._messages[:]
        self._messages.clear()
        if len(messages) != 1:
            raise RefusedError("the SDK did not take what it was given")
        return messages[0]

    def _build(self, event: Event, attribution: Attribution) -> None:
        mark = {PERSONLESS: False} if attribution.personless else {}
        self._client.capture(
            event.name,
            distinct_id=attribution.distinct_id,
            properties={**event.properties, **mark},
            timestamp=event.timestamp,
            uuid=event.uuid,
        )

    def _keep(self, message: dict[str, Any]) -> None:
        """Returns None: taken, and not sent by the client."""
        message["properties"].pop(_FROM_ENVIRONMENT, None)
        self._messages.append(message)

    def _post(self, due: int, seconds: float) -> None:
        """Send what the client built. `due`: how many messages that is; the client drops some in silence."""
        batch = self._messages[:]
        self._messages.clear()
        if len(batch) != due:
            raise RefusedError("the SDK did not take what it was given")
        if not batch:
            return
        try:
            response = within(seconds, lambda: self._send(batch, seconds))
        except Exception as error:
            raise NotAcceptedError("PostHog could not be reached") from error
        if response.status_code in _REFUSED:
            raise RefusedError(f"PostHog answered {response.status_code}")
        if not _is_accepted(response):
            raise NotAcceptedError(
                f"what answered with {response.status_code} did not say that PostHog took it"
            )
        self.accepted(batch)

    def _send(self, batch: list[dict[str, Any]], seconds: float) -> requests.Response:
        host = posthog_request.determine_server_host(self.sink.host)
        post: Any = posthog_request.post
        options = {"gzip": True, "timeout": seconds, "batch": batch}
        if _takes(post, "session"):
            options["session"] = self._session
        else:
            posthog_request._session = self._session  # 6.x posts through a session of its module only
        response: requests.Response = post(self.sink.project_token, host, _BATCH_PATH, **options)
        return response


def _read_distribution_from_files() -> None:
    """The SDK asks `distro` for the system's name, which starts processes; /etc/os-release says it too."""
    utils: Any = posthog_utils
    distro: Any = getattr(utils, "distro", None)
    if hasattr(distro, "LinuxDistribution"):  # the module, and not what was put in its place before
        told = distro.LinuxDistribution(include_lsb=False, include_uname=False)
        told.info, told.name = cache(told.info), cache(told.name)  # the SDK asks for each event anew
        utils.distro = told


def _make_session() -> requests.Session:
    """A session that follows no redirect, asks no .netrc, and tries once."""
    session = requests.Session()
    session.max_redirects = 0
    session.auth = lambda request: request  # with one of our own, requests looks for none in .netrc
    return session


def _is_accepted(response: requests.Response) -> bool:
    if response.status_code != 200:
        return False
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and str(answer.get("status")).lower() in _ACCEPTED


def _takes(function: Any, parameter: str) -> bool:
    return parameter in inspect.signature(function).parameters
