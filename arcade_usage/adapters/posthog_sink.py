"""The analytics sink: the real PostHog SDK, with acceptance known.

Owns the invariant that a call returns only where PostHog itself said that it took what was sent: 200
with PostHog's own JSON, not after a redirect. The SDK's client builds the messages (`before_send` hands
them over), the SDK's `batch_post` sends them: the client's own sending tells nobody whether it worked.
"""

import inspect
import logging
from collections.abc import Sequence
from typing import Any

import requests
from attrs import define, field
from posthog import Posthog
from posthog import request as posthog_request

from arcade_usage.adapters.deadline import DeadlineExceededError, within
from arcade_usage.application.errors import NotAcceptedError, RefusedError
from arcade_usage.application.ports import ALIAS_SECONDS, BATCH_SECONDS
from arcade_usage.domain.persons import PERSONLESS
from arcade_usage.domain.record import Record
from arcade_usage.domain.sink import Sink

_REFUSED = (400, 413)  # what was sent will never be taken; anything else may pass
_ACCEPTED = ("1", "ok")  # what PostHog's ingestion answers in `status`, a number before and a word now
_SILENT_LOGGERS = ("posthog", "urllib3", "backoff")


@define
class PostHogSink:
    """The analytics sink over one PostHog project."""

    sink: Sink
    _messages: list[dict[str, Any]] = field(factory=list, init=False)
    _client: Posthog = field(init=False)
    _session: requests.Session = field(factory=lambda: _make_session(), init=False)

    def __attrs_post_init__(self) -> None:
        for name in _SILENT_LOGGERS:  # a program that configured no logging would show them on stderr
            logging.getLogger(name).addHandler(logging.NullHandler())
        options: dict[str, Any] = {"is_server": False} if _takes(Posthog, "is_server") else {}
        self._client = Posthog(
            self.sink.project_token,
            host=self.sink.host,
            sync_mode=True,  # no thread, no atexit hook
            before_send=self._messages.append,  # append returns None: taken, and not sent by the client
            **options,
        )

    def alias(self, anon_id: str, principal_id: str) -> None:
        self._client.alias(previous_id=anon_id, distinct_id=principal_id)
        self._post(ALIAS_SECONDS)

    def capture(self, records: Sequence[Record]) -> None:
        for record in records:
            attribution, event = record.attribution, record.event
            if attribution is None:
                raise ValueError("a record is sent with its verdict")
            mark = {PERSONLESS: False} if attribution.personless else {}
            self._client.capture(
                event.name,
                distinct_id=attribution.distinct_id,
                properties={**event.properties, **mark},
                timestamp=event.timestamp,
                uuid=event.uuid,
            )
        self._post(BATCH_SECONDS)

    def _post(self, seconds: float) -> None:
        batch = self._messages[:]
        self._messages.clear()
        if not batch:
            return
        try:
            response = within(seconds, lambda: self._batch_post(batch, seconds))
        except posthog_request.APIError as error:
            kind = RefusedError if error.status in _REFUSED else NotAcceptedError
            raise kind(f"PostHog answered {error.status}") from error
        except (requests.RequestException, DeadlineExceededError, OSError, ValueError) as error:
            raise NotAcceptedError("PostHog could not be reached") from error
        if not _is_accepted(response):
            raise NotAcceptedError("that answer was not PostHog's")

    def _batch_post(self, batch: list[dict[str, Any]], seconds: float) -> requests.Response:
        host = posthog_request.determine_server_host(self.sink.host)
        post: Any = posthog_request.batch_post
        if _takes(posthog_request.post, "session"):
            response = post(
                self.sink.project_token, host, gzip=True, timeout=seconds, batch=batch, session=self._session
            )
        else:
            # 6.x posts through a session of its module only.
            posthog_request._session = self._session
            response = post(self.sink.project_token, host, gzip=True, timeout=seconds, batch=batch)
        return response  # type: ignore[no-any-return]


def _make_session() -> requests.Session:
    """A session that follows no redirect, asks no .netrc, and tries once."""
    session = requests.Session()
    session.max_redirects = 0
    session.auth = lambda request: request  # with one of our own, requests looks for none in .netrc
    return session


def _is_accepted(response: requests.Response) -> bool:
    try:
        answer = response.json()
    except ValueError:
        return False
    return isinstance(answer, dict) and str(answer.get("status")).lower() in _ACCEPTED


def _takes(function: Any, parameter: str) -> bool:
    return parameter in inspect.signature(function).parameters
