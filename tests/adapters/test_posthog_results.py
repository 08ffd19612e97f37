"""Version 1 of PostHog's protocol, which SDKs from 8.0 on speak alone: requests, and a result for each event."""

import inspect
import json
from typing import Any

import pytest
from attrs import evolve
from posthog import Posthog
from posthog.version import VERSION

from arcade_usage.adapters.posthog.sink import PostHogSink
from arcade_usage.adapters.posthog.wire import BatchProtocol, EventProtocol
from arcade_usage.application.errors import NotAcceptedError, PartlyAcceptedError, RefusedError
from arcade_usage.demo.receiver import Behaviour, Receiver
from arcade_usage.domain.project import Project
from tests.samples import ALICE, ANON, anonymous, make_event, of

TOKEN = "phc_results"
COMPARABLE = "capture_mode" in inspect.signature(Posthog).parameters  # 7.22 and newer


@pytest.fixture
def accepted() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def sink(receiver: Receiver, accepted: list[dict[str, Any]]) -> PostHogSink:
    return PostHogSink(Project(receiver.url, TOKEN), accepted.extend, EventProtocol())


def results(**by_number: object) -> Behaviour:
    """PostHog's answer: results of the events of these numbers."""
    found = {make_event(int(name.strip("_"))).uuid: result for name, result in by_number.items()}
    return Behaviour(takes=False, body=json.dumps({"results": found}).encode())


def test_the_request(sink: PostHogSink, receiver: Receiver) -> None:
    """The token is in a header, as are the SDK and the time; settings of an event are options."""
    sink.capture([anonymous(1), of(ALICE, 2)])
    (request,) = receiver.requests
    assert (request.method, request.path) == ("POST", "/i/v1/analytics/events")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["posthog-sdk-info"] == f"posthog-python/{VERSION}"
    assert request.headers["posthog-attempt"] == "1"
    assert request.headers["content-encoding"] == "gzip"
    assert request.content.keys() == {"created_at", "batch"}
    first, second = request.content["batch"]
    assert first["options"] == {"disable_skew_correction": True, "process_person_profile": False}
    assert second["options"] == {"disable_skew_correction": True}
    assert first["properties"]["$ip"] == "0.0.0.0"
    assert not first["properties"].keys() & {
        "$lib", "$lib_version", "$ignore_sent_at", "$process_person_profile",
    }  # fmt: skip


@pytest.mark.skipif(not COMPARABLE, reason="this SDK speaks only version 0")
def test_the_sdk_sends_the_same(sink: PostHogSink, receiver: Receiver) -> None:
    """An event, and the alias, are what the SDK itself sends by this protocol, except for our two settings."""
    client: Any = Posthog(TOKEN, host=receiver.url, sync_mode=True, is_server=False, capture_mode="v1")
    record = anonymous(1)
    event = record.event
    client.capture(
        event.name,
        distinct_id=ANON,
        properties={**event.properties, "$process_person_profile": False},
        timestamp=event.timestamp,
        uuid=event.uuid,
    )
    client.alias(previous_id=ALICE, distinct_id=ANON)
    sink.capture([record])
    sink.alias(ANON, ALICE)
    theirs, their_alias, ours, our_alias = receiver.requests
    assert {*theirs.headers} - {*ours.headers} <= {"accept-encoding"}
    for sdk, own in ((theirs, ours), (their_alias, our_alias)):
        (expected,), (sent,) = sdk.content["batch"], own.content["batch"]
        assert sent["properties"].pop("$ip") == "0.0.0.0"
        assert sent["options"].pop("disable_skew_correction") is True
        for name in ("uuid", "timestamp") if "alias" in sent["event"] else ():
            assert type(sent.pop(name)) is type(expected.pop(name))
        assert sent == expected


