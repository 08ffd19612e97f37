"""Which answers count as accepted by PostHog, which as refused for good, and which as neither."""

import gzip
import json
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from attrs import evolve

from arcade_usage.adapters.posthog import sink as sink_module
from arcade_usage.adapters.posthog.halving import REQUESTS_LIMIT
from arcade_usage.adapters.posthog.sink import PostHogSink
from arcade_usage.application.errors import (
    NotAcceptedError,
    PartlyAcceptedError,
    RefusedError,
    UnreachableError,
)
from arcade_usage.demo.receiver import Behaviour, Receiver
from arcade_usage.domain.project import Project
from tests.samples import ALICE, ANON, make_event, of

TOKEN = "phc_acceptance"


@pytest.fixture
def sink(receiver: Receiver) -> PostHogSink:
    return PostHogSink(Project(receiver.url, TOKEN))


@pytest.fixture
def elsewhere() -> Iterator[Receiver]:
    """Another host, which would accept anything."""
    with Receiver() as receiver:
        yield receiver


ACCEPTED = {
    "a number": b'{"status": 1}',
    "a word": b'{"status": "Ok"}',
    "a word in capitals": b'{"status": "OK"}',
    "with more beside it": b'{"status": 1, "quota_limited": ["recordings"]}',
    "flags that are over a quota": b'{"status": 1, "quotaLimited": ["feature_flags"]}',
}


@pytest.mark.parametrize("body", ACCEPTED.values(), ids=ACCEPTED)
def test_posthog_s_own_answer_is_acceptance(sink: PostHogSink, receiver: Receiver, body: bytes) -> None:
    """200 with what PostHog's ingestion says, in any release of it."""
    receiver.posthog = Behaviour(body=body)
    sink.alias(ANON, ALICE)
    sink.capture([of(ALICE)])
    assert [event.uuid for event in receiver.events(TOKEN)] == [make_event().uuid]


@pytest.mark.parametrize(
    ("layers", "blanks", "problem"),
    [(1, 0, None), (1, 10_000_000, "sends more than PostHog does"), (2, 10_000_000, "is not PostHog")],
)
def test_a_packed_answer_is_unpacked_within_the_limit(
    sink: PostHogSink, receiver: Receiver, layers: int, blanks: int, problem: str | None
) -> None:
    """None is asked for. One that comes is unpacked once, since a few bytes can stand for gigabytes."""
    body = b'{"status": 1}' + b" " * blanks
    for _ in range(layers):
        body = gzip.compress(body)
    receiver.posthog = Behaviour(body=body, headers={"Content-Encoding": ", ".join(["gzip"] * layers)})
    with pytest.raises(NotAcceptedError, match=problem) if problem else nullcontext():
        sink.capture([of(ALICE)])
    assert [request.headers["accept-encoding"] for request in receiver.requests] == ["identity"]


OVER_QUOTA = "PostHog takes no events of this project, whose quota is used up: inform the author of the tool"


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(takes=False, body=b'{"status": 1, "quota_limited": ["recordings", "events"]}'),
        Behaviour(takes=False, body=b'{"status": "Ok", "quotaLimited": ["events"]}'),
        Behaviour(takes=False, status=429, body=b"billing limit reached"),
        Behaviour(takes=False, status=429, body=b'{"error": "billing_limit_exceeded"}'),
    ],
)
def test_a_used_up_quota_accepts_nothing(sink: PostHogSink, receiver: Receiver, behaviour: Behaviour) -> None:
    """PostHog says 200 and drops the events: they wait, and what is said is another matter than many requests."""
    receiver.posthog = behaviour
    with pytest.raises(NotAcceptedError) as events:
        sink.capture([of(ALICE)])
    with pytest.raises(NotAcceptedError) as alias:
        sink.alias(ANON, ALICE)
    assert [(type(each.value), str(each.value)) for each in (events, alias)] == [
        (NotAcceptedError, OVER_QUOTA)
    ] * 2


RETRY_AFTER = {
    "": 0.0, "120": 120.0, "0": 0.0, "-5": 0.0, "1.5": 1.5, "soon": 0.0, "nan": 0.0, "inf": 0.0, "1e999": 0.0,
    "Thu, 01 Jan 1970 00:00:00 GMT": 0.0, "Fri, 01 Jan 99999999999 00:00:00 GMT": 0.0,
    "Tue, 01 Jan 2030 00:00:00 +99999999999999999999": 0.0, "Tue, 01 Jan 2030 00:00:00 -0000": 0.0,
    "Fri, 01 Jan 2030 " + "(" * 20_000: 0.0,
}  # fmt: skip


