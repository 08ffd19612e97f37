"""The second sink for a user's collector: where it posts, what a span has, and how long it may take."""

import json
import os
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import trustme
from attrs import define, field
from pytest_mock import MockerFixture

from arcade_usage.adapters.network.failures import Peer
from arcade_usage.adapters.network.json_request import post_json
from arcade_usage.adapters.otlp import sink as sink_module
from arcade_usage.adapters.otlp.collector import Collector, find_collector
from arcade_usage.adapters.otlp.sink import CollectorSink
from arcade_usage.adapters.otlp.spans import make_request
from arcade_usage.application.errors import PartlyAcceptedError, RefusedError, UnreachableError
from arcade_usage.application.time_limits import (
    BATCH_SECONDS,
    COLLECTOR_PAUSE_SECONDS,
    COLLECTOR_SECONDS,
)
from arcade_usage.domain.consent import OFF
from arcade_usage.domain.event import Event
from arcade_usage.domain.identity_state import IdentityState, Snapshot
from arcade_usage.domain.record import Record
from arcade_usage.testing.in_memory import ManualClock, MemorySink, MemorySwitch
from tests.otlp_receiver import parse, plain

BASE = "http://collector:4318"
TRACES = f"{BASE}/v1/traces"
UUIDS = [f"0190a000-0000-4000-8000-00000000000{number}" for number in range(4)]
NOW = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({}, None),
        ({"ENDPOINT": BASE}, TRACES),
        ({"ENDPOINT": f"{BASE}/"}, TRACES),
        ({"ENDPOINT": f" {BASE}/otlp "}, f"{BASE}/otlp/v1/traces"),
        ({"TRACES_ENDPOINT": f"{BASE}/mine"}, f"{BASE}/mine"),
        ({"TRACES_ENDPOINT": BASE, "ENDPOINT": "http://other"}, BASE),
        ({"LOGS_ENDPOINT": BASE}, None),
        ({"ENDPOINT": BASE, "PROTOCOL": "http/protobuf"}, TRACES),
        ({"ENDPOINT": BASE, "PROTOCOL": "grpc"}, None),
        ({"ENDPOINT": BASE, "PROTOCOL": "grpc", "TRACES_PROTOCOL": "http/json"}, TRACES),
        ({"ENDPOINT": "collector:4318"}, None),
        ({"ENDPOINT": "ftp://collector"}, None),
        ({"ENDPOINT": "http://collector:port"}, None),
        ({"ENDPOINT": "http://"}, None),
    ],
)
def test_where_spans_are_posted(variables: dict[str, str], url: str | None) -> None:
    """By the rules of OpenTelemetry's exporters; a value that is no URL means nowhere."""
    found = find_collector({f"OTEL_EXPORTER_OTLP_{name}": value for name, value in variables.items()})
    assert (found and found.url) == url


@pytest.mark.parametrize(
    ("variables", "wanted"),
    [
        ({"OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_SDK_DISABLED": "false"}, True),
        ({"OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_TRACES_EXPORTER": "console, otlp"}, True),
    ],
)
def test_a_user_who_exports_no_traces_gets_none(variables: dict[str, str], wanted: bool) -> None:
    """The variables that turn OpenTelemetry's exporters off count here too."""
    assert (find_collector({"OTEL_EXPORTER_OTLP_ENDPOINT": BASE, **variables}) is not None) is wanted


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("", {}),
        ("a=1,b=2%2C3", {"a": "1", "b": "2,3"}),
        (" x-api-key = k=v ", {"x-api-key": "k=v"}),
        ("no-value,=x,bad name=1,a=%0d%0ax,é=1", {"no-value": ""}),
    ],
)
def test_headers(text: str, headers: dict[str, str]) -> None:
    """Values are percent-decoded; what no request can have is left out. The representation hides them."""
    found = find_collector({"OTEL_EXPORTER_OTLP_ENDPOINT": BASE, "OTEL_EXPORTER_OTLP_HEADERS": text})
    assert found is not None
    assert found.headers == headers
    assert "k=v" not in repr(found)


