"""What PostHog gets to see, byte by byte: the real SDK, over HTTP, on both of its ends."""

import gzip
import importlib.metadata
import json
import socket
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from attrs import evolve

from arcade_usage.adapters.posthog.sink import PostHogSink
from arcade_usage.application.errors import NotAcceptedError
from arcade_usage.demo.receiver import Behaviour, Receiver
from arcade_usage.domain.event import Runtime
from arcade_usage.domain.persons import make_alias
from arcade_usage.domain.project import Project
from arcade_usage.domain.redaction import Redactor
from arcade_usage.domain.server_event import ServerEvent, describe_server_event
from tests.samples import ALICE, ANON, anonymous, make_event, of

TOKEN = "phc_wire"
RUNTIME = Runtime("1.2.3", "3.12.1", "Linux", "6.1", is_ci=False)
A_SERVERS = describe_server_event(
    ServerEvent("tool called", 1_773_500_000.0), RUNTIME, make_event(3).uuid, Redactor(home=(), names=())
)


@pytest.fixture
def sink(receiver: Receiver) -> PostHogSink:
    return PostHogSink(Project(receiver.url, TOKEN))


def sent(receiver: Receiver) -> list[dict[str, Any]]:
    """The messages of the one batch that came."""
    (batch,) = receiver.batches()
    messages: list[dict[str, Any]] = batch["batch"]
    return messages


def test_a_batch_is_one_request(sink: PostHogSink, receiver: Receiver) -> None:
    """Whatever its length, a batch is one POST of packed JSON to /batch/, under the project's token."""
    sink.capture([of(ALICE, number) for number in range(100)])
    (request,) = receiver.requests
    assert (request.method, request.path) == ("POST", "/batch/")
    assert request.headers["content-encoding"] == "gzip"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == f"posthog-python/{importlib.metadata.version('posthog')}"
    assert request.content["api_key"] == TOKEN
    assert len(request.content["batch"]) == 100


def test_the_version_of_python_is_that_of_the_event(sink: PostHogSink, receiver: Receiver) -> None:
    """Another tool's process may send it, under another Python."""
    sink.capture([evolve(of(ALICE), event=A_SERVERS)])
    properties = sent(receiver)[0]["properties"]
    assert properties["$python_version"] == properties["runtime_version"] == RUNTIME.runtime_version


def test_a_batch_says_when_it_was_sent(sink: PostHogSink, receiver: Receiver) -> None:
    """PostHog corrects a clock that is wrong by the moment of sending, so that has to be in it."""
    sink.capture([of(ALICE)])
    content = receiver.batches()[0]
    moment = datetime.fromisoformat(content.get("sent_at") or content["sentAt"])
    assert moment.tzinfo is not None


@pytest.fixture
def packed() -> Iterator[tuple[str, list[bytes]]]:
    """A PostHog at a URL that keeps the very bytes of a request's body."""
    bodies: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as stream:
                headers = dict(
                    line.decode().strip().split(": ", 1)
                    for line in iter(stream.readline, b"\r\n")
                    if b": " in line
                )
                bodies.append(stream.read(int(headers["Content-Length"])))
                answer = b'{"status": 1}'
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 13\r\n\r\n" + answer
                )

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", bodies
        thread.join(30)


def test_the_body_is_packed(packed: tuple[str, list[bytes]]) -> None:
    """The body is gzip of the JSON, and is packed once."""
    url, bodies = packed
    PostHogSink(Project(url, TOKEN)).capture([of(ALICE)])
    assert json.loads(gzip.decompress(bodies[0]))["api_key"] == TOKEN


def test_what_was_frozen_is_sent_as_it_is(sink: PostHogSink, receiver: Receiver) -> None:
    """uuid, timestamp, distinct id and name are those of the record: PostHog drops repeats by them."""
    record = anonymous(7)
    sink.capture([record])
    (message,) = sent(receiver)
    assert (message["event"], message["uuid"]) == (record.event.name, record.event.uuid)
    assert message["distinct_id"] == ANON
    assert datetime.fromisoformat(message["timestamp"]) == record.event.timestamp
    assert message.keys() == {"event", "uuid", "distinct_id", "timestamp", "properties"}


def test_a_repeat_is_the_same_message(sink: PostHogSink, receiver: Receiver) -> None:
    """A record that is sent again, by another process, is the same on the wire."""
    for process in (sink, PostHogSink(Project(receiver.url, TOKEN))):
        process.capture([anonymous(1), of(ALICE, 2)])
    first, second = receiver.batches()
    assert first["batch"] == second["batch"]


def test_the_properties_are_ours_and_the_sdk_s(sink: PostHogSink, receiver: Receiver) -> None:
    """Beside ours there are only those for PostHog, whose names begin with a dollar."""
    sink.capture([of(ALICE)])
    properties = sent(receiver)[0]["properties"]
    ours = {name: value for name, value in properties.items() if not name.startswith("$")}
    assert ours == make_event().properties
    assert properties["$geoip_disable"] is True
    assert properties.keys() - ours.keys() <= {
        "$geoip_disable", "$ignore_sent_at", "$ip", "$lib", "$lib_version", "$os", "$os_distro", "$os_version",
        "$python_runtime", "$python_version",
    }  # fmt: skip