@pytest.mark.parametrize("status", [200, 401, 429, 503])
@pytest.mark.parametrize(("header", "seconds"), RETRY_AFTER.items(), ids=lambda each: str(each)[:50])
def test_what_is_asked_to_wait(
    sink: PostHogSink, receiver: Receiver, status: int, header: str, seconds: float
) -> None:
    """Retry-After counts with any answer that accepts nothing; what is no time is none."""
    receiver.posthog = Behaviour(
        takes=False,
        status=status,
        headers={"Retry-After": header} if header else {},
        body=b'{"status": 1, "quota_limited": ["events"]}',
    )
    with pytest.raises(NotAcceptedError) as caught:
        sink.capture([of(ALICE)])
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("header", RETRY_AFTER, ids=lambda header: header[:50])
def test_acceptance_counts_whatever_is_asked_to_wait(
    sink: PostHogSink, receiver: Receiver, header: str
) -> None:
    """No Retry-After makes a failure of an answer that accepts the events."""
    receiver.posthog = Behaviour(headers={"Retry-After": header} if header else {})
    sink.capture([of(ALICE)])
    assert [event.uuid for event in receiver.events(TOKEN)] == [make_event().uuid]


def test_a_date_to_wait_for(sink: PostHogSink, receiver: Receiver) -> None:
    """Retry-After may be a date."""
    in_an_hour = format_datetime(datetime.now(timezone.utc) + timedelta(hours=1), usegmt=True)
    receiver.posthog = Behaviour(takes=False, status=503, headers={"Retry-After": in_an_hour})
    with pytest.raises(NotAcceptedError) as caught:
        sink.capture([of(ALICE)])
    assert 3500 < caught.value.retry_after <= 3600