def test_every_value_of_a_property_is_valid() -> None:
    """Texts, numbers at their limits, lists and objects, as the published messages read them."""
    values = {"text": "é", "flag": True, "whole": -(2**63) + 1, "large": 2**70, "real": 1.5,
              "list": [1, "a", None, [True]], "object": {"a": {"b": 1}}, "none": None, "infinite": 1e999}  # fmt: skip
    request = parse(json.dumps(make_request([Event(UUIDS[0], "own", NOW, values)])).encode())
    (span,) = request.resource_spans[0].scope_spans[0].spans
    read = {name.removeprefix("arcade_usage."): value for name, value in plain(span.attributes).items()}
    assert read == {"text": "é", "flag": True, "whole": -(2**63) + 1, "large": str(2**70), "real": 1.5,
                    "list": [1, "a", "", [True]], "object": {"a": {"b": 1}}, "infinite": "inf"}  # fmt: skip


def test_spans_of_one_program_share_a_resource() -> None:
    """Another version is another resource."""
    versions = ["1", "2", "1"]
    events = [Event(UUIDS[n], "x", NOW, {"tool": "t", "cli_version": v}) for n, v in enumerate(versions)]
    groups = parse(json.dumps(make_request(events)).encode()).resource_spans
    assert [len(group.scope_spans[0].spans) for group in groups] == [2, 1]


@pytest.mark.parametrize(
    ("arch", "named"), [("x86_64", "amd64"), ("AMD64", "amd64"), ("aarch64", "arm64"), ("riscv64", "riscv64")]
)
def test_the_processor_has_the_convention_s_name(arch: str, named: str) -> None:
    """Systems name them differently."""
    request = parse(json.dumps(make_request([Event(UUIDS[0], "x", NOW, {"arch": arch})])).encode())
    assert plain(request.resource_spans[0].resource.attributes) == {"host.arch": named}


@define
class Posthog(MemorySink):
    """PostHog, which takes `seconds` to answer, and fails with `error`."""

    timer: ManualClock = field(factory=ManualClock)
    seconds: float = 0.0
    error: Exception | None = None
    meanwhile: Callable[[], object] = lambda: None

    def capture(self, records: Sequence[Record]) -> None:  # noqa: ARG002 - the port's argument
        self.timer.advance(self.seconds)
        self.meanwhile()
        if self.error is not None:
            raise self.error


@define
class Setup:
    """A sink with a collector that records what it is given, and the seconds that it may take."""

    posthog: Posthog = field(factory=Posthog)
    switch: MemorySwitch = field(factory=MemorySwitch)
    got: list[tuple[list[str], float]] = field(factory=list)
    error: Exception | None = None
    sink: CollectorSink = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.sink = CollectorSink(self.posthog, Collector(TRACES), self.switch, self.posthog.timer)

    def post(self, _: object, content: bytes, seconds: float, *__: object) -> None:
        spans: Any = json.loads(content)["resourceSpans"][0]["scopeSpans"][0]["spans"]
        self.got.append(([span["name"] for span in spans], seconds))
        if self.error is not None:
            raise self.error


@pytest.fixture
def setup(mocker: MockerFixture) -> Setup:
    made = Setup()
    mocker.patch.object(sink_module, "post_json", made.post)
    return made


def records(*names: str) -> list[Record]:
    snapshot = Snapshot(IdentityState(None, None), None)
    return [Record(Event(UUIDS[n], name, NOW, {}), snapshot) for n, name in enumerate(names)]


@pytest.mark.parametrize(
    ("took", "allowed"), [(0.0, COLLECTOR_SECONDS), (BATCH_SECONDS - 0.5, 0.5), (BATCH_SECONDS - 0.05, None)]
)
def test_it_may_take_what_posthog_left(setup: Setup, took: float, allowed: float | None) -> None:
    """A batch takes no longer than without it; where nothing is left, it is not asked."""
    setup.posthog.seconds = took
    setup.sink.capture(records("a"))
    assert [round(seconds, 3) for _, seconds in setup.got] == ([] if allowed is None else [allowed])