def test_no_address_is_left_to_posthog(sink: PostHogSink, receiver: Receiver) -> None:
    """Every event and alias has an address that is none: PostHog would put in that of the connection."""
    sink.capture([of(ALICE), anonymous(2), evolve(of(ALICE, 3), event=A_SERVERS)])
    sink.alias(ANON, ALICE)
    messages = [message for batch in receiver.batches() for message in batch["batch"]]
    assert [message["properties"]["$ip"] for message in messages] == ["0.0.0.0"] * 4
    assert [message["properties"]["$ignore_sent_at"] for message in messages] == [True] * 4


def test_only_a_servers_events_are_a_servers(sink: PostHogSink, receiver: Receiver) -> None:
    """The system of a server is not its person's; that of a command is. One process sends both, and aliases."""
    of_a_command = make_event(4, cli_version="1", server_version="the tool's own property")
    sink.capture([of(ALICE), evolve(of(ALICE, 2), event=A_SERVERS), evolve(of(ALICE, 3), event=of_a_command)])
    sink.alias(ANON, ALICE)
    messages = [message for batch in receiver.batches() for message in batch["batch"]]
    marks = [message["properties"].get("$is_server", "absent") for message in messages]
    assert marks == ["absent", True, "absent", "absent"]


def test_values_keep_their_types(sink: PostHogSink, receiver: Receiver) -> None:
    """Numbers, truth, nothing, texts, lists and objects arrive as what they are."""
    values: dict[str, Any] = {
        "a": 0,
        "b": 0.0,
        "c": True,
        "d": None,
        "e": "☃",
        "f": [1, [2]],
        "g": {"h": {"i": ""}},
    }
    record = of(ALICE)
    sink.capture([evolve(record, event=make_event(**values))])
    assert sent(receiver)[0]["properties"].items() >= values.items()


def test_anonymous_events_are_personless(sink: PostHogSink, receiver: Receiver) -> None:
    """An anonymous event says that no profile is to be made; a principal's says nothing of the kind."""
    sink.capture([anonymous(1), of(ALICE, 2)])
    marks = [message["properties"].get("$process_person_profile", "absent") for message in sent(receiver)]
    assert marks == [False, "absent"]


def test_the_direction_of_an_alias(sink: PostHogSink, receiver: Receiver) -> None:
    """The principal is the event's distinct id, which is kept, and the anonymous id the alias: as in the model."""
    sink.alias(ANON, ALICE)
    (message,) = sent(receiver)
    assert (message["event"], message["distinct_id"]) == ("$create_alias", ALICE)
    assert message["properties"].items() >= {"alias": ANON, "distinct_id": ALICE}.items()
    model = make_alias(ANON, ALICE)
    assert (model.name, model.distinct_id) == (message["event"], message["distinct_id"])
    assert model.properties.items() <= message["properties"].items()


def test_an_alias_is_not_personless(sink: PostHogSink, receiver: Receiver) -> None:
    """PostHog drops an alias that says that no profile is to be made; also after events that said so."""
    sink.capture([anonymous()])
    sink.alias(ANON, ALICE)
    alias = receiver.batches()[1]["batch"][0]
    assert "$process_person_profile" not in alias["properties"]


def test_an_alias_is_a_request_of_its_own(sink: PostHogSink, receiver: Receiver) -> None:
    """Nothing is sent along with an alias."""
    sink.capture([anonymous()])
    sink.alias(ANON, ALICE)
    assert [len(batch["batch"]) for batch in receiver.batches()] == [1, 1]


@pytest.mark.parametrize(
    ("path", "asked"),
    [("", "/batch/"), ("/", "/batch/"), ("/ingest", "/ingest/batch/"), ("/ingest/", "/ingest/batch/")],
)
def test_a_host_may_have_a_path(receiver: Receiver, path: str, asked: str) -> None:
    """A host is a URL; a reverse proxy before PostHog may have a path of its own."""
    receiver.principals, receiver.cloud = (
        {"": ""},
        Behaviour(body=b'{"status": 1}'),
    )  # any other path is accepted too
    PostHogSink(Project(receiver.url + path, TOKEN)).capture([of(ALICE)])
    assert [request.path for request in receiver.requests] == [asked]


def test_two_sinks_do_not_mix(receiver: Receiver) -> None:
    """Two projects in one process each get their own events, under their own token."""
    with Receiver() as other:
        sinks = PostHogSink(Project(receiver.url, "phc_one")), PostHogSink(Project(other.url, "phc_two"))
        for number, sink in enumerate((*sinks, *sinks), start=1):
            sink.capture([of(ALICE, number)])
        for server, token, numbers in ((receiver, "phc_one", (1, 3)), (other, "phc_two", (2, 4))):
            assert [batch["api_key"] for batch in server.batches()] == [token] * 2
            assert [event.uuid for event in server.events(token)] == [
                make_event(number).uuid for number in numbers
            ]


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("https://us.posthog.com", "us.i.posthog.com"),
        ("https://app.posthog.com/", "us.i.posthog.com"),
        ("https://eu.posthog.com", "eu.i.posthog.com"),
        ("https://us.i.posthog.com", "us.i.posthog.com"),
        ("https://posthog.example", "posthog.example"),
    ],
)
def test_the_address_of_the_app_stands_for_that_of_its_events(
    host: str, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the SDK, whose function decides."""
    looked_up = []

    def getaddrinfo(name: str, *_: object, **__: object) -> None:
        looked_up.append(name)
        raise socket.gaierror(socket.EAI_NONAME, "no network here")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(NotAcceptedError, match=f"check the address {asked}"):
        PostHogSink(Project(host, TOKEN)).capture([of(ALICE)])
    assert set(looked_up) == {asked}