BODIES = {
    "empty": b"",
    "HTML": b"<html><body>Sign in to the Wi-Fi</body></html>",
    "a text": b"OK",
    "a text as JSON": b'"ok"',
    "a number as JSON": b"1",
    "true": b"true",
    "null": b"null",
    "a list": b'[{"status": 1}]',
    "another object": b'{"ok": true}',
    "no object's status": b'{"data": {"status": 1}}',
    "another status": b'{"status": "error"}',
    "status zero": b'{"status": 0}',
    "status 200": b'{"status": 200}',
    "status true": b'{"status": true}',
    "status null": b'{"status": null}',
    "truncated": b'{"status": 1',
    "not UTF-8": b'{"status": "\xff"}',
    "nested deeply": b"[" * 100_000,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_another_answer_with_200_is_no_acceptance(sink: PostHogSink, receiver: Receiver, body: bytes) -> None:
    """A proxy's page, or anybody else's JSON, accepts nothing, neither an alias nor an event."""
    receiver.posthog = Behaviour(takes=False, body=body)
    with pytest.raises(NotAcceptedError) as alias:
        sink.alias(ANON, ALICE)
    with pytest.raises(NotAcceptedError) as events:
        sink.capture([of(ALICE)])
    assert [type(alias.value), type(events.value)] == [NotAcceptedError] * 2


STATUSES = {
    400: RefusedError, 413: RefusedError,
    **dict.fromkeys((201, 202, 204, 401, 402, 403, 404, 405, 407, 408, 409, 422, 429, 500, 502, 503, 504, 599),
                    NotAcceptedError),
}  # fmt: skip


@pytest.mark.parametrize("status", STATUSES)
def test_what_a_status_says(sink: PostHogSink, receiver: Receiver, status: int) -> None:
    """400 and 413 refuse what was sent for what it is; any other status may pass, so nothing is dropped."""
    receiver.posthog = Behaviour(takes=False, status=status)
    with pytest.raises(NotAcceptedError) as caught:
        sink.capture([of(ALICE)])
    assert type(caught.value) is STATUSES[status]


REFUSALS = {
    "a text": b"invalid event could not be processed",
    "a text with a cause": b"failed to parse request: expected value at line 1 column 1",
    "a text about one event": b"event submitted without a distinct_id",
    "a text about the size": b"maximum event size exceeded: 1048577 bytes",
    "of its web framework": b"Failed to buffer the request body: length limit exceeded",
    "version 1": b'{"error": "missing_event_uuid", "error_description": "no", "error_uri": "https://posthog.com"}',
    "older releases": b'{"type": "validation_error", "code": "invalid_payload", "detail": "no", "attr": null}',
}
PAGES = {
    "empty": b"",
    "HTML": b"<html>400 The plain HTTP request was sent to HTTPS port<hr>nginx</html>",
    "HTML about an event": b"<!doctype html><p>This event was blocked.</p>",
    "the same from a server in Go": b"Client sent an HTTP request to an HTTPS server.\n",
    "a text": b"Bad Request",
    "another object": b'{"message": "Bad Request"}',
    "an acceptance": b'{"status": 1}',
    "a number as detail": b'{"detail": 1}',
    "a list": b"[]",
    "a text as JSON": b'"no"',
    "null": b"null",
    "nested deeply": b"[" * 100_000,
    "not UTF-8": b"\xff\xfe",
}


@pytest.mark.parametrize("body", REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize("status", [400, 413])
def test_posthog_s_own_refusal_is_one(
    sink: PostHogSink, receiver: Receiver, status: int, body: bytes
) -> None:
    """In the words of any release of it."""
    receiver.posthog = Behaviour(takes=False, status=status, body=body)
    with pytest.raises(RefusedError):
        sink.capture([of(ALICE)])
    with pytest.raises(RefusedError):
        sink.alias(ANON, ALICE)


@pytest.mark.parametrize("body", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("status", [400, 413, 503])
def test_a_refusal_that_is_not_posthog_s_drops_nothing(
    sink: PostHogSink, receiver: Receiver, status: int, body: bytes
) -> None:
    """A proxy or a sign-in page refuses for reasons that pass."""
    receiver.posthog = Behaviour(takes=False, status=status, body=body)
    with pytest.raises(NotAcceptedError) as caught:
        sink.capture([of(ALICE)])
    assert not isinstance(caught.value, RefusedError | PartlyAcceptedError)
    assert ("is not PostHog" in str(caught.value)) == (status == 400)


BAD = "a bad event"


@pytest.mark.parametrize("status", [400, 413])
def test_an_event_that_a_page_refuses_waits_and_the_others_pass(
    sink: PostHogSink, receiver: Receiver, status: int
) -> None:
    """A page is never PostHog's: the error names the event neither as accepted nor as refused."""
    receiver.posthog = Behaviour(
        takes=False, status=status, body=PAGES["HTML about an event"], names=frozenset({BAD})
    )
    batch = [of(ALICE, 1), of(ALICE, 2), of(ALICE, 3, name=BAD), of(ALICE, 4)]
    with pytest.raises(PartlyAcceptedError) as caught:
        sink.capture(batch)
    assert caught.value.accepted == {batch[place].event.uuid for place in (0, 1, 3)}
    assert caught.value.refused == frozenset()


def test_one_event_of_a_full_batch_is_found(sink: PostHogSink, receiver: Receiver) -> None:
    """Within the limit of requests."""
    receiver.posthog = Behaviour(takes=False, status=400, body=b"no", names=frozenset({BAD}))
    batch = [of(ALICE, number, name=BAD if number == 41 else "good") for number in range(100)]
    with pytest.raises(PartlyAcceptedError) as caught:
        sink.capture(batch)
    assert caught.value.refused == {batch[41].event.uuid}
    assert len(caught.value.accepted) == 99


def test_a_proxy_that_refuses_everything_is_asked_a_few_times(sink: PostHogSink, receiver: Receiver) -> None:
    """And nothing is dropped."""
    receiver.posthog = Behaviour(takes=False, status=400, body=PAGES["a text"])
    with pytest.raises(NotAcceptedError) as caught:
        sink.capture([of(ALICE, number) for number in range(100)])
    assert not isinstance(caught.value, RefusedError | PartlyAcceptedError)
    assert len(receiver.requests) == 1 + REQUESTS_LIMIT


def test_all_that_is_asked_takes_no_longer_than_one_batch(
    sink: PostHogSink, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit of a batch holds for its parts together."""
    monkeypatch.setattr(sink_module, "BATCH_SECONDS", 1.0)
    receiver.posthog = Behaviour(takes=False, status=400, body=b"no", hang_seconds=0.4)
    with pytest.raises(NotAcceptedError):
        sink.capture([of(ALICE, number) for number in range(100)])
    assert len(receiver.requests) <= 4


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["a captive portal", "another PostHog", "itself"])
def test_no_redirect_is_followed(
    sink: PostHogSink, receiver: Receiver, elsewhere: Receiver, status: int, target: str
) -> None:
    """A redirect accepts nothing, and where it leads nobody hears of us."""
    if target == "a captive portal":
        elsewhere.posthog = elsewhere.cloud = Behaviour(body=b"<html></html>")
    base = receiver.url if target == "itself" else elsewhere.url
    receiver.posthog = Behaviour(takes=False, status=status, headers={"Location": f"{base}/batch/"}, body=b"")
    with pytest.raises(NotAcceptedError) as caught:
        sink.capture([of(ALICE)])
    assert type(caught.value) is UnreachableError  # PostHog itself did not answer
    assert (len(receiver.requests), elsewhere.requests) == (1, [])


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "120"}, {"Retry-After": "soon"}])
def test_a_failure_is_not_tried_again(sink: PostHogSink, receiver: Receiver, headers: dict[str, str]) -> None:
    """One call is one request, whatever is answered: the outbox is the retry."""
    receiver.posthog = Behaviour(takes=False, status=503, headers=headers)
    with pytest.raises(NotAcceptedError):
        sink.capture([of(ALICE)])
    assert len(receiver.requests) == 1


def test_what_the_sdk_drops_is_not_accepted(sink: PostHogSink, receiver: Receiver) -> None:
    """An event that the SDK can't put on the wire is refused, like one that PostHog can't take."""
    nested: object = None
    for _ in range(2_000):
        nested = [nested]
    bad = evolve(of(ALICE, 1), event=make_event(1, nested=nested))
    with pytest.raises(RefusedError):
        sink.capture([bad])
    sink.capture([of(ALICE, 2)])
    assert [event.uuid for event in receiver.events(TOKEN)] == [make_event(2).uuid]


def test_an_answer_that_claims_to_be_packed_is_none(sink: PostHogSink, receiver: Receiver) -> None:
    """Bytes that can't be unpacked are an error of the network, not of ours."""
    body = json.dumps({"status": 1}).encode()
    receiver.posthog = Behaviour(takes=False, body=body, headers={"Content-Encoding": "gzip"})
    with pytest.raises(NotAcceptedError):
        sink.capture([of(ALICE)])