@pytest.mark.parametrize("error", [UnreachableError("down"), RuntimeError("anything")])
def test_after_a_failure_it_is_left_alone_for_a_while(setup: Setup, error: Exception) -> None:
    """No error is raised; a batch after the pause is given to it."""
    setup.error = error
    for _ in range(2):
        setup.sink.capture(records("a"))
    assert len(setup.got) == 1
    setup.posthog.timer.advance(COLLECTOR_PAUSE_SECONDS)
    setup.sink.capture(records("a"))
    assert len(setup.got) == 2


def test_it_gets_what_posthog_accepted_and_no_event_of_posthogs_own(setup: Setup) -> None:
    """Of a batch that is accepted in part, that part; of one that is refused, nothing."""
    setup.sink.capture(records("a", "$mcp_tool_call"))
    setup.posthog.error = PartlyAcceptedError("", frozenset(UUIDS[1:2]), frozenset())
    with pytest.raises(PartlyAcceptedError):
        setup.sink.capture(records("b", "c"))
    setup.posthog.error = RefusedError("")
    with pytest.raises(RefusedError):
        setup.sink.capture(records("d"))
    assert [names for names, _ in setup.got] == [["a"], ["c"]]


def test_turned_off_meanwhile_it_gets_nothing(setup: Setup) -> None:
    """The switch is read again before its request."""
    setup.posthog.meanwhile = lambda: setup.switch.choose(OFF)
    setup.sink.capture(records("a"))
    assert setup.got == []


class Collecting(BaseHTTPRequestHandler):
    """Accepts everything, and notes whose certificates the requests came with."""

    clients: ClassVar[list[Any]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.clients.append(self.connection.getpeercert()["subject"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def collector_with_tls(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A collector that asks for a certificate; and a folder with roots.pem, mine.pem and mine.key."""
    authority, Collecting.clients = trustme.CA(), []
    authority.cert_pem.write_to_path(str(tmp_path / "roots.pem"))
    mine = authority.issue_cert("mine@example.com")
    mine.cert_chain_pems[0].write_to_path(str(tmp_path / "mine.pem"))
    mine.private_key_pem.write_to_path(str(tmp_path / "mine.key"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    with ThreadingHTTPServer(("127.0.0.1", 0), Collecting) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}", tmp_path
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("prefix", ["", "TRACES_"])
def test_a_collector_is_trusted_and_trusts_by_the_users_certificates(
    collector_with_tls: tuple[str, Path], monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    """Of the variables that OpenTelemetry's exporters read; without them it gets nothing."""
    url, folder = collector_with_tls
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    files = {"CERTIFICATE": "roots.pem", "CLIENT_CERTIFICATE": "mine.pem", "CLIENT_KEY": "mine.key"}
    for name, file in files.items():
        monkeypatch.setenv(f"OTEL_EXPORTER_OTLP_{prefix}{name}", str(folder / file))
    collector = find_collector(os.environ)
    assert collector is not None
    post_json(Peer("it", collector.url, collector.trust), b"{}", 5.0, {}, collector.client)
    assert len(Collecting.clients) == 1
    monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{prefix}CERTIFICATE")
    with pytest.raises(UnreachableError, match="is not trusted"):
        post_json(Peer("it", collector.url, collector.trust), b"{}", 5.0, {}, collector.client)


def test_certificates_that_cannot_be_read_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """By their variable."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file")
    collector = find_collector({"OTEL_EXPORTER_OTLP_ENDPOINT": "https://127.0.0.1:9"})
    assert collector is not None
    with pytest.raises(UnreachableError, match="named by OTEL_EXPORTER_OTLP_CERTIFICATE can't be read"):
        post_json(Peer("it", collector.url, collector.trust), b"{}", 5.0)