def test_options_of_the_sdk_stay() -> None:
    """A message of SDK 8 has options of its own; ours join them."""
    message = {"event": "ran", "uuid": "1", "distinct_id": "a", "timestamp": "2026-03-14T00:00:00+00:00",
               "options": {"cookieless_mode": True}, "properties": {"$ignore_sent_at": True, "a": 1}}  # fmt: skip
    _, body = EventProtocol().pack(TOKEN, [message], make_event().timestamp)
    assert body["batch"] == [
        {
            **message,
            "options": {"cookieless_mode": True, "disable_skew_correction": True},
            "properties": {"a": 1},
        }
    ]


def test_all_accepted(sink: PostHogSink, receiver: Receiver, accepted: list[dict[str, Any]]) -> None:
    """ok and warning are acceptance; a word that is not known yet is too, as PostHog asks of its SDKs."""
    receiver.posthog = results(
        _1={"result": "ok"},
        _2={"result": "warning", "details": "person_processing_disabled"},
        _3={"result": "another"},
    )
    sink.capture([of(ALICE, number) for number in (1, 2, 3)])
    assert [message["uuid"] for message in accepted] == [make_event(number).uuid for number in (1, 2, 3)]


def test_each_result(sink: PostHogSink, receiver: Receiver, accepted: list[dict[str, Any]]) -> None:
    """drop is for good, retry is not; an event without a result may be sent again. Copies are of the accepted."""
    receiver.posthog = evolve(
        results(
            _1={"result": "ok"},
            _2={"result": "drop", "details": "event_too_big"},
            _3={"result": "retry", "details": "not_persisted"},
            _5="malformed",
        ),
        headers={"Retry-After": "1"},
    )
    with pytest.raises(PartlyAcceptedError) as caught:
        sink.capture([of(ALICE, number) for number in range(1, 6)])
    error = caught.value
    assert error.accepted == frozenset({make_event(1).uuid})
    assert error.refused == frozenset({make_event(2).uuid})
    assert error.retry_after == 1.0
    assert str(error) == "PostHog did not accept 4 of 5 events (event_too_big)"
    assert [message["uuid"] for message in accepted] == [make_event(1).uuid]


@pytest.mark.parametrize("result", ["drop", "retry", "warning"])
def test_an_alias_is_accepted_or_not(sink: PostHogSink, receiver: Receiver, result: str) -> None:
    """A warning says that PostHog handles no persons for the id, so the alias links nobody."""
    receiver.posthog = Behaviour(results={"$create_alias": result})
    with pytest.raises(NotAcceptedError):
        sink.alias(ANON, ALICE)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"status": 1}', b'{"results": []}', b'{"results": null}', b"[]", b"7"]
)
def test_another_answer_is_no_acceptance(sink: PostHogSink, receiver: Receiver, body: bytes) -> None:
    """Not even that of the other version."""
    receiver.posthog = Behaviour(takes=False, body=body)
    with pytest.raises(NotAcceptedError) as caught:
        sink.capture([of(ALICE)])
    assert type(caught.value) is NotAcceptedError
    assert "is not PostHog" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "kind"), [(400, RefusedError), (413, RefusedError), (401, NotAcceptedError)]
)
def test_a_whole_request_may_be_refused(
    sink: PostHogSink, receiver: Receiver, status: int, kind: type[Exception]
) -> None:
    """Statuses mean what they mean in version 0."""
    receiver.posthog = Behaviour(takes=False, status=status)
    with pytest.raises(NotAcceptedError) as caught:
        sink.capture([of(ALICE)])
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("version", "protocol"),
    [
        ("6.7.6", BatchProtocol),
        ("7.91.1", BatchProtocol),
        ("8.0.0", EventProtocol),
        ("10.1.0", EventProtocol),
    ],
)
def test_the_sdk_decides(monkeypatch: pytest.MonkeyPatch, version: str, protocol: type[object]) -> None:
    """SDK 8 has only version 1; before, version 0 is what every PostHog and every proxy knows."""
    monkeypatch.setattr("arcade_usage.adapters.posthog.sink.VERSION", version)
    assert type(PostHogSink(Project("https://posthog.example", TOKEN)).protocol) is protocol
