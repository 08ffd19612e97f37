"""PostHog's two ingestion protocols: the request for a batch, and what its answer says.

Version 0 answers for a batch as a whole, version 1 for each event. SDKs up to 7.x speak version 0 by default,
from 8.0 on only version 1. Messages are those that the SDK's `before_send` receives; they have the same shape
for both.
"""

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import field, frozen
from posthog.request import USER_AGENT

_OK = ("1", "ok")  # `status` in an answer of version 0: formerly a number, now a word
_QUOTA_KEYS = ("quota_limited", "quotaLimited")
_EVENTS = "events"  # the quota that concerns events
_FROM_HEADER = ("$lib", "$lib_version")  # version 1 has them in a header
_OPTIONS = {"$ignore_sent_at": "disable_skew_correction", "$process_person_profile": "process_person_profile"}
# Refusals of a request: the texts of version 0 ("invalid event could not be processed", "failed to parse
# request: ..."), and members of the JSON of version 1 and of PostHog before 2024.
_REFUSAL = re.compile(rb"[Ff]ailed to |[a-z ]*\bevent")
_REFUSAL_KEYS = ("error_description", "detail")

Message = Mapping[str, Any]


@frozen
class Answer:
    """What PostHog says about the messages of a batch, by uuid. A message in neither set may be sent again.

    accepted: with those that are `personless` although that was not asked for.
    refused: why each was refused. over_quota: the project takes no events for now.
    """

    accepted: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(factory=dict)
    personless: frozenset[str] = frozenset()
    over_quota: bool = False


@frozen
class BatchProtocol:
    """Version 0."""

    path: str = "/batch/"

    def pack(
        self, token: str, messages: Sequence[Message], sent_at: datetime
    ) -> tuple[dict[str, str], dict[str, object]]:
        """Headers and body of a request."""
        return {"User-Agent": USER_AGENT}, {
            "api_key": token,
            "sent_at": sent_at.isoformat(),
            "batch": messages,
        }

    def read(self, content: Mapping[str, object], uuids: Sequence[str]) -> Answer | None:
        """The meaning of a body that came with 200; None if PostHog does not answer like that."""
        if str(content.get("status")).lower() not in _OK:
            return None
        limited = [content.get(key) for key in _QUOTA_KEYS]
        if any(isinstance(names, list) and _EVENTS in names for names in limited):
            return Answer(over_quota=True)
        return Answer(frozenset(uuids))


@frozen
class EventProtocol:
    """Version 1: each event gets a result of its own."""

    path: str = "/i/v1/analytics/events"

    def pack(
        self, token: str, messages: Sequence[Message], sent_at: datetime
    ) -> tuple[dict[str, str], dict[str, object]]:
        headers = {
            "User-Agent": USER_AGENT,
            "Authorization": f"Bearer {token}",
            "PostHog-Sdk-Info": USER_AGENT,
            "PostHog-Attempt": "1",
            "PostHog-Request-Id": str(uuid.uuid4()),
            "PostHog-Request-Timestamp": sent_at.isoformat(),
        }
        return headers, {"created_at": sent_at.isoformat(), "batch": [_to_event(each) for each in messages]}

    def read(self, content: Mapping[str, object], uuids: Sequence[str]) -> Answer | None:
        results = content.get("results")
        if not isinstance(results, dict):
            return None
        found = {each: results[each] for each in uuids if isinstance(results.get(each), dict)}
        words = {each: str(result.get("result")) for each, result in found.items()}
        return Answer(
            # A result that is not known yet counts as accepted, as PostHog asks of clients.
            accepted=frozenset(each for each, word in words.items() if word not in ("drop", "retry")),
            refused={each: _detail(found[each]) for each, word in words.items() if word == "drop"},
            personless=frozenset(each for each, word in words.items() if word == "warning"),
        )


WireProtocol = BatchProtocol | EventProtocol


def parse(content: bytes) -> Mapping[str, object] | None:
    """The JSON object of an answer; None if it is no such."""
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def is_refusal(content: bytes) -> bool:
    """Whether the body of a 400 or 413 is PostHog's own. Proxies and sign-in pages use these statuses too."""
    parsed = parse(content)
    if parsed is None:
        return _REFUSAL.match(content) is not None
    return any(isinstance(parsed.get(key), str) for key in _REFUSAL_KEYS)


def is_page(content: bytes) -> bool:
    """Whether a body is HTML, which PostHog never answers."""
    return content.lstrip().startswith(b"<")


def _detail(result: Mapping[str, object]) -> str:
    """Why an event was refused: an identifier of PostHog's, for people to read."""
    detail = result.get("details")
    return detail if isinstance(detail, str) and detail.isidentifier() else "no reason given"


def _to_event(message: Message) -> dict[str, Any]:
    """An event of version 1, which has settings in `options` instead of properties."""
    properties = {name: value for name, value in message["properties"].items() if name not in _FROM_HEADER}
    options = dict(message.get("options") or {})
    for name, option in _OPTIONS.items():
        if name in properties:
            options[option] = properties.pop(name)
    return {
        **{name: message[name] for name in ("event", "uuid", "distinct_id", "timestamp")},
        "options": options,
        "properties": properties,
    }
